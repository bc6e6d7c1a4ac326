"""The lock: the only file that decides. State in, event in, state out.

Theory
------
A playing radio that was without supply for longer than its `power_gap_ms_min` asks for its code. A whole
entry that was confirmed is counted as an error *first* (state CHECKING, written durably by the caller), then
compared, and only then forgiven or punished; so no way of cutting the power turns a wrong guess into a free
one, and one that is cut in the middle costs an honest owner at most one error. Where such an entry is
remembered, the same one again costs nothing, and another is not compared before the first is answered for.
What an error brings is the policy's business (`LockPolicy.penalty_after`); the count goes on through every
wait and is cleared by the right code alone, or by a power cut where the model is documented to do so.

Only *qualified* milliseconds count towards a wait: whether a second qualifies is judged by the unit, which
knows its supply and its ignition. Nothing keyed during a wait counts, nothing incomplete counts.

A navigation unit has a second lock: after the right code it plays only once the base answered (state SYNC).
The count is clean by then, and nothing that happens to an answer costs an error. The car that a paired unit
knows opens it as the code would, but never out of a wait or a lock, and it clears no error.

Events that a state does not list change nothing. `TRANSITIONS` is checked against `step` by a test, and the
picture in docs/lock.md is drawn from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from radiokey.headunit.policy import (
    Blocked,
    Dead,
    LockPolicy,
    PowerCutEffect,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)

ERRORS_MAX: Final = 0xFFFF


class State(StrEnum):
    """What the lock is doing."""

    PLAYING = "playing"
    CODE = "code"
    SCRAMBLED = "scrambled"
    ENTRY = "entry"
    CHECKING = "checking"
    WAIT = "wait"
    LOCKED = "locked"
    PERMANENT = "permanent"
    SYNC = "sync"
    DARK = "dark"
    PROTECTED = "protected"
    FAULT = "fault"


class Hold(StrEnum):
    """What ends a LOCKED state."""

    NOTHING = "nothing"
    POWER_CUT = "power-cut"
    KEY_CYCLE = "key-cycle"
    SERVICE = "service"


class Fault(StrEnum):
    """Why a unit is in FAULT; never "wrong code"."""

    NONE = "none"
    MEMORY = "memory"
    FIRMWARE = "firmware"
    BUS = "bus"
    TAMPERED = "tampered"


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock's whole state.

    `errors` counts the wrong codes since the last right one. `wait_left_ms` of `wait_ms` qualified
    milliseconds remain in WAIT, `grace_left_ms` in SCRAMBLED and DARK. `pending` is the keyed digest of the
    entry being checked, or of one that a power cut interrupted where the policy remembers it. `before` is
    the state that PROTECTED and FAULT return to; a gap in the supply reaches it there, so that no radio plays
    in another car because it was set aside while it was carried.
    """

    state: State
    errors: int = 0
    wait_left_ms: int = 0
    wait_ms: int = 0
    grace_left_ms: int = 0
    hold: Hold = Hold.NOTHING
    fault: Fault = Fault.NONE
    pending: bytes = b""
    before: State = State.PLAYING


# --- what happens --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SupplyReturned:
    """The supply is back after `gap_ms` without it."""

    gap_ms: int


@dataclass(frozen=True, slots=True)
class IgnitionCycled:
    """The ignition was off and is on again."""


@dataclass(frozen=True, slots=True)
class DigitKeyed:
    """The entry on the panel was started or got longer."""


@dataclass(frozen=True, slots=True)
class EntryDropped:
    """The entry on the panel was given up: nothing of it remains, nothing counts."""


@dataclass(frozen=True, slots=True)
class EntryConfirmed:
    """A whole entry was confirmed; `digest` is its keyed digest."""

    digest: bytes


@dataclass(frozen=True, slots=True)
class RightCode:
    """The confirmed entry is the unit's code."""


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The confirmed entry is whole and is not the unit's code."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """`ms` milliseconds went by under supply, `qualified_ms` of them under the policy's condition."""

    ms: int
    qualified_ms: int


@dataclass(frozen=True, slots=True)
class TriesGranted:
    """The maker's service allows more tries."""


@dataclass(frozen=True, slots=True)
class VehicleRefused:
    """The car does not recognise this unit."""


@dataclass(frozen=True, slots=True)
class VehicleAccepted:
    """The car recognises this unit."""


@dataclass(frozen=True, slots=True)
class CarKnown:
    """The car that this unit is paired to is the one around it."""


@dataclass(frozen=True, slots=True)
class PairingReleased:
    """The base ended the pairing. What played asks for the code, which its next owner has; a wait stands."""


@dataclass(frozen=True, slots=True)
class Synchronised:
    """The base answered this unit's challenge: the second lock is open."""


