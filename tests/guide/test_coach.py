"""The entry, press by press: what the coach says is what the panel takes."""

import random

import pytest

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.load import load_catalogue, load_model
from radiokey.code.value import Code, CodeShape, Press, PressUntil
from radiokey.errors import CodeShapeError, MissingFactError
from radiokey.guide.coach import Part, coach, missing
from radiokey.headunit.first_press import CountsOn, FirstUnknown, Opening, ShowsFirst
from radiokey.headunit.panel import Automatic, ConfirmBy, Cycle, Direct, Key, Knob, presses_for

DIGITS = "0123456789"
COUNTS_ON = CountsOn()
DASHES = (Opening("----", ShowsFirst("0")), Opening("----", ShowsFirst("1")))
KEYS = tuple(Key(digit, digit) for digit in "123456")
KNOWN = [model for model in load_catalogue().models.values() if not model.missing_for_entry()]


def cycle(radio, start="0000", first=COUNTS_ON, **more):
    known = {
        "code": CodeShape.of(4, DIGITS),
        "keys": KEYS,
        "entry": Cycle(("1", "2", "3", "4"), start, first),
        "confirm": ConfirmBy("6", 10_000),
        "hold_ms": 10_000,
        "entry_start": start,
        "entry_first": Fact(None, Confidence.UNKNOWN) if isinstance(first, FirstUnknown) else first,
    }
    return radio(**(known | more))


def test_a_cycling_key_is_counted_and_the_display_shown(radio):
    steps = [step for step in coach(cycle(radio), Code("1034")) if step.part is Part.DIGIT]
    assert steps[0].sentence == "Press key 1 until the first place shows 1: 1 press."
    assert steps[1].sentence == "Leave key 2 alone: the second place shows 0 already."
    assert steps[3].sentence == "Press key 4 until the fourth place shows 4: 4 presses."
    assert [step.display for step in steps] == ["1000", "1000", "1030", "1034"]
    assert [step.presses for step in steps] == [(Press("1", 1),), (), (Press("3", 3),), (Press("4", 4),)]


def test_where_the_first_press_is_not_known_the_display_decides_and_both_counts_are_said(radio):
    steps = coach(cycle(radio, "----", FirstUnknown(DASHES)), Code("6032"))
    digits = [step for step in steps if step.part is Part.DIGIT]
    assert not any(step.exact for step in digits)
    assert [step.presses for step in digits] == [
        (PressUntil(key, digit),) for key, digit in zip("1234", "6032", strict=True)
    ]
    assert digits[1].sentence == (
        "Press key 2 until the second place shows 0; watch the display. "
        "That is 1 press if the first press shows 0 or 10 presses if the first press shows 1."
    )
    assert [step.display for step in digits] == ["6---", "60--", "603-", "6032"]


def test_where_the_start_is_not_known_nothing_is_counted_at_all(radio):
    first = FirstUnknown((*DASHES, Opening("0000", CountsOn())))
    model = cycle(radio, "----", first, entry_start=Fact(None, Confidence.UNKNOWN))
    steps = [step for step in coach(model, Code("0100")) if step.part is Part.DIGIT]
    assert steps[0].sentence == (
        "If the first place shows 0 already, leave key 1 alone. "
        "Otherwise press it until it does, and count nothing."
    )
    assert not any("presses" in step.sentence for step in steps)
    assert all(step.display is None for step in steps)


@pytest.mark.parametrize(("first", "times"), [("0", 4), ("1", 3)])
def test_a_known_first_press_makes_the_count_exact(radio, first, times):
    steps = coach(cycle(radio, "----", ShowsFirst(first)), Code("3000"))
    digits = [step for step in steps if step.part is Part.DIGIT]
    assert all(step.exact for step in digits)
    assert digits[0].presses == (Press("1", times),)


def test_a_first_press_that_no_manual_tells_comes_with_a_warning(radio):
    said = Fact(ShowsFirst("1"), Confidence.SEVERAL, ("s",))
    official = Fact(ShowsFirst("1"), Confidence.OFFICIAL, ("s",))
    warnings = [
        coach(cycle(radio, "----", ShowsFirst("1"), entry_first=fact), Code("1234"))[0].warnings
        for fact in (said, official)
    ]
    assert [any("not by the count" in one for one in found) for found in warnings] == [True, False]


def test_the_entry_has_a_begin_a_reading_a_confirmation_and_an_after(radio):
    steps = coach(cycle(radio), Code("1234"))
    parts = [step.part for step in steps]
    assert parts == [Part.BEGIN, *[Part.DIGIT] * 4, Part.READ, Part.CONFIRM, Part.AFTER]
    confirm = steps[-2]
    assert confirm.presses == (Press("6", 1, 10_000),)
    assert "hold key 6 until it beeps" in confirm.sentence
    assert any("quick press" in warning for warning in confirm.warnings)
    assert "starting again" in steps[-1].sentence
    assert "no wait" in steps[0].sentence


