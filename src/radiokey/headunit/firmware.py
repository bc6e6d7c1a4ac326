"""The unit's firmware: two slots, and a record that says which starts. A cut leaves the old or the new image.

A download goes into the slot that does not run, block by block, and counts for nothing until its signature,
its radio, its floor and the hash of all its bytes are right. Then one record is written that names it; the
record has two places and the older one is overwritten, so a cut leaves the one or the other. A new image is
tried once: it has to say that it works (`confirm`), else the next start goes back to the one before. Only
an image that said so raises the floor, which is in the device and not on the chip: what was once
left behind never starts again, whatever is put back.

Nothing here knows the lock. No download, restore or start lowers a count or lifts a wait, because none of
them reaches the record (`headunit.store`). Every byte is in docs/spec/updates.md.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from radiokey.code.signed import SIGNATURE_SIZE, ImageHead, Verify
from radiokey.headunit.device import Floor
from radiokey.headunit.flash import Chip, ChipError

SLOTS: Final = 2
RECORDS: Final = 2
_RECORD: Final = struct.Struct("<4sIBB2x")
_CRC: Final = struct.Struct("<I")
BOOT_RECORD_SIZE: Final = _RECORD.size + _CRC.size
_MAGIC: Final = b"RKB1"
_SEQUENCE_MAX: Final = 2**32 - 1


class Refusal(StrEnum):
    """Why an image is not taken. Where it is an attack, it has the attack's name."""

    TOO_LARGE = "too-large"
    UNPROVEN = "unproven"
    NOT_BEGUN = "not-begun"
    ENDLESS_DATA = "endless-data"
    UNFINISHED = "unfinished"
    NO_IMAGE = "no-image"
    WRONG_KEY = "wrong-key"
    MIX_AND_MATCH = "mix-and-match"
    ROLLBACK = "rollback"
    DAMAGED = "damaged"
    MEMORY = "memory"


SAYS: Final = {
    Refusal.TOO_LARGE: "it does not fit into a slot",
    Refusal.UNPROVEN: "the running image has not proved itself yet, and the other slot holds the one before",
    Refusal.NOT_BEGUN: "no download was begun",
    Refusal.ENDLESS_DATA: "endless data: more came than was announced",
    Refusal.UNFINISHED: "less came than was announced",
    Refusal.NO_IMAGE: "it is not an image of a head unit",
    Refusal.WRONG_KEY: "wrong keys: the base that this unit trusts did not sign it",
    Refusal.MIX_AND_MATCH: "mix and match: it is the image of another radio",
    Refusal.ROLLBACK: "rollback: it is older than what this unit already left behind",
    Refusal.DAMAGED: "its bytes are not those that were signed",
    Refusal.MEMORY: "the memory did not take it",
}


