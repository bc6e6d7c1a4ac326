"""The car: what the radio is told of it, and when."""

import pytest

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.headunit.events import Ignition, RadioSwitched, SupplyLost, SupplyRestored, TimeWent
from radiokey.vehicle.acts import (
    ChipCopied,
    ChipPutBack,
    Connected,
    CutInWrite,
    Entered,
    GeneratorBecame,
    Loaded,
    Part,
    Pressed,
    Turned,
    Which,
)
from radiokey.vehicle.car import PRESS_MS
from radiokey.vehicle.ignition import Position
from radiokey.vehicle.power import Generator
from radiokey.vehicle.watch import Tolerance

OFF, ON = Turned(Position.OFF), Turned(Position.ON)
START = Turned(Position.START)
UNPLUG, PLUG = Connected(Part.PLUG, on=False), Connected(Part.PLUG, on=True)
RIGHT, WRONG, SAME = map(Entered, Which)


@pytest.fixture
def asking(parked):
    """A car whose radio was unplugged for an hour and asks; the key in ACC."""

    def build(**settings):
        made = parked(**settings)
        made.do(UNPLUG)
        made.car.wait(HOUR_MS)
        made.do(PLUG, Turned(Position.ACC))
        assert made.state == "code"
        return made

    return build


def unit_events(car) -> list[object]:
    """Everything the unit is told from now on."""
    told = []
    car.unit = Listening(car.unit, told)
    return told


class Listening:
    """The unit, and what it was told."""

    def __init__(self, unit, told):
        self._unit, self._told = unit, told

    def handle(self, happening):
        self._told.append(happening)
        self._unit.handle(happening)

    def __getattr__(self, name):
        return getattr(self._unit, name)


def test_a_start_passes_every_notch_and_the_key_springs_back(parked):
    made = parked()
    made.do(START)
    assert made.told == ["key acc", "key on", "key start", "the volts change", "engine runs"]
    assert (made.car.position, made.car.supply.engine) == (Position.ON, True)
    assert made.car.unit.around.engine
    assert made.car.unit.around.ignition is Ignition.ON


def test_a_start_on_a_good_battery_is_nothing_to_the_radio(parked):
    made = parked()
    told = unit_events(made.car)
    made.do(START)
    assert not [one for one in told if isinstance(one, SupplyLost | SupplyRestored)]
    assert "dip" not in made.told


@pytest.mark.parametrize(("hold_up_ms", "lost"), [(0, 1), (39, 1), (41, 0), (500, 0)])
def test_a_starter_that_gulps_for_forty_ms_asks_for_a_reserve_of_as_much(parked, hold_up_ms, lost):
    """The lock is told of an interruption and never of a dip."""
    made = parked(tolerance=Tolerance(hold_up_ms=hold_up_ms), charge_percent=25, battery_mohm=18)
    told = unit_events(made.car)
    made.do(START)
    assert sum(isinstance(one, SupplyLost) for one in told) == lost
    assert made.told.count("dip") == 1
    assert made.told.count("supply lost") == lost


def test_an_engine_that_gets_too_few_volts_does_not_catch(parked):
    made = parked(charge_percent=5, battery_mohm=60)
    made.do(START)
    assert "engine does not catch" in made.told
    assert not made.car.supply.engine
    assert made.car.position is Position.ON


def test_an_engine_without_any_volts_stalls_and_the_radio_hears_of_it(parked):
    made = parked()
    made.do(GeneratorBecame(Generator.DEAD), START, Connected(Part.BATTERY, on=False))
    assert "engine stalls" in made.told
    assert not made.car.unit.around.engine


def test_turning_the_key_off_stops_engine_and_radio(parked):
    made = parked()
    made.do(START, OFF)
    around = made.car.unit.around
    assert (around.engine, around.radio_on, around.ignition) == (False, False, Ignition.OFF)
    assert made.car.supply.mv < 13_000


def test_a_radio_that_was_switched_off_stays_off_at_the_next_start(parked):
    made = parked()
    made.do(ON, RadioSwitched(on=False), OFF, START)
    assert not made.car.unit.around.radio_on
    made.do(RadioSwitched(on=True), OFF, START)
    assert made.car.unit.around.radio_on


def test_the_radio_is_without_supply_from_the_end_of_its_reserve_on(parked):
    made = parked()
    made.do(UNPLUG)
    made.car.wait(99)
    assert made.car.unit.around.supply
    made.car.wait(1)
    assert not made.car.unit.around.supply
    made.car.wait(HOUR_MS)
    assert made.car.unit.around.dark_for_ms == HOUR_MS


@pytest.mark.parametrize(("ms", "state"), [(2_999, "playing"), (3_000, "code")])
def test_the_gap_is_measured_to_the_millisecond(parked, ms, state):
    made = parked()
    made.do(ON, UNPLUG)
    made.car.wait(100 + ms)
    made.do(PLUG)
    assert made.state == state


