"""One typing error: every number that a copied one may have been meant to be.

An error is one character wrong, one missing, one too many, or two neighbours exchanged (Damerau's four).
Only numbers that a unit can have count, so that the list stays short.

>>> "VWZ1Z2K0000001" in map(str, neighbours("VWZ1Z2K000001"))  # a digit is missing
True
>>> neighbours("4786")  # no unit has so short a number
()
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from radiokey.serial.canonical import unit_numbers
from radiokey.serial.formats import Identity
from radiokey.serial.number import SerialNumber
from radiokey.serial.shapes import UNKNOWN

LENGTH_MAX: Final = 32
"""Longer texts are nobody's number."""


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
    near = {
        (edited, one.kind)
        for change, length in ((_missing, len(text) + 1), (_wrong, len(text)), (_extra, len(text) - 1))
        for one, places in unit_numbers().of_length(length)
        for edited in change(text, places)
        if one.holds_digits(edited)
    }
    return tuple(SerialNumber(edited, kind, Identity.UNIT) for edited, kind in sorted(near) if edited != text)


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


def _missing(text: str, places: Sequence[str]) -> Iterator[str]:
    """Yield the numbers that have one character more; a `?` is only ever kept, never put in."""
    first, last = _fitting(text, places), len(text) - _fitting(text[::-1], places[::-1])
    for at in range(last, first + 1):
        yield from (text[:at] + one + text[at:] for one in places[at] if one != UNKNOWN)


def _extra(text: str, places: Sequence[str]) -> Iterator[str]:
    """Yield the numbers that have one character less."""
    first, last = _fitting(text, places), len(text) - 1 - _fitting(text[::-1], places[::-1])
    yield from (text[:at] + text[at + 1 :] for at in range(max(last, 0), min(first, len(places)) + 1))


def _wrong(text: str, places: Sequence[str]) -> Iterator[str]:
    """Yield the numbers of the same length: one other character, or two neighbours exchanged."""
    bad = [at for at, (one, place) in enumerate(zip(text, places, strict=True)) if one not in place]
    for at in bad if len(bad) == 1 else range(0 if bad else len(text)):
        yield from (text[:at] + one + text[at + 1 :] for one in places[at] if one != UNKNOWN)
    if len(bad) > 2:  # noqa: PLR2004 - an exchange mends two places
        return
    for at in range(len(text) - 1):
        one, two = text[at], text[at + 1]
        if two in places[at] and one in places[at + 1] and {at, at + 1}.issuperset(bad):
            yield text[:at] + two + one + text[at + 2 :]


def _fitting(text: str, places: Sequence[str]) -> int:
    """Return how many characters from the first on stand in their places."""
    pairs = enumerate(zip(text, places, strict=False))
    return next((at for at, (one, place) in pairs if one not in place), min(len(text), len(places)))
