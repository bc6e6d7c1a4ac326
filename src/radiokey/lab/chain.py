"""Absorbing Markov chains with rewards, exactly: the expected total of each reward from every state.

States are eliminated from the last found to the first and then put back in (state reduction: Grassmann,
Taksar and Heyman, "Regenerative analysis and steady state distributions for Markov chains", Operations
Research 33, 1985). Nothing is ever subtracted: what leaves a state is the sum of its other chances. In
fractions the result is exact, and with floats it would keep its digits.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Move(Generic[State]):
    """With `chance` to the state `to`, or to the end where that is `None`, for `rewards`, always as many."""

    chance: Fraction
    to: State | None
    rewards: tuple[Fraction, ...]


Moves = Callable[[State], Sequence[Move[State]]]


@dataclass(slots=True)
class _Row(Generic[State]):
    """What one state comes to: the chances of where it leads, and the expected rewards on the way."""

    chances: defaultdict[State | None, Fraction]
    rewards: tuple[Fraction, ...]

    def replace(self, state: State, by: "_Row[State]") -> None:
        """Go through `state` at once: to where it leads, with what it brings."""
        chance = self.chances.pop(state)
        for to, onward in by.chances.items():
            self.chances[to] += chance * onward
        self.rewards = _plus(self.rewards, chance, by.rewards)


def totals(starts: Iterable[State], moves: Moves[State]) -> Mapping[State, tuple[Fraction, ...]]:
    """Return the expected total of each reward until the end, for every state reached from `starts`."""
    rows = _explored(starts, moves)
    order = list(rows)
    before: dict[State | None, set[State]] = defaultdict(set)
    for state, row in rows.items():
        for to in row.chances:
            before[to].add(state)
    for state in reversed(order):
        row = rows[state]
        _leave(state, row)
        for earlier in before.pop(state, set()) - {state}:
            rows[earlier].replace(state, row)
            for to in row.chances:
                before[to].add(earlier)
        for to in row.chances:
            before[to].discard(state)
    found: dict[State, tuple[Fraction, ...]] = {}
    for state in order:  # a row leads only to states that were found earlier, and to the end
        total = rows[state].rewards
        for to, chance in rows[state].chances.items():
            if to is not None:
                total = _plus(total, chance, found[to])
        found[state] = total
    return found


def _explored(starts: Iterable[State], moves: Moves[State]) -> dict[State, _Row[State]]:
    rows: dict[State, _Row[State]] = {}
    ahead = list(starts)
    while ahead:
        state = ahead.pop()
        if state in rows:
            continue
        chances: defaultdict[State | None, Fraction] = defaultdict(Fraction)
        rewards: tuple[Fraction, ...] = ()
        for move in moves(state):
            if move.chance:
                chances[move.to] += move.chance
                rewards = _plus(rewards or (Fraction(),) * len(move.rewards), move.chance, move.rewards)
        assert sum(chances.values()) == 1, state
        rows[state] = _Row(chances, rewards)
        ahead.extend(to for to in chances if to is not None)
    return rows


def _leave(state: State, row: _Row[State]) -> None:
    """Leave the state for good: as often as it comes back to itself it brings its rewards again."""
    if row.chances.pop(state, None) is None:
        return
    leaves = sum(row.chances.values(), Fraction())
    assert leaves, "a chain that need not end has no totals"
    for to in row.chances:
        row.chances[to] /= leaves
    row.rewards = tuple(reward / leaves for reward in row.rewards)


def _plus(base: tuple[Fraction, ...], chance: Fraction, more: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return tuple(one + chance * other for one, other in zip(base, more, strict=True))