def test_a_wait_ends_on_its_very_millisecond_however_long_the_car_waits(asking):
    made = asking()
    made.do(WRONG)
    begun = made.car.now_ms
    ends = []
    made.car.observe = lambda what: ends.append((made.car.now_ms - begun, what))
    made.car.wait(5 * HOUR_MS)
    assert ends == [(30 * MINUTE_MS, "its time is over")]


def test_waiting_in_pieces_is_waiting_in_one(asking):
    whole, pieces = asking(), asking()
    for made in (whole, pieces):
        made.do(WRONG)
    whole.car.wait(29 * MINUTE_MS)
    for _ in range(29 * 60):
        pieces.car.wait(SECOND_MS)
    assert whole.car.status == pieces.car.status
    assert whole.car.now_ms == pieces.car.now_ms


def test_what_was_keyed_outlives_a_dip_and_not_an_interruption(asking):
    """Claim 66: a dip neither counts nor loses what was keyed."""
    made = asking(charge_percent=25, battery_mohm=18)
    made.do(Entered(Which.RIGHT, presses=3))
    shown = made.car.unit.screen.text
    made.do(START)
    assert made.told.count("dip") == 1
    assert made.car.unit.screen.text == shown
    made.do(Connected(Part.FUSE, on=False))
    made.car.wait(SECOND_MS)
    made.do(Connected(Part.FUSE, on=True))
    assert (made.state, made.car.status.errors) == ("code", 0)


def test_after_a_committed_success_a_dip_or_a_moment_without_supply_locks_nothing_again(asking):
    """Claim 66."""
    made = asking(charge_percent=25, battery_mohm=18)
    made.do(RIGHT)
    assert made.state == "dark"
    made.do(START)
    made.do(UNPLUG)
    made.car.wait(2 * SECOND_MS)
    made.do(PLUG)
    made.car.wait(10 * SECOND_MS)
    assert made.state == "playing"
    assert made.told.count("dip") == 1


@pytest.mark.parametrize("count", range(0, 1_100, 53))
def test_wherever_a_write_is_cut_the_right_code_opens_it_afterwards(asking, count):
    made = asking()
    made.do(CutInWrite(count, 2 * SECOND_MS), RIGHT)
    made.car.spare()
    if made.state != "dark":
        made.do(SAME)
    made.car.wait(10 * SECOND_MS)
    assert (made.state, made.car.status.errors) == ("playing", 0)


def test_a_cut_that_is_spared_never_comes(asking):
    made = asking()
    made.do(CutInWrite(0, SECOND_MS))
    made.car.spare()
    made.do(RIGHT)
    assert "cut in a write" not in made.told


def test_a_wrong_code_is_never_the_right_one_and_the_same_is_the_same(asking):
    made = asking()
    others = [made.car.other_code() for _ in range(500)]
    assert not any(other == made.car.code for other in others)
    made.do(WRONG)
    first = [what for what in made.told if what.startswith("press ")][-4:]
    made.car.wait(31 * MINUTE_MS)
    made.do(SAME)
    assert [what for what in made.told if what.startswith("press ")][-4:] == first


def test_presses_and_skip_cut_an_entry_where_they_say(asking):
    made = asking()
    made.do(Entered(Which.RIGHT, presses=1), Entered(Which.SAME, presses=2, skip=1))
    assert made.state == "entry"
    made.do(Entered(Which.SAME, skip=3))
    assert made.state == "dark"


def test_a_press_takes_its_time_and_the_time_it_is_held(asking):
    made = asking()
    before = made.car.now_ms
    made.do(Pressed("1", held_ms=700, times=2))
    assert made.car.now_ms - before == 2 * (PRESS_MS + 700)
    assert made.told[-1] == "press 1 x2 held 700 ms"


def test_the_chip_is_copied_whole(asking):
    made = asking()
    made.do(ChipCopied())
    before = bytes(made.car.chip.cells)
    made.do(WRONG)
    assert bytes(made.car.chip.cells) != before
    made.do(ChipPutBack())
    assert bytes(made.car.chip.cells) == before


def test_lamps_left_on_empty_the_battery_and_the_radio_asks_afterwards(parked):
    """The hours without supply begin when the battery is empty, not before."""
    made = parked()
    made.do(Loaded(10_000))
    made.car.wait(DAY_MS)
    assert made.told[-2:] == ["the volts change", "supply lost"]
    assert 17 * HOUR_MS < made.car.unit.around.dark_for_ms < 19 * HOUR_MS
    made.do(Loaded(0), Connected(Part.BATTERY, on=True, charge_percent=90))
    assert made.state == "code"


def test_time_is_told_to_the_unit_without_a_gap(parked):
    made = parked()
    told = unit_events(made.car)
    made.do(START)
    made.car.wait(3 * HOUR_MS)
    made.do(UNPLUG)
    made.car.wait(HOUR_MS)
    assert sum(one.ms for one in told if isinstance(one, TimeWent)) == made.car.now_ms
