"""The stores of a base, one for each database principal, opened when they are first needed."""

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from radiokey.base.location import DatabaseLocation, FileDatabase
from radiokey.base.ports.store import Store
from radiokey.base.sql.principals import Principal
from radiokey.base.sql.sqlite import SqliteStore

if TYPE_CHECKING:
    from radiokey.base.sql.postgresql import PostgresStore


class Stores:
    """The stores of a base by database principal; each is opened when it is first needed."""

    def __init__(self, location: DatabaseLocation) -> None:
        self._location = location
        self._open: dict[tuple[Principal | None, str], Store] = {}
        self._lock = threading.Lock()
        self._ends = ExitStack()

    def of(self, principal: Principal) -> Store:
        """Return the store for that part; raise `StoreError`."""
        if isinstance(self._location, FileDatabase):
            return self._once(None, "")  # SQLite has one principal
        return self._once(principal, self._location.url)

    def reading(self, principal: Principal) -> Store:
        """Return a store for what that part only reads, and that may be a moment old; raise `StoreError`."""
        if isinstance(self._location, FileDatabase) or not self._location.replica:
            return self.of(principal)
        return self._once(principal, self._location.replica)

    def _once(self, principal: Principal | None, url: str) -> Store:
        key = (principal, url)
        with self._lock:
            if key not in self._open:
                store = self._opened(principal, url)
                self._ends.callback(store.close)
                self._open[key] = store
            return self._open[key]

    def _opened(self, principal: Principal | None, url: str) -> "SqliteStore | PostgresStore":
        if principal is None:
            assert isinstance(self._location, FileDatabase)
            return SqliteStore(self._location.path)
        from radiokey.base.sql.postgresql import PostgresStore  # noqa: PLC0415 - its driver takes a while to load

        return PostgresStore(url, principal)

    def close(self) -> None:
        """Close all."""
        self._ends.close()
