"""A unit on a chip that keeps a journal: it lives an act or a boot, and is judged by what it owes.

The judge knows the lock's own table (`step`) and what a lock promises whatever its table says. The real `HeadUnit`
with the real `Store` does everything else: not a byte of a record is written here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import ModuleType, SimpleNamespace
from typing import Any, Final

from cutchip import Did, Image, JournalChip, JournalCounter, Lie, Op

from radiokey.clock import HOUR_MS
from radiokey.code.signed import SIGNATURE_SIZE
from radiokey.headunit import store as real_store
from radiokey.headunit import unit as real_unit
from radiokey.headunit.device import Device
from radiokey.headunit.events import SupplyLost, SupplyRestored
from radiokey.headunit.lock import Event, Fault, Lock, State, SupplyReturned, step
from radiokey.headunit.policy import PowerCutEffect

KEY: Final = bytes(range(32))
SERIAL: Final = "RK0000001"
SIGNATURE: Final = b"signed by whom this device trusts".ljust(SIGNATURE_SIZE)
SOUNDING: Final = frozenset({State.PLAYING, State.DARK, State.SCRAMBLED})
PAGE: Final = 32


@dataclass(frozen=True, slots=True)
class Code:
    """The code under test: a `store` and a `unit` module, the product's own or with a fault planted."""

    store: ModuleType = real_store
    unit: ModuleType = real_unit


