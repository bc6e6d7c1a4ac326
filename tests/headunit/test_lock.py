"""The one file that decides, checked against its own table, and the words that show what it decided."""

from dataclasses import FrozenInstanceError, replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS
from radiokey.headunit.lock import (
    ERRORS_MAX,
    TRANSITIONS,
    CarKnown,
    ChipProvisioned,
    DigitKeyed,
    EntryConfirmed,
    EntryDropped,
    Event,
    Fault,
    FaultFound,
    FaultMended,
    Hold,
    IgnitionCycled,
    Lock,
    PairingReleased,
    RightCode,
    State,
    SupplyReturned,
    Synchronised,
    TimePassed,
    TriesGranted,
    VehicleAccepted,
    VehicleRefused,
    WrongCode,
    step,
)
from radiokey.headunit.policy import (
    REFERENCE,
    Blocked,
    ClockNeeds,
    Dead,
    LockPolicy,
    PowerCutEffect,
    Rung,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)
from tables import each

EVENTS = get_args(Event)
ASIDE = {State.PROTECTED, State.FAULT}
GAPS = [0, 2_999, 3_000, DAY_MS]
EXAMPLES = (
    *[SupplyReturned(gap) for gap in GAPS],
    IgnitionCycled(),
    DigitKeyed(),
    EntryDropped(),
    EntryConfirmed(b"a" * 16),
    EntryConfirmed(b"b" * 16),
    RightCode(),
    WrongCode(),
    TimePassed(1_000, 0),
    TimePassed(DAY_MS, 0),
    TimePassed(25 * MINUTE_MS, 25 * MINUTE_MS),
    TimePassed(DAY_MS, DAY_MS),
    TriesGranted(),
    VehicleRefused(),
    VehicleAccepted(),
    CarKnown(),
    PairingReleased(),
    Synchronised(),
    *[FaultFound(fault) for fault in Fault if fault is not Fault.NONE],
    FaultMended(),
    ChipProvisioned(),
)


def ladder(*penalties, **changes):
    """A policy whose n-th error brings the n-th of `penalties`."""
    schedule = tuple(Rung(errors, penalty) for errors, penalty in enumerate(penalties, start=1))
    return replace(REFERENCE, schedule=schedule, **changes)


A_WAIT = Wait((MINUTE_MS, HOUR_MS))
POLICIES = (
    REFERENCE,
    replace(REFERENCE, remembers_pending=False),
    ladder(UntilPowerCut(), UntilKeyCycle(), Blocked(1), Dead(), remembers_pending=False),
    ladder(UntilPowerCut(), Dead()),
    ladder(A_WAIT, Blocked(1), Dead(), scrambled_ms=4_000),
    ladder(A_WAIT, scrambled_ms=4_000, power_cut=PowerCutEffect.RESTART_WAIT),
    ladder(A_WAIT, dark_ms=0),
    ladder(A_WAIT, power_cut=PowerCutEffect.RESET_ATTEMPTS, remembers_pending=False),
    ladder(A_WAIT, power_cut=PowerCutEffect.REPROMPT, power_gap_ms_min=0),
    LockPolicy((), ClockNeeds.SUPPLY, PowerCutEffect.NONE, 0),
    ladder(A_WAIT, scrambled_ms=4_000, dark_ms=0),
    ladder(A_WAIT, second_lock=True, scrambled_ms=4_000),
    ladder(A_WAIT, second_lock=True, dark_ms=0),
)


def test_the_table_speaks_of_every_state_and_only_of_real_events():
    assert set(TRANSITIONS) == set(State)
    assert {event for row in TRANSITIONS.values() for event in row} == set(EVENTS)
    assert {type(event) for event in EXAMPLES} == set(EVENTS)


UNLISTED = [(state, event) for state in State for event in EXAMPLES if type(event) not in TRANSITIONS[state]]


@each(("state", "event"), UNLISTED, ids=lambda part: getattr(part, "value", type(part).__name__))
def test_what_the_table_does_not_list_changes_nothing(state, event):
    lock = Lock(state, 2, 60_000, HOUR_MS, 500, Hold.SERVICE, Fault.BUS, b"p" * 16, State.CODE)
    for policy in POLICIES:
        assert step(lock, event, policy) is lock


@settings(max_examples=400, derandomize=True, deadline=None)
@given(st.sampled_from(POLICIES), st.lists(st.sampled_from(EXAMPLES), max_size=40))
def test_step_only_goes_where_the_table_says(policy, events):
    lock = Lock(State.PLAYING)
    for event in events:
        after = step(lock, event, policy)
        allowed = TRANSITIONS[lock.state].get(type(event), frozenset({lock.state}))
        assert after.state in allowed, (lock, event)
        assert (after.wait_left_ms > 0) is (State.WAIT in {after.state, after.before})
        assert (after.fault is not Fault.NONE) is (after.state is State.FAULT)
        assert 0 <= after.wait_left_ms <= after.wait_ms
        lock = after


