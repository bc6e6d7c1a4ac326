"""A unit tells time by its own counter alone: it wraps, jumps and stops, and no wait grows shorter for it."""

from dataclasses import fields, replace
from itertools import accumulate
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import DAY_MS, HOUR_MS, SECOND_MS
from radiokey.code.value import Code
from radiokey.headunit.events import (
    EngineRan,
    Ignition,
    IgnitionTurned,
    RadioSwitched,
    SomethingBroke,
    SomethingMended,
    SupplyLost,
    SupplyRestored,
    TicksRead,
    TimeWent,
    UnitEvent,
)
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.pairing import Bus
from radiokey.headunit.policy import REFERENCE, ClockNeeds, PowerCutEffect
from radiokey.headunit.store import BANKS, RECORD_SIZE, SECTOR_SIZE
from radiokey.headunit.ticks import GAP_MS_MAX, TICKS, Ticks
from radiokey.headunit.unit import WAIT_SAVED_EVERY_MS, HeadUnit
from tables import each

YEAR_MS = 365 * DAY_MS
RADIO_ON = replace(REFERENCE, clock_needs=ClockNeeds.RADIO_ON)
STARTS = st.integers(0, TICKS - 1) | st.integers(TICKS - HOUR_MS, TICKS - 1)
STEPS = st.lists(st.integers(0, GAP_MS_MAX) | st.just(GAP_MS_MAX), max_size=40)
BATTERIES = st.tuples(st.sampled_from([0, SECOND_MS, 10 * SECOND_MS, 10 * YEAR_MS]), STARTS)
"""How long it is dark, and where the counter starts again."""
WRITE = BANKS * (SECTOR_SIZE + RECORD_SIZE)


def searched(examples):
    """That many examples. `owner_under` only makes owners; it keeps nothing from one to the next."""
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])


def readings(start, steps):
    """The counter's readings, `steps` apart, from `start` on."""
    return [TicksRead(at % TICKS) for at in accumulate(steps, initial=start)]


def waiting(owner, errors=2):
    """Let the unit begin the wait after that many wrong codes, the ones before served."""
    owner.asked()
    for which in range(errors):
        if owner.state is State.WAIT:
            owner.wait_out()
        owner.wrong(which)
    assert owner.state is State.WAIT
    owner.qualify()
    return owner


def left(owner):
    return owner.unit.status.wait_left_ms


# --- readings add up ----------------------------------------------------------------------------------------


@searched(80)
@given(start=STARTS, steps=STEPS)
@example(start=TICKS - 1, steps=[1, 1])
@example(start=TICKS - GAP_MS_MAX, steps=[GAP_MS_MAX] * 3)
def test_readings_that_wrap_anywhere_in_a_wait_add_up_exactly(owner_under, start, steps):
    """49.7 days is a wrap like any other moment."""
    owner = waiting(owner_under())
    whole_ms = left(owner)
    owner.do(*readings(start, steps))
    assert left(owner) == whole_ms - sum(steps)


@searched(15)
@given(start=STARTS, steps=st.lists(st.integers(10 * SECOND_MS, GAP_MS_MAX), min_size=180, max_size=180))
def test_a_wait_read_tick_by_tick_ends_with_the_reading_that_completes_it(owner_under, start, steps):
    owner = waiting(owner_under(), errors=1)
    whole_ms = left(owner)
    served_ms = accumulate(steps, initial=0)
    for reading, so_far_ms in zip(readings(start, steps), served_ms, strict=True):
        owner.do(reading)
        assert (owner.state is State.CODE) == (so_far_ms >= whole_ms)
        if owner.state is State.CODE:
            return
    pytest.fail("the wait was long over")


@searched(40)
@given(start=STARTS, steps=STEPS)
def test_time_read_and_time_told_are_the_same_time(owner_under, start, steps):
    """A unit that reads its counter and one that a simulation tells the time are one and the same."""
    reads, told = waiting(owner_under()), waiting(owner_under())
    reads.do(*readings(start, steps))
    told.do(*map(TimeWent, steps))
    assert reads.unit.status == told.unit.status
    assert reads.unit.screen == told.unit.screen


@pytest.mark.parametrize(("steps", "plays"), [([1_999], False), ([1_999, 1], True)])
def test_the_dark_screen_after_the_right_code_ends_by_the_counter_too(owner_under, steps, plays):
    owner = owner_under().asked()
    owner.right()
    owner.do(*readings(TICKS - 1_000, steps))
    assert (owner.state is State.PLAYING) is plays


