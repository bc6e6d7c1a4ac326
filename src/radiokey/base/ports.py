"""Everything the door needs from outside, as protocols; `base.sql` implements them on real databases.

One `Transaction` covers a whole release: stolen list, limits, log and the record of the request are read and
written together, and either all of it is durable or none. It is serialised against every other transaction,
so that a stolen mark that is committed first always wins.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

import msgspec

Node = tuple[int, int]
"""(level, index) of a perfect subtree of the log; see `radiokey.base.log.tree`."""


class StoredRelease(msgspec.Struct, frozen=True):
    """A request that was answered: its fingerprint tells a repeat from another request of the same id."""

    request_id: str
    fingerprint: bytes
    client: str
    at_ms: int
    index: int
    receipt: bytes


class StoredCheckpoint(msgspec.Struct, frozen=True):
    """The log as it was last signed: how many leaves, and the signed note."""

    size: int
    note: str


class StoredEntry(msgspec.Struct, frozen=True):
    """A leaf of the log as stored."""

    index: int
    leaf: bytes


class MarkAct(StrEnum):
    """What happens to the stolen list."""

    REPORTED = "reported"
    CLEARED = "cleared"


class Mark(msgspec.Struct, frozen=True):
    """One act on the stolen list; the list is the history of its acts, and nothing is ever taken out.

    `number` is the serial's key (see `SerialNumber.key`), `kind` its format; `vin` and `label` are empty
    where they are not known. `by` says who, `reason` why.
    """

    act: MarkAct
    kind: str
    number: str
    vin: str
    label: str
    reason: str
    by: str
    at_ms: int


class Transaction(Protocol):
    """One serialised, durable unit of work."""

    def release_of(self, request_id: str) -> StoredRelease | None:
        """Return the answered request of that id."""
        ...

    def add_release(self, release: StoredRelease) -> None:
        """Record an answered request."""
        ...

    def releases_since(self, client: str, since_ms: int) -> int:
        """Return how many releases `client` has had after `since_ms`."""
        ...

    def marks(self, kind: str, number: str) -> list[Mark]:
        """Return the acts on one number, oldest first."""
        ...

    def marks_ending(self, kind: str, ending: str) -> list[Mark]:
        """Return the acts on the numbers of that kind with that ending, oldest first."""
        ...

    def add_mark(self, mark: Mark) -> None:
        """Record an act on the stolen list."""
        ...

    def all_marks(self) -> list[Mark]:
        """Return every act, oldest first."""
        ...

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """Return the newest checkpoint; `None` for an empty log."""
        ...

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Record a checkpoint."""
        ...

    def entry(self, index: int) -> StoredEntry | None:
        """Return a leaf."""
        ...

    def add_entry(self, entry: StoredEntry) -> None:
        """Append a leaf."""
        ...

    def entries(self) -> Iterable[StoredEntry]:
        """Yield every leaf in order, beyond the last checkpoint too."""
        ...

    def node(self, node: Node) -> bytes | None:
        """Return the stored hash of a perfect subtree."""
        ...

    def nodes(self) -> Iterable[tuple[Node, bytes]]:
        """Yield every stored hash of a perfect subtree."""
        ...

    def add_node(self, node: Node, hashed: bytes) -> None:
        """Store the hash of a perfect subtree."""
        ...


class Store(Protocol):
    """A database."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction; leaving it normally commits durably, an exception rolls it back.

        Raises `StoreError` where the database cannot be read or written, at any point of it.
        """
        ...


class Randomness(Protocol):
    """Unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """Return `count` of them."""
        ...
