"""A whole unit as a table: every state a practice radio can reach, found by doing everything to a real one.

Nothing here knows a rule of the lock. A `HeadUnit` is asked, breadth first: in each state that it reaches
every switch is thrown, an entry is begun, a right and a wrong one is confirmed, and a running clock is let
run out. What does not fit into a finite list of states becomes one of three registers, which a state names
and a move sets, so that who replays the table has nothing to decide:

- `left`: milliseconds until the state ends by itself; it runs in the states that say so;
- `saved`: what of it survives a cut of the supply; it is written each `WAIT_SAVED_EVERY_MS`;
- `errors`: how many codes were wrong. From some number on a schedule repeats itself, and so do the states.

States that differ in nothing that can ever be seen are one (partition refinement, as for any automaton). The
entry under the fingers is a table of its own (`headunit.entry_table`): it does not depend on the count.
How both are written down, and what a replayer does with them, says docs/spec/practice-table.md.
"""

import copy
from collections import deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from radiokey.clock import MINUTE_MS
from radiokey.code.value import Code
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.display import word_with_places
from radiokey.headunit.events import (
    CodeSent,
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    RadioSwitched,
    SupplyLost,
    SupplyRestored,
    TimeWent,
    UnitEvent,
)
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import State
from radiokey.headunit.panel import begin, presses_for
from radiokey.headunit.policy import WAIT_MS_MAX, Blocked, LockPolicy, Wait
from radiokey.headunit.status import Surroundings
from radiokey.headunit.store import Store
from radiokey.headunit.ticks import Ticks
from radiokey.headunit.unit import ASKING, Design, HeadUnit

