"""The thief: how many codes a lock lets somebody try who only keys, and when each of them is compared.

He is the thief of `headunit.budget`, for which this is the closed form: his path through the phases of the
lock ends, or comes back to where it was. `budget` walks it guess by guess; here any guess is a sum away, also
the millionth.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from radiokey.headunit.budget import FREEING
from radiokey.headunit.policy import (
    Blocked,
    Dead,
    LockPolicy,
    PowerCutEffect,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)
from radiokey.lab.phases import phase


@dataclass(frozen=True, slots=True)
class Course:
    """How long the lock holds a thief up after each wrong guess, in milliseconds.

    First `once`, then `again` over and over. Where `again` is empty the guess after the last of `once` is the
    last there is.
    """

    once: tuple[int, ...]
    again: tuple[int, ...]


def course(policy: LockPolicy) -> Course:
    """Return what a thief goes through, from a count of nothing."""
    seen: dict[int, int] = {}
    held_ms: list[int] = []
    errors = 0
    while (at := phase(policy, errors)) not in seen:
        seen[at] = len(held_ms)
        errors = at + 1
        match policy.penalty_after(errors):
            case Dead() | Blocked():
                return Course(tuple(held_ms), ())
            case Wait() if policy.power_cut in FREEING:
                held_ms.append(0)
                errors = _after_cut(errors, policy)
            case Wait(ms=(shorter, _)):
                held_ms.append(shorter)
            case UntilPowerCut():
                held_ms.append(0)
                errors = _after_cut(errors, policy)
            case UntilKeyCycle() | None:
                held_ms.append(0)
    start = seen[at]
    return Course(tuple(held_ms[:start]), tuple(held_ms[start:]))


def _after_cut(errors: int, policy: LockPolicy) -> int:
    return 0 if policy.power_cut is PowerCutEffect.RESET_ATTEMPTS else errors


@dataclass(frozen=True, slots=True)
class Thief:
    """Somebody who keys one of `codes` codes after the other, an entry taking `entry_ms`."""

    course: Course
    codes: int
    entry_ms: int

    def __post_init__(self) -> None:
        assert self.codes > 0
        assert self.entry_ms > 0

    @property
    def guesses(self) -> int:
        """How many codes he ever gets to try."""
        if self.course.again:
            return self.codes
        return min(self.codes, len(self.course.once) + 1)

    @property
    def chance_ever(self) -> Fraction:
        """The chance that he ever gets in."""
        return Fraction(self.guesses, self.codes)

    def chance_within(self, ms: int) -> Fraction:
        """Return the chance that he gets in within `ms` milliseconds."""
        return Fraction(self._guesses_within(ms), self.codes)

    def moment_ms(self, guess: int) -> int:
        """Return when his `guess`-th code is compared, the first one being 1."""
        assert 1 <= guess <= self.guesses
        once, again = self.course.once, self.course.again
        held = guess - 1
        if held <= len(once):
            return guess * self.entry_ms + sum(once[:held])
        rounds, rest = divmod(held - len(once), len(again))
        return guess * self.entry_ms + sum(once) + rounds * sum(again) + sum(again[:rest])

    def time_for_ms(self, share: Fraction) -> int | None:
        """Return when he has tried that share of all codes; `None`: never."""
        assert 0 < share <= 1
        guess = -(-share.numerator * self.codes // share.denominator)
        return self.moment_ms(guess) if guess <= self.guesses else None

    @property
    def mean_ms(self) -> Fraction:
        """How long those take, on average, who get in."""
        once, again = self.course.once, self.course.again
        count = self.guesses
        total = self.entry_ms * count * (count + 1) // 2
        # The k-th hold-up is served before every guess after it.
        first = min(len(once), count - 1)
        total += sum(once[at] * (count - 1 - at) for at in range(first))
        held = count - 1 - first
        if held > 0:
            rounds, rest = divmod(held, len(again))
            ends = list(accumulate(again))
            # Of `held` repeated hold-ups: whole rounds, each later than the last, and the beginning of one.
            total += rounds * sum(ends) + ends[-1] * len(again) * rounds * (rounds - 1) // 2
            total += rest * rounds * ends[-1] + sum(ends[:rest])
        return Fraction(total, count)

    def _guesses_within(self, ms: int) -> int:
        low, high = 0, self.guesses
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.moment_ms(middle) <= ms else (low, middle - 1)
        return low
