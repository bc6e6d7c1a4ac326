"""What a stored record says: why the unit is locked, until when, what a cut would do, what may be done now.

Bytes in, facts out; the words are the caller's. It judges as a unit would (docs/spec/record.md, Reading), and
says what cannot be known: whether a record is this unit's without its key, whether it is the last one without
its counter, and which rules hold without the radio. Nothing here compares an entry, and no digest is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from radiokey.errors import InputError
from radiokey.headunit.lock import Fault, Hold, Lock, State, SupplyReturned, step
from radiokey.headunit.policy import (
    Blocked,
    ClockNeeds,
    Dead,
    LockPolicy,
    Penalty,
    PowerCutEffect,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)
from radiokey.headunit.store import SLOTS, Record
from radiokey.headunit.stored import WHAT, Form, Reads, Stored
from radiokey.headunit.unit import WAIT_SAVED_EVERY_MS
from radiokey.language.speech import gettext


class Verdict(StrEnum):
    """What the whole of it is. A unit takes `SOUND` alone, and `UNCHECKED` if its MAC turns out right.

    `FOREIGN`: no record here was written under this key. `FORGED`: a right CRC over what no unit writes.
    `MISPLACED`: a good record in a sector in which no unit writes it.
    `OLDER`, `AHEAD`: the newest record is not the one that the device's counter speaks of.
    """

    SOUND = "sound"
    UNCHECKED = "unchecked"
    FOREIGN = "foreign"
    FORGED = "forged"
    MISPLACED = "misplaced"
    DAMAGED = "damaged"
    OLDER = "older"
    AHEAD = "ahead"


class Why(StrEnum):
    """Why it does not play, or that it does."""

    PLAYS = "plays"
    ASKS = "asks"
    INTERRUPTED = "interrupted"
    COMPARING = "comparing"
    WAITS = "waits"
    UNTIL_POWER_CUT = "until-power-cut"
    UNTIL_KEY_CYCLE = "until-key-cycle"
    UNTIL_SERVICE = "until-service"
    LOCKED = "locked"
    PERMANENT = "permanent"
    SYNCHRONISES = "synchronises"
    PROTECTED = "protected"
    MEMORY = "memory"
    FIRMWARE = "firmware"
    BUS = "bus"
    TAMPERED = "tampered"
    FAULT = "fault"


class Ends(StrEnum):
    """What ends it."""

    NOTHING_TO_END = "nothing-to-end"
    CODE = "code"
    SUPPLY = "supply"
    TIME = "time"
    POWER_CUT = "power-cut"
    KEY_CYCLE = "key-cycle"
    SERVICE = "service"
    NOT_SAID = "not-said"
    GRANT = "grant"
    CAR = "car"
    BASE = "base"
    MENDING = "mending"


class Unsure(StrEnum):
    """What cannot be known from what was given."""

    KEY = "key"
    COUNTER = "counter"
    POLICY = "policy"
    CAUTIOUS = "cautious"
    UNLIKE = "unlike"
    ONE_RECORD = "one-record"
    UNFINISHED = "unfinished"
    STRANGER = "stranger"
    UNSAVED = "unsaved"


ENDS: Final[Mapping[Why, Ends]] = {
    Why.PLAYS: Ends.NOTHING_TO_END,
    Why.ASKS: Ends.CODE,
    Why.INTERRUPTED: Ends.CODE,
    Why.COMPARING: Ends.SUPPLY,
    Why.WAITS: Ends.TIME,
    Why.UNTIL_POWER_CUT: Ends.POWER_CUT,
    Why.UNTIL_KEY_CYCLE: Ends.KEY_CYCLE,
    Why.UNTIL_SERVICE: Ends.SERVICE,
    Why.LOCKED: Ends.NOT_SAID,
    Why.PERMANENT: Ends.GRANT,
    Why.SYNCHRONISES: Ends.BASE,
    Why.PROTECTED: Ends.CAR,
    Why.MEMORY: Ends.GRANT,
    Why.FIRMWARE: Ends.MENDING,
    Why.BUS: Ends.MENDING,
    Why.TAMPERED: Ends.GRANT,
    Why.FAULT: Ends.MENDING,
}
_HELD: Final = {
    Hold.NOTHING: Why.LOCKED,
    Hold.POWER_CUT: Why.UNTIL_POWER_CUT,
    Hold.KEY_CYCLE: Why.UNTIL_KEY_CYCLE,
    Hold.SERVICE: Why.UNTIL_SERVICE,
}
_AT_FAULT: Final = {
    Fault.NONE: Why.FAULT,
    Fault.MEMORY: Why.MEMORY,
    Fault.FIRMWARE: Why.FIRMWARE,
    Fault.BUS: Why.BUS,
    Fault.TAMPERED: Why.TAMPERED,
}
_AT: Final = {
    State.PLAYING: Why.PLAYS,
    State.DARK: Why.PLAYS,
    State.CHECKING: Why.COMPARING,
    State.WAIT: Why.WAITS,
    State.PERMANENT: Why.PERMANENT,
    State.SYNC: Why.SYNCHRONISES,
    State.PROTECTED: Why.PROTECTED,
}
_STRANGE: Final = frozenset({Reads.FOREIGN, Reads.FORGED, Reads.MISPLACED})
_CUT_MATTERS: Final = frozenset({State.CHECKING, State.WAIT, State.LOCKED})


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules to read by.

    `cuts_told`: whether it may be said what a power cut does to a lock. Of a maker's radio it is not, since
    it eases theft; of the reference policy, and of engineers' own units, it is. `cautious`: the catalogue
    does not know this radio's schedule or clock, and these are the careful reading.
    """

    policy: LockPolicy
    cuts_told: bool
    cautious: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for a record. `sequence` is `None` where no number can be read."""

    reads: Reads
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Cut:
    """What losing the supply now would lead to: after a gap below `gap_ms_min`, and after a longer one.

    `again_ms` is the range of the wait already served that would be waited again.
    """

    gap_ms_min: int
    short: Lock
    long: Lock
    again_ms: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything a stored record says.

    `lock` is what a unit with this key and this counter goes by, not what a refused record claims; `behind`
    is why it would not play once it is no longer set aside, `None` where it is not, or never comes back.
    `clock_needs` and `tries_left` are `None` where the rules are not known or set none. `cut` is `None` where
    the rules are not known, or where it is withheld (`cut_withheld`).
    """

    form: Form
    verdict: Verdict
    slots: tuple[Slot, ...]
    sequence: int | None
    counter: int | None
    lock: Lock
    why: Why
    behind: Why | None
    clock_needs: ClockNeeds | None
    tries_left: int | None
    cut: Cut | None
    cut_withheld: bool
    unsure: tuple[Unsure, ...]

    @property
    def ends(self) -> Ends:
        """What ends it."""
        return ENDS[self.why]


