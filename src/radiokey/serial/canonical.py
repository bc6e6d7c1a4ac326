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
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from radiokey.serial.formats import FORMATS, Identity, SerialFormat
from radiokey.serial.number import SerialNumber
from radiokey.serial.shapes import DIGITS, Shape

_NO_DIGITS = {ord(digit): None for digit in DIGITS}


@dataclass(frozen=True, slots=True)
class _Number:
    """One shape of a number without the label around it; `places` and `opened` as in `Shape.fit`."""

    kind: str
    pattern: re.Pattern[str]
    fixed: int
    opened: int
    tail: tuple[int, int]

    def is_met_by(self, text: str) -> bool:
        return self.pattern.fullmatch(text) is not None and self.holds_digits(text)

    def may_have(self, length: int) -> bool:
        """Tell whether a number of this shape can be so long."""
        return self.fixed + self.tail[0] <= length <= self.fixed + self.tail[1]

    def holds_digits(self, text: str) -> bool:
        """Tell whether `text` holds half as many digits as open places (see `Shape.fit`)."""
        digits = len(text) - len(text.translate(_NO_DIGITS))
        return 2 * digits >= self.opened + len(text) - self.fixed


class UnitNumbers:
    """The numbers of units that some formats can have."""

    __slots__ = ("_all", "_numbers", "_of_length")

    def __init__(self, kinds: Collection[str]) -> None:
        """Take the ids of formats; those whose numbers many radios share have no unit's number."""
        formats = [FORMATS[kind] for kind in kinds if FORMATS[kind].identity is Identity.UNIT]
        shapes = [(shape, entry) for entry in formats for shape in entry.shapes]
        shapes.sort(key=lambda pair: -pair[0].strength)
        self._numbers = tuple(dict.fromkeys(_number(shape, entry) for shape, entry in shapes))
        self._of_length: dict[int, tuple[_Number, ...]] = {}
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
        if self._all.fullmatch(text) is None:
            return ()
        if len(text) not in self._of_length:
            self._of_length[len(text)] = tuple(one for one in self._numbers if one.may_have(len(text)))
        return tuple(dict.fromkeys(one.kind for one in self._of_length[len(text)] if one.is_met_by(text)))


def _number(shape: Shape, entry: SerialFormat) -> _Number:
    inside = "".join(re.findall(r"\[([^]]*)\]", shape.template))
    fixed = len(inside.removesuffix("~"))
    return _Number(entry.id, re.compile(shape.regex), fixed, inside.count("*"), shape.tail)


@cache
def unit_numbers(kinds: frozenset[str] | None = None) -> UnitNumbers:
    """Return the numbers that units of these formats can have; of all formats, if none are given."""
    return UnitNumbers(FORMATS if kinds is None else sorted(kinds))


def canonical(text: str, kinds: frozenset[str] | None = None) -> SerialNumber | None:
    """Return the unit's number that `text`, as it stands, is; `kinds`: the formats it can have, if known."""
    kind = unit_numbers(kinds).kind_of(text)
    return None if kind is None else SerialNumber(text, kind, Identity.UNIT)