SWITCHES: Final[Mapping[str, UnitEvent]] = {
    "radio on": RadioSwitched(on=True),
    "radio off": RadioSwitched(on=False),
    "ignition on": IgnitionTurned(Ignition.ON),
    "ignition off": IgnitionTurned(Ignition.OFF),
    "engine on": EngineRan(running=True),
    "engine off": EngineRan(running=False),
    "battery on": SupplyRestored(),
    "battery off": SupplyLost(),
}
"""What a hand can do to a practice radio beside its keys, in the words of `radiokey.vehicle.hand`."""
KEYED, RIGHT, WRONG, OVER = "keyed", "right", "wrong", "over"
INPUTS: Final = (*SWITCHES, KEYED, RIGHT, WRONG, OVER)
"""All that moves a unit: the switches, an entry begun, a whole one confirmed, the clock run out."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """All that a page shows of a state, but for the registers and the entry.

    `text` is what the display shows, with `{errors}`, `{wait}` (minutes and seconds left) and `{entry}` for
    what the replayer puts there. The rest is that of `Screen`, `Status` and `Surroundings`; `wrong` tells
    whether any code was wrong.
    """

    text: str
    lit: bool
    sound: str
    own: bool
    state: str
    wrong: bool
    tries_left: int | None
    clock_runs: bool
    clock_lacks: tuple[str, ...]
    supply: bool
    ignition: bool
    engine: bool
    radio_on: bool


@dataclass(frozen=True, slots=True)
class Move:
    """Where an input leads, and what becomes of the registers.

    `left` is how many milliseconds are left now, which is what is saved, too; `None`: as many as before.
    `restores`: as many as were saved. `errors`: 1 where one more code was wrong, 0 where the count is
    cleared, `None` where it stays. `drops`: the entry begins anew.
    """

    to: int
    left: int | None = None
    restores: bool = False
    errors: int | None = None
    drops: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One state: what it looks like, whether it takes keys and its clock runs, and where each input leads.

    An input that is not named changes nothing.
    """

    look: Appearance
    asks: bool
    runs: bool
    moves: Mapping[str, Move]


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All states of a practice radio; it begins in the first, with `left` milliseconds left."""

    nodes: tuple[Node, ...]
    left: int


def unit_table(begun: HeadUnit, code: Code) -> UnitTable:
    """Return all states that a unit with `code` reaches from here, as far as they can be distinguished.

    It has no errors yet.
    """
    assert not begun.lock.errors
    unit = _Explored.of(begun)
    explorer = _Explorer(begun.design, code)
    explorer.explore(unit)
    return UnitTable(_merged(explorer.nodes), unit.left)


def repeats(policy: LockPolicy) -> tuple[int, int]:
    """Return from which number of errors on a schedule repeats itself, and after how many.

    >>> from radiokey.headunit.policy import REFERENCE
    >>> repeats(REFERENCE)
    (3, 1)
    """
    if not policy.schedule:
        return 1, 1
    last = policy.schedule[-1]
    period = last.penalty.tries if isinstance(last.penalty, Blocked) else last.every
    grows = isinstance(last.penalty, Wait) and last.penalty.doubles
    return last.errors + (period * WAIT_MS_MAX.bit_length() if grows else 0), period


class _SlateChip(RamChip):
    """A chip in RAM that nobody cuts or breaks: it takes a sector at once."""

    __slots__ = ()

    def program(self, at: int, data: bytes) -> None:
        self.cells[at : at + len(data)] = data

    def erase(self, sector: int) -> None:
        self.cells[sector * self.sector_size : (sector + 1) * self.sector_size] = b"\xff" * self.sector_size


class _Explored(HeadUnit):
    """A unit that can be had once more as it is, to do something else to it."""

    __slots__ = ()

    @classmethod
    def of(cls, unit: HeadUnit) -> Self:
        """Return a unit like that."""
        return cls.from_image(unit.design, unit.image(), key=unit.device.key)

    def again(self) -> Self:
        """Return it once more, with a chip and a counter of its own."""
        twin = copy.copy(self)
        twin.part()
        return twin

    def part(self) -> None:
        """Take a chip and a counter of its own, as they are."""
        assert self._store is not None
        self.chip = _SlateChip(self.chip.size, self.chip.sector_size, self.chip.read(0, self.chip.size))
        self.device = Device(self.device.key, counter=RamCounter(self.device.counter.value))
        self._store = Store(self.chip, self.device, self._store.record)
        self._ticks = Ticks()

    def aged(self) -> Self:
        """Return it once more with less time left, and less of it saved, where time is left."""
        older = self.again()
        for around in _EACH_RUNS if self.left else ():
            older.around = around
            for ms in (MINUTE_MS + 1_234, 4_321, self.left // 3):
                if 3 * ms <= older.left:
                    older.handle(TimeWent(ms))
            if older.left < self.left:
                break
        older.around = self.around
        return older

    @property
    def left(self) -> int:
        """The milliseconds until the state ends by itself, whether or not they run."""
        return self.lock.wait_left_ms if self.lock.state is State.WAIT else self.lock.grace_left_ms

    @property
    def saved(self) -> int:
        """The milliseconds that a cut of the supply leaves."""
        return self._saved_wait_ms

    @property
    def entered(self) -> object:
        """The entry under the fingers."""
        return self._keying

    @property
    def asks(self) -> bool:
        """Whether it takes a key."""
        return self.around.supply and self.around.radio_on and self.lock.state in ASKING

    @property
    def runs(self) -> bool:
        """Whether its clock runs."""
        later = self.again()
        later.handle(TimeWent(1))
        return later.left < self.left or later.lock.state is not self.lock.state

    @property
    def look(self) -> Appearance:
        """What is seen of it."""
        screen, status, around = self.screen, self.status, self.around
        text = screen.text
        if screen.lit and self.lock.state is State.ENTRY:
            text = "{entry}"
        elif screen.lit and screen.own:
            word = word_with_places(self.design.words, self.lock.state, self._counts())
            text = (word or text).replace("{left}", str(status.tries_left))
        return Appearance(
            text,
            screen.lit,
            screen.sound.value,
            screen.own,
            status.state.value,
            status.errors > 0,
            status.tries_left,
            status.clock_runs,
            status.clock_lacks,
            around.supply,
            around.ignition is not Ignition.OFF,
            around.engine,
            around.radio_on,
        )


_EACH_RUNS: Final = (
    Surroundings(engine=True),
    Surroundings(ignition=Ignition.OFF),
)
"""Surroundings in one of which any clock runs."""


class _Explorer:
    """Does everything to a unit, and keeps one of each state."""

    def __init__(self, design: Design, code: Code) -> None:
        assert not design.policy.power_gap_ms_min, "a practice radio asks after any cut of its supply"
        self._design = design
        self._from, self._period = repeats(design.policy)
        keys = [(line.key, line.hold_ms) for line in presses_for(design.panel, design.shape, code)]
        self._key_in = [KeyPressed(key, hold_ms) for key, hold_ms in keys]
        self._open = [KeyPressed(one.key, one.hold_ms) for one in design.panel.opening[:1]]
        self._begun = begin(design.panel, design.shape)
        self._right, self._wrong = CodeSent(code), CodeSent(another(design, code))
        self._numbers: dict[Hashable, int] = {}
        self._ahead: deque[_Explored] = deque()
        self.nodes: list[Node] = []

    def explore(self, unit: _Explored) -> None:
        """Find all that can be reached from `unit`."""
        self._number(unit)
        while self._ahead:
            self.nodes.append(self._node(self._ahead.popleft()))

    def _number(self, unit: _Explored) -> int:
        """Return the number of the state that the unit is in; a new one is looked at later."""
        lock, around = unit.lock, unit.around
        assert not lock.pending, "nothing cuts the supply in the middle of a compare"
        errors = lock.errors
        if errors >= self._from:
            errors = self._from + (errors - self._from) % self._period
        name = (
            (lock.state, errors, lock.hold, lock.wait_ms),
            (around.supply, around.ignition, around.engine, around.radio_on),
        )
        if name not in self._numbers:
            self._numbers[name] = len(self._numbers)
            self._ahead.append(unit)
        return self._numbers[name]

    def _node(self, unit: _Explored) -> Node:
        asks, runs = unit.asks, unit.runs
        inputs = [*SWITCHES, *((KEYED, RIGHT, WRONG) if asks else ()), *((OVER,) if runs else ())]
        # One whose clock is further shows what becomes of the time, one with a begun entry what of that.
        older = unit.aged() if unit.left else None
        begun = self._with_entry(unit) if asks else None
        moves = {name: move for name in inputs if (move := self._move(unit, older, begun, name)) is not None}
        return Node(unit.look, asks, runs, moves)

    def _move(
        self, unit: _Explored, older: _Explored | None, begun: _Explored | None, name: str
    ) -> Move | None:
        """Return what an input does to a unit; `None` where it does nothing."""
        after = self._after(unit, name)
        left, restores = None, False
        if older is None:
            left = after.left or None
        else:
            later = self._after(older, name)
            if (after.left, later.left) != (unit.left, older.left):
                restores = later.left == older.saved != after.left
                assert restores or after.left == later.left
                left = None if restores else after.left
        entered = begun if begun is not None and name != KEYED else None
        kept = after if entered is unit else (self._after(entered, name) if entered else None)
        drops = kept is not None and kept.entered == self._begun
        errors = after.lock.errors - unit.lock.errors
        assert errors in {0, 1} or not after.lock.errors
        move = Move(self._number(after), left, restores, 1 if errors == 1 else (0 if errors else None), drops)
        return None if move == Move(self._number(unit)) else move

    def _after(self, unit: _Explored, name: str) -> _Explored:
        """Return what becomes of a unit by an input; it stays as it is itself."""
        after = unit.again()
        if name in SWITCHES:
            after.handle(SWITCHES[name])
        elif name == OVER:
            after.handle(TimeWent(after.left))
        elif name == KEYED:
            for press in self._key_in:
                if after.lock.state is not State.ENTRY:
                    after.handle(press)
        else:
            after.handle(self._right if name == RIGHT else self._wrong)
        return after

    def _with_entry(self, unit: _Explored) -> _Explored | None:
        """Return a unit that asks, with something of an entry under the fingers; `None` where that shows."""
        if unit.lock.state is State.ENTRY:
            return unit
        begun = unit.again()
        for press in self._open:
            begun.handle(press)
        return begun if begun.entered != self._begun else None


def another(design: Design, code: Code) -> Code:
    """Return a code of the same shape that is not `code`."""
    text, alphabet = code.reveal(), design.shape.places[-1]
    return Code(text[:-1] + next(character for character in alphabet if character != text[-1]))


def _merged(nodes: list[Node]) -> tuple[Node, ...]:
    """Return the nodes without those that nobody can tell from another, however long they look.

    Classes by what is seen are split until the same input leads each member to the same class (Moore, 1956).
    """
    names: dict[Hashable, int] = {}
    classes = [names.setdefault((node.look, node.asks, node.runs), len(names)) for node in nodes]
    while True:
        finer: dict[Hashable, int] = {}
        split = [
            finer.setdefault((classes[at], _leads(node, classes, at)), len(finer))
            for at, node in enumerate(nodes)
        ]
        if len(finer) == len(set(classes)):
            break
        classes = split
    first = {name: at for at, name in reversed(list(enumerate(classes)))}
    number = {name: place for place, name in enumerate(sorted(first, key=first.__getitem__))}
    return tuple(
        replace(
            nodes[first[name]],
            moves={
                word: replace(move, to=number[classes[move.to]])
                for word, move in nodes[first[name]].moves.items()
            },
        )
        for name in number
    )


def _leads(node: Node, classes: list[int], at: int) -> Hashable:
    """Return where each input leads, by class; one that is not named leads to itself."""
    stays = Move(classes[at])
    return tuple(
        replace(node.moves[word], to=classes[node.moves[word].to]) if word in node.moves else stays
        for word in INPUTS
    )