class RefusedImageError(Exception):
    """An image is not taken; `refusal` says why. What runs goes on running."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(SAYS[refusal])
        self.refusal = refusal


class Trial(StrEnum):
    """Whether an image that starts has proved itself: `NEW` was never started, `TRIED` once."""

    PROVEN = "proven"
    NEW = "new"
    TRIED = "tried"


_TRIALS: Final = tuple(Trial)


@dataclass(frozen=True, slots=True)
class BootRecord:
    """Which slot starts, and whether its image has proved itself."""

    sequence: int
    slot: int
    trial: Trial

    def encode(self) -> bytes:
        """Return its bytes."""
        body = _RECORD.pack(_MAGIC, self.sequence, self.slot, _TRIALS.index(self.trial))
        return body + _CRC.pack(zlib.crc32(body))

    @classmethod
    def parse(cls, data: bytes) -> "BootRecord | None":
        """Return the record in `data`, `None` where it is none."""
        body, crc = data[: _RECORD.size], data[_RECORD.size : BOOT_RECORD_SIZE]
        if not body.startswith(_MAGIC) or crc != _CRC.pack(zlib.crc32(body)):
            return None
        _, sequence, slot, trial = _RECORD.unpack(body)
        if slot >= SLOTS or trial >= len(_TRIALS):
            return None
        return cls(sequence, slot, _TRIALS[trial])


@dataclass(frozen=True, slots=True)
class _Download:
    slot: int
    size: int
    received: int


class Firmware:
    """The images of one unit of `model` on `chip`; `floor` is in the device, what it left behind.

    The chip has one sector for each of the two boot records, then as many sectors for each slot.
    """

    __slots__ = ("_chip", "_download", "_floor", "_model", "_record", "_slot_size", "_verify", "running")

    def __init__(self, chip: Chip, model: str, verify: Verify, floor: Floor) -> None:
        self._chip, self._model, self._verify, self._floor = chip, model, verify, floor
        self._slot_size = (chip.size // chip.sector_size - RECORDS) // SLOTS * chip.sector_size
        self._record: BootRecord | None = None
        self._download: _Download | None = None
        self.running: ImageHead | None = None

    @property
    def slot_size(self) -> int:
        """How many bytes an image may have, head and signature included."""
        return self._slot_size

    def install(self, image: bytes) -> None:
        """Put the first image on an erased chip, in the factory; raise `RefusedImageError`."""
        self.begin(0, len(image))
        self.write_block(image)
        self.finish()
        self.boot()
        self.confirm()

    # --- starting

    def boot(self) -> ImageHead | None:
        """Start: return the image that runs, `None` where no slot holds one (then the fault is *firmware*).

        An image that was tried and did not say that it works is given up for the one before. So is a new one
        where the memory takes no record any more: a start that leaves no trace would be its first for ever.
        """
        self._download = None
        record = self._newest()
        if record is None:
            self._record = self.running = None
            return None
        if record.trial is Trial.TRIED:
            record = self._turn_back(record)
        elif record.trial is Trial.NEW:
            record = self._try_once(record)
        head = self._judged(record.slot)
        if head is None:  # worn cells, or a hand on the chip: what the other slot holds is better than none
            head = self._judged(1 - record.slot)
            if head is not None:
                record = self._go_to_other(record)
        self._record, self.running = record, head
        return head

    def confirm(self) -> None:
        """Take the word of the running image that it works: it stays, and raises the floor."""
        if self.running is None or self._record is None:
            return
        if self._record.trial is not Trial.PROVEN:
            self._record = self._commit(self._record.slot, Trial.PROVEN, self._record)
        if self._floor.value < self.running.floor:
            self._floor.advance_to(self.running.floor)

    def _try_once(self, record: BootRecord) -> BootRecord:
        try:
            return self._commit(record.slot, Trial.TRIED, record)
        except ChipError:
            return self._turn_back(record)

    def _turn_back(self, record: BootRecord) -> BootRecord:
        if self._judged(1 - record.slot) is None:
            return record  # there is nothing to go back to
        return self._go_to_other(record)

    def _go_to_other(self, record: BootRecord) -> BootRecord:
        """Start the other slot from now on; a memory that takes no record starts it this time."""
        try:
            return self._commit(1 - record.slot, Trial.PROVEN, record)
        except ChipError:
            return BootRecord(record.sequence, 1 - record.slot, Trial.PROVEN)

    # --- a download

    def begin(self, address: int, size: int) -> None:
        """Make room for an image of `size` bytes beside the one that runs; `address` means nothing here.

        What was downloaded before and not finished is gone. Raises `RefusedImageError`.
        """
        del address
        self._download = None
        if not 0 < size <= self._slot_size:
            raise RefusedImageError(Refusal.TOO_LARGE)
        if self.running is not None and self._record and self._record.trial is not Trial.PROVEN:
            raise RefusedImageError(Refusal.UNPROVEN)
        slot = 0 if self._record is None else 1 - self._record.slot
        first, count = self._at(slot) // self._chip.sector_size, self._slot_size // self._chip.sector_size
        try:
            for sector in range(first, first + count):
                self._chip.erase(sector)
            self._chip.sync()
        except ChipError as error:
            raise RefusedImageError(Refusal.MEMORY) from error
        self._download = _Download(slot, size, 0)

    def write_block(self, data: bytes) -> None:
        """Put the next bytes behind those that are there, durably; raise `RefusedImageError`."""
        download = self._require()
        received = download.received + len(data)
        if received > download.size:
            self._download = None
            raise RefusedImageError(Refusal.ENDLESS_DATA)
        try:
            self._chip.program(self._at(download.slot) + download.received, data)
            self._chip.sync()
        except ChipError as error:
            self._download = None
            raise RefusedImageError(Refusal.MEMORY) from error
        self._download = _Download(download.slot, download.size, received)

    def finish(self) -> None:
        """Judge the image that was downloaded; the next start tries it. Raises `RefusedImageError`."""
        download = self._require()
        if download.received != download.size:
            raise RefusedImageError(Refusal.UNFINISHED)
        self._download = None
        try:
            head = self._head(download.slot)
            if head.size + self._offset(head) != download.size:
                raise RefusedImageError(Refusal.DAMAGED)
            self._check_bytes(download.slot, head)
            self._record = self._commit(download.slot, Trial.NEW, self._record)
        except ChipError as error:
            raise RefusedImageError(Refusal.MEMORY) from error

    def abort(self) -> None:
        """Give up what was downloaded and not finished."""
        self._download = None

    def _require(self) -> _Download:
        if self._download is None:
            raise RefusedImageError(Refusal.NOT_BEGUN)
        return self._download

    # --- the slots

    def _judged(self, slot: int) -> ImageHead | None:
        """Return the head of the image in a slot if the unit may run it."""
        try:
            head = self._head(slot)
            self._check_bytes(slot, head)
        except (RefusedImageError, ChipError):
            return None
        return head

    def _head(self, slot: int) -> ImageHead:
        """Return the head in a slot; raise `RefusedImageError` where no unit like this may run it."""
        data = self._chip.read(self._at(slot), min(ImageHead.SIZE_MAX, self._slot_size))
        found = ImageHead.parse(data)
        if found is None:
            raise RefusedImageError(Refusal.NO_IMAGE)
        head, end = found
        body = head.body()
        if not self._verify(ImageHead.DOMAIN + body, data[len(body) : end]):
            raise RefusedImageError(Refusal.WRONG_KEY)
        if head.model != self._model:
            raise RefusedImageError(Refusal.MIX_AND_MATCH)
        if head.floor < self._floor.value:
            raise RefusedImageError(Refusal.ROLLBACK)
        return head

    def _check_bytes(self, slot: int, head: ImageHead) -> None:
        offset = self._offset(head)
        if offset + head.size > self._slot_size:
            raise RefusedImageError(Refusal.DAMAGED)
        if hashlib.sha256(self._chip.read(self._at(slot) + offset, head.size)).digest() != head.sha256:
            raise RefusedImageError(Refusal.DAMAGED)

    @staticmethod
    def _offset(head: ImageHead) -> int:
        return len(head.body()) + SIGNATURE_SIZE

    def _at(self, slot: int) -> int:
        return RECORDS * self._chip.sector_size + slot * self._slot_size

    # --- the boot record

    def _newest(self) -> BootRecord | None:
        found = []
        for place in range(RECORDS):
            record = BootRecord.parse(self._chip.read(place * self._chip.sector_size, BOOT_RECORD_SIZE))
            if record is not None and record.sequence % RECORDS == place:
                found.append(record)
        return max(found, key=lambda record: record.sequence, default=None)

    def _commit(self, slot: int, trial: Trial, after: BootRecord | None) -> BootRecord:
        """Write the next boot record in the place of the older one; raise `ChipError`."""
        sequence = 1 if after is None else after.sequence + 1
        if sequence > _SEQUENCE_MAX:
            raise ChipError("the boot records are used up")
        record = BootRecord(sequence, slot, trial)
        place, data = sequence % RECORDS, record.encode()
        self._chip.erase(place)
        self._chip.program(place * self._chip.sector_size, data)
        self._chip.sync()
        if self._chip.read(place * self._chip.sector_size, len(data)) != data:
            raise ChipError("the chip does not hold what was written")
        return record
