"""Shapes: how a number stands on a label, and the one place where look-alikes are repaired.

A shape is a template, one character per place:

====  =======================================================================
`#`   a digit
`@`   a letter
`*`   a letter or a digit
`%`   a hexadecimal digit
`^`   a digit, a letter, or `?` where a barcode leaves the place out
`~`   at the end only: `tail` characters more, letters or digits
`[]`  what is between them is the number itself; the rest is the label around it
else  itself
====  =======================================================================

Four pairs of characters are taken for each other: O and 0, I and 1, B and 8, S and 5. Two more are read one
way only: Z as 2, and a small l beside a digit as 1 - no label has a small letter, so it is an L or a 1,
whichever the place takes. Where a place takes only one of a pair, the other is repaired, and a `Slip` says
so. Where a place takes both, what was read stands, and a `Slip` names the other; at an open place (`*`, `^`)
a digit that was read is a digit.

A letter is put in for a digit only where nothing else can be meant (`Shape.puts_letters_in`): a letter that
nobody read is the number of another radio.
"""

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from operator import contains
from typing import Final

DIGITS: Final = "0123456789"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNKNOWN: Final = "?"
SMALL_L: Final = "l"
"""The one small letter that a spelled text keeps (`spelling.spell`)."""

LOOK_ALIKES: Final = {
    "O": "0",
    "I": "1",
    "B": "8",
    "S": "5",
    "0": "O",
    "1": "I",
    "8": "B",
    "5": "S",
    "Z": "2",
    SMALL_L: "1",
}
"""Every character that a place may take in another's stead: nothing else is ever put in."""
_ONE_WAY: Final = frozenset({"Z", SMALL_L})

_PLACES: Final = {
    "#": DIGITS,
    "@": LETTERS,
    "*": LETTERS + DIGITS,
    "%": DIGITS + "ABCDEF",
    "^": DIGITS + LETTERS + UNKNOWN,
}
_OPEN: Final = frozenset("*^")
_INSIDE: Final = re.compile(r"\[([^]]*)\]")
_REGEX: Final = {"#": "[0-9]", "@": "[A-Z]", "*": "[A-Z0-9]", "%": "[0-9A-F]", "^": "[0-9A-Z?]"}


class Strength(IntEnum):
    """How much a shape says about where its number comes from.

    WEAK: digits, or any letter and digits: half a dozen makers print such numbers. BARE: a number that is
    telling on its own but short enough to be an accident. TELLING: it begins as only one maker's numbers
    do. LABELLED: the label around it was read too.
    """

    WEAK = 0
    BARE = 1
    TELLING = 2
    LABELLED = 3


@dataclass(frozen=True, slots=True)
class Slip:
    """A character at place `at` of the number that is easily taken for `other`; `repaired` if it was."""

    at: int
    read: str
    other: str
    repaired: bool


def _at(slip: Slip) -> int:
    return slip.at


@dataclass(frozen=True, slots=True)
class Fit:
    """A number found by a shape."""

    text: str
    slips: tuple[Slip, ...]

    @property
    def repairs(self) -> int:
        """How many characters were repaired."""
        return sum(slip.repaired for slip in self.slips)

    def turned(self) -> "Fit":
        """Return the number with its halves exchanged."""
        half = len(self.text) // 2
        slips = sorted((replace(slip, at=(slip.at + half) % (2 * half)) for slip in self.slips), key=_at)
        return Fit(self.text[half:] + self.text[:half], tuple(slips))


