"""The same trouble for both: the product's chip and counter, and bytes to which operations are done."""

from dataclasses import dataclass, field

from radiokey.headunit.flash import ChipError, PowerCutError, RamChip

from .record import SECTOR, Advance, Erase, Operation, Program, ReadBack, Sync


@dataclass(frozen=True)
class Trouble:
    """What goes wrong in one operation, at most one thing."""

    cut_after: int | None = None
    """Bytes that are still written before the supply goes."""
    weak: int | None = None
    """A byte that programming leaves as it was."""
    broken: bool = False
    """The chip takes nothing."""
    counter: str = ""
    """`before`, `after`: the supply goes before or after it counted; `dead`: it does not answer."""


NONE = Trouble()


class Chip(RamChip):
    """The product's chip in RAM, with a weak byte and sectors that cannot be read."""

    weak: int | None = None
    unreadable: frozenset[int] = frozenset()

    def read(self, at: int, count: int) -> bytes:
        if at // SECTOR in self.unreadable:
            raise ChipError("the sector cannot be read")
        return super().read(at, count)

    def program(self, at: int, data: bytes) -> None:
        super().program(at, data)
        if self.weak is not None and at <= self.weak < at + len(data):
            self.cells[self.weak] = 0xFF

    def suffer(self, trouble: Trouble) -> None:
        self.cut_after, self.weak, self.broken = trouble.cut_after, trouble.weak, trouble.broken


class Counter:
    """The product's counter, by its port."""

    def __init__(self) -> None:
        self.value = 0
        self.trouble = ""

    def advance(self) -> None:
        if self.trouble == "dead":
            raise ChipError("the counter does not answer")
        if self.trouble == "before":
            raise PowerCutError
        self.value += 1
        if self.trouble == "after":
            raise PowerCutError


@dataclass
class Bytes:
    """A chip and a counter that carry out the second implementation's operations."""

    image: bytearray
    count: int = 0
    _left: int | None = field(default=None, repr=False)

    def do(self, operations: list[Operation], trouble: Trouble) -> str:
        """Return `done`, `cut` or `memory`."""
        self._left = trouble.cut_after
        for operation in operations:
            ended = self._one(operation, trouble)
            if ended:
                return ended
        return "done"

    def _one(self, operation: Operation, trouble: Trouble) -> str:
        if trouble.broken and not isinstance(operation, Advance):
            return "memory"
        match operation:
            case Erase(sector):
                return self._put(sector * SECTOR, b"\xff" * SECTOR, erase=True)
            case Program(offset, data):
                ended = self._put(offset, data, erase=False)
                if not ended and trouble.weak is not None and offset <= trouble.weak < offset + len(data):
                    self.image[trouble.weak] = 0xFF
                return ended
            case ReadBack(offset, data):
                return "" if self.image[offset : offset + len(data)] == data else "memory"
            case Advance():
                self.count += trouble.counter in {"", "after"}
                return {"dead": "memory", "before": "cut", "after": "cut"}.get(trouble.counter, "")
            case Sync():
                return ""

    def _put(self, offset: int, data: bytes, *, erase: bool) -> str:
        for at, byte in enumerate(data, offset):
            if self._left is not None:
                if not self._left:
                    return "cut"
                self._left -= 1
            self.image[at] = byte if erase else self.image[at] & byte
        return ""
