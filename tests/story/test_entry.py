"""Keying the code in (claims 50 to 60), on units made from the catalogue."""

import pytest

from radiokey.catalogue.load import load_catalogue, load_model
from radiokey.clock import SECOND_MS
from radiokey.code.value import AnyPress, Code, Press
from radiokey.guide.coach import coach
from radiokey.headunit.panel import Automatic, Cycle, Direct, presses_for
from radiokey.headunit.status import Sound

ARTICLE = "nissan_terrano3_article"
WITH_PANEL = sorted(model.id for model in load_catalogue().models.values() if model.panel is not None)


def keyed(model_id: str, code: str) -> list[tuple[str, int]]:
    design = load_model(model_id).design()
    assert design is not None
    return [(press.key, press.times) for press in presses_for(design.panel, design.shape, Code(code))]


def test_1234_is_one_press_of_each_number_key_where_keys_are_direct():
    """Claims 51, 52, 55 and 56: number keys or a keyboard on the screen, then OK."""
    assert isinstance(load_model(ARTICLE).entry.value, Direct)
    assert keyed(ARTICLE, "1234") == [("1", 1), ("2", 1), ("3", 1), ("4", 1), ("OK", 1)]


def test_1234_is_counted_up_where_each_key_is_a_place():
    """Claims 50 and 54: keys 1 to 6 do not mean that the code has no 0, 7, 8 or 9."""
    assert isinstance(load_model("renault_86a").entry.value, Cycle)
    assert keyed("renault_86a", "1234") == [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("6", 1)]
    assert keyed("renault_86a", "0978") == [("2", 9), ("3", 7), ("4", 8), ("6", 1)]


def test_some_radios_confirm_by_themselves_and_others_by_a_key(radio):
    """Claim 53: with the last digit, or with OK; which of the two is the model's."""
    assert isinstance(load_model("volvo_sc_hu").confirm.value, Automatic)
    code = "1" * load_model("volvo_sc_hu").code.value.length
    unit = radio("volvo_sc_hu", code)
    unit.enter(code)
    assert unit.state == "dark"
    unit = radio(ARTICLE)
    for key in "1234":
        unit.press(key)
    assert unit.state == "entry"


def test_after_the_right_code_the_screen_goes_dark_and_then_it_plays(radio):
    """Claims 57 and 58: a dark screen is no failure."""
    unit = radio(ARTICLE)
    unit.enter("1234")
    assert (unit.state, unit.unit.screen.lit, unit.unit.screen.text) == ("dark", False, "")
    unit.wait(unit.unit.design.policy.dark_ms)
    assert (unit.state, unit.unit.screen.sound) == ("playing", Sound.PLAYING)


def test_several_seconds_for_the_article_are_two_seconds_at_least():
    """Claim 60: the enter key is held, and the presses say for how long."""
    design = load_model(ARTICLE).design()
    assert design is not None
    assert presses_for(design.panel, design.shape, Code("1234"))[-1] == Press("OK", 1, 2 * SECOND_MS)


@pytest.mark.parametrize("model_id", WITH_PANEL)
def test_who_presses_what_the_coach_says_hears_the_radio_play(radio, model_id):
    """Row 25: coach and practice radio, for every model whose panel is known, first and last characters too."""
    model = load_model(model_id)
    for at in (0, 1, -1):
        places = model.code.value.places
        code = "".join(place[at * place_at % len(place)] for place_at, place in enumerate(places, start=1))
        for opening in getattr(model.entry.value, "openings", (None,)):
            unit = radio(model_id, code, opening)
            for step in coach(model, Code(code)):
                for line in step.presses:
                    follow(unit, line)
            unit.wait(unit.unit.design.policy.dark_ms)
            assert (unit.state, unit.errors) == ("playing", 0)


def follow(unit, line: AnyPress) -> None:
    """Do what a line of the coach says; where it counts nothing, look at the display before each press."""
    if isinstance(line, Press):
        for _ in range(line.times):
            unit.press(line.key, line.hold_ms)
        return
    places = {key: at for at, key in enumerate(getattr(unit.unit.design.panel.entry, "keys", ()))}
    for _ in range(12):
        if unit.place(places.get(line.key)) == line.until:
            return
        unit.press(line.key, line.hold_ms)
    pytest.fail("its place never shows the digit")
