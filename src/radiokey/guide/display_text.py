"""Reads what an owner types from a display: words, numbers, dashes, and whether it blinks.

The text becomes a row of tokens. Spelling is no concern of the owner's: case, spaces, full-width characters
and Cyrillic look-alikes do not matter, nor whether word and number are glued (`LOCK10`) or how many dashes
there are. The spellings of the catalogue and the guide are read by the same function, with holes for numbers.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

from radiokey.serial.spelling import latinise

TEXT_LENGTH_MAX: Final = 80
"""Longer texts are no display."""
_TYPED_LENGTH_MAX: Final = 4 * TEXT_LENGTH_MAX
"""With the spaces that somebody typed."""

DASHES: Final = "--"
"""The token for dashes, however many."""
COUNT_HOLE: Final = "#"
"""Stands for a count of one or two digits."""
TIME_HOLE: Final = "#:##"
"""Stands for a time left, in any unit: `29:59`, `30`, `1800`."""
_COUNT_DIGITS: Final = 2

_HOLES: Final = {"{ERRORS}": COUNT_HOLE, "{LEFT}": COUNT_HOLE, "{WAIT}": TIME_HOLE}
_BLINKS: Final = re.compile(r"\b(?:BLINKING|BLINKS|FLASHING|FLASHES)\b")
_STEADY: Final = re.compile(r"\b(?:STEADY|STILL)\b")
_DASHES_IN_WORDS: Final = re.compile(r"(?:\b(?:\d+|THREE|FOUR|FIVE|SIX)[ (]*)?\bDASHES\b")
_DASH: Final = "[-\u2010-\u2015\u2212_]"
_TOKEN: Final = re.compile(
    rf"""
      (?P<dashes>{_DASH}(?:[ ]?{_DASH})+|[\u2014\u2015]|(?<![^ ]){_DASH}(?![^ ]))
    | (?P<clock>[0-9]{{1,3}}:[0-9]{{2}}(?::[0-9]{{2}})?(?![0-9]))
    | (?P<digits>[0-9]+)
    | (?P<hole>\#:\#\#|\#+)
    | (?P<letters>[A-Z]+)
    | (?P<sign>\*+|\+)
    | (?P<between>[\s.,:;!?"'`()\[\]/=|<>\u00ab\u00bb\u2018-\u201f]|{_DASH})
    | (?P<other>[^\s])
    """,
    re.VERBOSE,
)
UNITS: Final = frozenset({"MIN", "MINS", "MINUTE", "MINUTES", "SECOND", "SECONDS", "HOUR", "HOURS"})


@dataclass(frozen=True)
class DisplayText:
    """What a display shows, as tokens in order; none where the text is no display's.

    `blinks` is `None` where the owner did not say. Two texts are the same where their `key` is: neighbouring
    words are one there, so `CODE WAIT` and `CODEWAIT` are the same.
    """

    tokens: tuple[str, ...]
    blinks: bool | None = None

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The tokens to compare by, neighbouring words joined."""
        found: list[str] = []
        for token in self.tokens:
            if found and _is_word(token) and _is_word(found[-1]):
                found[-1] += token
            else:
                found.append(token)
        return tuple(found)

    @cached_property
    def template(self) -> tuple[str, ...]:
        """The key with every count made a hole, in one order: `2 SAFE` and `SAFE 2` are the same."""
        return tuple(sorted(COUNT_HOLE if fits(token, COUNT_HOLE) else token for token in self.key))

    @cached_property
    def holes(self) -> int:
        """How many numbers a spelling leaves open; the fewer, the more exact."""
        return sum(token.startswith("#") for token in self.key)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words, each by itself."""
        return tuple(filter(_is_word, self.tokens))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The numbers and clock times."""
        return tuple(filter(_is_number, self.tokens))

    @cached_property
    def count(self) -> int | None:
        """The first number that can be a count, of one or two digits; `None` where there is none."""
        return next((int(number) for number in self.numbers if fits(number, COUNT_HOLE)), None)

    @cached_property
    def has_time(self) -> bool:
        """Whether a number can only be a time: a clock, one with a unit, one of three digits or more."""
        if any(not fits(number, COUNT_HOLE) for number in self.numbers):
            return True
        return any(_is_number(first) and then in UNITS for first, then in pairwise(self.tokens))


def fits(token: str, hole: str) -> bool:
    """Say whether `token` is what the token `hole` of a spelling stands for.

    `#` is a count of one or two digits, `#:##` any time, a longer run of `#` a number of that many digits.
    """
    if token == hole:
        return True
    if hole == TIME_HOLE:
        return _is_number(token)
    if not hole.startswith("#") or not token.isdigit():
        return False
    return len(token) <= _COUNT_DIGITS if hole == COUNT_HOLE else len(token) == len(hole)


def _is_word(token: str) -> bool:
    return token.isascii() and token.isalpha()


def _is_number(token: str) -> bool:
    return token[0] in "0123456789"


def read_display(text: str) -> DisplayText:
    """Return what `text` says a display shows; without tokens where it is too long for one.

    >>> read_display("Lock10").key == read_display("LOCK 10").key == ("LOCK", "10")
    True
    >>> read_display("---- blinking")
    DisplayText(tokens=('--',), blinks=True)
    """
    if len(text) > _TYPED_LENGTH_MAX:  # before anything of it is kept
        return DisplayText(())
    return _read(text)


@lru_cache(maxsize=4096)  # the table's own spellings are compared with every text
def _read(text: str) -> DisplayText:
    plain = latinise(text)
    if len(plain) > TEXT_LENGTH_MAX:
        return DisplayText(())
    for name, hole in _HOLES.items():
        plain = plain.replace(name, hole)
    blinks = True if _BLINKS.search(plain) else False if _STEADY.search(plain) else None
    bare = _STEADY.sub(" ", _BLINKS.sub(" ", plain))
    if not bare.strip(" ()"):
        bare, blinks = plain, None  # the qualifier alone is no display's word, and no empty one either
    return DisplayText(_tokens(_DASHES_IN_WORDS.sub(DASHES, bare)), blinks)


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(
        DASHES if match.lastgroup == "dashes" else match[0]
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "between"
    )