def test_time_that_was_told_is_not_read_a_second_time(owner_under):
    owner = waiting(owner_under())
    whole_ms = left(owner)
    owner.do(TicksRead(0), TimeWent(40 * SECOND_MS), TicksRead(40 * SECOND_MS), TicksRead(50 * SECOND_MS))
    assert left(owner) == whole_ms - 50 * SECOND_MS


# --- readings that are not the unit's own -------------------------------------------------------------------


@pytest.mark.parametrize(
    "jump_ms",
    [-1, -SECOND_MS, -HOUR_MS, -YEAR_MS, 10 * YEAR_MS, HOUR_MS, GAP_MS_MAX + 1, TICKS // 2, TICKS - 1],
)
def test_a_counter_that_jumps_or_runs_backwards_shortens_no_wait(owner_under, jump_ms):
    owner = waiting(owner_under())
    whole_ms = left(owner)
    owner.do(TicksRead(1_000), TicksRead((1_000 + jump_ms) % TICKS))
    assert left(owner) == whole_ms


@searched(60)
@given(st.lists(st.integers(0, TICKS - 1), max_size=30))
def test_no_readings_whatever_take_more_off_a_wait_than_the_longest_gap_each(owner_under, ticks):
    owner = waiting(owner_under())
    for at in ticks:
        before_ms = left(owner)
        owner.do(TicksRead(at))
        assert 0 <= before_ms - left(owner) <= GAP_MS_MAX


@pytest.mark.parametrize("ticks", [-1, TICKS])
def test_a_counter_of_thirty_two_bits_reads_nothing_else(ticks):
    with pytest.raises(AssertionError):
        Ticks().read(ticks, holds=True)


def test_no_date_and_no_clock_time_has_a_way_into_a_unit():
    """Set back, forward ten years, by GPS or over the plug: nothing that happens to a unit carries it.

    The numbers a happening carries are these: how long a key was held, how long went by, and the counter.
    Whoever adds one has to say here what it is.
    """
    numbers = {
        (kind.__name__, field.name)
        for kind in get_args(UnitEvent)
        for field in fields(kind)
        if field.type in {int, float, "int", "float"}
    }
    assert numbers == {("KeyPressed", "held_ms"), ("TimeWent", "ms"), ("TicksRead", "ticks")}
    others = {field.type for kind in get_args(UnitEvent) for field in fields(kind)} - {int}
    assert others <= {str, bool, bytes, Ignition, Fault, Code, Bus}


@searched(30)
@given(start=STARTS, steps=STEPS, at=st.integers(0, 40))
def test_whatever_else_happens_between_readings_a_wait_is_served_by_the_counter_alone(
    owner_under, start, steps, at
):
    """The plug, the bus and the key can be used meanwhile; the wait neither gains nor loses by it."""
    owner = waiting(owner_under())
    whole_ms = left(owner)
    told = readings(start, steps)
    told[at:at] = [
        IgnitionTurned(Ignition.OFF),
        IgnitionTurned(Ignition.ON),
        EngineRan(running=True),
        SomethingBroke(Fault.BUS),
        SomethingMended(),
    ]
    owner.do(*told)
    assert left(owner) == whole_ms - sum(steps)


# --- the condition of the wait --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("between", "counts"),
    [
        ([], True),
        ([RadioSwitched(on=False)], False),
        ([RadioSwitched(on=False), RadioSwitched(on=True)], False),
        ([IgnitionTurned(Ignition.OFF)], True),
    ],
)
def test_time_qualifies_only_where_the_condition_held_the_whole_way(owner_under, between, counts):
    """Switched off right after one reading and on right before the next is not a minute of radio."""
    owner = waiting(owner_under(RADIO_ON))
    whole_ms = left(owner)
    owner.do(TicksRead(0), *between, TicksRead(GAP_MS_MAX))
    assert left(owner) == whole_ms - (GAP_MS_MAX if counts else 0)


def test_a_condition_that_begins_to_hold_counts_from_the_next_reading(owner_under):
    owner = waiting(owner_under(RADIO_ON))
    whole_ms = left(owner)
    owner.do(RadioSwitched(on=False), TicksRead(0), RadioSwitched(on=True), TicksRead(30_000))
    assert left(owner) == whole_ms
    owner.do(TicksRead(40_000))
    assert left(owner) == whole_ms - 10_000


# --- the supply goes away ---------------------------------------------------------------------------------------


