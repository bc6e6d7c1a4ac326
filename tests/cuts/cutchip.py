"""A chip and a counter that keep a journal, and everything that a power cut can leave of one.

The chip never cuts by itself here: it writes down, in order, every erase, program and sync that it was told, and
the device's counter and the unit's compare write into the same journal. What the media hold after a cut is then
worked out from the journal, once for every point at which it may have fallen; `CuttingChip` really stops there,
and a test holds the two against each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product
from typing import Final

from radiokey.headunit.flash import ChipError, PowerCutError
from radiokey.headunit.store import CHIP_SIZE, SECTOR_SIZE

Image = tuple[bytes, ...]
"""What a chip holds: one `bytes` a sector, so that images share the sectors they have in common."""

SECTORS: Final = CHIP_SIZE // SECTOR_SIZE
BLANK: Final = b"\xff" * SECTOR_SIZE
ERASED_CHIP: Final[Image] = (BLANK,) * SECTORS


class Did(StrEnum):
    """What a journal tells of."""

    ERASE = "erase"
    PROGRAM = "program"
    SYNC = "sync"
    COUNT = "count"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True)
class Op:
    """One entry of the journal. `kept` is False where the chip never brings it to the media."""

    did: Did
    sector: int = 0
    at: int = 0
    data: bytes = b""
    kept: bool = True


class Fill(StrEnum):
    """What the cells hold that a cut operation did not reach."""

    OLD = "old"
    ZEROS = "00"
    ONES = "FF"


class Lie(StrEnum):
    """What becomes of the writes before a sync that returned and did nothing."""

    LATER = "later"
    NEVER = "never"


def split(cells: bytes) -> Image:
    """Return the image in `cells`."""
    return tuple(bytes(cells[at : at + SECTOR_SIZE]) for at in range(0, CHIP_SIZE, SECTOR_SIZE))


class JournalChip:
    """A chip of the store's size that keeps a journal.

    Its faults, each by the number of the call since `reset`: `lies` a sync that does nothing; `deaf` an erase or a
    program that does nothing and says so to nobody; `failing_reads` a read that fails with `ChipError`.
    """

    __slots__ = (
        "_syncs",
        "_window",
        "_writes",
        "cells",
        "deaf",
        "failing_reads",
        "id",
        "journal",
        "lies",
        "reads",
        "sector_size",
        "size",
    )  # fmt: skip

    def __init__(self, image: Image = ERASED_CHIP) -> None:
        self.id = bytes(16)
        self.size, self.sector_size = CHIP_SIZE, SECTOR_SIZE
        self.lies: dict[int, Lie] = {}
        self.deaf: frozenset[int] = frozenset()
        self.failing_reads: frozenset[int] = frozenset()
        self.reset(image)

    def reset(self, image: Image) -> None:
        """Hold `image`, with an empty journal."""
        self.cells = list(image)
        self.journal: list[Op] = []
        self.reads = self._syncs = self._writes = self._window = 0

    @property
    def image(self) -> Image:
        """What is read now."""
        return tuple(self.cells)

    def read(self, at: int, count: int) -> bytes:
        sector, offset = divmod(at, SECTOR_SIZE)
        if not (at >= 0 <= count and offset + count <= SECTOR_SIZE and sector < SECTORS):
            raise ChipError("read across sectors")
        if self.failing_reads:
            self.reads += 1
            if self.reads - 1 in self.failing_reads:
                raise ChipError("this read fails")
        return self.cells[sector][offset : offset + count]

    def erase(self, sector: int) -> None:
        if not 0 <= sector < SECTORS:
            raise ChipError("no such sector")
        self._write(Op(Did.ERASE, sector))

    def program(self, at: int, data: bytes) -> None:
        sector, offset = divmod(at, SECTOR_SIZE)
        if not (at >= 0 and offset + len(data) <= SECTOR_SIZE and sector < SECTORS):
            raise ChipError("programmed across sectors")
        self._write(Op(Did.PROGRAM, sector, offset, data))

    def sync(self) -> None:
        lie = self.lies.get(self._syncs)
        self._syncs += 1
        if lie is None:
            self.journal.append(Op(Did.SYNC))
        elif lie is Lie.NEVER:
            for number in range(self._window, len(self.journal)):
                op = self.journal[number]
                self.journal[number] = Op(op.did, op.sector, op.at, op.data, kept=False)
        self._window = len(self.journal)

    def _write(self, op: Op) -> None:
        self._writes += 1
        if self._writes - 1 in self.deaf:
            return
        self.journal.append(op)
        self.cells[op.sector] = done(self.cells[op.sector], op)


class JournalCounter:
    """The counter of a device, in the chip's journal."""

    __slots__ = ("_chip", "value")

    def __init__(self, chip: JournalChip, value: int = 0) -> None:
        self._chip = chip
        self.value = value

    def advance(self) -> None:
        self.value += 1
        self._chip.journal.append(Op(Did.COUNT))


# --- what a write does, whole and torn ------------------------------------------------------------------------------


def done(sector: bytes, op: Op) -> bytes:
    """Return `sector` after `op`: erased, or with bits cleared."""
    if op.did is Did.ERASE:
        return BLANK
    end = op.at + len(op.data)
    old = sector[op.at : end]
    new = op.data if old.count(0xFF) == len(old) else bytes(a & b for a, b in zip(old, op.data, strict=True))
    return sector[: op.at] + new + sector[end:]


def writes(op: Op) -> bool:
    """Tell whether `op` changes cells."""
    return op.did in {Did.ERASE, Did.PROGRAM}


