"""Chance that repeats itself: SplitMix64 on whole numbers, the same on every Python.

The generator is Vigna's public-domain SplitMix64 (prng.di.unimi.it/splitmix64.c): a counter that goes up by
an odd constant, its value stirred by two multiplications. It is small enough to be read here and needs
nothing of the library, whose `random` may change what it makes of a seed.

>>> chance = Chance(1234567)
>>> [chance.bits() for _ in range(3)]
[6457827717110365317, 3203168211198807973, 9817491932198370423]
"""

from typing import Final

_STEP: Final = 0x9E3779B97F4A7C15
_FIRST: Final = 0xBF58476D1CE4E5B9
_SECOND: Final = 0x94D049BB133111EB
_MASK: Final = 2**64 - 1


class Chance:
    """A stream of 64-bit numbers from a seed; `seed` may be any whole number."""

    __slots__ = ("_at",)

    def __init__(self, seed: int) -> None:
        self._at = seed & _MASK

    def bits(self) -> int:
        """Return the next number from 0 to 2**64 - 1."""
        self._at = at = (self._at + _STEP) & _MASK
        at = ((at ^ (at >> 30)) * _FIRST) & _MASK
        at = ((at ^ (at >> 27)) * _SECOND) & _MASK
        return at ^ (at >> 31)

    def below(self, count: int) -> int:
        """Return a number from 0 to `count` - 1; the bias is below `count` in 2**64."""
        assert 0 < count <= _MASK
        return (self.bits() * count) >> 64

    def between(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def one_in(self, count: int) -> bool:
        """Return true once in `count` times."""
        return self.below(count) == 0
