"""Keys into a code and a code into keys, proven round for every code of every model whose panel is known."""

from dataclasses import replace
from itertools import islice

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code, CodeShape, Press, PressUntil
from radiokey.errors import CatalogueError, CodeShapeError, MissingFactError
from radiokey.headunit.events import KeyPressed
from radiokey.headunit.first_press import CountsOn, FirstUnknown, Opening, ShowsFirst
from radiokey.headunit.lock import State
from radiokey.headunit.panel import (
    Automatic,
    ConfirmBy,
    Control,
    Cycle,
    Direct,
    Groups,
    Key,
    Keying,
    Knob,
    OpeningPress,
    Panel,
    begin,
    counted_presses,
    press,
    press_all,
    presses_for,
)

MODELS = load_catalogue().models
DIGITS = "0123456789"
SHAPE = CodeShape.of(4, DIGITS)

KNOWN_PANELS = {
    # model: how many codes it can have
    "audi_chorus_concert": 10_000,
    "audi_wiesbaden_delta": 10_000,
    "becker_4star": 10_000,
    "bmw_early5": 7_776,
    "ford_6000cd": 10_000,
    "gm_delco_loc2": 2_000,
    "grundig_wkc": 10_000,
    "honda_audio5": 7_776,
    "hyundai_cde": 10_000,
    "lexus_toyota_sec": 1_000,
    "mercedes_ok5": 100_000,
    "mitsubishi_off": 10_000,
    "nissan_blaupunkt_1990s": 10_000,
    "nissan_radio_code_6": 10_000,
    "nissan_terrano3_article": 10_000,
    "opel_car300_siemens": 10_000,
    "psa_alpine_505": 3_125,
    "renault_86a": 10_000,
    "rover_r960": 10_000,
    "smart_grundig": 10_000,
    "volvo_sc_hu": 1_296,
    "vw_premium_gamma": 10_000,
}


def pressed(panel, shape, code):
    """Press what `presses_for` says; return what each single press leads to."""
    keying, path = begin(panel, shape), []
    for line in presses_for(panel, shape, code):
        for _ in range(line.times):
            assert isinstance(keying, Keying), "confirmed before the last press"
            keying = press(panel, shape, keying, line.key, line.hold_ms)
            path.append(keying)
    return path


def ways_of(panel):
    """Return the panel as it is in every way in which its entry may open."""
    return [panel.settled(way) for way in getattr(panel.entry, "openings", (None,))]


def test_these_are_the_models_whose_panel_is_known():
    """By name: who learns of another adds it here, and its round trip is proven with it."""
    assert {model.id for model in MODELS.values() if model.panel is not None} == set(KNOWN_PANELS)


def enter_codes(model_id, every):
    """Key every so manieth code of the model in, and return how many codes it can have."""
    panel, shape = MODELS[model_id].panel, MODELS[model_id].code.value
    keys = {key.id for key in panel.keys}
    codes = 0
    for codes, code in enumerate(shape.all(), start=1):
        if codes % every:
            continue
        lines = presses_for(panel, shape, code)
        assert {line.key for line in lines} <= keys
        assert panel.counted == all(isinstance(line, Press) for line in lines)
        for way in ways_of(panel):
            keying = begin(way, shape)
            for line in lines:
                keying = press_all(way, shape, keying, line)
            assert isinstance(keying, Code)
            assert keying.reveal() == code.reveal()
    assert codes == shape.size()
    return codes


@pytest.mark.parametrize("model_id", KNOWN_PANELS)
def test_codes_of_a_model_are_what_their_presses_enter(model_id):
    """A slice of all: the step is prime, so that it meets each key in each place."""
    assert enter_codes(model_id, every=37) == KNOWN_PANELS[model_id]


@pytest.mark.deep
@pytest.mark.parametrize("model_id", KNOWN_PANELS)
def test_every_code_of_a_model_is_what_its_presses_enter(model_id):
    """No domain is above 10,000 codes, so every one is keyed: 162,973 in all, and in every way it may open."""
    assert enter_codes(model_id, every=1) == KNOWN_PANELS[model_id]


