"""What small changes of the lock would go unseen without (docs/mutants.md): the table a second time, field by field."""

from typing import get_args

import pytest

from radiokey.headunit import lock as locks
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

A, B = b"a" * 16, b"b" * 16
OUT = "VehicleRefused>protected FaultFound>fault"
AGAIN = "playing,code,wait,locked,permanent,checking,scrambled,sync"
KNOWN = "CarKnown>dark,playing,sync"
FREED = "PairingReleased>code,scrambled"
AFTER = "checking,wait,locked,permanent"
TABLE = {
    "playing": f"SupplyReturned>playing,code,scrambled {FREED} {OUT}",
    "code": f"SupplyReturned>code DigitKeyed>entry EntryConfirmed>{AFTER} {KNOWN} {OUT}",
    "scrambled": f"SupplyReturned>code DigitKeyed>entry EntryConfirmed>{AFTER} TimePassed>code,scrambled {KNOWN} {OUT}",
    "entry": f"SupplyReturned>code DigitKeyed>entry EntryDropped>code EntryConfirmed>{AFTER} {KNOWN} {OUT}",
    "checking": "SupplyReturned>code,wait,locked,permanent RightCode>dark,playing,sync "
    f"WrongCode>code,wait,locked,permanent {OUT}",
    "wait": f"SupplyReturned>wait,code TimePassed>wait,code {OUT}",
    "locked": f"SupplyReturned>locked,code IgnitionCycled>locked,code TriesGranted>locked,code {OUT}",
    "permanent": f"ChipProvisioned>code {OUT}",
    "sync": f"SupplyReturned>sync,code,scrambled Synchronised>dark,playing {FREED} {OUT}",
    "dark": f"SupplyReturned>playing,code,scrambled TimePassed>dark,playing {FREED} {OUT}",
    "protected": f"SupplyReturned>protected VehicleAccepted>{AGAIN} "
    "PairingReleased>code,wait,locked,permanent,checking,scrambled FaultFound>protected,fault",
    "fault": f"SupplyReturned>fault FaultFound>fault PairingReleased>fault FaultMended>{AGAIN},fault "
    "ChipProvisioned>code,fault",
}
"""The table, written down a second time: whoever changes one changes both."""

