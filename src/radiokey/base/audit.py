"""The audit, as it is read: who did what to what. An entry outlives its subject and never changes."""

from collections.abc import Iterator
from typing import Final

from radiokey.base.ports.store import AuditLine, Store, StoredAct

BEYOND: Final = 1 << 62
"""A number after that of every entry."""


class Audit:
    """The audit of one base; `store` is that of the auditor."""

    __slots__ = ("_store",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def entries(self) -> Iterator[StoredAct]:
        """Yield every entry, oldest first, as of one moment; raise `StoreError`."""
        with self._store.snapshot() as seen:
            yield from seen.acts()

    def page(self, before: int, limit: int, subject: str = "") -> list[AuditLine]:
        """Return up to `limit` entries older than entry `before`, the newest first; raise `StoreError`.

        `subject` leaves only the entries about it.
        """
        with self._store.snapshot() as seen:
            return seen.acts_before(before, limit, subject)