@searched(60)
@given(
    start=STARTS,
    steps=STEPS,
    battery=BATTERIES,
    cut=st.none() | st.integers(0, 3 * WRITE),
)
def test_a_cut_costs_the_owner_less_than_a_minute_of_a_wait_and_gives_a_thief_nothing(
    owner_under, start, steps, battery, cut
):
    """Of what the unit has counted; what lies between two readings it has not served yet."""
    dark_ms, again = battery
    owner = waiting(owner_under())
    whole_ms = left(owner)
    owner.unit.chip.cut_after = cut
    served_ms = 0
    for reading, ms in zip(readings(start, steps), [0, *steps], strict=True):
        before_ms = left(owner)
        owner.do(reading)
        served_ms += ms
        if not owner.unit.around.supply:
            break
        assert left(owner) == before_ms - ms
    owner.unit.chip.cut_after = None
    owner.do(SupplyLost(), TimeWent(dark_ms), SupplyRestored())
    assert whole_ms - served_ms <= left(owner)
    if owner.unit.around.supply and cut is None:
        assert left(owner) < whole_ms - served_ms + WAIT_SAVED_EVERY_MS
    resumed_ms = left(owner)
    owner.do(TicksRead(again))
    assert left(owner) == resumed_ms, "the counter may have started anywhere"


@pytest.mark.parametrize("every_ms", [100, 7_000, 59_999, 60_000])
def test_what_is_lost_by_a_cut_is_what_was_not_committed(owner_under, every_ms):
    owner = waiting(owner_under())
    owner.do(TicksRead(0))
    for at in range(every_ms, 150_000, every_ms):
        owner.do(TicksRead(at))
    shown_ms = left(owner)
    owner.cut(10 * YEAR_MS)
    assert 0 <= left(owner) - shown_ms < WAIT_SAVED_EVERY_MS


def test_a_unit_without_supply_reads_nothing(owner_under):
    owner = waiting(owner_under())
    owner.do(TicksRead(0), SupplyLost(), TicksRead(10_000), TicksRead(20_000))
    before_ms = left(owner)
    owner.do(SupplyRestored(), TicksRead(30_000))
    assert left(owner) == before_ms


@pytest.mark.parametrize("before", [[], [TicksRead(0)]])
def test_the_first_reading_after_the_supply_came_back_is_no_time_at_all(owner_under, before):
    """Neither the counter's own value nor what it was before the cut: the two minutes of grace are whole."""
    owner = owner_under(replace(REFERENCE, scrambled_ms=120_000))
    owner.do(*before)
    owner.cut()
    owner.do(TicksRead(50_000))
    assert owner.unit.status.next_change_ms == 120_000
    owner.do(TicksRead(60_000))
    assert owner.unit.status.next_change_ms == 110_000


def test_a_unit_out_of_its_image_begins_to_read_anew(owner_under):
    owner = waiting(owner_under())
    owner.do(TicksRead(0), TicksRead(10_000))
    copy = HeadUnit.from_image(owner.design, owner.unit.image(), key=owner.device.key)
    copy.handle(TicksRead(50_000))
    assert copy.status.wait_left_ms == left(owner)
    copy.handle(TicksRead(60_000))
    assert copy.status.wait_left_ms == left(owner) - 10_000


@each("model_id", sorted(load_catalogue().models))
def test_a_cut_in_a_wait_read_by_the_counter_does_to_each_radio_what_is_known_of_it(owner_of, model_id):
    owner = owner_of(model_id).asked()
    policy = owner.design.policy
    for which in range(20):
        owner.wrong(which)
        if owner.state is not State.CODE:
            break
    if owner.state is not State.WAIT:
        return  # its wrong codes bring no wait: nothing here reads a clock
    owner.qualify()
    whole_ms = left(owner)
    steps = [min(GAP_MS_MAX, whole_ms // 8)] * 5
    owner.do(*readings(TICKS - 100_000, steps))
    served_ms, errors = sum(steps), owner.errors
    assert left(owner) == whole_ms - served_ms
    owner.cut()
    match policy.power_cut:
        case PowerCutEffect.NONE:
            assert 0 <= left(owner) - (whole_ms - served_ms) < WAIT_SAVED_EVERY_MS
        case PowerCutEffect.RESTART_WAIT:
            assert (left(owner), owner.errors) == (whole_ms, errors)
        case PowerCutEffect.REPROMPT:
            assert (owner.state, owner.errors) == (State.CODE, errors)
        case PowerCutEffect.RESET_ATTEMPTS:
            assert (owner.state, owner.errors) == (State.CODE, 0)