@pytest.mark.parametrize("model_id", KNOWN_PANELS)
def test_every_key_of_a_panel_is_printed_and_sits_alone(model_id):
    panel = MODELS[model_id].panel
    assert len({key.id for key in panel.keys}) == len(panel.keys)
    assert len({key.at for key in panel.keys}) == len(panel.keys)
    assert all(key.label for key in panel.keys)


@pytest.mark.parametrize("model_id", KNOWN_PANELS)
def test_the_right_presses_on_the_whole_unit_open_it(owner_of, model_id):
    owner = owner_of(model_id).asked()
    owner.right()
    owner.wait(owner.design.policy.dark_ms)
    assert (owner.state, owner.errors) == (State.PLAYING, 0)


HELD = [i for i in KNOWN_PANELS if isinstance(c := MODELS[i].panel.confirm, ConfirmBy) and c.hold_ms]


def test_some_models_want_their_confirm_key_held():
    assert {"nissan_terrano3_article", "renault_86a", "opel_car300_siemens", "vw_premium_gamma"} <= set(HELD)


@pytest.mark.parametrize("model_id", HELD)
def test_a_quick_press_on_a_key_that_wants_holding_is_no_press(owner_of, model_id):
    """Claim 60: it costs nothing, and the entry stands as it stood."""
    owner = owner_of(model_id).asked()
    *lines, confirm = presses_for(owner.design.panel, owner.design.shape, owner.code)
    for line in lines:
        owner.do(*[KeyPressed(line.key, line.hold_ms)] * line.times)
    before = owner.unit.screen, owner.unit.status
    for held_ms in (0, 1, confirm.hold_ms - 1):
        owner.do(KeyPressed(confirm.key, held_ms))
        assert (owner.unit.screen, owner.unit.status) == before
    owner.do(KeyPressed(confirm.key, confirm.hold_ms))
    assert owner.state is State.DARK


# --- the four ways of entering -----------------------------------------------------------------------------------


def keys_of(*names, control=Control.BUTTON):
    return tuple(Key(name, name, control) for name in names)


ONE_TO_FOUR = ("1", "2", "3", "4")
DIRECT = Direct(tuple((digit, digit) for digit in DIGITS))
TOUCH = Panel(keys_of(*DIGITS, "OK", control=Control.TOUCH), DIRECT, ConfirmBy("OK"))
BUTTONS = Panel(keys_of(*DIGITS), DIRECT, Automatic())
CYCLE = Panel(keys_of(*ONE_TO_FOUR, "5"), Cycle(ONE_TO_FOUR, "----", ShowsFirst("0")), ConfirmBy("5"))
CYCLE_FROM_1000 = Panel(
    keys_of(*ONE_TO_FOUR, "UP"), Cycle(ONE_TO_FOUR, "1000", CountsOn()), ConfirmBy("UP", 2_000)
)
KNOB = Panel(keys_of("+", "-", "GO", control=Control.KNOB), Knob("+", "-", "GO", "----"), ConfirmBy("GO"))
KNOB_HELD = Panel(KNOB.keys, KNOB.entry, ConfirmBy("GO", 2_000))
KNOB_AND_OK = Panel(keys_of("+", "-", "GO", "OK"), Knob("+", "-", "GO", "0000"), ConfirmBy("OK"))
DELCO = Panel(keys_of("HR", "MN", "AM"), Groups((("HR", 2), ("MN", 2)), "-000"), ConfirmBy("AM"))
OPENED = Panel(
    keys_of(*ONE_TO_FOUR, "A", "B"),
    Cycle(ONE_TO_FOUR, "1000", CountsOn()),
    ConfirmBy("B"),
    (OpeningPress("A", 3_000), OpeningPress("B")),
)
PANELS = {
    "touch": TOUCH,
    "buttons": BUTTONS,
    "cycle": CYCLE,
    "cycle from 1000": CYCLE_FROM_1000,
    "knob": KNOB,
    "knob held": KNOB_HELD,
    "knob and OK": KNOB_AND_OK,
    "opened": OPENED,
}