@dataclass(frozen=True, slots=True)
class FaultFound:
    """Something is wrong that is not the code: memory, firmware, bus, tampering."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class FaultMended:
    """What was wrong is mended; memory and tampering are not mended by an event."""


@dataclass(frozen=True, slots=True)
class ChipProvisioned:
    """A grant made a chip this unit's memory anew: whatever the old one held is over."""


Event = (
    SupplyReturned
    | IgnitionCycled
    | DigitKeyed
    | EntryDropped
    | EntryConfirmed
    | RightCode
    | WrongCode
    | TimePassed
    | TriesGranted
    | VehicleRefused
    | VehicleAccepted
    | CarKnown
    | PairingReleased
    | Synchronised
    | FaultFound
    | FaultMended
    | ChipProvisioned
)

_ASKING: Final = frozenset({State.CODE, State.SCRAMBLED})
_LASTING: Final = frozenset({Fault.MEMORY, Fault.TAMPERED})
_PUNISHED: Final = frozenset({State.CODE, State.WAIT, State.LOCKED, State.PERMANENT})
_CONFIRMED: Final = frozenset({State.CHECKING, State.WAIT, State.LOCKED, State.PERMANENT})
_ANYWHERE: Final = {VehicleRefused: frozenset({State.PROTECTED}), FaultFound: frozenset({State.FAULT})}
_OPENED: Final = frozenset({State.DARK, State.PLAYING})
_UNLOCKED: Final = _OPENED | {State.SYNC}
_BEFORE: Final = _ASKING | _PUNISHED | {State.PLAYING, State.CHECKING, State.SYNC}

TRANSITIONS: Final[Mapping[State, Mapping[type[Event], frozenset[State]]]] = {
    State.PLAYING: {
        SupplyReturned: frozenset({State.PLAYING}) | _ASKING,
        PairingReleased: _ASKING,
        **_ANYWHERE,
    },
    State.CODE: {
        SupplyReturned: frozenset({State.CODE}),
        DigitKeyed: frozenset({State.ENTRY}),
        EntryConfirmed: _CONFIRMED,
        CarKnown: _UNLOCKED,
        **_ANYWHERE,
    },
    State.SCRAMBLED: {
        SupplyReturned: frozenset({State.CODE}),
        DigitKeyed: frozenset({State.ENTRY}),
        EntryConfirmed: _CONFIRMED,
        TimePassed: _ASKING,
        CarKnown: _UNLOCKED,
        **_ANYWHERE,
    },
    State.ENTRY: {
        SupplyReturned: frozenset({State.CODE}),
        DigitKeyed: frozenset({State.ENTRY}),
        EntryDropped: frozenset({State.CODE}),
        EntryConfirmed: _CONFIRMED,
        CarKnown: _UNLOCKED,
        **_ANYWHERE,
    },
    State.CHECKING: {
        SupplyReturned: _PUNISHED,
        RightCode: _UNLOCKED,
        WrongCode: _PUNISHED,
        **_ANYWHERE,
    },
    State.WAIT: {
        SupplyReturned: frozenset({State.WAIT, State.CODE}),
        TimePassed: frozenset({State.WAIT, State.CODE}),
        **_ANYWHERE,
    },
    State.LOCKED: {
        SupplyReturned: frozenset({State.LOCKED, State.CODE}),
        IgnitionCycled: frozenset({State.LOCKED, State.CODE}),
        TriesGranted: frozenset({State.LOCKED, State.CODE}),
        **_ANYWHERE,
    },
    State.PERMANENT: {ChipProvisioned: frozenset({State.CODE}), **_ANYWHERE},
    State.SYNC: {
        SupplyReturned: frozenset({State.SYNC}) | _ASKING,
        Synchronised: _OPENED,
        PairingReleased: _ASKING,
        **_ANYWHERE,
    },
    State.DARK: {
        SupplyReturned: frozenset({State.PLAYING}) | _ASKING,
        TimePassed: _OPENED,
        PairingReleased: _ASKING,
        **_ANYWHERE,
    },
    State.PROTECTED: {
        SupplyReturned: frozenset({State.PROTECTED}),
        VehicleAccepted: _BEFORE,
        PairingReleased: _BEFORE - {State.PLAYING, State.SYNC},
        FaultFound: frozenset({State.PROTECTED, State.FAULT}),
    },
    State.FAULT: {
        SupplyReturned: frozenset({State.FAULT}),
        FaultFound: frozenset({State.FAULT}),
        PairingReleased: frozenset({State.FAULT}),
        FaultMended: _BEFORE | {State.FAULT},
        ChipProvisioned: frozenset({State.CODE, State.FAULT}),
    },
}
"""What may follow: state -> event -> states. Whatever is not listed changes nothing."""


