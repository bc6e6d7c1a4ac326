"""The store on SQLite: WAL, synchronous=FULL, both read back; one writer at a time, across processes too.

Every transaction is `BEGIN IMMEDIATE`, so that what it reads cannot change before it writes; another process
waits for it, up to `BUSY_MS`. Any error of the database, at any statement or at the commit, becomes a
`StoreError` and nothing is kept.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final

import aiosql

from radiokey.base.log.tree import Node
from radiokey.base.ports import Mark, StoredCheckpoint, StoredEntry, StoredRelease
from radiokey.base.sql import rows
from radiokey.errors import RadiokeyError, StoreError

BUSY_MS: Final = 10_000
_FILES: Final = resources.files("radiokey.base.sql")
_HINT: Final = "see that the folder can be written, has room, and that no other program holds the file"


class SqliteStore:
    """A base in one file. Safe to use from several threads and several processes."""

    def __init__(self, database: Path) -> None:
        """Open or create the base at `database` and bring its schema up to date; raise `StoreError`."""
        self._lock = threading.Lock()
        self._queries: Any = aiosql.from_str((_FILES / "queries" / "base.sql").read_text(), "sqlite3")
        with _named_errors():
            self._connection = sqlite3.connect(
                database, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
        try:
            with _named_errors():
                self._prepare()
        except StoreError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        promised = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        for pragma, value in promised.items():
            if self._connection.execute(f"PRAGMA {pragma}").fetchone() != (value,):
                raise StoreError(f"the database does not keep {pragma}", hint=_HINT)
        migrate(self._connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator["SqliteTransaction"]:
        """See `radiokey.base.ports.Store`."""
        with self._lock, _named_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteTransaction(self._connection, self._queries)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


class SqliteTransaction:  # what each method promises stands in the protocol, once
    """See `radiokey.base.ports.Transaction`."""

    __slots__ = ("_connection", "_queries")

    def __init__(self, connection: sqlite3.Connection, queries: Any) -> None:  # noqa: ANN401 - aiosql is untyped
        self._connection = connection
        self._queries = queries

    def release_of(self, request_id: str) -> StoredRelease | None:
        row = self._queries.release_of(self._connection, request_id=request_id)
        return rows.release(row) if row else None

    def add_release(self, release: StoredRelease) -> None:
        self._queries.add_release(
            self._connection,
            request_id=release.request_id,
            fingerprint=release.fingerprint,
            client=release.client,
            at_ms=release.at_ms,
            idx=release.index,
            receipt=release.receipt,
        )

    def releases_since(self, client: str, since_ms: int) -> int:
        return rows.count(self._queries.releases_since(self._connection, client=client, since_ms=since_ms))

    def marks(self, kind: str, number: str) -> list[Mark]:
        return [rows.mark(row) for row in self._queries.marks(self._connection, kind=kind, number=number)]

    def all_marks(self) -> list[Mark]:
        return [rows.mark(row) for row in self._queries.all_marks(self._connection)]

    def add_mark(self, mark: Mark) -> None:
        self._queries.add_mark(
            self._connection,
            act=mark.act.value,
            kind=mark.kind,
            number=mark.number,
            vin=mark.vin,
            label=mark.label,
            reason=mark.reason,
            by=mark.by,
            at_ms=mark.at_ms,
        )

    def last_checkpoint(self) -> StoredCheckpoint | None:
        row = self._queries.last_checkpoint(self._connection)
        return rows.checkpoint(row) if row else None

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        self._queries.add_checkpoint(self._connection, size=checkpoint.size, note=checkpoint.note)

    def entry(self, index: int) -> StoredEntry | None:
        row = self._queries.entry(self._connection, idx=index)
        return rows.entry(row) if row else None

    def entries(self) -> Iterator[StoredEntry]:
        for row in self._queries.entries(self._connection):
            yield rows.entry(row)

    def add_entry(self, entry: StoredEntry) -> None:
        self._queries.add_entry(self._connection, idx=entry.index, leaf=entry.leaf)

    def node(self, node: Node) -> bytes | None:
        level, index = node
        value = self._queries.node(self._connection, level=level, idx=index)
        return None if value is None else rows.hashed(value)

    def nodes(self) -> Iterator[tuple[Node, bytes]]:
        for level, index, value in self._queries.nodes(self._connection):
            yield (level, index), rows.hashed(value)

    def add_node(self, node: Node, hashed: bytes) -> None:
        level, index = node
        self._queries.add_node(self._connection, level=level, idx=index, hash=hashed)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date: numbered files, each once, in one transaction with its number.

    The number is SQLite's `user_version`, which commits and rolls back with the rest (ADR 6).
    """
    steps = sorted((_FILES / "migrations" / "sqlite").iterdir(), key=lambda step: step.name)
    version = _version(connection)
    if version > len(steps):
        raise StoreError("this base was made by a newer version of Radiokey", hint="update Radiokey")
    if version == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # again: another process may just have done it
        for step in steps[version:]:
            for statement in statements(step.read_text()):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; a trigger's body stays whole."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _version(connection: sqlite3.Connection) -> int:
    return rows.count(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _named_errors() -> Iterator[None]:
    """Turn whatever the database says into our error; our own errors pass."""
    try:
        yield
    except RadiokeyError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"the database says: {error}", hint=_HINT) from error
