"""Tiles: the log as files that never change (C2SP tlog-tiles), cut from the stored rows, no second copy.

Tile N of level L is the hashes of the perfect subtrees (8 L, 256 N) and the 255 to its right; a bundle is 256
entries. The last of each may be partial. Paths are those of the specification::

    tile/0/x001/x234/067      tile/1/000.p/17      tile/entries/x001/x234/067.p/3
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

from radiokey.base.log.tree import Fetch
from radiokey.base.ports.store import Transaction
from radiokey.errors import LogError
from radiokey.language.speech import gettext

WIDTH: Final = 256
"""How many hashes or entries a full tile has."""
LEVELS_PER_TILE: Final = 8
_LEVEL_MAX: Final = 63
_ENTRY_SIZE_MAX: Final = 0xFFFF
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class TilePath:
    """Names a tile: its level (`None`: entries), its index from the left, its width (256: full)."""

    level: int | None
    index: int
    width: int = WIDTH

    def __str__(self) -> str:
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level is None else self.level
        return f"tile/{level}/{name}{'' if self.width == WIDTH else f'.p/{self.width}'}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read the one way to write a tile's path; `None` for anything else."""
        found = _PATH.fullmatch(text) if text.isascii() else None
        if found is None:
            return None
        level = None if found["level"] == "entries" else int(found["level"])
        index = int(found["index"].replace("x", "").replace("/", ""))
        path = cls(level, index, int(found["width"] or WIDTH))
        proper = path.width <= WIDTH and (path.level or 0) <= _LEVEL_MAX
        return path if proper and str(path) == text else None

    def within(self, size: int) -> bool:
        """Tell whether a tree of `size` leaves has all of this tile."""
        return self.index * WIDTH + self.width <= size >> LEVELS_PER_TILE * (self.level or 0)


def tiles_of(size: int) -> Iterator[TilePath]:
    """Yield every bundle and tile of a tree of `size` leaves, partial ones only where the tree ends."""
    for level in (None, *range(_LEVEL_MAX + 1)):
        count = size >> LEVELS_PER_TILE * (level or 0)
        if not count:
            return
        for index in range(-(-count // WIDTH)):
            yield TilePath(level, index, min(WIDTH, count - index * WIDTH))


def tile(transaction: Transaction, path: TilePath, size: int, fetch: Fetch) -> bytes | None:
    """Return the bytes of a tile of the tree of `size` leaves; `None` where that tree has no such tile.

    Raises `LogError` where a row of it is lost.
    """
    if not path.within(size):
        return None
    first = path.index * WIDTH
    if path.level is not None:
        level = LEVELS_PER_TILE * path.level
        return b"".join(fetch((level, index)) for index in range(first, first + path.width))
    entries = transaction.entries_between(first, first + path.width)
    if [entry.index for entry in entries] != list(range(first, first + path.width)):
        raise LogError(
            gettext("the log has lost an entry of {path}", path=path),
            hint=gettext("restore the database from a backup"),
        )
    return bundle(entry.leaf for entry in entries)


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: each after its length, two bytes, the larger first."""
    parts: list[bytes] = []
    for leaf in leaves:
        if len(leaf) > _ENTRY_SIZE_MAX:
            raise LogError(
                gettext("an entry is too long for a bundle"), hint=gettext("it is not one of ours")
            )
        parts += (len(leaf).to_bytes(2, "big"), leaf)
    return b"".join(parts)


def unbundle(data: bytes, count: int) -> list[bytes] | None:
    """Return the `count` entries of a bundle; `None` where it holds fewer, more, or half of one."""
    leaves: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            return None
        leaves.append(data[at + 2 : end])
        at = end
    return leaves if len(leaves) == count else None