def points(op: Op) -> int:
    """Return how many cuts fall before a byte of `op`, or before and after what has no bytes."""
    match op.did:
        case Did.ERASE:
            return SECTOR_SIZE
        case Did.PROGRAM:
            return len(op.data)
        case Did.SYNC:
            return 1
        case Did.COUNT:
            return 2
    return 0


def torn(sector: bytes, op: Op, cut: int, fill: Fill) -> bytes:
    """Return `sector` when `op` was cut before its byte number `cut`."""
    whole = done(sector, op)
    start = op.at if op.did is Did.PROGRAM else 0
    end = start + points(op)
    reached = start + cut
    match fill:
        case Fill.OLD:
            tail = sector[reached:end]
        case Fill.ZEROS:
            tail = bytes(end - reached)
        case Fill.ONES:
            tail = b"\xff" * (end - reached)
    return whole[:reached] + tail + whole[end:]


def all_torn(sector: bytes, op: Op) -> Iterator[tuple[int, Fill, bytes]]:
    """Yield what each cut in `op` leaves of `sector`, with each filling."""
    whole = done(sector, op)
    start = op.at if op.did is Did.PROGRAM else 0
    end = start + points(op)
    rest, zeros, ones = whole[end:], bytes(SECTOR_SIZE), BLANK
    for reached in range(start, end):
        head, left = whole[:reached], end - reached
        yield reached - start, Fill.OLD, head + sector[reached:]
        yield reached - start, Fill.ZEROS, head + zeros[:left] + rest
        yield reached - start, Fill.ONES, head + ones[:left] + rest


_TORN: dict[tuple[bytes, int, bytes], dict[bytes, tuple[int, Fill]]] = {}


def torn_program(sector: bytes, op: Op) -> dict[bytes, tuple[int, Fill]]:
    """Return what a cut anywhere in a program can leave of `sector`, each with the first cut that leaves it."""
    key = (sector, op.at, op.data)
    found = _TORN.get(key)
    if found is None:
        found = _TORN[key] = {}
        for cut, fill, left in all_torn(sector, op):
            found.setdefault(left, (cut, fill))
    return found


TORN_ERASE_FILLED: Final = {
    torn(BLANK, Op(Did.ERASE), cut, fill): (cut, fill)
    for cut in range(SECTOR_SIZE)
    for fill in (Fill.ZEROS, Fill.ONES)
}
"""What a cut in an erase leaves where the rest is filled: the same whatever the sector held."""


def erased_further(sector: bytes) -> tuple[int, bytes]:
    """Return how many bytes an erase has passed when `sector` first changes, and what it is then."""
    passed = SECTOR_SIZE - len(sector.lstrip(b"\xff")) + 1
    return passed, BLANK[:passed] + sector[passed:]


def mixtures(versions: list[bytes], page: int, *, by_byte: bool = False) -> set[bytes]:
    """Return what a sector may hold when the pages of some writes arrive in any order: each page of any age.

    `by_byte`: also each byte alone late, each byte alone early, and the bytes arriving from the last to the first.
    """
    starts = range(0, SECTOR_SIZE, page)
    pages = [sorted({version[at : at + page] for version in versions}) for at in starts]
    found = {b"".join(chosen) for chosen in product(*pages)}
    for old, new in pairwise(versions) if by_byte else ():
        for at in range(SECTOR_SIZE):
            found.add(new[:at] + old[at : at + 1] + new[at + 1 :])
            found.add(old[:at] + new[at : at + 1] + old[at + 1 :])
            found.add(old[:at] + new[at:])
    return found


# --- a chip that really stops -----------------------------------------------------------------------------------------


class CuttingChip(JournalChip):
    """A chip whose power goes at the `cut`-th point with this `fill`; `kept` False: with all that was not synced."""

    __slots__ = ("_synced", "cut", "fill", "kept", "left")

    def __init__(self, image: Image, cut: int, fill: Fill = Fill.OLD, *, kept: bool = True) -> None:
        super().__init__(image)
        self.cut, self.fill, self.kept = cut, fill, kept
        self.left: Image | None = None
        self._synced = image

    def _write(self, op: Op) -> None:
        self.spend(op)
        super()._write(op)

    def sync(self) -> None:
        self.spend(Op(Did.SYNC))
        super().sync()
        self._synced = self.image

    def spend(self, op: Op) -> None:
        """Go past the points of `op`, or stop at the one that is due."""
        if self.cut >= points(op):
            self.cut -= points(op)
            return
        if writes(op):
            self.cells[op.sector] = torn(self.cells[op.sector], op, self.cut, self.fill)
        self.left = self.image if self.kept else self._synced
        raise PowerCutError


class CuttingCounter(JournalCounter):
    """A counter beside such a chip: the cut falls before it counted, or after."""

    __slots__ = ()

    def advance(self) -> None:
        chip = self._chip
        assert isinstance(chip, CuttingChip)
        if chip.cut == 1:
            self.value += 1
        chip.spend(Op(Did.COUNT))
        super().advance()


def flipped(image: Image, *bits: int) -> Image:
    """Return `image` with these bits of the chip flipped."""
    cells = bytearray(b"".join(image))
    for bit in bits:
        cells[bit // 8] ^= 1 << bit % 8
    return split(cells)


def bits_of(sector: int, size: int) -> Iterator[int]:
    """Yield the bits of the first `size` bytes of a sector."""
    start = sector * SECTOR_SIZE * 8
    yield from range(start, start + size * 8)