# --- what it means ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """A stored thing as it was read, and beside what."""

    stored: Stored
    slots: tuple[tuple[Reads, Record | None], ...]
    counter: int | None
    checked: bool

    @property
    def newest(self) -> Record | None:
        return _newest(self.slots)

    @property
    def verdict(self) -> Verdict:
        newest = self.newest
        if newest is not None:
            ahead = 0 if self.counter is None else newest.sequence - self.counter
            if ahead in {0, 1}:
                return Verdict.SOUND if self.checked else Verdict.UNCHECKED
            return Verdict.OLDER if ahead < 0 else Verdict.AHEAD
        found = {reads for reads, _ in self.slots}
        for kind in (Reads.FOREIGN, Reads.FORGED, Reads.MISPLACED, Reads.DAMAGED):
            if kind in found:
                return Verdict(kind.value)
        if found == {Reads.EMPTY}:
            raise InputError(gettext("there is no record here: all of it is erased"), hint=gettext(WHAT))
        raise InputError(gettext("there is no record of version 1 or 2 here"), hint=gettext(WHAT))

    @property
    def lock(self) -> Lock:
        """What a unit goes by; one that takes no record is in a fault, and fails closed."""
        if self.verdict in {Verdict.OLDER, Verdict.AHEAD}:
            return Lock(State.FAULT, fault=Fault.TAMPERED)
        return self.newest.lock if self.newest else Lock(State.FAULT, fault=Fault.MEMORY)

    def unsure(self, rules: Rules | None) -> tuple[Unsure, ...]:
        newest = self.newest
        if newest is None:
            return () if self.checked else (Unsure.KEY,)
        banks = [_newest(self.slots[at : at + SLOTS]) for at in range(0, len(self.slots), SLOTS)]
        lagging = any(bank != newest for bank in banks) or self.counter == newest.sequence - 1
        taken = self.verdict in {Verdict.SOUND, Verdict.UNCHECKED}
        surely = rules is not None and not rules.cautious
        applies = {
            Unsure.KEY: not self.checked,
            Unsure.COUNTER: self.counter is None,
            Unsure.POLICY: rules is None,
            Unsure.CAUTIOUS: rules is not None and rules.cautious,
            Unsure.UNLIKE: surely and rules is not None and not _fits(self.lock, rules.policy),
            Unsure.ONE_RECORD: self.stored.form is Form.RECORD,
            Unsure.UNFINISHED: taken and lagging,
            Unsure.STRANGER: any(reads in _STRANGE for reads, _ in self.slots),
            Unsure.UNSAVED: _real(self.lock) is State.WAIT and self.stored.unsaved_ms is None,
        }
        return tuple(doubt for doubt, there in applies.items() if there)