@dataclass(frozen=True, slots=True)
class Shape:
    """A template, how telling it is, and how long its `~` may be (fewest, most).

    `turned`: the label shows the second half of the number first.
    """

    template: str
    strength: Strength
    tail: tuple[int, int] = (0, 0)
    turned: bool = False

    @property
    def regex(self) -> str:
        """A regular expression for the number itself, as HTML's `pattern` takes it."""
        inside = "".join(_INSIDE.findall(self.template))
        fewest, most = self.tail
        return "".join(
            f"[A-Z0-9]{{{fewest},{most}}}" if place == "~" else _REGEX.get(place, place) for place in inside
        )

    def alphabets(self, length: int) -> tuple[str, ...] | None:
        """Return what each place of a number of `length` characters takes; `None` if it is never so long."""
        inside = "".join(_INSIDE.findall(self.template))
        places = inside.removesuffix("~")
        tail = length - len(places)
        if not self.tail[0] <= tail <= self.tail[1]:
            return None
        return tuple(_PLACES.get(place, place) for place in places + "*" * tail)

    @property
    def puts_letters_in(self) -> bool:
        """Whether a digit may be read here as the letter it looks like.

        Either the label around the number says that a letter stands there, in more than one character of its
        own; or all of the number is digits but a beginning that never changes (BP). Digits alone, or open
        places behind, could as well be another number that was copied right.
        """
        if self.strength is Strength.LABELLED and "[@" in self.template:
            around = re.sub(r"\[.*?\]", "", self.template)
            return len(around) > 1 and around != "T0"  # in T0123 the letter itself may be missing
        return not set("@*~") & set(self.template)

    @property
    def is_loose(self) -> bool:
        """Whether the shape is so short or so open that words beside a number could seem a part of it."""
        return self.strength <= Strength.BARE or self.tail != (0, 0)

    def lengths(self) -> range:
        """Return the lengths, label included, that this shape can have."""
        fixed = len(self.template.translate({ord(mark): None for mark in "[]~"}))
        return range(fixed + self.tail[0], fixed + self.tail[1] + 1)

    def may_begin(self, length: int, first: str) -> bool:
        """Tell whether a text of `length` characters that begins with `first` is worth a `fit`."""
        return length in self.lengths() and _take(self.template.lstrip("[")[0], first) is not None

    def begins_otherwise(self, text: str) -> bool:
        """Tell whether a letter stands before digits that anybody may print: a prefix, no misread digit."""
        return self.strength is Strength.WEAK and text[:1].isupper() and set(self.template) == set("[#]")

    def fit(self, text: str) -> Fit | None:
        """Return the number in `text` (upper case, no separators, whole), or `None`.

        At most half of a number's places may be repaired, and it must hold half as many digits as open
        places: anything looser would find numbers in ordinary words.
        """
        laid_out = _laid_out(self, len(text))
        # What a person types fits few templates: most are through with a character or two.
        if laid_out is None or not all(map(contains, laid_out[0], text)):
            return None
        number: list[str] = []
        slips: list[Slip] = []
        places = open_places = digits = 0
        for (place, inside), character in zip(laid_out[1], text, strict=True):
            taken = _take(place, character)
            if taken is None:
                return None
            if not inside:
                continue
            if (slip := _slip(place, character, taken, len(number))) is not None:
                slips.append(slip)
            places += place in _PLACES
            open_places += place == "*"
            digits += taken in DIGITS
            number.append(taken)
        fit = Fit("".join(number), tuple(slips))
        if 2 * fit.repairs > places or 2 * digits < open_places:
            return None
        return fit.turned() if self.turned else fit


@cache
def _laid_out(shape: Shape, length: int) -> tuple[tuple[str, ...], tuple[tuple[str, bool], ...]] | None:
    """Return for a text of a length what each place takes, and each place with whether the number holds it.

    `None` where the shape has no text of that length.
    """
    if length not in shape.lengths():
        return None
    fixed = len(shape.template.translate({ord(mark): None for mark in "[]~"}))
    places: list[tuple[str, bool]] = []
    inside = False
    for mark in shape.template.replace("~", "*" * (length - fixed)):
        if mark in "[]":
            inside = mark == "["
        else:
            places.append((mark, inside))
    letters, zero = shape.puts_letters_in, "T[@" not in shape.template
    return tuple(
        _taken_by(place, letters=letters or (place != "@" and not inside), zero=zero)
        for place, inside in places
    ), tuple(places)


@cache
def _taken_by(place: str, *, letters: bool, zero: bool) -> str:
    """Return the characters that a place takes, in their own stead or in another's.

    Without `letters` no digit stands for a letter, without `zero` no zero.
    """
    allowed = _PLACES.get(place, place)
    alike = "".join(
        read
        for read, other in LOOK_ALIKES.items()
        if other in allowed and (other in DIGITS or (letters and (zero or read != "0")))
    )
    return allowed + alike + (SMALL_L if "L" in allowed else "")


def _take(place: str, character: str) -> str | None:
    """Return the character that `place` takes for `character`, itself or its look-alike; else `None`."""
    allowed = _PLACES.get(place, place)
    if character in allowed:
        return character
    if character == SMALL_L and "L" in allowed:
        return "L"
    other = LOOK_ALIKES.get(character, "")
    return other if other and other in allowed else None


def _slip(place: str, read: str, taken: str, at: int) -> Slip | None:
    """Say that a character was repaired, or that it could as well be its look-alike.

    The letter of a pre-code is always pointed out where it looks like a digit: on the label it stands
    between the separator and three digits, and a zero or a one there is easily taken for it.
    """
    if read != taken:
        # A small l that became a capital one is spelling; nothing was repaired.
        return Slip(at, read, taken, repaired=True) if taken != read.upper() else None
    other = LOOK_ALIKES.get(read)
    if other is None or read in _ONE_WAY or place not in _PLACES:
        return None
    if place in _OPEN and read in DIGITS:
        return None
    if place == "@" or other in _PLACES[place]:
        return Slip(at, read, other, repaired=False)
    return None
