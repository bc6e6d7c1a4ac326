"""Scenario files: refused with their name and the field, never half read."""

import pytest

from radiokey.diagnostics.on_bench import run
from radiokey.errors import InputError
from radiokey.vehicle.acts import Connected, Entered, Part, Which
from radiokey.vehicle.bench import Expected, Step
from radiokey.vehicle.load import load_scenario, read_scenario, scenario_ids

GOOD = """
title = "A loose terminal"
story = "Two seconds without supply."
claims = [20]
model = "reference"
seed = 1
acts = [
    { do = "key", to = "on" },
    { after = "1 min", do = "battery-off", note = "a loose terminal" },
    { after = "1 h 30 min 2 s", do = "battery-on", charge_percent = 80, expect = { state = "code" } },
    { do = "right-code", presses = 2, skip = 1 },
]
expect = { errors = 0, losses = 1, display = "" }

[car]
charge_percent = 60
hold_up_ms = 0
"""


def read(text=GOOD):
    return read_scenario(text, "mine.toml")


def test_a_file_becomes_a_scenario():
    scenario = read()
    assert (scenario.id, scenario.seed, scenario.claims) == ("mine", 1, (20,))
    assert scenario.steps[1] == Step(60_000, Connected(Part.BATTERY, on=False), "a loose terminal")
    assert scenario.steps[2].after_ms == 5_402_000
    assert scenario.steps[2].act == Connected(Part.BATTERY, on=True, charge_percent=80)
    assert scenario.steps[2].expected == Expected(state="code")
    assert scenario.steps[3].act == Entered(Which.RIGHT, presses=2, skip=1)
    assert scenario.expected == Expected(errors=0, losses=1, display="")
    assert (scenario.charge_percent, scenario.tolerance.hold_up_ms) == (60, 0)


def test_what_is_not_met_is_said_with_what_was_and_where():
    digits = run(read()).moments[-1].display.strip("-")
    assert len(digits) == 2
    assert run(read()).unmet == (f"at the end: display should be '' and is '{digits}--'",)
    early = read(GOOD.replace('state = "code"', 'state = "wait"'))
    assert run(early).unmet[0] == "after act 3: state should be 'wait' and is 'code'"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title =", "titel =", "title: missing"),
        ('model = "reference"', 'model = "mine"', "model: expected 'reference' or an id"),
        ("seed = 1", "seed = -1", "seed: expected a whole number"),
        ("claims = [20]", "claims = [88]", "claims: expected a whole number from 1 to 87"),
        ('do = "key"', 'do = "kick"', "acts[1].do: expected one of battery-off"),
        ('to = "on"', 'to = "up"', "acts[1].to: expected one of off, acc, on, start"),
        ('to = "on"', 'to = "on", from = "off"', "acts[1].from: no such key here"),
        ('"1 min"', '"1 minute"', "acts[2].after: expected a time such as"),
        ('"1 min"', '"1min"', "acts[2].after: expected a time such as"),
        ('"1 min"', '"-1 min"', "acts[2].after: expected a time such as"),
        ('"1 min"', '"401 d"', "acts[2].after: expected a whole number"),
        ("charge_percent = 80", "charge_percent = 101", "acts[3].charge_percent: expected a whole number"),
        ('state = "code"', 'state = "open"', "acts[3].expect.state: expected one of"),
        ("errors = 0", "mistakes = 0", "expect.mistakes: no such key here"),
        ("hold_up_ms = 0", "hold_up_ms = 0\nback_above_mv = 100", "car.thresholds: the thresholds stand"),
        ("hold_up_ms = 0", "horses = 90", "car.horses: no such key here"),
        ('{ do = "key", to = "on" }', '{ do = "chip-put-back" }', "acts: a chip is put back"),
        (
            '{ do = "key", to = "on" }',
            '{ do = "same-grant" }',
            "acts: a grant is used again that was not given",
        ),
        (
            '{ do = "key", to = "on" }',
            '{ do = "new-chip" }',
            "acts: a chip is changed in a radio that is plugged",
        ),
        (
            '{ do = "key", to = "on" }',
            '{ do = "unplug" }, { do = "old-chip" }',
            "acts: a chip is put in again",
        ),
        (
            '{ do = "key", to = "on" }',
            '{ do = "unplug" }, { do = "new-chip" }, { do = "plug" }, { do = "old-chip" }',
            "acts: a chip is changed in a radio that is plugged",
        ),
        (
            '{ do = "key", to = "on" }',
            '{ do = "cut-at-counter", side = "within", dark = "1 s" }',
            "acts[1].side: expected one of before, after",
        ),
        ('{ do = "key", to = "on" }', '{ do = "cut-at-counter", side = "after" }', "acts[1].dark: missing"),
        ('{ do = "key", to = "on" }', '{ do = "break", fault = "none" }', "acts[1].fault: expected firmware"),
        (
            '{ do = "key", to = "on" }',
            '{ do = "car-says", vin = "X" }',
            "acts[1].vin: expected 17 characters",
        ),
        ("seed = 1", "seed = 1\npairs = 1", "pairs: expected true or false"),
        ('{ do = "key", to = "on" }', "7", "acts[1]: expected a table"),
        ('title = "A', 'title = A"', "not TOML"),
    ],
)
def test_what_a_file_says_wrong_is_named(old, new, says):
    assert old in GOOD
    with pytest.raises(InputError) as refused:
        read(GOOD.replace(old, new, 1))
    assert refused.value.sentence.startswith("mine.toml: ")
    assert says in refused.value.sentence


def test_no_acts_are_no_scenario():
    start, end = GOOD.index("acts = ["), GOOD.index("]\nexpect")
    with pytest.raises(InputError, match="1 to 1000 acts"):
        read(GOOD[:start] + "acts = [" + GOOD[end:])


def test_a_radio_without_a_known_panel_stands_behind_our_keys_with_its_own_lock():
    scenario = load_scenario("battery-pulled-and-the-wait-begins-again")
    assert len(scenario.design.panel.keys) == 10
    assert scenario.design.policy.power_cut.value == "restart-wait"
    assert any(word.text == "OFF" for word in scenario.design.words)


def test_every_scenario_tells_its_story_and_stands_in_order():
    assert list(scenario_ids()) == sorted(scenario_ids())
    titles = [load_scenario(scenario_id).title for scenario_id in scenario_ids()]
    assert len(set(titles)) == len(titles)
    for scenario_id in scenario_ids():
        assert load_scenario(scenario_id).story.endswith(".")
