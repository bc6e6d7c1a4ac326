"""One typing error: every number that a copied one may have been meant to be.

An error is one character wrong, one missing, one too many, or two neighbours exchanged (Damerau's four).
Only numbers that a unit can have count, so that the list stays short.

>>> "VWZ1Z2K0000001" in map(str, neighbours("VWZ1Z2K000001"))  # a digit is missing
True
>>> neighbours("4786")  # no unit has so short a number
()
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from radiokey.serial.canonical import unit_numbers
from radiokey.serial.formats import Identity
from radiokey.serial.number import SerialNumber
from radiokey.serial.shapes import DIGITS, LETTERS

LENGTH_MAX: Final = 32
"""Longer texts are nobody's number."""

_CHARACTERS: Final = DIGITS + LETTERS


class Error(StrEnum):
    """What went wrong with one character."""

    WRONG = "wrong"
    MISSING = "missing"
    EXTRA = "extra"
    SWAPPED = "swapped"


@dataclass(frozen=True, slots=True)
class Slip:
    """The one error between a typed text and a number: what it is, and where in the typed text, from 0.

    `MISSING` stands before the place `at`, `SWAPPED` at it and the one after it.
    """

    error: Error
    at: int


def neighbours(text: str) -> tuple[SerialNumber, ...]:
    """Return every unit's number one typing error away from `text`, in order; never `text` itself.

    `text` is in capitals, without spaces; it need not be a number. A number that several formats can have
    stands there once for each.
    """
    if len(text) > LENGTH_MAX:
        return ()
    numbers = unit_numbers()
    return tuple(
        SerialNumber(edited, kind, Identity.UNIT)
        for edited in sorted(set(_edits(text)) - {text})
        for kind in numbers.kinds_of(edited)
    )


def slip_between(typed: str, number: str) -> Slip | None:
    """Return the one error that makes `typed` of `number`; `None` if they are equal or further apart.

    >>> slip_between("22000550", "22000505")
    Slip(error=<Error.SWAPPED: 'swapped'>, at=6)
    """
    same = next((at for at, (a, b) in enumerate(zip(typed, number, strict=False)) if a != b), None)
    at = min(len(typed), len(number)) if same is None else same
    rest, other = typed[at:], number[at:]
    if len(typed) == len(number) + 1 and rest[1:] == other:
        return Slip(Error.EXTRA, at)
    if len(typed) + 1 == len(number) and rest == other[1:]:
        return Slip(Error.MISSING, at)
    if len(typed) == len(number) and rest and rest[1:] == other[1:]:
        return Slip(Error.WRONG, at)
    if len(typed) == len(number) and rest[:2] == other[1::-1] and rest[2:] == other[2:] and rest:
        return Slip(Error.SWAPPED, at)
    return None


def _edits(text: str) -> Iterator[str]:
    """Yield every text one error away; a `?` is only ever kept, never put in."""
    for at in range(len(text) + 1):
        before, after = text[:at], text[at:]
        for character in _CHARACTERS:
            yield before + character + after
        if not after:
            continue
        yield before + after[1:]
        for character in _CHARACTERS:
            yield before + character + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