@pytest.mark.parametrize("name", PANELS)
def test_every_kind_of_panel_keys_codes_from_all_over_the_shape(name):
    """Every 17th of 10,000: each figure in each place, and every pair of neighbours."""
    codes = list(islice(SHAPE.all(), 0, None, 17))
    for at in range(3):
        assert len({code.reveal()[at : at + 2] for code in codes}) == 100
    for code in codes:
        last = pressed(PANELS[name], SHAPE, code)[-1]
        assert isinstance(last, Code)
        assert last.reveal() == code.reveal()


def play(panel, *names, shape=SHAPE, held_ms=0):
    keying = begin(panel, shape)
    for name in names:
        keying = press(panel, shape, keying, name, held_ms)
        if isinstance(keying, Code):
            return keying.reveal()
    return keying.text


def test_number_keys_confirm_themselves_with_the_last_character():
    assert play(BUTTONS, "1", "2", "3") == "123-"
    assert play(BUTTONS, "1", "2", "3", "4") == "1234"


def test_a_touch_panel_waits_for_ok_and_takes_no_fifth_digit():
    assert play(TOUCH, "1", "2", "OK") == "12--"
    assert isinstance(press(TOUCH, SHAPE, Keying(("1", "2", "3", "4"), 4), "5"), Keying)
    assert play(TOUCH, "1", "2", "3", "4", "5", "OK") == "1234"


def test_a_cycling_key_counts_its_own_place_and_begins_again():
    assert play(CYCLE, "2") == "-0--"
    assert play(CYCLE, *["2"] * 11) == "-0--"
    assert play(CYCLE_FROM_1000, "1", "4", "4") == "2002"


def test_a_cycling_entry_that_opens_with_figures_is_whole_at_once():
    """An Audi that shows 1000 and is told to confirm has been told 1000."""
    assert play(CYCLE_FROM_1000, "UP", held_ms=2_000) == "1000"
    assert play(CYCLE, "1", "2", "3", "5") == "000-", "a dash is a place still open"


def test_a_knob_turns_either_way_and_goes_on_only_from_a_figure():
    assert play(KNOB, "-") == "9---"
    assert play(KNOB, "+", "+", "GO", "-") == "19--"
    assert play(KNOB, "GO", "+") == "0---"
    assert pressed(KNOB, SHAPE, Code("9001"))[0].text == "9---", "the shorter way round"
    assert len(pressed(KNOB, SHAPE, Code("9999"))) == 8


def test_a_group_counts_its_places_together():
    """Delco: HR counts the hundreds, blank first for a code of three figures; MN the rest."""
    shape = CodeShape(("1", DIGITS, DIGITS, DIGITS), 3)
    assert play(DELCO, "HR", "MN", shape=shape) == "-101"
    assert play(DELCO, *["HR"] * 10, shape=shape) == "1000"
    assert play(DELCO, *["HR"] * 20, shape=shape) == "-000"
    assert play(DELCO, *["MN"] * 100, "AM", shape=shape) == "000"
    assert pressed(DELCO, shape, Code("1987"))[-1].reveal() == "1987"


def test_a_group_that_opens_with_dashes_begins_at_its_first_value():
    shape = CodeShape(("1", DIGITS, DIGITS, DIGITS), 3)
    dashes = replace(DELCO, entry=replace(DELCO.entry, start="----"))
    assert play(dashes, "HR", "MN", shape=shape) == "-000"
    for code in shape.all():
        assert pressed(dashes, shape, code)[-1].reveal() == code.reveal()


def test_the_entry_opens_only_by_its_own_keys_in_their_order():
    assert play(OPENED, "1", "B", "1") == "1000", "not opened: nothing is keyed"
    assert play(OPENED, "A", "B", "1") == "1000", "pressed, not held"
    assert play(OPENED, "A", "1", "B", "1", held_ms=3_000) == "2000"


@pytest.mark.parametrize("name", PANELS)
def test_a_key_that_means_nothing_here_changes_nothing(name):
    keying = begin(PANELS[name], SHAPE)
    assert press(PANELS[name], SHAPE, keying, "EJECT", 60_000) is keying


