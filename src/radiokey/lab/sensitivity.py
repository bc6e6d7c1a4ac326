"""How much of a cost comes from what owners do: each habit alone, from never to four times as often."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from radiokey.headunit.policy import LockPolicy
from radiokey.lab.owner import Habits, OwnerCost, owner_cost

HABITS: Final[Mapping[str, Callable[[Habits, Fraction], Habits]]] = {
    "typing": lambda habits, value: replace(habits, typing=value),
    "misread": lambda habits, value: replace(habits, misread=value),
    "cut": lambda habits, value: replace(habits, cut=value),
}
TIMES: Final = (Fraction(0), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4))


@dataclass(frozen=True, slots=True)
class Varied:
    """What it costs where one habit has another value."""

    habit: str
    value: Fraction
    cost: OwnerCost


def sensitivity(policy: LockPolicy, habits: Habits) -> Iterator[Varied]:
    """Yield the cost for each habit at each multiple of its value that is still below 1."""
    for habit, changed in HABITS.items():
        usual: Fraction = getattr(habits, habit)
        for value in dict.fromkeys(times * usual for times in TIMES if times * usual < 1):
            yield Varied(habit, value, owner_cost(policy, changed(habits, value)))
