"""The store on SQLite: WAL, synchronous=FULL, both read back; one writer at a time, across processes too.

Every transaction is `BEGIN IMMEDIATE`, so that what it reads cannot change before it writes; another process
waits for it, up to `BUSY_MS`. Any error of the database, at any statement or at the commit, becomes a
`StoreError` and nothing is kept.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from radiokey.base.ports import Mark, Node, StoredCheckpoint, StoredEntry, StoredRelease
from radiokey.base.sql import rows
from radiokey.base.sql.statements import Statements, named_statements, script_statements
from radiokey.errors import RadiokeyError, StoreError

BUSY_MS: Final = 10_000
_FILES: Final = Path(__file__).parent
_HINT: Final = "see that the folder can be written, has room, and that no other program holds the file"


class SqliteStore:
    """A base in one file. Safe to use from several threads and several processes."""

    def __init__(self, database: Path) -> None:
        """Open or create the base at `database` and bring its schema up to date; raise `StoreError`."""
        self._lock = threading.Lock()
        self._named = named_statements((_FILES / "queries" / "base.sql").read_text(encoding="utf-8"))
        with _named_errors():
            _make(database)
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
                yield SqliteTransaction(Statements(self._connection, self._named))
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


class SqliteTransaction:  # what each method promises stands in the protocol, once
    """See `radiokey.base.ports.Transaction`."""

    __slots__ = ("_statements",)

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def release_of(self, request_id: str) -> StoredRelease | None:
        row = self._statements.row("release_of", request_id=request_id)
        return rows.release(row) if row else None

    def add_release(self, release: StoredRelease) -> None:
        self._statements.run(
            "add_release",
            request_id=release.request_id,
            fingerprint=release.fingerprint,
            client=release.client,
            at_ms=release.at_ms,
            idx=release.index,
            receipt=release.receipt,
        )

    def releases_since(self, client: str, since_ms: int) -> int:
        return rows.count(self._statements.value("releases_since", client=client, since_ms=since_ms))

    def marks(self, kind: str, number: str) -> list[Mark]:
        return [rows.mark(row) for row in self._statements.rows("marks", kind=kind, number=number)]

    def marks_ending(self, kind: str, ending: str) -> list[Mark]:
        return [rows.mark(row) for row in self._statements.rows("marks_ending", kind=kind, ending=ending)]

    def all_marks(self) -> list[Mark]:
        return [rows.mark(row) for row in self._statements.rows("all_marks")]

    def add_mark(self, mark: Mark) -> None:
        self._statements.run(
            "add_mark",
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
        row = self._statements.row("last_checkpoint")
        return rows.checkpoint(row) if row else None

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        self._statements.run("add_checkpoint", size=checkpoint.size, note=checkpoint.note)

    def entry(self, index: int) -> StoredEntry | None:
        row = self._statements.row("entry", idx=index)
        return rows.entry(row) if row else None

    def entries(self) -> Iterator[StoredEntry]:
        for row in self._statements.rows("entries"):
            yield rows.entry(row)

    def add_entry(self, entry: StoredEntry) -> None:
        self._statements.run("add_entry", idx=entry.index, leaf=entry.leaf)

    def node(self, node: Node) -> bytes | None:
        level, index = node
        value = self._statements.value("node", level=level, idx=index)
        return None if value is None else rows.hashed(value)

    def nodes(self) -> Iterator[tuple[Node, bytes]]:
        for level, index, value in self._statements.rows("nodes"):
            yield (level, index), rows.hashed(value)

    def add_node(self, node: Node, hashed: bytes) -> None:
        level, index = node
        self._statements.run("add_node", level=level, idx=index, hash=hashed)


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
            for statement in script_statements(step.read_text(encoding="utf-8")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return rows.count(connection.execute("PRAGMA user_version").fetchone()[0])


def _make(database: Path) -> None:
    """Make the file, so that only its owner can read it; SQLite's own files beside it follow.

    One that is there is not touched: closing it would take the locks from every other connection that this
    process has to it (sqlite.org/howtocorrupt.html, section 2.2).
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def _named_errors() -> Iterator[None]:
    """Turn whatever the database says into our error; our own errors pass."""
    try:
        yield
    except RadiokeyError:
        raise
    except (sqlite3.Error, OSError, UnicodeError) as error:
        raise StoreError(f"the database says: {error}", hint=_HINT) from error
