"""What a unit stores, as bytes, taken apart: a record, a chip, a whole unit; and what each slot of it holds.

For a reader who looks at a stored thing from outside. A unit itself reads with `store.decode`, to which
everything but its own sound record is the same nothing; here damaged, foreign and forged are distinguished,
and without the device's key a record is read by what its CRC alone vouches for.
"""

import hmac
import json
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from radiokey.errors import InputError
from radiokey.headunit.device import COUNTER_MAX
from radiokey.headunit.flash import ERASED
from radiokey.headunit.image import IMAGE_SIZE_MAX, IMAGE_VERSION
from radiokey.headunit.lock import Fault, Hold, State
from radiokey.headunit.store import (
    CHIP_SIZE,
    DIGEST_SIZE,
    MAGICS,
    NO_CAR,
    SECTOR_SIZE,
    SLOTS,
    Record,
    decode,
    size_of,
)
from radiokey.headunit.unit import WAIT_SAVED_EVERY_MS
from radiokey.language.speech import gettext, later, ngettext

KEY_SIZE: Final = 32
STORED_SIZE_MAX: Final = 4 * IMAGE_SIZE_MAX
"""More than the longest stored thing as spaced hexadecimal text."""

_CRC: Final = struct.Struct("<I")
_NO_KEY: Final = bytes(KEY_SIZE)
_HEX: Final = frozenset(b"0123456789abcdefABCDEF \t\r\n")
WHAT: Final = later(
    "give one record (84 or 112 bytes), a chip (512 bytes) or a unit's image, as bytes or as hexadecimal text"
)


ASIDE: Final = frozenset({State.PROTECTED, State.FAULT})


class Form(StrEnum):
    """What was given."""

    RECORD = "record"
    CHIP = "chip"
    UNIT = "unit"


class Reads(StrEnum):
    """What one slot holds."""

    SOUND = "sound"
    UNCHECKED = "unchecked"
    FOREIGN = "foreign"
    FORGED = "forged"
    MISPLACED = "misplaced"
    DAMAGED = "damaged"
    OTHER = "other"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Stored:
    """What was given, taken apart. `unsaved_ms`: how much of a wait was served since the last write."""

    form: Form
    slots: tuple[bytes, ...]
    counter: int | None = None
    unsaved_ms: int | None = None

    @classmethod
    def parse(cls, data: bytes) -> "Stored":
        """Take `data` apart; raise `InputError` where it has the form of nothing that a unit stores."""
        if data and _HEX.issuperset(data):
            try:
                data = bytes.fromhex(data.decode("ascii"))
            except ValueError as error:
                raise InputError(gettext("the hexadecimal text is not whole"), hint=gettext(WHAT)) from error
        if data.startswith(IMAGE_VERSION):
            return cls._of_unit(data)
        if len(data) == size_of(data):
            return cls(Form.RECORD, (data,))
        if len(data) == CHIP_SIZE:
            return cls(Form.CHIP, _slots(data))
        size = ngettext("{n} byte", "{n} bytes", len(data))
        raise InputError(gettext("this is no record: {size}", size=size), hint=gettext(WHAT))

    def read_slots(self, key: bytes | None) -> tuple[tuple[Reads, Record | None], ...]:
        """Return what each slot holds, and the record that can be read in it, under `key` if there is one."""
        found = []
        for at, slot in enumerate(self.slots):
            reads, record = read_slot(slot, key)
            if record and self.form is not Form.RECORD and record.sequence % SLOTS != at % SLOTS:
                reads = Reads.MISPLACED  # no commit put it there, so no unit takes it
            found.append((reads, record))
        return tuple(found)

    @classmethod
    def _of_unit(cls, data: bytes) -> "Stored":
        chip_at, volatile_at = len(IMAGE_VERSION), len(IMAGE_VERSION) + CHIP_SIZE
        try:
            counter, unsaved_ms = _volatile(json.loads(data[volatile_at:]))
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise InputError(
                gettext("the image of this unit is damaged"), hint=gettext("give its chip alone")
            ) from error
        return cls(Form.UNIT, _slots(data[chip_at:volatile_at]), counter, unsaved_ms)


def _volatile(volatile: Any) -> tuple[int, int]:  # noqa: ANN401 - whatever JSON holds
    """Return counter and unsaved wait of a unit's volatile part; raise `ValueError` where they are none."""
    counter = volatile["counter"]
    unsaved_ms = volatile["saved"] - volatile["lock"]["wait_left_ms"]
    if not isinstance(counter, int) or not isinstance(unsaved_ms, int):
        raise TypeError
    if not (0 <= counter <= COUNTER_MAX and 0 <= unsaved_ms < WAIT_SAVED_EVERY_MS):
        raise ValueError
    return counter, unsaved_ms


def _slots(chip: bytes) -> tuple[bytes, ...]:
    return tuple(chip[at : at + size_of(chip[at:])] for at in range(0, CHIP_SIZE, SECTOR_SIZE))


def read_slot(data: bytes, key: bytes | None) -> tuple[Reads, Record | None]:
    """Return what one slot holds, and the record that can be read in it."""
    if data.count(ERASED) == len(data):
        return Reads.EMPTY, None
    if not data.startswith(MAGICS):
        return Reads.OTHER, None
    signed, crc = data[: -_CRC.size], data[-_CRC.size :]
    if _CRC.pack(zlib.crc32(signed)) != crc:
        return Reads.DAMAGED, None
    if key is not None and (record := decode(data, key)) is not None:
        return Reads.SOUND, record
    record = _unsigned(signed[:-DIGEST_SIZE])
    if record is None:
        return Reads.FORGED, None
    return (Reads.UNCHECKED if key is None else Reads.FOREIGN), record


def _unsigned(body: bytes) -> Record | None:
    """Return the record whose MAC is not looked at; `None` where a field says what no unit writes.

    It is signed anew under a key that no device has, so that there is one reader of records and not two.
    """
    signed = body + hmac.digest(_NO_KEY, b"record\n" + body, "sha256")[:DIGEST_SIZE]
    record = decode(signed + _CRC.pack(zlib.crc32(signed)), _NO_KEY)
    return record if record and _possible(record) else None


def _possible(record: Record) -> bool:
    """Say whether some unit under some policy could have this record."""
    lock, beside = record.lock, record.beside
    by_car = beside.car != NO_CAR  # what the car opened keeps its errors, and owes its entry
    at = lock.before if lock.state in ASIDE else lock.state
    guessed = {State.CHECKING, State.WAIT, State.LOCKED, State.PERMANENT}
    return (
        (at is State.WAIT) == (lock.wait_ms > 0)
        and lock.wait_left_ms <= lock.wait_ms
        and (at is not State.WAIT or lock.wait_left_ms > 0)
        and (at is State.LOCKED) == (lock.hold is not Hold.NOTHING)
        and (lock.state is State.FAULT) == (lock.fault is not Fault.NONE)
        and (at not in guessed or lock.errors > 0)
        and len(lock.pending) in ({DIGEST_SIZE} if at is State.CHECKING else {0, DIGEST_SIZE})
        and (at not in {State.PLAYING, State.SYNC} or by_car or not (lock.errors or lock.pending))
        and (not lock.pending or at in {State.CODE, State.CHECKING, State.PLAYING, State.SYNC})
        and (at is State.SYNC) == (beside.asked > 0)
        and (beside.paired > 0) == by_car
        and max(beside.asked, beside.paired) <= record.sequence
    )
