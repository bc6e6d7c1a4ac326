"""The owner: what a schedule takes from somebody who has the code and keys it, mistakes and all.

A chain over (phase, refusals of the present reading), as docs/spec/lab.md has it. Whether the reading is
right the owner cannot see; the chance that it is follows from how often it was refused.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, assert_never

from radiokey.clock import DAY_MS, SECOND_MS
from radiokey.headunit.policy import (
    Blocked,
    Dead,
    LockPolicy,
    PowerCutEffect,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)
from radiokey.headunit.unit import WAIT_SAVED_EVERY_MS
from radiokey.lab.chain import Move, totals
from radiokey.lab.phases import phase

REFUSALS_MAX: Final = 3
"""How often an owner at best keys one reading: what was refused three times is a wrong one."""
ENQUIRY_MS: Final = 3 * DAY_MS
"""What getting the code anew takes: the longer end of the dealer's 1 to 3 days (claim 44)."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What owners do, as chances; `docs/spec/lab.md` says which of these are known and which assumed.

    `typing`: an entry is not what was meant. `misread`: a reading of the code is wrong. `cut`: a wait that
    starts is cut off. `looks_after`: after so many refusals of a reading he gets the code anew.
    """

    typing: Fraction = Fraction(1, 50)
    misread: Fraction = Fraction(1, 20)
    cut: Fraction = Fraction(14, 66)
    looks_after: int = 2
    entry_ms: int = 10 * SECOND_MS

    def __post_init__(self) -> None:
        assert all(0 <= chance < 1 for chance in (self.typing, self.misread, self.cut))
        assert 1 <= self.looks_after <= REFUSALS_MAX
        assert self.entry_ms > 0

    def refused(self, refusals: int) -> Fraction:
        """Return the chance that a reading which was refused so often is refused once more."""
        unlucky = (1 - self.misread) * self.typing**refusals
        return 1 - unlucky / (unlucky + self.misread) * (1 - self.typing)


@dataclass(frozen=True, slots=True)
class OwnerCost:
    """What it comes to, as expectations and chances; `waiting_ms` is time at the radio, entries included."""

    waiting_ms: Fraction
    enquiries: Fraction
    blocked: Fraction
    dead: Fraction


@dataclass(frozen=True, slots=True)
class Asking:
    """The radio asks for its code; this reading of it was refused `refusals` times."""

    phase: int
    refusals: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """The radio waits, after the error that led to `phase`."""

    phase: int
    refusals: int


State = Asking | Waiting
Plan = Callable[[Asking], bool]
"""Whether to get the code anew before the next entry."""

_NOTHING: Final[tuple[Fraction, ...]] = (Fraction(),) * 4
_START: Final[State] = Asking(0, 0)


def owner_cost(policy: LockPolicy, habits: Habits) -> OwnerCost:
    """Return what a lock costs owners with these habits."""
    chain = _Chain(policy, habits, lambda state: state.refusals >= habits.looks_after)
    return OwnerCost(*totals([_START], chain.moves)[_START])


def least_cost(policy: LockPolicy, habits: Habits) -> OwnerCost:
    """Return what it costs an owner who gets the code anew exactly where that is best.

    A dead radio outweighs any time, an enquiry is `ENQUIRY_MS`. Howard's policy iteration: judge the plan in
    every state, take the better act in each, until none is better; the values are fractions, so it ends.
    """
    everywhere = _reachable(policy, habits)
    choices = [one for one in everywhere if isinstance(one, Asking) and 0 < one.refusals < REFUSALS_MAX]
    anew = {one for one in everywhere if isinstance(one, Asking) and one.refusals >= REFUSALS_MAX}
    chain = _Chain(policy, habits, lambda state: state in anew)
    while True:
        values = totals(everywhere, chain.moves)
        better = {state for state in choices if _gains(chain, values, state, anew=state not in anew)}
        if not better:
            return OwnerCost(*values[_START])
        anew ^= better


def _reachable(policy: LockPolicy, habits: Habits) -> list[State]:
    """Return every state that some plan comes to, the first one first."""
    chain = _Chain(policy, habits, lambda _: False)
    found: dict[State, None] = {}
    ahead: list[State] = [_START]
    while ahead:
        state = ahead.pop()
        if state in found:
            continue
        found[state] = None
        moves = chain.moves(state) if isinstance(state, Waiting) or state.refusals < REFUSALS_MAX else []
        if isinstance(state, Asking) and state.refusals:
            moves = [*moves, *chain.acted(state, anew=True)]
        ahead.extend(move.to for move in moves if move.chance and move.to is not None)
    return list(found)


def _gains(
    chain: "_Chain", values: Mapping[State, tuple[Fraction, ...]], state: Asking, *, anew: bool
) -> bool:
    """Say whether acting otherwise once, in this state, costs less."""
    total = _NOTHING
    for move in chain.acted(state, anew=anew):
        ahead = _NOTHING if move.to is None else values[move.to]
        total = _added(total, move.chance, _added(move.rewards, Fraction(1), ahead))
    return _weighed(total) < _weighed(values[state])


def _weighed(total: tuple[Fraction, ...]) -> tuple[Fraction, Fraction]:
    waiting_ms, enquiries, blocked, dead = total
    return dead, waiting_ms + (enquiries + blocked) * ENQUIRY_MS


def _added(base: tuple[Fraction, ...], chance: Fraction, more: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return tuple(one + chance * other for one, other in zip(base, more, strict=True))


@dataclass(frozen=True, slots=True)
class _Chain:
    """The chain of a lock, a kind of owner and a plan. Rewards are those of `OwnerCost`, in its order."""

    policy: LockPolicy
    habits: Habits
    plan: Plan

    def moves(self, state: State) -> list[Move[State]]:
        """Return what may come after `state`."""
        match state:
            case Asking():
                return self.acted(state, anew=self.plan(state))
            case Waiting():
                return list(self._waited(state))

    def acted(self, state: Asking, *, anew: bool) -> list[Move[State]]:
        """Return what may come of an entry: of this reading, or of another one."""
        refusals = 0 if anew else state.refusals
        refused = self.habits.refused(refusals)
        entry = (Fraction(self.habits.entry_ms), Fraction(anew), Fraction(), Fraction())
        opened: Move[State] = Move(1 - refused, None, entry)
        return [opened, self._refused(refused, state.phase + 1, refusals + 1, entry)]

    def _refused(
        self, chance: Fraction, errors: int, refusals: int, entry: tuple[Fraction, ...]
    ) -> Move[State]:
        penalty = self.policy.penalty_after(errors)
        match penalty:
            case Dead():
                return Move(chance, None, (*entry[:3], Fraction(1)))
            case Blocked():
                return Move(chance, None, (*entry[:2], Fraction(1), Fraction()))
            case Wait():
                return Move(chance, Waiting(phase(self.policy, errors), refusals), entry)
            case UntilPowerCut():
                return Move(chance, self._after_cut(errors, refusals), entry)
            case UntilKeyCycle() | None:
                return Move(chance, Asking(phase(self.policy, errors), refusals), entry)
            case _:
                assert_never(penalty)

    def _waited(self, state: Waiting) -> Iterator[Move[State]]:
        penalty = self.policy.penalty_after(state.phase)
        assert isinstance(penalty, Wait)
        ms = penalty.ms[1]
        asks = Asking(state.phase, state.refusals)
        cut = self.habits.cut
        yield Move(1 - cut, asks, _time(Fraction(ms)))
        served = Fraction(ms - 1, 2)  # on average, the cut being equally likely at each of 0 to ms - 1
        match self.policy.power_cut:
            case PowerCutEffect.NONE:
                yield Move(cut, asks, _time(ms + _unsaved(ms)))
            case PowerCutEffect.RESTART_WAIT:
                yield Move(cut, state, _time(served))
            case PowerCutEffect.REPROMPT | PowerCutEffect.RESET_ATTEMPTS:
                yield Move(cut, self._after_cut(state.phase, state.refusals), _time(served))

    def _after_cut(self, errors: int, refusals: int) -> Asking:
        forgives = self.policy.power_cut is PowerCutEffect.RESET_ATTEMPTS
        return Asking(0 if forgives else phase(self.policy, errors), refusals)


def _time(ms: Fraction) -> tuple[Fraction, ...]:
    return (ms, *_NOTHING[1:])


def _unsaved(ms: int) -> Fraction:
    """Return what a cut takes on average of a wait of `ms` that is saved once a minute."""
    minutes, rest = divmod(ms, WAIT_SAVED_EVERY_MS)
    whole = minutes * WAIT_SAVED_EVERY_MS * (WAIT_SAVED_EVERY_MS - 1) // 2
    return Fraction(whole + rest * (rest - 1) // 2, ms)
