"""The log as it is stored, as a protocol and stored structs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

Node = tuple[int, int]
"""(level, index) of a perfect subtree of the log; see `radiokey.base.log.tree`."""


class StoredCheckpoint(msgspec.Struct, frozen=True):
    """The log as it was last signed: how many leaves, and the signed note."""

    size: int
    note: str


class StoredEntry(msgspec.Struct, frozen=True):
    """A leaf of the log as stored."""

    index: int
    leaf: bytes


class LogTransaction(Protocol):
    """The part of a transaction that reads and writes the log."""

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """Return the newest checkpoint; `None` for an empty log."""
        ...

    def checkpoints(self) -> Iterable[StoredCheckpoint]:
        """Yield every checkpoint, the smallest first."""
        ...

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Record a checkpoint."""
        ...

    def entry(self, index: int) -> StoredEntry | None:
        """Return a leaf."""
        ...

    def leaf_runs(self, most: int) -> Iterable[tuple[int, Sequence[bytes]]]:
        """Yield every leaf in order, in runs of at most `most` without a gap: the first's index, and all."""
        ...

    def entries_between(self, first: int, end: int) -> list[StoredEntry]:
        """Return the leaves from `first` up to `end`, which is not among them."""
        ...

    def entries_numbered(self, numbers: Collection[str]) -> list[StoredEntry]:
        """Return the leaves that say one of these for the number (64 hex digits each), in one statement."""
        ...

    def add_entries(self, entries: Sequence[StoredEntry]) -> None:
        """Append leaves."""
        ...

    def entries(self) -> Iterable[StoredEntry]:
        """Yield every leaf in order, beyond the last checkpoint too."""
        ...

    def node(self, node: Node) -> bytes | None:
        """Return the stored hash of a perfect subtree."""
        ...

    def node_runs(self, most: int) -> Iterable[tuple[Node, Sequence[bytes]]]:
        """Yield every stored hash of a perfect subtree, level by level, in runs of at most `most`.

        Each is the node of the first one and the hashes of that and of those to its right, without a gap.
        """
        ...

    def nodes_of(self, nodes: Collection[Node]) -> dict[Node, bytes]:
        """Return the stored hashes of perfect subtrees; one that is not there is missing."""
        ...

    def add_nodes(self, nodes: Mapping[Node, bytes]) -> None:
        """Store hashes of perfect subtrees."""
        ...

    def add_cosignature(self, size: int, witness: str, line: str) -> None:
        """Record a signature line of the checkpoint of that size, once for each key of a witness.

        `witness` is the name and the id of the key, `name+id`; of lines of before, the name alone.
        """
        ...

    def cosignatures(self, size: int) -> list[str]:
        """Return the signature lines of the witnesses of the checkpoint of that size."""
        ...
