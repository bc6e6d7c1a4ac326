"""The file of an import: lines into units or refusals (docs/spec/ledger.md).

A line is a unit. Nothing is repaired: a field is exactly what the ledger keeps, or the line is refused with
its number, the column and a reason of a fixed list. No reason repeats anything of the line, since whatever
stands in it may be a code.
"""

import csv
import hashlib
import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_model
from radiokey.code.value import Code, CodeShape
from radiokey.errors import InputError
from radiokey.language.speech import gettext, later
from radiokey.serial import vin as vins
from radiokey.serial.canonical import UnitNumbers
from radiokey.serial.number import Identity, SerialNumber

COLUMNS: Final = ("serial", "model", "market", "vin", "code")
LINE_SIZE_MAX: Final = 500
_BOM: Final = b"\xef\xbb\xbf"
_READ_SIZE: Final = 1 << 20
_MARKET: Final = re.compile("[A-Z][A-Z0-9-]{1,15}")


class Reason(StrEnum):
    """Why a line is refused."""

    NOT_UTF8 = later("it is not UTF-8")
    TOO_LONG = f"it is longer than {LINE_SIZE_MAX} bytes"
    QUOTE = later("a quote is not where it may be, or does not close on this line")
    FIELDS = f"it has not {len(COLUMNS)} fields"
    NO_MODEL = later("the catalogue has no radio of this id")
    NO_SHAPE = later("nobody knows what codes this radio has")
    SHARED = later("numbers of this radio name many radios; the ledger holds single ones")
    SERIAL = later("it is no number of this radio in its canonical spelling")
    REPEATED = later("a line before it in its batch has this number")
    KNOWN = later("the ledger has this number already")
    MARKET = later("a market is 2 to 16 capital letters, digits and dashes, a letter first")
    VIN = later("it is not 17 capital letters and digits without I, O and Q")
    VIN_DIGIT = later("the check digit of this VIN does not hold")
    CODE = later("this radio cannot have such a code")
    LEFT_OUT = later("another line of its batch was refused")


def reason_text(reason: Reason) -> str:
    """Return why a line is refused, as a person reads it; a report for programs has the value itself."""
    if reason is Reason.TOO_LONG:
        return gettext("it is longer than {most} bytes", most=LINE_SIZE_MAX)
    if reason is Reason.FIELDS:
        return gettext("it has not {count} fields", count=len(COLUMNS))
    return gettext(reason.value)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that does not enter: its number (the header is line 1), the column or empty, the reason."""

    line: int
    column: str
    reason: Reason


class CheckedLine(NamedTuple):
    """A line that holds a unit."""

    line: int
    kind: str
    number: str
    serial: str
    model: str
    market: str
    vin: str
    code: Code


class _RefusedError(Exception):
    """A column and the reason; it does not leave this module."""

    def __init__(self, column: str, reason: Reason) -> None:
        super().__init__(column, reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines as they stand in the file: the number of the first, and the byte after the last.

    `None` stands for a line that is longer than any unit's.
    """

    first: int
    lines: tuple[bytes | None, ...]
    offset: int

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.first + len(self.lines) - 1


class _Rules:
    """What the lines of one model must be."""

    __slots__ = ("code", "numbers")

    def __init__(self, model_id: str) -> None:
        model = load_model(model_id)
        shape = model.code.value
        if shape is None:
            raise _RefusedError("model", Reason.NO_SHAPE)
        self.numbers = UnitNumbers(model.kinds)
        if not self.numbers:
            raise _RefusedError("model", Reason.SHARED)
        self.code = re.compile(_pattern(shape))


def _pattern(shape: CodeShape) -> str:
    places = [f"[{alphabet}]" for alphabet in shape.places]
    return "|".join("".join(places[start:]) for start in range(shape.length - shape.shortest + 1))