def step(lock: Lock, event: Event, policy: LockPolicy) -> Lock:
    """Return the lock after `event`. Pure: no clock, no chance, no I/O; an unlisted event changes nothing."""
    decide = _LISTED[lock.state].get(type(event))
    return lock if decide is None else decide(lock, event, policy)


def _supply_returned(lock: Lock, event: SupplyReturned, policy: LockPolicy) -> Lock:
    match lock.state:
        case State.PLAYING | State.DARK | State.SYNC:
            short = State.SYNC if lock.state is State.SYNC else State.PLAYING
            after = _ask(lock, policy) if event.gap_ms >= policy.power_gap_ms_min else _unlocked(lock, short)
        case State.WAIT:
            after = _cut_in_wait(lock, policy)
        case State.LOCKED if lock.hold is Hold.POWER_CUT:
            after = Lock(State.CODE, errors=_after_cut(lock.errors, policy))
        case State.CHECKING if not policy.remembers_pending:
            after = _punish(lock, policy)
        case State.CHECKING | State.ENTRY | State.SCRAMBLED:
            after = Lock(State.CODE, errors=lock.errors, pending=lock.pending)
        case State.PROTECTED | State.FAULT:
            behind = replace(lock, state=lock.before, before=State.PLAYING, fault=Fault.NONE)
            behind = _supply_returned(behind, event, policy)
            after = replace(behind, state=lock.state, before=behind.state, fault=lock.fault)
        case _:
            after = lock
    return after


def _ask(lock: Lock, policy: LockPolicy) -> Lock:
    after = _unlocked(lock, State.SCRAMBLED if policy.scrambled_ms else State.CODE)
    return replace(after, grace_left_ms=policy.scrambled_ms)


def _unlocked(lock: Lock, state: State) -> Lock:
    """Return the lock in a state without a wait: what the car opened keeps its errors and owes its entry."""
    return Lock(state, errors=lock.errors, pending=lock.pending)


def _cut_in_wait(lock: Lock, policy: LockPolicy) -> Lock:
    match policy.power_cut:
        case PowerCutEffect.NONE:
            return lock
        case PowerCutEffect.RESTART_WAIT:
            return replace(lock, wait_left_ms=lock.wait_ms)
        case PowerCutEffect.RESET_ATTEMPTS | PowerCutEffect.REPROMPT:
            return Lock(State.CODE, errors=_after_cut(lock.errors, policy))
        case unknown:
            assert_never(unknown)


def _after_cut(errors: int, policy: LockPolicy) -> int:
    return 0 if policy.power_cut is PowerCutEffect.RESET_ATTEMPTS else errors


def _ignition_cycled(lock: Lock, _event: IgnitionCycled, _policy: LockPolicy) -> Lock:
    return Lock(State.CODE, errors=lock.errors) if lock.hold is Hold.KEY_CYCLE else lock


def _tries_granted(lock: Lock, _event: TriesGranted, _policy: LockPolicy) -> Lock:
    return Lock(State.CODE, errors=lock.errors) if lock.hold is Hold.SERVICE else lock


def _digit_keyed(lock: Lock, _event: DigitKeyed, _policy: LockPolicy) -> Lock:
    if lock.state is State.ENTRY:
        return lock
    return Lock(State.ENTRY, errors=lock.errors, pending=lock.pending)


def _entry_dropped(lock: Lock, _event: EntryDropped, _policy: LockPolicy) -> Lock:
    return Lock(State.CODE, errors=lock.errors, pending=lock.pending)


def _entry_confirmed(lock: Lock, event: EntryConfirmed, policy: LockPolicy) -> Lock:
    counted = policy.remembers_pending and lock.pending == event.digest
    owing = policy.remembers_pending and lock.pending and not counted
    if owing and policy.penalty_after(lock.errors) is not None:
        # The entry that a cut interrupted is answered before another is compared.
        return _punish(lock, policy)
    errors = lock.errors if counted else min(lock.errors + 1, ERRORS_MAX)
    return Lock(State.CHECKING, errors=errors, pending=event.digest)


def _right_code(_lock: Lock, _event: RightCode, policy: LockPolicy) -> Lock:
    return Lock(State.SYNC) if policy.second_lock else _open(Lock(State.PLAYING), policy)


def _car_known(lock: Lock, _event: CarKnown, policy: LockPolicy) -> Lock:
    return _unlocked(lock, State.SYNC) if policy.second_lock else _open(lock, policy)


def _synchronised(lock: Lock, _event: Synchronised, policy: LockPolicy) -> Lock:
    return _open(lock, policy)


def _open(lock: Lock, policy: LockPolicy) -> Lock:
    after = _unlocked(lock, State.DARK if policy.dark_ms else State.PLAYING)
    return replace(after, grace_left_ms=policy.dark_ms)