def explain(
    data: bytes, *, key: bytes | None = None, counter: int | None = None, rules: Rules | None = None
) -> Explained:
    """Return what the stored `data` says; raise `InputError` where there is no record in it.

    `key` is the device's; `counter` is its counter, for data that does not bring one.
    """
    stored = Stored.parse(data)
    counter = counter if stored.counter is None else stored.counter
    slots = stored.read_slots(key)
    seen = _Reading(stored, slots, counter, checked=key is not None)
    lock, newest = seen.lock, seen.newest
    behind = why(replace(lock, state=_real(lock))) if _real(lock) is not lock.state else None
    policy = rules.policy if rules else None
    withheld = rules is not None and not rules.cuts_told and _real(lock) in _CUT_MATTERS
    return Explained(
        form=stored.form,
        verdict=seen.verdict,
        slots=tuple(Slot(reads, record.sequence if record else None) for reads, record in slots),
        sequence=newest.sequence if newest else None,
        counter=counter,
        lock=lock,
        why=_shown_reason(why(lock), rules),
        behind=_shown_reason(behind, rules) if behind else None,
        clock_needs=policy.clock_needs if policy and _real(lock) is State.WAIT else None,
        tries_left=policy.tries_until_stop(lock.errors) if policy else None,
        cut=_cut(lock, policy, stored.unsaved_ms) if policy and not withheld else None,
        cut_withheld=withheld,
        unsure=seen.unsure(rules),
    )


def why(lock: Lock) -> Why:
    """Return why a unit with this lock does not play, or that it does."""
    if lock.state is State.FAULT:
        return _AT_FAULT[lock.fault]
    if lock.state is State.LOCKED:
        return _HELD[lock.hold]
    return _AT.get(lock.state, Why.INTERRUPTED if lock.pending else Why.ASKS)


def _shown_reason(reason: Why, rules: Rules | None) -> Why:
    """Return `reason` as it may be shown: that a cut ends a maker's lock is withheld."""
    return Why.LOCKED if reason is Why.UNTIL_POWER_CUT and not (rules and rules.cuts_told) else reason


def _real(lock: Lock) -> State:
    """Return the state that matters: of a unit that is set aside and may come back, the one it comes to."""
    returns = lock.state is State.PROTECTED or ENDS[why(lock)] is Ends.MENDING
    return lock.before if returns else lock.state


def _newest(looked: Sequence[tuple[Reads, Record | None]]) -> Record | None:
    good = (record for reads, record in looked if record and reads in {Reads.SOUND, Reads.UNCHECKED})
    return max(good, key=lambda record: record.sequence, default=None)


def _cut(lock: Lock, policy: LockPolicy, unsaved_ms: int | None) -> Cut:
    gap_ms = policy.power_gap_ms_min
    short = step(lock, SupplyReturned(max(0, gap_ms - 1)), policy) if gap_ms else lock
    again_ms = (0, 0)
    if _real(lock) is State.WAIT and policy.power_cut in {PowerCutEffect.NONE, PowerCutEffect.RESTART_WAIT}:
        longest_ms = WAIT_SAVED_EVERY_MS - 1 if unsaved_ms is None else unsaved_ms
        served_ms = short.wait_left_ms - lock.wait_left_ms
        again_ms = (served_ms + (unsaved_ms or 0), served_ms + longest_ms)
    return Cut(gap_ms, short, step(lock, SupplyReturned(gap_ms), policy), again_ms)


_BRINGS: Final[Mapping[Why, type[Penalty]]] = {
    Why.UNTIL_POWER_CUT: UntilPowerCut,
    Why.UNTIL_KEY_CYCLE: UntilKeyCycle,
    Why.UNTIL_SERVICE: Blocked,
    Why.PERMANENT: Dead,
}


def _fits(lock: Lock, policy: LockPolicy) -> bool:
    """Say whether this policy brings such a lock about; a record does not say under which it was written."""
    reason = why(replace(lock, state=_real(lock), fault=Fault.NONE))
    penalty = policy.penalty_after(lock.errors) if lock.errors else None
    if reason is Why.WAITS:
        return isinstance(penalty, Wait) and penalty.ms[1] == lock.wait_ms
    if reason is Why.INTERRUPTED:
        return policy.remembers_pending
    return reason not in _BRINGS or isinstance(penalty, _BRINGS[reason])