Arrow = tuple[State, type, State]
EVENTS = {kind.__name__: kind for kind in get_args(Event)}
EXAMPLES = (
    SupplyReturned(0),
    SupplyReturned(3_000),
    IgnitionCycled(),
    DigitKeyed(),
    EntryDropped(),
    EntryConfirmed(A),
    EntryConfirmed(B),
    RightCode(),
    WrongCode(),
    TimePassed(25 * 60_000, 25 * 60_000),
    TimePassed(1_000, 0),
    TimePassed(10**9, 10**9),
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


def ladder(*penalties, power_cut=PowerCutEffect.NONE, remembers=False, scrambled_ms=0, dark_ms=2_000, **more):
    schedule = tuple(Rung(errors, penalty) for errors, penalty in enumerate(penalties, start=1))
    return LockPolicy(schedule, ClockNeeds.SUPPLY, power_cut, 3_000, scrambled_ms, dark_ms, remembers, **more)


A_WAIT = Wait((60_000, 90_000))
POLICIES = (
    REFERENCE,
    ladder(UntilPowerCut(), UntilKeyCycle(), Blocked(1), Dead()),
    ladder(A_WAIT, Blocked(1), Dead(), scrambled_ms=4_000, remembers=True),
    ladder(A_WAIT, scrambled_ms=4_000, power_cut=PowerCutEffect.RESTART_WAIT),
    ladder(A_WAIT, dark_ms=0, power_cut=PowerCutEffect.RESET_ATTEMPTS),
    ladder(A_WAIT, power_cut=PowerCutEffect.REPROMPT),
    ladder(),
    ladder(A_WAIT, second_lock=True),
    ladder(scrambled_ms=4_000, second_lock=True, dark_ms=0),
    ladder(scrambled_ms=4_000, dark_ms=0),
)


def told(table) -> set[Arrow]:
    return {
        (State(state), EVENTS[event], State(after))
        for state, row in table.items()
        for event, followers in (part.split(">") for part in row.split())
        for after in followers.split(",")
    }


def listed(transitions) -> set[Arrow]:
    return {
        (state, event, after)
        for state, row in transitions.items()
        for event, followers in row.items()
        for after in followers
    }


def taken(transitions, decide) -> tuple[set[Arrow], set[Arrow]]:
    """The arrows that `step` under `transitions` takes from every lock that can be reached, and the strange ones."""
    found, strange = set(), set()
    table = {state: {event: decide[event] for event in row} for state, row in transitions.items()}
    for policy in POLICIES:
        start = Lock(State.PLAYING)
        seen, ahead = {start}, [start]
        while ahead:
            lock = ahead.pop()
            for event in EXAMPLES:
                listed_here = table[lock.state].get(type(event))
                after = lock if listed_here is None else listed_here(lock, event, policy)
                if listed_here is None:
                    continue
                arrow = (lock.state, type(event), after.state)
                found.add(arrow)
                if after.state not in transitions[lock.state][type(event)]:
                    strange.add(arrow)
                elif after not in seen and after.errors <= 4:
                    seen.add(after)
                    ahead.append(after)
    return found, strange


def test_the_table_is_the_one_that_was_meant():
    assert listed(TRANSITIONS) == told(TABLE)


def test_step_takes_every_arrow_of_the_table_and_no_other():
    found, strange = taken(TRANSITIONS, locks._DECIDE)
    assert not strange
    assert found == told(TABLE)


def changed_tables():
    """Each table that differs by one event of a state, or by one follower of an event: without it, and with one more."""
    for state, row in TRANSITIONS.items():
        for event in EVENTS.values():
            without = {kind: after for kind, after in row.items() if kind is not event}
            if event in row:
                yield f"{state} without {event.__name__}", TRANSITIONS | {state: without}
            else:
                yield (
                    f"{state} with {event.__name__}",
                    TRANSITIONS | {state: row | {event: frozenset({state})}},
                )
        for event, followers in row.items():
            for after in State:
                changed = followers ^ {after}
                yield f"{state} {event.__name__} {after}", TRANSITIONS | {state: row | {event: changed}}


def test_a_table_with_one_entry_or_one_follower_more_or_less_is_seen():
    """Such tools leave tables alone: every one of these must be seen, by what is listed and by what is taken."""
    checked = 0
    for name, table in changed_tables():
        assert listed(table) != told(TABLE), name
        checked += 1
    assert checked == len(State) * len(EVENTS) + len(State) * sum(len(row) for row in TRANSITIONS.values())


@pytest.mark.deep
def test_a_table_with_one_entry_or_one_follower_more_or_less_makes_step_take_other_arrows():
    """By behaviour: the same search as above, under each changed table, is red."""
    for name, table in changed_tables():
        found, strange = taken(table, locks._DECIDE)
        assert strange or found != listed(table) or found != told(TABLE), name


# --- field by field ----------------------------------------------------------------------------------------------


def test_the_words_of_the_lock_are_those_of_its_images_and_pages():
    assert [state.value for state in State] == list(TABLE)
    assert [hold.value for hold in Hold] == ["nothing", "power-cut", "key-cycle", "service"]
    assert [fault.value for fault in Fault] == ["none", "memory", "firmware", "bus", "tampered"]


def test_a_new_lock_has_nothing_on_its_mind():
    assert Lock(State.CODE) == Lock(
        State.CODE, 0, 0, 0, 0, Hold.NOTHING, Fault.NONE, b"", before=State.PLAYING
    )


def test_the_count_stops_at_what_a_record_holds():
    assert ERRORS_MAX == 65_535
    for errors, counted in ((65_533, 65_534), (65_534, 65_535), (65_535, 65_535)):
        assert step(Lock(State.CODE, errors), EntryConfirmed(A), ladder()).errors == counted


def test_a_second_digit_leaves_the_lock_as_it_is():
    entry = Lock(State.ENTRY, 2, pending=A)
    assert step(entry, DigitKeyed(), REFERENCE) is entry


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [
        (State.CODE, DigitKeyed(), State.ENTRY),
        (State.ENTRY, EntryDropped(), State.CODE),
        (State.SCRAMBLED, DigitKeyed(), State.ENTRY),
        (State.SCRAMBLED, TimePassed(4_000, 0), State.CODE),
        (State.SCRAMBLED, SupplyReturned(9_999), State.CODE),
        (State.ENTRY, SupplyReturned(0), State.CODE),
        (State.CHECKING, SupplyReturned(0), State.CODE),
    ],
)
def test_the_count_and_the_pending_entry_go_along(state, event, after):
    lock = Lock(state, 2, grace_left_ms=4_000 if state is State.SCRAMBLED else 0, pending=A)
    assert step(lock, event, REFERENCE) == Lock(after, 2, pending=A)