@pytest.mark.parametrize("name", PANELS)
def test_a_code_that_this_panel_cannot_key_is_refused_before_any_press(name):
    for wrong in ("123", "12345", "12A4"):
        with pytest.raises(CodeShapeError) as refusal:
            presses_for(PANELS[name], SHAPE, Code(wrong))
        assert wrong not in str(refusal.value)


def test_a_five_digit_radio_with_keys_1_to_6_refuses_a_9():
    """facts/units.md 1.4: a web service gave a code with a 9 to a radio that has no such key."""
    honda = MODELS["honda_audio5"]
    with pytest.raises(CodeShapeError):
        presses_for(honda.panel, honda.code.value, Code("12394"))


def test_only_number_keys_can_confirm_by_themselves():
    """A cycling key shows a figure with every press; it cannot know which one was meant."""
    for entry in (CYCLE.entry, KNOB.entry, DELCO.entry):
        with pytest.raises(CatalogueError):
            Panel(CYCLE.keys, entry, Automatic())


# --- what the first press shows ----------------------------------------------------------------------------------

DASH_OR_ZERO = FirstUnknown((Opening("----", ShowsFirst("0")), Opening("----", ShowsFirst("1"))))
NOBODY_KNOWS = replace(CYCLE, entry=Cycle(ONE_TO_FOUR, "----", DASH_OR_ZERO))


@pytest.mark.parametrize(
    ("start", "first", "after"),
    [
        ("----", ShowsFirst("0"), "0000"),
        ("----", ShowsFirst("1"), "1111"),
        ("0000", CountsOn(), "1111"),
        ("1000", CountsOn(), "2111"),
        ("9999", CountsOn(), "0000"),
    ],
)
def test_one_press_of_each_key_shows_what_the_opening_says(start, first, after):
    panel = replace(CYCLE, entry=Cycle(ONE_TO_FOUR, start, first))
    assert play(panel, *ONE_TO_FOUR) == after
    assert Opening(start, first).after_one_press(SHAPE) == after


def test_where_the_first_press_is_not_known_no_line_has_a_count():
    *lines, confirm = presses_for(NOBODY_KNOWS, SHAPE, Code("6032"))
    assert lines == [PressUntil(key, digit) for key, digit in zip(ONE_TO_FOUR, "6032", strict=True)]
    assert confirm == Press("5")
    assert not NOBODY_KNOWS.counted
    with pytest.raises(MissingFactError, match="cannot be counted"):
        counted_presses(NOBODY_KNOWS, SHAPE, Code("6032"))


def test_a_panel_whose_first_press_is_not_known_cannot_be_pressed_before_it_is_settled():
    with pytest.raises(MissingFactError, match="what the first press shows"):
        play(NOBODY_KNOWS, "1")
    assert [play(panel, "1") for panel in ways_of(NOBODY_KNOWS)] == ["0---", "1---"]


def test_the_same_code_is_other_presses_in_each_way_of_opening():
    counts = [
        [line.times for line in counted_presses(panel, SHAPE, Code("6032"))]
        for panel in ways_of(NOBODY_KNOWS)
    ]
    assert counts == [[7, 1, 4, 3, 1], [6, 10, 3, 2, 1]]


def test_a_line_without_a_count_shows_no_digit_in_its_repr():
    assert repr(PressUntil("1", "6")) == "PressUntil(key='1', until=****)"


def test_a_dash_cannot_be_counted_on_from():
    with pytest.raises(CatalogueError):
        play(replace(CYCLE, entry=Cycle(ONE_TO_FOUR, "----", CountsOn())), "1")


@pytest.mark.parametrize("panel", [KNOB, DELCO], ids=["knob", "groups"])
def test_turns_and_groups_are_not_counted_from_an_unknown_start(panel):
    unknown = replace(panel, entry=replace(panel.entry, start=None))
    lines = presses_for(unknown, SHAPE, Code("1903"))
    assert any(isinstance(line, PressUntil) for line in lines)
    keying = begin(unknown, SHAPE)
    for line in lines:
        keying = press_all(unknown.settled(), SHAPE, keying, line)
    assert keying.reveal() == "1903"
    assert (panel.counted, unknown.counted, unknown.settled().counted) == (True, False, True)