def _wrong_code(lock: Lock, _event: WrongCode, policy: LockPolicy) -> Lock:
    return _punish(lock, policy)


def _punish(lock: Lock, policy: LockPolicy) -> Lock:
    match policy.penalty_after(lock.errors):
        case None:
            return Lock(State.CODE, errors=lock.errors)
        case Wait(ms=(_, longest)):
            return Lock(State.WAIT, errors=lock.errors, wait_left_ms=longest, wait_ms=longest)
        case UntilPowerCut():
            return Lock(State.LOCKED, errors=lock.errors, hold=Hold.POWER_CUT)
        case UntilKeyCycle():
            return Lock(State.LOCKED, errors=lock.errors, hold=Hold.KEY_CYCLE)
        case Blocked():
            return Lock(State.LOCKED, errors=lock.errors, hold=Hold.SERVICE)
        case Dead():
            return Lock(State.PERMANENT, errors=lock.errors)
        case unknown:
            assert_never(unknown)


def _time_passed(lock: Lock, event: TimePassed, _policy: LockPolicy) -> Lock:
    if lock.state is State.WAIT:
        left = lock.wait_left_ms - event.qualified_ms
        # The step that is taken most often: `replace` would take twice as long.
        return (
            Lock(State.WAIT, lock.errors, left, lock.wait_ms) if left > 0 else Lock(State.CODE, lock.errors)
        )
    left = lock.grace_left_ms - event.ms
    if left > 0:
        return replace(lock, grace_left_ms=left)
    after = State.PLAYING if lock.state is State.DARK else State.CODE
    return Lock(after, errors=lock.errors, pending=lock.pending)


def _vehicle_refused(lock: Lock, _event: VehicleRefused, _policy: LockPolicy) -> Lock:
    return _suspend(lock, State.PROTECTED)


def _vehicle_accepted(lock: Lock, _event: VehicleAccepted, _policy: LockPolicy) -> Lock:
    return replace(lock, state=lock.before, before=State.PLAYING)


def _pairing_released(lock: Lock, _event: PairingReleased, policy: LockPolicy) -> Lock:
    at = lock.before if lock.state in {State.PROTECTED, State.FAULT} else lock.state
    after = _ask(lock, policy) if at in _UNLOCKED else replace(lock, state=at, before=State.PLAYING)
    if lock.state is not State.FAULT:
        return after
    return replace(after, state=State.FAULT, before=after.state, fault=lock.fault)


def _fault_found(lock: Lock, event: FaultFound, _policy: LockPolicy) -> Lock:
    if lock.state in {State.PROTECTED, State.FAULT} and event.fault not in _LASTING:
        return lock  # mending it must not let a unit out that the car refuses, or that was tampered with
    return replace(_suspend(lock, State.FAULT), fault=event.fault)


def _fault_mended(lock: Lock, _event: FaultMended, _policy: LockPolicy) -> Lock:
    if lock.fault in _LASTING:
        return lock
    return replace(lock, state=lock.before, before=State.PLAYING, fault=Fault.NONE)


def _chip_provisioned(lock: Lock, _event: ChipProvisioned, _policy: LockPolicy) -> Lock:
    if lock.state is State.FAULT and lock.fault not in _LASTING:
        return lock
    return Lock(State.CODE)


def _suspend(lock: Lock, state: State) -> Lock:
    """Suspend the lock in `state`, keeping the count and the wait; a half-keyed entry is dropped."""
    if lock.state in {State.PROTECTED, State.FAULT}:
        return replace(lock, state=state)
    before = {State.ENTRY: State.CODE, State.DARK: State.PLAYING}.get(lock.state, lock.state)
    grace_ms = lock.grace_left_ms if before is State.SCRAMBLED else 0
    return replace(lock, state=state, before=before, grace_left_ms=grace_ms)


_DECIDE: Final[Mapping[type[Event], Callable[..., Lock]]] = {
    SupplyReturned: _supply_returned,
    IgnitionCycled: _ignition_cycled,
    DigitKeyed: _digit_keyed,
    EntryDropped: _entry_dropped,
    EntryConfirmed: _entry_confirmed,
    RightCode: _right_code,
    WrongCode: _wrong_code,
    TimePassed: _time_passed,
    TriesGranted: _tries_granted,
    VehicleRefused: _vehicle_refused,
    VehicleAccepted: _vehicle_accepted,
    CarKnown: _car_known,
    PairingReleased: _pairing_released,
    Synchronised: _synchronised,
    FaultFound: _fault_found,
    FaultMended: _fault_mended,
    ChipProvisioned: _chip_provisioned,
}

_LISTED: Final = {state: {event: _DECIDE[event] for event in row} for state, row in TRANSITIONS.items()}
