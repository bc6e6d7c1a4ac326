"""Canonical numbers: whether a text, as it stands, is the number of a unit.

Where a person's copy is read kindly (`number.parse`), a ledger is read strictly: nothing is repaired and
nothing around the number is taken. A text that two formats can be is of the one that says more about where it
comes from, as in `parse`.

>>> canonical("VWZ1Z2K0000001")
SerialNumber(text='VWZ1Z2K0000001', kind='volkswagen-vwz', identity=<Identity.UNIT: 'unit'>)
>>> canonical("vwz1z2k0000001") is None
True
>>> canonical("V212") is None  # a number that many radios share
True
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from radiokey.serial.formats import FORMATS, Identity, SerialFormat
from radiokey.serial.number import SerialNumber
from radiokey.serial.shapes import DIGITS, Shape

_NO_DIGITS = {ord(digit): None for digit in DIGITS}


@dataclass(frozen=True, slots=True)
class Numbers:
    """One shape of a number without the label around it; `opened` counts the open places that all have."""

    kind: str
    shape: Shape
    pattern: re.Pattern[str]
    fixed: int
    opened: int

    def is_met_by(self, text: str) -> bool:
        """Tell whether `text`, as it stands, is such a number."""
        return self.pattern.fullmatch(text) is not None and self.holds_digits(text)

    def holds_digits(self, text: str) -> bool:
        """Tell whether `text` holds half as many digits as open places (see `Shape.fit`)."""
        digits = len(text) - len(text.translate(_NO_DIGITS))
        return 2 * digits >= self.opened + len(text) - self.fixed


class UnitNumbers:
    """The numbers of units that some formats can have."""

    __slots__ = ("_all", "_numbers")

    def __init__(self, kinds: Collection[str]) -> None:
        """Take the ids of formats; those whose numbers many radios share have no unit's number."""
        formats = [FORMATS[kind] for kind in kinds if FORMATS[kind].identity is Identity.UNIT]
        shapes = [(shape, entry) for entry in formats for shape in entry.shapes]
        shapes.sort(key=lambda pair: -pair[0].strength)
        # A number that stands on labels and alone is here alone: of two such shapes the weaker counts.
        numbers = {(entry.id, shape.regex): _number(shape, entry) for shape, entry in reversed(shapes)}
        self._numbers = tuple(reversed(numbers.values()))
        self._all = re.compile("|".join(f"({number.pattern.pattern})" for number in self._numbers) or "(?!)")

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def kind_of(self, text: str) -> str | None:
        """Return the id of the format that `text`, as it stands, is a unit's number of; `None`: of none."""
        match = self._all.fullmatch(text)
        if match is None or match.lastindex is None:
            return None
        number = self._numbers[match.lastindex - 1]
        if number.holds_digits(text):
            return number.kind
        return next((other.kind for other in self._numbers if other.is_met_by(text)), None)

    def kinds_of(self, text: str) -> tuple[str, ...]:
        """Return the ids of all formats that `text`, as it stands, can be a unit's number of."""
        return tuple(dict.fromkeys(one.kind for one in self._numbers if one.is_met_by(text)))

    def of_length(self, length: int) -> Iterator[tuple[Numbers, tuple[str, ...]]]:
        """Yield the shapes whose numbers can be so long, and what each of their places takes then."""
        for one in self._numbers:
            places = one.shape.alphabets(length)
            if places is not None:
                yield one, places


def _number(shape: Shape, entry: SerialFormat) -> Numbers:
    inside = "".join(re.findall(r"\[([^]]*)\]", shape.template))
    fixed = len(inside.removesuffix("~"))
    return Numbers(entry.id, shape, re.compile(shape.regex), fixed, inside.count("*"))


@cache
def unit_numbers(kinds: frozenset[str] | None = None) -> UnitNumbers:
    """Return the numbers that units of these formats can have; of all formats, if none are given."""
    return UnitNumbers(FORMATS if kinds is None else sorted(kinds))


def canonical(text: str, kinds: frozenset[str] | None = None) -> SerialNumber | None:
    """Return the unit's number that `text`, as it stands, is; `kinds`: the formats it can have, if known."""
    kind = unit_numbers(kinds).kind_of(text)
    return None if kind is None else SerialNumber(text, kind, Identity.UNIT)
