"""The search for schedules that nobody dominates: each one of a stated grid is judged, none is guessed at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final

from radiokey.clock import DAY_MS, MINUTE_MS
from radiokey.headunit.policy import ClockNeeds, Dead, LockPolicy, PowerCutEffect, Rung, Wait
from radiokey.lab.load import POWER_GAP_MS, Schedule
from radiokey.lab.owner import Habits, OwnerCost, owner_cost
from radiokey.lab.thief import Thief, course
from radiokey.language.speech import gettext, later

STRIKES: Final = (1, 2, 3, 5)
"""On which error the first wait comes; each further error brings one, too."""
WAITS_MIN: Final = (1, 5, 15, 30, 60, 120)
GROWTHS: Final = (later("the same each time"), later("doubling"), later("doubling to a day"))
ENDS: Final = (None, 3, 5, 10, 20)
"""On which error it is dead."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A schedule with what it costs either side; `thief` is his chance within the stated time."""

    schedule: Schedule
    thief: Fraction
    owner: OwnerCost

    @property
    def costs(self) -> tuple[Fraction, Fraction, Fraction]:
        """What is to be small: the thief's chance, the owner's time, the radios lost."""
        return self.thief, self.owner.waiting_ms, self.owner.dead


def judge(schedule: Schedule, habits: Habits, codes: int, within_ms: int) -> Judged:
    """Return what a schedule costs a thief with `codes` to try and `within_ms` of time, and what owners."""
    thief = Thief(course(schedule.policy), codes, habits.entry_ms)
    return Judged(schedule, thief.chance_within(within_ms), owner_cost(schedule.policy, habits))


def front(judged: Iterable[Judged]) -> list[Judged]:
    """Return those that no other dominates, the hardest on a thief first; of equals the first."""
    kept: list[Judged] = []
    for one in sorted(judged, key=lambda one: one.costs):
        # Sorted so, whatever dominates `one`, or equals it, came before it.
        if not any(all(a <= b for a, b in zip(other.costs, one.costs, strict=True)) for other in kept):
            kept.append(one)
    return kept


def grid() -> Iterator[Schedule]:
    """Yield every schedule of the grid, once."""
    for end in ENDS:
        name = gettext("no wait") if end is None else gettext("no wait, dead at {end}", end=end)
        yield Schedule(name, _lock(_dead(end)))
    for strike, minutes, growth, end in product(STRIKES, WAITS_MIN, GROWTHS, ENDS):
        if end is not None and end <= strike:
            continue
        rungs = tuple(rung for rung in _rungs(strike, minutes, growth) if end is None or rung.errors < end)
        yield Schedule(_name(strike, minutes, growth, end), _lock(rungs + _dead(end)))


def _dead(end: int | None) -> tuple[Rung, ...]:
    return () if end is None else (Rung(end, Dead()),)


def _rungs(strike: int, minutes: int, growth: str) -> tuple[Rung, ...]:
    first_ms = minutes * MINUTE_MS
    if growth != GROWTHS[2]:
        return (Rung(strike, Wait((first_ms, first_ms), doubles=growth == GROWTHS[1])),)
    waits_ms = [first_ms]
    while waits_ms[-1] < DAY_MS:
        waits_ms.append(min(2 * waits_ms[-1], DAY_MS))
    return tuple(Rung(strike + at, Wait((ms, ms))) for at, ms in enumerate(waits_ms))


def _name(strike: int, minutes: int, growth: str, end: int | None) -> str:
    name = gettext(
        "{minutes} min from error {strike}, {growth}", minutes=minutes, strike=strike, growth=gettext(growth)
    )
    return name if end is None else gettext("{name}, dead at {end}", name=name, end=end)


def _lock(rungs: tuple[Rung, ...]) -> LockPolicy:
    return LockPolicy(rungs, ClockNeeds.SUPPLY, PowerCutEffect.NONE, power_gap_ms_min=POWER_GAP_MS)