def test_direct_keys_and_a_code_that_confirms_itself(radio):
    entry = Direct(tuple((digit, digit) for digit in "123456"))
    model = radio(code=CodeShape.of(5, "123456"), keys=KEYS, entry=entry, confirm=Automatic())
    steps = coach(model, Code("11653"))
    assert [step.presses[0].key for step in steps if step.part is Part.DIGIT] == list("11653")
    assert "confirms by itself" in steps[-1].sentence
    assert Part.CONFIRM not in [step.part for step in steps]


def test_a_knob_goes_the_shorter_way_round(radio):
    keys = (Key("right", "the knob to the right"), Key("left", "the knob to the left"), Key("1", "1"))
    entry = Knob("right", "left", "1", "0000")
    model = radio(
        code=CodeShape.of(4, DIGITS), keys=keys, entry=entry, confirm=ConfirmBy("1"), entry_start="0000"
    )
    steps = [step for step in coach(model, Code("1900")) if step.part is Part.DIGIT]
    assert steps[0].presses == (Press("right", 1), Press("1"))
    assert steps[1].presses == (Press("left", 1), Press("1"))
    assert steps[-1].presses == ()


@pytest.mark.parametrize("model", KNOWN, ids=lambda model: model.id)
def test_the_coach_presses_what_the_panel_takes(model):
    """All steps together are the panel's own way to the code."""
    shape, panel = model.code.value, model.panel
    chance = random.Random(model.id)  # noqa: S311 - a seed, so that a failure can be repeated
    codes = [Code("".join(chance.choice(place) for place in shape.places)) for _ in range(60)]
    for code in codes:
        told = tuple(press for step in coach(model, code) for press in step.presses)
        assert told == presses_for(panel, shape, code)


@pytest.mark.parametrize("model", KNOWN, ids=lambda model: model.id)
def test_the_last_digit_leaves_the_whole_code_on_a_known_display(model):
    text = "".join(place[-1] for place in model.code.value.places)
    steps = [step for step in coach(model, Code(text)) if step.part is Part.DIGIT]
    assert steps[-1].display in {None, text}


def test_a_missing_fact_is_named_and_never_guessed(radio):
    model = radio(code=CodeShape.of(4, DIGITS))
    assert [name for name, _ in missing(model)] == ["keys", "entry", "confirm"]
    with pytest.raises(MissingFactError) as caught:
        coach(model, Code("1234"))
    assert caught.value.facts["missing"] == "keys,entry,confirm"
    assert "which key confirms" in caught.value.sentence
    for lacking in load_catalogue().models.values():
        if lacking.missing_for_entry():
            with pytest.raises(MissingFactError):
                coach(lacking, Code("1234"))


def test_a_code_the_panel_cannot_take_is_refused_before_a_press(radio):
    """Conflict C-D."""
    entry = Direct(tuple((digit, digit) for digit in "123456"))
    model = radio(code=CodeShape.of(4, "123456"), keys=KEYS, entry=entry, confirm=Automatic())
    with pytest.raises(CodeShapeError):
        coach(model, Code("1290"))


def test_no_step_shows_the_code_in_its_repr():
    for step in coach(load_model("renault_86a"), Code("7913")):
        assert "7" not in repr(step)
        assert "****" in repr(step)


def test_a_knob_that_opens_nobody_knows_how_is_turned_by_its_display(radio):
    keys = (Key("right", "right"), Key("left", "left"), Key("1", "1"))
    entry = Knob("right", "left", "1", None)
    model = radio(code=CodeShape.of(4, DIGITS), keys=keys, entry=entry, confirm=ConfirmBy("1"))
    steps = [step for step in coach(model, Code("1900")) if step.part is Part.DIGIT]
    assert steps[0].presses == (PressUntil("right", "1"), Press("1"))
    assert "count nothing" in steps[0].sentence
    assert not any(step.exact for step in steps)


def test_weak_evidence_is_said_before_the_first_press(radio):
    model = cycle(radio, confirm=Fact(ConfirmBy("6"), Confidence.DOUBTFUL, ("s",)))
    assert any("confirm key" in warning for warning in coach(model, Code("1234"))[0].warnings)


@pytest.mark.parametrize(("model_id", "hedged"), [("smart_grundig", True), ("grundig_wkc", False)])
def test_a_digit_that_is_reached_past_the_last_one_is_counted_only_where_the_maker_says_so(model_id, hedged):
    """How a 0 is keyed on the Smart's radio is not stated: the display decides, and the count is an if."""
    model = load_model(model_id)
    steps = [step for step in coach(model, Code("1023")) if step.part is Part.DIGIT]
    zero = steps[1]
    assert zero.exact is not hedged
    assert ("watch the display" in zero.sentence) is hedged
    assert all(step.exact for step in (steps[0], *steps[2:]))