@dataclass(frozen=True)
class Act:
    """Something done to the unit, and the events of the lock that it brings about.

    `entry`: the digest of what is keyed, where it is an entry. `cut` False: it is done, but not cut.
    `right`: it is the right code; `forgives`: it clears the count whatever it was (a grant).
    `opens`: it opens the unit without a code (the base, the car).
    `ends`: state, errors and wait left that it must end with, whatever was cut before it.
    """

    name: str
    do: Callable[[Any], None]
    events: tuple[Event, ...]
    entry: bytes = b""
    right: bool = False
    opens: bool = False
    forgives: bool = False
    cut: bool = True
    ends: tuple[State, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """What the unit owes whoever boots it next.

    One of `locks` is remembered. Unless the right code was compared (`opened`), at least `floor` and at most
    `ceiling` errors are counted, and at least `wait_ms` of a wait are left.
    """

    locks: frozenset[Lock]
    floor: int
    ceiling: int
    wait_ms: int = 0
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A unit without supply: what is on its chip, where its counter stands, which act comes next, what it owes."""

    image: Image
    counter: int
    position: int
    owed: Owed
    before: "Node | None" = None
    how: str = ""

    def schedule(self) -> list[str]:
        """Return what led here, one line a cut."""
        return [*(self.before.schedule() if self.before else []), *([self.how] if self.how else [])]


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was not kept, and the shortest schedule that shows it."""

    promise: str
    schedule: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(
            (self.promise, *(f"  {number}. {line}" for number, line in enumerate(self.schedule, 1)))
        )


@dataclass(slots=True)
class Report:
    """What was explored. `cuts`: points times what may be left there; `images`: those that differ, by number of cuts."""

    cuts: int = 0
    boots: int = 0
    runs: int = 0
    images: list[int] = field(default_factory=list)
    closed: bool = False
    faults: int = 0
    broken: list[Broken] = field(default_factory=list)

    def __str__(self) -> str:
        new = ", ".join(f"{count:,}" for count in self.images)
        end = "closed" if self.closed else "not closed"
        return (
            f"{self.cuts:,} cuts, {self.boots:,} boots, {self.runs:,} acts; new images by cut: {new} ({end})"
        )


class BrokenPromiseError(Exception):
    """Raised inside the runner where a promise is not kept."""


@dataclass(frozen=True, slots=True)
class How:
    """What is under test, and what befalls it.

    `gap_ms`: how long the supply is away at each cut. `page`: what was not synced arrives in any order of pages of
    this size (0: in order); `by_byte`: and of single bytes. `lies` and `deaf` are the chip's faults in the first
    life; every later boot finds an honest chip. `may_close`: whether a boot may end in a unit that is shut;
    `may_stop`: whether an act may; `copies`: how many banks must hold an error before its compare. `by_steps`:
    whether each commit of an act must be one step of the lock; if not, only what a boot then finds is judged.
    """

    code: Code = field(default_factory=Code)
    gap_ms: int = HOUR_MS
    page: int = PAGE
    by_byte: bool = False
    lies: Mapping[int, Lie] = field(default_factory=dict)
    deaf: frozenset[int] = frozenset()
    may_close: bool = False
    may_stop: bool = False
    copies: int = real_store.BANKS
    by_steps: bool = True


class Runner:
    """One unit of `design` with the code `factory`, brought somewhere by `setting`: it lives, and is judged."""

    def __init__(self, design: Any, factory: Any, setting: Callable[[Any], None], how: How) -> None:
        self.design, self.how = design, how
        self.policy = design.policy
        self.chip = JournalChip()
        self.counter = JournalCounter(self.chip)
        self.device = Device(KEY, SERIAL, self.counter, lambda _message, signature: signature == SIGNATURE)
        with self.watching():
            made = how.code.unit.HeadUnit.made
            self.unit = made(design, factory, device=self.device, chip=self.chip)
            setting(self.unit)
        self.around = replace(self.unit.around, supply=False, dark_for_ms=how.gap_ms)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Let the compare of an entry appear in the journal; remember what pure functions returned."""
        store, unit = self.how.code.store, self.how.code.unit
        kept = unit.hmac, store.decode, store._mac
        journal = self.chip

        def compare_digest(left: bytes, right: bytes) -> bool:
            journal.journal.append(Op(Did.COMPARE))
            return bool(kept[0].compare_digest(left, right))

        unit.hmac = SimpleNamespace(compare_digest=compare_digest)
        store.decode, store._mac = remembering(store.decode), remembering(store._mac)
        try:
            yield
        finally:
            unit.hmac, store.decode, store._mac = kept

    # --- one life ---------------------------------------------------------------------------------------------------

    def boot(self, node: Node) -> None:
        """Give the supply back to a unit with this node's chip and counter."""
        self.unit.handle(SupplyLost())
        self.chip.reset(node.image)
        self.chip.lies, self.chip.deaf = ({}, frozenset()) if node.before else (self.how.lies, self.how.deaf)
        self.counter.value = node.counter
        self.unit.around = self.around
        self.unit.handle(SupplyRestored())

    def here(self, position: int = 0) -> Node:
        """Return the unit as it is now, as a node that owes what it shows."""
        return Node(self.chip.image, self.counter.value, position, self.owing())

    def owing(self) -> Owed:
        status = self.unit.status
        memory = self.unit._store
        locks = frozenset({memory.record.lock if memory else real_store.kept(self.unit._lock)})
        return Owed(locks, status.errors, status.errors, status.wait_left_ms, status.state in SOUNDING)

    def after_boot(self, lock: Lock) -> Lock:
        """Return what a lock becomes, as remembered, when the supply returns."""
        return real_store.kept(step(lock, SupplyReturned(self.how.gap_ms), self.policy))

    def check_boot(self, owed: Owed) -> frozenset[Lock]:
        """Return which of the owed locks this boot found; raise `BrokenPromiseError` where it kept none."""
        status, sound = self.unit.status, self.unit.screen.sound
        lasting = status.fault in {Fault.MEMORY, Fault.TAMPERED}
        if lasting and self.unit._store is None:
            if sound != "silent" or status.state is not State.FAULT:
                raise BrokenPromiseError("a unit without a record is not silent")
            if not self.how.may_close:
                raise BrokenPromiseError(f"a boot ends in the fault {status.fault}")
            if self.chip.journal:
                raise BrokenPromiseError("a unit that found no record writes")
            return frozenset()
        if not owed.opened:
            self._check_semantics(owed)
        now = real_store.kept(self.unit._lock)
        found = frozenset(lock for lock in owed.locks if self.after_boot(lock) == now)
        if not found:
            shown = f"{status.state}, {status.errors} errors, {status.wait_left_ms} ms"
            raise BrokenPromiseError(f"a boot finds neither the old record nor the new one, but {shown}")
        self.check_copies()
        return found

    def _check_semantics(self, owed: Owed) -> None:
        status = self.unit.status
        if status.state in SOUNDING or self.unit.screen.sound != "silent":
            raise BrokenPromiseError("the radio plays without the right code")
        resets = self.policy.power_cut is PowerCutEffect.RESET_ATTEMPTS
        if status.errors < owed.floor and not resets:
            raise BrokenPromiseError(f"{status.errors} errors counted where {owed.floor} are owed")
        if status.errors > owed.ceiling:
            raise BrokenPromiseError(f"{status.errors} errors counted where at most {owed.ceiling} were made")
        forgives = resets or self.policy.power_cut is PowerCutEffect.REPROMPT
        if status.wait_left_ms < owed.wait_ms and not forgives:
            raise BrokenPromiseError(f"{status.wait_left_ms} ms of a wait left where {owed.wait_ms} are owed")

    def check_copies(self) -> None:
        """Every bank holds the record that the counter names."""
        for bank in copies(self.chip.image):
            if not any(record.sequence == self.counter.value for record in bank):
                raise BrokenPromiseError("a bank does not hold the record that the counter names")

    def check_compare(self, durable: Image, counter: int, errors: int) -> None:
        """The error was durable in every copy before the code was compared."""
        held = [
            any(
                (record.sequence, record.lock.state) == (counter, State.CHECKING)
                and record.lock.errors >= errors
                for record in bank
            )
            for bank in copies(durable)
        ]
        if sum(held) < self.how.copies:
            raise BrokenPromiseError("a code is compared before its error is durable in every copy")

    def costs(self, lock: Lock, act: Act) -> int:
        """Return how many errors an act may cost: one for a whole entry, none for one that a cut interrupted."""
        if not act.entry or (self.policy.remembers_pending and lock.pending == act.entry):
            return 0
        return int(step(lock, act.events[0], self.policy).state is State.CHECKING)

    def committed(self) -> list[Lock]:
        """Return the lock of each record in the journal, in the order of their numbers."""
        data = (op.data for op in self.chip.journal if op.did is Did.PROGRAM)
        records = [record for each in data if (record := _read(each, KEY))]
        return list({record.sequence: record.lock for record in records}.values())

    def stages(self, act: Act) -> list[Lock]:
        """Return what is remembered after each commit of an act that nothing disturbs."""
        lock = self.unit._lock
        found = [real_store.kept(lock)]
        for event in act.events:
            lock = step(lock, event, self.policy)
            if real_store.kept(lock) != found[-1]:
                found.append(real_store.kept(lock))
        return found


def remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a pure function of two arguments with a memory."""
    memory: dict[tuple[Any, Any], Any] = {}

    def remembered(one: Any, two: Any) -> Any:
        try:
            return memory[one, two]
        except KeyError:
            found = memory[one, two] = function(one, two)
            return found

    return remembered


_read: Final = remembering(lambda sector, key: real_store.decode(sector[: real_store.size_of(sector)], key))


def copies(image: Image) -> list[list[Any]]:
    """Return the valid records of each bank."""
    slots = real_store.SLOTS
    return [
        [record for sector in image[bank * slots : (bank + 1) * slots] if (record := _read(sector, KEY))]
        for bank in range(real_store.BANKS)
    ]
