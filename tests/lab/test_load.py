"""A schedule file is read strictly, a mistake named by its field; the known patterns are in the catalogue."""

from pathlib import Path

import pytest
from schedules import THREE

from radiokey.catalogue.load import load_catalogue
from radiokey.errors import InputError, MissingFactError
from radiokey.headunit.policy import PowerCutEffect, UntilKeyCycle, UntilPowerCut
from radiokey.lab.load import FILE_BYTES_MAX, Of, pattern_of, patterns, read_schedule

SPEC = (Path(__file__).parents[2] / "docs" / "spec" / "lab.md").read_text("utf-8")
GOOD = SPEC.partition("```toml\n")[2].partition("```")[0]


def read(text):
    return read_schedule(text.encode(), "mine.toml")


def test_the_file_of_the_spec_is_the_lock_of_its_example():
    schedule = read(GOOD)
    assert schedule.name == "three tries, then dead"
    assert schedule.policy == THREE


def test_what_a_power_cut_does_may_be_left_out_or_said():
    assert read(GOOD.replace('power_cut = "none"\n', "")).policy.power_cut is PowerCutEffect.NONE
    forgiving = read(GOOD.replace('"none"', '"reset-attempts"'))
    assert forgiving.policy.power_cut is PowerCutEffect.RESET_ATTEMPTS


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("name =", "called =", "mine.toml: name: missing"),
        ("name =", "x = 1\nname =", "mine.toml: x: no such key here"),
        ('"three tries, then dead"', '""', "name: expected a text of 1 to 80 characters; '' given"),
        ('"none"', '"never"', "power_cut: expected one of none, restart-wait, reset-attempts, reprompt"),
        ("errors = 1,", "errors = 0,", "schedule[0].errors: expected a whole number from 1 to 1000; 0 given"),
        ("errors = 1,", "errors = 2,", "schedule: the rungs of a schedule stand in order"),
        ("errors = 1,", "errors = 1, every = 0,", "schedule[0].every: expected a whole number"),
        ("[1_800_000, 1_800_000]", "[2, 1]", "schedule[0].wait_ms: expected a whole number from 2"),
        ("[1_800_000, 1_800_000]", "1_800_000", "schedule[0].wait_ms: expected a list; 1800000 given"),
        ("dead = true", "dead = false", "schedule[2].dead: expected true, or no such key"),
        ("dead = true", "dead = true, blocked = 3", "expected exactly one of wait_ms, until, blocked, dead"),
        ("dead = true", 'until = "easter"', "schedule[2].until: 'easter' is not power-cut or key-cycle"),
        ("schedule = [", "schedule = [[", "mine.toml: not TOML"),
        ("schedule = [", "schedule = [3,", "schedule[0]: expected a table; 3 given"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(old, new, says):
    assert old in GOOD
    with pytest.raises(InputError) as refused:
        read(GOOD.replace(old, new, 1))
    assert says in refused.value.sentence
    assert refused.value.slug == "input"
    assert refused.value.hint


def test_what_is_no_text_or_too_long_is_refused():
    with pytest.raises(InputError, match="text in UTF-8"):
        read_schedule(b"\xff\xfe", "mine.toml")
    with pytest.raises(InputError, match="at most 100000 bytes"):
        read_schedule(b"#" * (FILE_BYTES_MAX + 1), "mine.toml")


# --- the known patterns -----------------------------------------------------------------------------------------


def test_the_pattern_of_a_radio_is_in_the_catalogue():
    """None is made up: a model that is evidenced has exactly this schedule, and what a cut does to it."""
    known = [model for model in load_catalogue().models.values() if model.schedule.known]
    for pattern in patterns().values():
        if pattern.of is not Of.RADIO:
            continue
        models = [model for model in known if model.schedule.value == pattern.policy.schedule]
        assert models, pattern.name
        if not pattern.by_model and pattern.policy.power_cut is not PowerCutEffect.NONE:
            assert pattern.policy.power_cut in {model.power_cut.value for model in models}


def test_the_phones_waits_are_those_of_its_source():
    """Gatekeeper's function, written down once more: 30 s << ((n - 30) / 10) from 30 on, a day from 140 on."""
    policy = patterns()["a phone: doubling from 30 s to a day"].policy
    for errors in range(1, 201):
        if errors <= 10:
            seconds = 30 if errors % 5 == 0 else 0
        elif errors < 30:
            seconds = 30
        else:
            seconds = 30 << ((errors - 30) // 10) if errors < 140 else 86_400
        penalty = policy.penalty_after(errors)
        assert (penalty.ms[0] // 1_000 if penalty else 0) == seconds, errors


def test_every_pattern_has_a_source_and_a_name_of_no_product():
    makes = {make for model in load_catalogue().models.values() for make in model.makes}
    for pattern in patterns().values():
        assert pattern.source
        assert not set(pattern.name.lower().replace(":", "").replace(",", "").split()) & makes


def test_no_radio_is_said_to_be_opened_by_a_cut_a_key_or_nothing():
    """What eases theft is not shown by product; and the no is the same as for a schedule that is not known."""
    said, refusals = {}, set()
    for model in load_catalogue().models.values():
        try:
            said[model.id] = pattern_of(model)
        except MissingFactError as error:
            refusals.add((error.sentence, error.hint))
    assert len(said) > 10
    assert len(refusals) == 1
    for pattern in said.values():
        assert pattern.policy.schedule
        assert pattern.policy.power_cut is PowerCutEffect.NONE
        assert not [
            one for one in pattern.policy.schedule if isinstance(one.penalty, UntilPowerCut | UntilKeyCycle)
        ]
