"""How the words of a number stand among the others of a text: alone, among words, or inside something else.

>>> from radiokey.serial.spelling import spell
>>> Neighbourhood(spell("V212 thanks")).isolation(0, 1)
<Isolation.ALONE: 2>
>>> Neighbourhood(spell("39101-S1A-G200")).isolation(2, 3)
<Isolation.INSIDE: 0>
"""

from collections.abc import Iterable
from enum import IntEnum
from itertools import accumulate
from typing import Final

from radiokey.serial.spelling import Spelled, Word
from radiokey.serial.stickers import printed_spans

_JOINS: Final = "-_.*"
"""What joins the parts of one number without a blank."""


class Isolation(IntEnum):
    """How words stand among others of a text: the only ones with digits, or all there are, or one word."""

    INSIDE = 0
    APART = 1
    ALONE = 2


class Neighbourhood:
    """What is around each word of a text (`spelled`); counted once, so that each run is only looked up."""

    __slots__ = ("_digits", "_joined_after", "_joined_before", "_masked", "_own", "_words", "spelled")

    def __init__(self, spelled: Spelled) -> None:
        """Count the words of a text."""
        self.spelled = spelled
        words = spelled.words
        holds = [word is not None and _has_digit(word) for word in words]
        joined = [spelled.is_joined(at, _JOINS) for at in range(-1, len(words))]
        others = _words_of_other_things(spelled)
        self._masked = _counts(at in others for at in range(len(words)))
        self._digits = _counts(holds)
        self._words = _counts(word is not None for word in words)
        # Words that may go on a number: with a digit, or a single letter.
        self._own = _counts(
            word is not None and (holds[at] or len(word.text) == 1) for at, word in enumerate(words)
        )
        self._joined_before = [False] * len(words)
        self._joined_after = [False] * len(words)
        for at in range(1, len(words)):
            self._joined_before[at] = joined[at] and (holds[at - 1] or self._joined_before[at - 1])
        for at in range(len(words) - 2, -1, -1):
            self._joined_after[at] = joined[at + 1] and (holds[at + 1] or self._joined_after[at + 1])

    def has_digits_beside(self, first: int, last: int) -> bool:
        """Tell whether another word than those from `first` to `last` (exclusive) holds a digit."""
        return _outside(self._digits, first, last) > 0

    def isolation(self, first: int, last: int) -> Isolation:
        """Tell how a number in the words from `first` to `last` (exclusive) stands among the others.

        A part of a date or a telephone number is inside it, and so is what goes on without a blank in words
        that hold digits: a part of a part number.
        """
        masked = self._masked[last] - self._masked[first]
        if masked or self._joined_before[first] or self._joined_after[last - 1]:
            return Isolation.INSIDE
        if last - first == 1 or not _outside(self._words, first, last):
            return Isolation.ALONE
        goes_on = self._own[last] - self._own[first + 1] == last - first - 1
        return Isolation.APART if goes_on and not self.has_digits_beside(first, last) else Isolation.INSIDE


def _has_digit(word: Word) -> bool:
    return any(map(str.isdigit, word.text))


def _counts(flags: Iterable[bool]) -> list[int]:
    """Return how many flags are set before each place, and before the end."""
    return [0, *accumulate(map(int, flags))]


def _outside(counts: list[int], first: int, last: int) -> int:
    return counts[first] + counts[-1] - counts[last]


def _words_of_other_things(spelled: Spelled) -> frozenset[int]:
    """Return which words belong to a date, an approval number or the like."""
    covered = {at for start, end in printed_spans(spelled) for at in range(start, end)}
    return frozenset(
        at
        for at, word in enumerate(spelled.words)
        if word is not None and not covered.isdisjoint(range(word.start, word.end))
    )