@pytest.mark.parametrize(
    ("penalty", "after"),
    [
        (A_WAIT, Lock(State.WAIT, 1, 90_000, 90_000)),
        (UntilPowerCut(), Lock(State.LOCKED, 1, hold=Hold.POWER_CUT)),
        (UntilKeyCycle(), Lock(State.LOCKED, 1, hold=Hold.KEY_CYCLE)),
        (Blocked(2), Lock(State.LOCKED, 1, hold=Hold.SERVICE)),
        (Dead(), Lock(State.PERMANENT, 1)),
    ],
)
def test_a_penalty_keeps_the_count_and_nothing_else(penalty, after):
    policy = ladder(penalty, remembers=True)
    assert step(Lock(State.CHECKING, 1, pending=A), WrongCode(), policy) == after
    assert step(Lock(State.CHECKING, 1, pending=A), SupplyReturned(0), ladder(penalty)) == after
    assert step(Lock(State.CODE, 1, pending=A), EntryConfirmed(B), policy) == after, "answered for first"
    again = step(Lock(State.CODE, 1, pending=A), EntryConfirmed(A), policy)
    assert again == Lock(State.CHECKING, 1, pending=A)


def test_without_a_penalty_the_count_goes_on():
    assert step(Lock(State.CHECKING, 3, pending=A), WrongCode(), ladder()) == Lock(State.CODE, 3)
    forgetful = step(Lock(State.CODE, 3, pending=A), EntryConfirmed(A), ladder(A_WAIT))
    assert forgetful == Lock(State.CHECKING, 4, pending=A)
    owes_nothing = LockPolicy(
        (Rung(5, Dead()),), ClockNeeds.SUPPLY, PowerCutEffect.NONE, 0, remembers_pending=True
    )
    after = step(Lock(State.CODE, 3, pending=A), EntryConfirmed(B), owes_nothing)
    assert after == Lock(State.CHECKING, 4, pending=B)


@pytest.mark.parametrize(
    ("effect", "after"),
    [
        (PowerCutEffect.NONE, Lock(State.WAIT, 2, 70_000, 90_000)),
        (PowerCutEffect.RESTART_WAIT, Lock(State.WAIT, 2, 90_000, 90_000)),
        (PowerCutEffect.RESET_ATTEMPTS, Lock(State.CODE)),
        (PowerCutEffect.REPROMPT, Lock(State.CODE, 2)),
    ],
)
def test_what_a_cut_does_to_a_wait_to_a_hold_and_to_one_set_aside(effect, after):
    policy = ladder(A_WAIT, power_cut=effect)
    waiting = Lock(State.WAIT, 2, 70_000, 90_000)
    assert step(waiting, SupplyReturned(0), policy) == after
    held = Lock(State.LOCKED, 2, hold=Hold.POWER_CUT)
    kept = 0 if effect is PowerCutEffect.RESET_ATTEMPTS else 2
    assert step(held, SupplyReturned(0), policy) == Lock(State.CODE, kept)
    for hold in (Hold.KEY_CYCLE, Hold.SERVICE):
        other = Lock(State.LOCKED, 2, hold=hold)
        assert step(other, SupplyReturned(0), policy) is other
    aside = step(waiting, FaultFound(Fault.BUS), policy)
    assert aside == Lock(State.FAULT, 2, 70_000, 90_000, fault=Fault.BUS, before=State.WAIT)
    carried = step(aside, SupplyReturned(0), policy)
    assert (carried.state, carried.fault) == (State.FAULT, Fault.BUS)
    assert step(carried, FaultMended(), policy) == after


