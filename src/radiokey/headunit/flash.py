"""The memory chip: four functions, and a chip in RAM whose power can be cut at any byte.

The chip behaves like NOR flash. Erasing a sector sets every byte to 0xFF; programming can only clear bits;
nothing is certain before `sync`. Programming and erasing take effect byte by byte, so a cut leaves a prefix.
"""

from typing import Protocol

ERASED = 0xFF


class ChipError(Exception):
    """The chip did not do what was asked: the caller must not go on as if it had."""


class PowerCutError(Exception):
    """The supply went away in the middle of an operation. Only a simulated chip raises it."""


class Chip(Protocol):
    """A memory chip of `size` bytes in sectors of `sector_size`; no other chip has its `id` of 16 bytes."""

    id: bytes
    size: int
    sector_size: int

    def read(self, at: int, count: int) -> bytes:
        """Return `count` bytes from `at`; raise `ChipError` if they cannot be read."""
        ...

    def program(self, at: int, data: bytes) -> None:
        """Clear bits so that the bytes from `at` become `data`; raise `ChipError` if they do not."""
        ...

    def erase(self, sector: int) -> None:
        """Set every byte of `sector` to 0xFF; raise `ChipError` if that fails."""
        ...

    def sync(self) -> None:
        """Return once everything before is durable; raise `ChipError` if it is not."""
        ...


class RamChip:
    """A chip in RAM.

    `cut_after`: how many more bytes may be programmed or erased before the power is cut; `None` = no cut.
    `broken`: every write fails with `ChipError`. Both are the tester's hand, not the unit's.
    """

    __slots__ = ("broken", "cells", "cut_after", "id", "sector_size", "size", "written")

    def __init__(
        self,
        size: int,
        sector_size: int,
        cells: bytes | None = None,
        id: bytes = bytes(16),  # noqa: A002 - a chip's id
    ) -> None:
        assert size % sector_size == 0
        assert cells is None or len(cells) == size
        self.id = id
        self.size = size
        self.sector_size = sector_size
        self.cells = bytearray(cells) if cells is not None else bytearray([ERASED]) * size
        self.cut_after: int | None = None
        self.broken = False
        self.written = 0

    def read(self, at: int, count: int) -> bytes:
        """Return `count` bytes from `at`."""
        if not 0 <= at <= at + count <= self.size:
            raise ChipError("read outside the chip")
        return bytes(self.cells[at : at + count])

    def program(self, at: int, data: bytes) -> None:
        """Clear bits, byte by byte."""
        if self.broken or not 0 <= at <= at + len(data) <= self.size:
            raise ChipError("the chip cannot be programmed")
        for offset, byte in enumerate(data, start=at):
            self._spend()
            self.cells[offset] &= byte

    def erase(self, sector: int) -> None:
        """Set a sector to 0xFF, byte by byte."""
        start = sector * self.sector_size
        if self.broken or not 0 <= start < self.size:
            raise ChipError("the chip cannot be erased")
        for offset in range(start, start + self.sector_size):
            self._spend()
            self.cells[offset] = ERASED

    def sync(self) -> None:
        """Return: this chip keeps every byte at once."""
        if self.broken:
            raise ChipError("the chip does not answer")

    def _spend(self) -> None:
        if self.cut_after is not None:
            if self.cut_after <= 0:
                raise PowerCutError
            self.cut_after -= 1
        self.written += 1