def test_every_arrow_of_the_table_is_really_taken():
    """No arrow is there for show: from reachable locks alone, each listed follower follows."""
    start = Lock(State.PLAYING)
    taken = set()
    for policy in POLICIES:
        seen, ahead = {start}, [start]
        while ahead:
            lock = ahead.pop()
            for event in EXAMPLES:
                after = step(lock, event, policy)
                taken.add((lock.state, type(event), after.state))
                if after not in seen and after.errors <= 4:
                    seen.add(after)
                    ahead.append(after)
    listed = {
        (state, event, after)
        for state, row in TRANSITIONS.items()
        for event, followers in row.items()
        for after in followers
    }
    assert listed - taken == set()


def test_a_lock_is_never_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        Lock(State.PLAYING).errors = 1


# --- the story, state by state -----------------------------------------------------------------------------------


def after(lock, *events, policy=REFERENCE):
    for event in events:
        lock = step(lock, event, policy)
    return lock


ASKING = Lock(State.CODE)
ENTER = (EntryConfirmed(b"a" * 16), WrongCode())


@pytest.mark.parametrize(
    ("gap_ms", "state"), [(0, State.PLAYING), (2_999, State.PLAYING), (3_000, State.CODE)]
)
def test_a_radio_asks_after_more_than_a_few_seconds_without_supply(gap_ms, state):
    """Claim 19."""
    assert after(Lock(State.PLAYING), SupplyReturned(gap_ms)).state is state


def test_even_a_short_break_can_be_read_as_theft():
    """Claim 20: where nobody knows the gap, the shortest."""
    policy = replace(REFERENCE, power_gap_ms_min=0)
    assert after(Lock(State.PLAYING), SupplyReturned(0), policy=policy).state is State.CODE


def test_the_article_s_three_errors():
    """Claim 85: half an hour, two hours, the end; the longer of each."""
    first = after(ASKING, *ENTER)
    assert (first.state, first.errors, first.wait_left_ms) == (State.WAIT, 1, 30 * MINUTE_MS)
    second = after(first, TimePassed(30 * MINUTE_MS, 30 * MINUTE_MS), *ENTER)
    assert (second.state, second.errors, second.wait_left_ms) == (State.WAIT, 2, 120 * MINUTE_MS)
    third = after(second, TimePassed(120 * MINUTE_MS, 120 * MINUTE_MS), *ENTER)
    assert (third.state, third.errors) == (State.PERMANENT, 3)


def test_the_error_is_counted_before_anything_is_compared():
    checking = after(ASKING, EntryConfirmed(b"a" * 16))
    assert (checking.state, checking.errors) == (State.CHECKING, 1)


def test_the_right_code_darkens_the_screen_and_then_plays_with_a_clean_count():
    """Claims 57 and 58: a dark screen is no failure."""
    dark = after(replace(ASKING, errors=2), EntryConfirmed(b"a" * 16), RightCode())
    assert (dark.state, dark.errors, dark.grace_left_ms) == (State.DARK, 0, REFERENCE.dark_ms)
    assert after(dark, TimePassed(REFERENCE.dark_ms - 1, 0)).state is State.DARK
    assert after(dark, TimePassed(REFERENCE.dark_ms, 0)) == Lock(State.PLAYING)


def test_nothing_keyed_in_the_dark_is_an_entry():
    dark = Lock(State.DARK, grace_left_ms=2_000)
    assert after(dark, DigitKeyed(), EntryConfirmed(b"a"), WrongCode()) == dark


def test_a_scrambled_radio_plays_on_for_its_grace_and_takes_the_code_meanwhile():
    """facts/units.md: Renault plays about two minutes, garbled."""
    policy = replace(REFERENCE, scrambled_ms=2 * MINUTE_MS)
    scrambled = after(Lock(State.PLAYING), SupplyReturned(HOUR_MS), policy=policy)
    assert scrambled == Lock(State.SCRAMBLED, grace_left_ms=2 * MINUTE_MS)
    assert after(scrambled, TimePassed(MINUTE_MS, 0), policy=policy).grace_left_ms == MINUTE_MS
    assert after(scrambled, TimePassed(2 * MINUTE_MS, 0), policy=policy) == ASKING
    assert after(scrambled, SupplyReturned(0), policy=policy) == ASKING, "the grace is not given twice"
    assert after(scrambled, DigitKeyed(), policy=policy).state is State.ENTRY
    assert after(scrambled, *ENTER, policy=policy).state is State.WAIT


def test_a_half_keyed_entry_that_is_given_up_or_cut_off_counts_nothing():
    entry = after(replace(ASKING, errors=1), DigitKeyed(), DigitKeyed())
    assert entry.state is State.ENTRY
    for ending in (EntryDropped(), SupplyReturned(0), SupplyReturned(DAY_MS)):
        assert after(entry, ending) == Lock(State.CODE, errors=1)


def test_only_qualified_time_counts_towards_a_wait():
    waiting = after(ASKING, *ENTER)
    assert after(waiting, TimePassed(DAY_MS, 0)) == waiting
    assert after(waiting, TimePassed(DAY_MS, MINUTE_MS)).wait_left_ms == 29 * MINUTE_MS