def test_set_aside_twice_it_comes_back_to_where_it_was():
    held = Lock(State.LOCKED, 2, hold=Hold.SERVICE)
    refused = step(held, VehicleRefused(), REFERENCE)
    broken = step(refused, FaultFound(Fault.TAMPERED), REFERENCE)
    assert (broken.state, broken.fault, broken.before) == (State.FAULT, Fault.TAMPERED, State.LOCKED)
    assert step(refused, FaultFound(Fault.BUS), REFERENCE) is refused
    assert step(refused, VehicleAccepted(), REFERENCE) == held
    assert step(broken, FaultMended(), REFERENCE) is broken


@pytest.mark.parametrize(
    ("lock", "before", "grace_ms"),
    [
        (Lock(State.ENTRY, 1), State.CODE, 0),
        (Lock(State.DARK, grace_left_ms=900), State.PLAYING, 0),
        (Lock(State.SCRAMBLED, grace_left_ms=900), State.SCRAMBLED, 900),
        (Lock(State.PLAYING), State.PLAYING, 0),
    ],
)
def test_set_aside_it_drops_what_is_half_done(lock, before, grace_ms):
    aside = step(lock, VehicleRefused(), REFERENCE)
    assert (aside.state, aside.before, aside.grace_left_ms, aside.errors) == (
        State.PROTECTED,
        before,
        grace_ms,
        lock.errors,
    )


def test_time_takes_its_part_of_a_wait_and_of_a_grace():
    waiting = Lock(State.WAIT, 2, 70_000, 90_000)
    assert step(waiting, TimePassed(9, 1), REFERENCE) == Lock(State.WAIT, 2, 69_999, 90_000)
    assert step(waiting, TimePassed(0, 69_999), REFERENCE) == Lock(State.WAIT, 2, 1, 90_000)
    assert step(waiting, TimePassed(0, 70_000), REFERENCE) == Lock(State.CODE, 2)
    scrambled = Lock(State.SCRAMBLED, 2, grace_left_ms=900, pending=A)
    assert step(scrambled, TimePassed(899, 0), REFERENCE) == Lock(
        State.SCRAMBLED, 2, grace_left_ms=1, pending=A
    )
    dark = Lock(State.DARK, grace_left_ms=900)
    assert step(dark, TimePassed(899, 0), REFERENCE) == Lock(State.DARK, grace_left_ms=1)
    assert step(dark, TimePassed(900, 0), REFERENCE) == Lock(State.PLAYING)


def test_holds_open_to_their_own_key_alone_and_keep_the_count():
    for hold, event in ((Hold.KEY_CYCLE, IgnitionCycled()), (Hold.SERVICE, TriesGranted())):
        held = Lock(State.LOCKED, 2, hold=hold)
        assert step(held, event, REFERENCE) == Lock(State.CODE, 2)
        for other in set(Hold) - {hold}:
            kept = Lock(State.LOCKED, 2, hold=other)
            assert step(kept, event, REFERENCE) is kept


def test_a_grace_after_the_right_code_and_before_silence():
    assert step(Lock(State.CHECKING, 2), RightCode(), ladder(dark_ms=7)) == Lock(State.DARK, grace_left_ms=7)
    assert step(Lock(State.CHECKING, 2), RightCode(), ladder(dark_ms=0)) == Lock(State.PLAYING)
    for state in (State.PLAYING, State.DARK):
        lock = Lock(state, grace_left_ms=5 if state is State.DARK else 0)
        asked = step(lock, SupplyReturned(3_000), ladder(scrambled_ms=7))
        assert asked == Lock(State.SCRAMBLED, grace_left_ms=7)
        assert step(lock, SupplyReturned(3_000), ladder()) == Lock(State.CODE)
        assert step(lock, SupplyReturned(2_999), ladder()) == Lock(State.PLAYING)