def _fields(raw: bytes | None) -> list[str] | None:
    """Return the fields of a line; `None` of an empty one."""
    if raw is None:
        raise _RefusedError("", Reason.TOO_LONG)
    try:
        text = raw.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise _RefusedError("", Reason.NOT_UTF8) from None
    if len(text) > LINE_SIZE_MAX:
        raise _RefusedError("", Reason.TOO_LONG)
    if '"' not in text:
        return text.split(",") if text else None
    try:
        (fields,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise _RefusedError("", Reason.QUOTE) from None
    return fields


def _header(head: bytes) -> Callable[[list[str]], tuple[str, ...]]:
    """Return what puts the fields of a line into the order of `COLUMNS`; raise `InputError`."""
    try:
        names = _fields(head.removeprefix(_BOM)) or []
    except _RefusedError:
        names = []
    if sorted(names) != sorted(COLUMNS):
        raise InputError(
            gettext(
                "the first line names the columns {names}, each once, and no other", names=", ".join(COLUMNS)
            ),
            hint=gettext("separate them by commas, and save the file as UTF-8"),
        )
    return itemgetter(*map(names.index, COLUMNS))


class UnitFile:
    """An open file of units. Use it in a `with`."""

    __slots__ = ("_file", "_pick", "_rules", "_stamp", "start")

    def __init__(self, source: Path | bytes) -> None:
        """Open a file, or what somebody sent, and read its header; raise `InputError`."""
        try:
            self._file: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
        except OSError as error:
            raise InputError(
                gettext("the file cannot be read: {strerror}", strerror=error.strerror),
                hint=gettext("name the CSV file"),
            ) from error
        try:
            self._stamp = self._stamped()
            self._rules: dict[str, _Rules] = {}
            head = self._file.readline(LINE_SIZE_MAX)
            self.start = len(head)
            self._pick = _header(head)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self._stamp[0]

    def digest(self) -> str:
        """Return the SHA-256 of the whole file, as hex: its name in the ledger."""
        hashed = hashlib.sha256()
        self._file.seek(0)
        while data := self._file.read(_READ_SIZE):
            hashed.update(data)
        return hashed.hexdigest()

    def check_unchanged(self) -> None:
        """Raise `InputError` if somebody wrote to the file since it was opened."""
        if self._stamped() != self._stamp:
            raise InputError(
                gettext("the file changed while it was read"),
                hint=gettext("import it again; what is in the ledger stays, and is refused as known"),
            )

    def batches(self, line: int, offset: int, size: int) -> Iterator[Batch]:
        """Yield the file from number `line` on, which begins at byte `offset`, in batches of `size` lines."""
        self._file.seek(offset)
        while True:
            lines: list[bytes | None] = []
            while len(lines) < size and (text := self._file.readline(LINE_SIZE_MAX + 2)):
                offset += len(text)
                if len(text) == LINE_SIZE_MAX + 2 and not text.endswith(b"\n"):
                    offset += self._skip()
                    lines.append(None)
                else:
                    lines.append(text)
            if not lines:
                return
            yield Batch(line, tuple(lines), offset)
            line += len(lines)

    def check(self, batch: Batch) -> tuple[list[CheckedLine], list[Refusal]]:
        """Return the units of a batch, and what is refused of it; an empty line is neither."""
        units: list[CheckedLine] = []
        refused: list[Refusal] = []
        seen: set[tuple[str, str]] = set()
        for line, text in enumerate(batch.lines, start=batch.first):
            try:
                unit = self._unit(line, text)
                if unit is not None:
                    name = unit[1:3]
                    if name in seen:
                        raise _RefusedError("serial", Reason.REPEATED)  # noqa: TRY301 - as every other reason
                    seen.add(name)
                    units.append(unit)
            except _RefusedError as why:
                refused.append(Refusal(line, why.column, why.reason))
        return units, refused

    def _unit(self, line: int, raw: bytes | None) -> CheckedLine | None:
        fields = _fields(raw)
        if fields is None:
            return None
        if len(fields) != len(COLUMNS):
            raise _RefusedError("", Reason.FIELDS)
        serial, model, market, vin, code = self._pick(fields)
        rules = self._rules.get(model) or self._rules_of(model)
        kind = rules.numbers.kind_of(serial)
        if kind is None:
            raise _RefusedError("serial", Reason.SERIAL)
        if _MARKET.fullmatch(market) is None:
            raise _RefusedError("market", Reason.MARKET)
        if vin and (flaw := vins.flaw(vin)):
            raise _RefusedError("vin", Reason.VIN_DIGIT if "digit does" in flaw else Reason.VIN)
        if rules.code.fullmatch(code) is None:
            raise _RefusedError("code", Reason.CODE)
        number = SerialNumber(serial, kind, Identity.UNIT).key
        return CheckedLine(line, kind, number, serial, model, market, vin, Code(code))

    def _rules_of(self, model_id: str) -> _Rules:
        if model_id not in cards():
            raise _RefusedError("model", Reason.NO_MODEL)
        rules = self._rules[model_id] = _Rules(model_id)
        return rules

    def _skip(self) -> int:
        """Go to the end of a line that is too long; return how many bytes that were."""
        skipped = 0
        while text := self._file.readline(_READ_SIZE):
            skipped += len(text)
            if text.endswith(b"\n"):
                break
        return skipped

    def _stamped(self) -> tuple[int, int]:
        if isinstance(self._file, io.BytesIO):
            return len(self._file.getbuffer()), 0
        status = os.fstat(self._file.fileno())
        return status.st_size, status.st_mtime_ns