def test_each_locked_state_has_its_one_way_out():
    ways = {Hold.POWER_CUT: SupplyReturned(0), Hold.KEY_CYCLE: IgnitionCycled(), Hold.SERVICE: TriesGranted()}
    for hold, way in ways.items():
        lock = Lock(State.LOCKED, errors=3, hold=hold)
        assert after(lock, way) == Lock(State.CODE, errors=3)
        for other in EXAMPLES:
            if type(other) is not type(way) and after(lock, other).state not in ASIDE:
                assert after(lock, other) == lock, other


def test_permanent_has_no_exit_but_a_granted_chip():
    """Claims 75 and 76: only a new chip, provisioned by whoever the unit trusts, or a new unit helps."""
    end = Lock(State.PERMANENT, errors=3)
    others = [event for event in EXAMPLES if event != ChipProvisioned()]
    for policy in POLICIES:
        assert after(end, ChipProvisioned(), policy=policy) == Lock(State.CODE)
        for first in others:
            for second in others:
                lock = after(end, first, second, policy=policy)
                assert lock.errors == 3
                assert State.PERMANENT in {lock.state, lock.before}


def test_the_count_stops_at_the_largest_that_a_record_holds():
    lock = Lock(State.CODE, errors=ERRORS_MAX)
    assert after(lock, EntryConfirmed(b"a" * 16)).errors == ERRORS_MAX


# --- set aside: the car, and faults ----------------------------------------------------------------------------

BEFORE = (
    Lock(State.PLAYING),
    Lock(State.CODE, errors=1),
    Lock(State.WAIT, errors=1, wait_left_ms=500, wait_ms=HOUR_MS),
    Lock(State.LOCKED, errors=3, hold=Hold.SERVICE),
    Lock(State.PERMANENT, errors=3),
    Lock(State.SCRAMBLED, grace_left_ms=500),
)


@pytest.mark.parametrize("lock", BEFORE, ids=lambda lock: lock.state.value)
def test_a_refused_unit_is_protected_and_takes_no_code(lock):
    """PROTECTED is not CODE: the car decides, the count and the wait stand still."""
    protected = after(lock, VehicleRefused())
    assert protected.state is State.PROTECTED
    for event in (DigitKeyed(), *ENTER, TimePassed(DAY_MS, DAY_MS), IgnitionCycled(), TriesGranted()):
        assert after(protected, event) is protected
    assert after(protected, VehicleAccepted()) == lock


@pytest.mark.parametrize("fault", [Fault.FIRMWARE, Fault.BUS])
@pytest.mark.parametrize("lock", BEFORE, ids=lambda lock: lock.state.value)
def test_a_mended_fault_gives_back_exactly_what_was(lock, fault):
    """Claims 10 and 11: a failed update or a fault on the bus is a state of its own, never "wrong code"."""
    broken = after(lock, FaultFound(fault))
    assert (broken.state, broken.fault, broken.errors) == (State.FAULT, fault, lock.errors)
    assert after(broken, *ENTER, TimePassed(DAY_MS, DAY_MS)) == broken
    assert after(broken, FaultMended()) == lock


@pytest.mark.parametrize("fault", [Fault.MEMORY, Fault.TAMPERED])
def test_memory_and_tampering_are_not_mended_by_an_event(fault):
    """Claim 69; and not hidden behind a lighter fault either."""
    for lock in BEFORE:
        for first in ((), (FaultFound(Fault.BUS),), (VehicleRefused(),)):
            broken = after(lock, *first, FaultFound(fault))
            assert (broken.state, broken.fault) == (State.FAULT, fault)
            assert after(broken, FaultFound(Fault.BUS), FaultMended(), VehicleAccepted()) == broken


def test_a_fault_is_no_way_around_the_car_s_refusal():
    refused = after(Lock(State.PLAYING), VehicleRefused())
    assert after(refused, FaultFound(Fault.BUS), FaultMended()) == refused


@pytest.mark.parametrize(
    "aside", [(VehicleRefused(), VehicleAccepted()), (FaultFound(Fault.BUS), FaultMended())]
)
def test_a_radio_set_aside_still_notices_that_it_was_carried_off(aside):
    """Pull the bus, then the battery, and plug both in elsewhere: it asks, as it would have without the trick."""
    left, back = aside
    assert after(Lock(State.PLAYING), left, SupplyReturned(HOUR_MS), back) == ASKING
    assert after(Lock(State.PLAYING), left, SupplyReturned(0), back) == Lock(State.PLAYING)
    restarting = replace(REFERENCE, power_cut=PowerCutEffect.RESTART_WAIT)
    waiting = BEFORE[2]
    assert after(waiting, left, SupplyReturned(0), back, policy=restarting).wait_left_ms == HOUR_MS


def test_what_ran_out_while_set_aside_is_not_left_over():
    dark = Lock(State.DARK, grace_left_ms=500)
    assert after(dark, FaultFound(Fault.BUS), FaultMended()) == Lock(State.PLAYING)
    half = Lock(State.ENTRY, errors=1)
    assert after(half, VehicleRefused(), VehicleAccepted()) == Lock(State.CODE, errors=1)