def test_the_second_writing_names_every_state_and_every_event():
    assert {state for state, _, _ in told(TABLE)} == set(State)
    assert {event for _, event, _ in told(TABLE)} == set(get_args(Event)) == {type(each) for each in EXAMPLES}


def test_the_second_lock_follows_the_right_code_and_keeps_nothing():
    policy = ladder(A_WAIT, second_lock=True)
    assert step(Lock(State.CHECKING, 2, pending=A), RightCode(), policy) == Lock(State.SYNC)
    assert step(Lock(State.SYNC), Synchronised(), policy) == Lock(State.DARK, grace_left_ms=2_000)
    assert step(Lock(State.SYNC), SupplyReturned(2_999), policy) == Lock(State.SYNC)
    assert step(Lock(State.SYNC), SupplyReturned(3_000), policy) == Lock(State.CODE)


def test_the_car_opens_and_clears_nothing():
    """The VIN is no secret: whoever sends it must not get the tries back."""
    for policy, opened in ((ladder(), State.DARK), (ladder(dark_ms=0), State.PLAYING)):
        found = step(Lock(State.CODE, 2, pending=A), CarKnown(), policy)
        assert (found.state, found.errors, found.pending) == (opened, 2, A)
        asked = step(step(found, TimePassed(9_999, 0), policy), SupplyReturned(3_000), policy)
        assert asked == Lock(State.CODE, 2, pending=A)
    assert step(Lock(State.CODE, 2), CarKnown(), ladder(second_lock=True)) == Lock(State.SYNC, 2)


def test_an_ended_pairing_asks_and_lifts_nothing():
    waiting = Lock(State.WAIT, 2, 70_000, 90_000)
    aside = step(waiting, VehicleRefused(), REFERENCE)
    assert step(aside, PairingReleased(), REFERENCE) == waiting
    for at in (State.PLAYING, State.SYNC):
        refused = step(Lock(at, 1), VehicleRefused(), REFERENCE)
        assert step(refused, PairingReleased(), REFERENCE) == Lock(State.CODE, 1)


@pytest.mark.parametrize("fault", [Fault.BUS, Fault.TAMPERED])
def test_an_ended_pairing_mends_no_fault_and_asks_behind_it(fault):
    broken = {"state": State.FAULT, "fault": fault}
    for at in (State.PLAYING, State.SYNC):
        found = step(Lock(at, 1), FaultFound(fault), REFERENCE)
        assert step(found, PairingReleased(), REFERENCE) == Lock(errors=1, before=State.CODE, **broken)
        garbled = step(found, PairingReleased(), ladder(scrambled_ms=4_000))
        assert garbled == Lock(errors=1, grace_left_ms=4_000, before=State.SCRAMBLED, **broken)
    waiting = step(Lock(State.WAIT, 2, 70_000, 90_000), FaultFound(fault), REFERENCE)
    assert step(waiting, PairingReleased(), REFERENCE) == waiting


def test_an_entry_that_is_owed_is_answered_for_while_it_plays_garbled_too():
    """The car opened it meanwhile, and it was carried off again."""
    policy = ladder(Blocked(1), scrambled_ms=4_000, remembers=True)
    owing = step(Lock(State.CODE, 1, pending=A), CarKnown(), policy)
    garbled = step(step(owing, TimePassed(9_999, 0), policy), SupplyReturned(3_000), policy)
    assert (garbled.state, garbled.pending) == (State.SCRAMBLED, A)
    assert step(garbled, EntryConfirmed(B), policy) == Lock(State.LOCKED, 1, hold=Hold.SERVICE)
