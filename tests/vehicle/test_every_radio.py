"""Every radio of the catalogue in a car: what the supply does to it, under its own lock."""

from dataclasses import replace

import pytest

from radiokey.catalogue.load import load_model, model_ids
from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.headunit.events import SomethingBroke, SomethingMended
from radiokey.headunit.lock import Fault
from radiokey.vehicle.acts import Connected, Entered, Part, Turned, Which
from radiokey.vehicle.ignition import Position
from radiokey.vehicle.reference import REFERENCE_DESIGN

WEAK = {"charge_percent": 25, "battery_mohm": 18}
START, ON, OFF = Turned(Position.START), Turned(Position.ON), Turned(Position.OFF)
SWAP = (Connected(Part.BATTERY, on=False), Connected(Part.BATTERY, on=True))
DESIGNS = {
    name: model.design()
    or replace(REFERENCE_DESIGN, policy=model.policy(), words=model.words.value or REFERENCE_DESIGN.words)
    for name, model in ((name, load_model(name)) for name in model_ids())
}
radios = pytest.mark.parametrize("model", sorted(DESIGNS))


@pytest.fixture
def asking(parked):
    """That radio in a car with a weak battery, asking after an hour without any."""

    def build(model):
        made = parked(DESIGNS[model], **WEAK)
        made.do(SWAP[0])
        made.car.wait(60 * MINUTE_MS)
        made.do(SWAP[1], ON)
        assert made.state in {"code", "scrambled"}
        return made

    return build


@radios
def test_a_dip_while_it_plays_is_nothing(parked, model):
    """Claim 66: a start on a weak battery, again and again."""
    made = parked(DESIGNS[model], **WEAK)
    for _ in range(5):
        made.do(START, OFF)
    made.do(ON)
    assert made.told.count("dip") == 5
    assert (made.state, made.car.status.errors) == ("playing", 0)


@radios
def test_a_dip_in_the_entry_neither_counts_nor_loses_what_was_keyed(asking, model):
    made = asking(model)
    made.do(Entered(Which.RIGHT, presses=1))
    shown, state = made.car.unit.screen.text, made.state
    made.do(START)
    assert made.told.count("dip") == 1
    assert (made.car.unit.screen.text, made.state, made.car.status.errors) == (shown, state, 0)
    made.do(Entered(Which.SAME, skip=1))
    made.car.wait(10 * SECOND_MS)
    assert (made.state, made.car.status.errors) == ("playing", 0)


@radios
def test_after_the_right_code_a_dip_locks_nothing_again(asking, model):
    made = asking(model)
    made.do(Entered(Which.RIGHT), START)
    made.car.wait(10 * SECOND_MS)
    assert made.told.count("dip") == 1
    assert made.state == "playing"


@radios
def test_a_memory_saver_spares_every_radio_the_question(parked, model):
    """Claim 79."""
    made = parked(DESIGNS[model])
    made.do(Connected(Part.SAVER, on=True))
    made.do(SWAP[0])
    made.car.wait(60 * MINUTE_MS)
    made.do(SWAP[1], Connected(Part.SAVER, on=False), ON)
    assert "supply lost" not in made.told
    assert made.state == "playing"


@radios
def test_a_gap_shorter_than_the_radios_own_asks_nothing_and_one_as_long_does(parked, model):
    """Claims 19 and 20: each radio by its own threshold."""
    gap_ms = DESIGNS[model].policy.power_gap_ms_min
    for missing_ms in (1, 0) if gap_ms else (0,):
        made = parked(DESIGNS[model])
        made.do(SWAP[0])
        made.car.wait(made.car.watch.tolerance.hold_up_ms + max(1, gap_ms) - missing_ms)
        made.do(SWAP[1])
        assert (made.state == "playing") is bool(missing_ms)


@radios
@pytest.mark.parametrize("fault", [Fault.FIRMWARE, Fault.BUS])
def test_a_fault_is_never_a_wrong_code_and_what_was_before_comes_back(asking, model, fault):
    """Claims 10 and 11: a state of its own, and no error."""
    made = asking(model)
    made.do(SomethingBroke(fault))
    assert (made.state, made.car.status.fault, made.car.status.errors) == ("fault", fault, 0)
    made.do(Entered(Which.RIGHT))
    assert made.state == "fault"
    made.do(SomethingMended(), Entered(Which.RIGHT))
    made.car.wait(10 * SECOND_MS)
    assert made.state == "playing"
