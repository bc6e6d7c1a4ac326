"""The store on SQLite: WAL, synchronous=FULL, both read back; one writer at a time, across processes too.

Every transaction is `BEGIN IMMEDIATE`, so that what it reads cannot change before it writes; another process
waits for it, up to `BUSY_MS`. Any error of the database, at any statement or at the commit, becomes a
`StoreError` and nothing is kept. Snapshots have connections of their own, which cannot write.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final

from radiokey.base.log.durable_text import check_room
from radiokey.base.log.recompute import HINT
from radiokey.base.ports.store import StoredUnit
from radiokey.base.sql import rows
from radiokey.base.sql.statements import (
    Columns,
    Statements,
    migration_steps,
    script_statements,
    statements_for,
)
from radiokey.base.sql.transaction import SqlTransaction
from radiokey.errors import LogError, RadiokeyError, StoreError, UnitExistsError
from radiokey.language.speech import gettext, later

BUSY_MS: Final = 10_000
_ROWS_MAX: Final = 128
"""How many rows one statement adds: more than a batch of releases has, each with two hashes."""
PROBE: Final = "probe"
"""The bucket that a probe writes: always full, so that it says nothing and goes with the others."""
_SAID_MAX: Final = 200
_HINT: Final = later("see that the folder can be written, has room, and that no other program holds the file")


class SqliteStore:
    """A base in one file. Safe to use from several threads and several processes."""

    def __init__(self, database: Path) -> None:
        """Open or create the base at `database` and bring its schema up to date; raise `StoreError`."""
        self._database = database
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with _named_errors():
            _make(database)
            self._connection = _connect(database)
        try:
            with _named_errors():
                _prepare(self._connection)
                migrate(self._connection)
        except StoreError:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator["SqliteTransaction"]:
        """See `radiokey.base.ports.store.Store`."""
        with self._lock, _named_errors():
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield SqliteTransaction(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    concurrent_transaction = transaction
    """SQLite has one writer: this transaction waits like every other one."""

    @contextmanager
    def snapshot(self) -> Iterator["SqliteTransaction"]:
        """See `radiokey.base.ports.store.Store`."""
        with _named_errors():
            connection = self._reader()
            try:
                connection.execute("BEGIN")
                yield SqliteTransaction(connection)
                connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)

    def check_writable(self) -> None:
        """See `radiokey.base.ports.store.Store`: a durable commit, and room beside the file to grow."""
        with self.transaction() as transaction:
            transaction.set_bucket(PROBE, 0)
        with _named_errors():
            check_room(self._database)

    def check_integrity(self) -> None:
        """See `radiokey.base.ports.store.Store`."""
        with _named_errors():
            connection = self._reader()
            try:
                found = [str(said) for (said,) in connection.execute("PRAGMA integrity_check(1)")]
                loose = connection.execute("PRAGMA foreign_key_check").fetchone()
                differs = _schema(connection) ^ _made_schema()
            except sqlite3.DatabaseError as error:
                raise _damaged(str(error)) from error
            finally:
                connection.close()
        if found != ["ok"]:
            raise _damaged(" ".join(found))
        if loose is not None:
            raise _damaged(f"a row of {loose[0]} names one that is missing")
        if differs:
            names = ", ".join(sorted({name for name, _ in differs}))
            raise _damaged(f"its schema is not that of this version: {names}")

    def _reader(self) -> sqlite3.Connection:
        """Return a connection that cannot write; a list's `pop` is one step for all threads."""
        if self._closed:
            raise closed()
        try:
            return self._idle.pop()
        except IndexError:
            connection = _connect(self._database)
            connection.execute("PRAGMA query_only = ON")
            return connection


class SqliteTransaction(SqlTransaction):
    """See `radiokey.base.ports.store.Transaction`."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        execute = connection.execute
        super().__init__(Statements(statements_for("sqlite"), execute, execute, self._run_each))
        self._connection = connection

    def _run_each(self, statement: str, columns: Columns) -> None:
        rows = list(zip(*columns.values(), strict=True))
        for at in range(0, len(rows), _ROWS_MAX):
            part = rows[at : at + _ROWS_MAX]
            self._connection.execute(_repeated(statement, len(part)), list(chain.from_iterable(part)))

    def confirm_seen(self) -> None:
        """Do nothing: what can be read is on the disk."""

    def add_units(self, units: Sequence[StoredUnit]) -> None:
        values = (
            {name: getattr(unit, name) for name in StoredUnit.__struct_fields__}
            for unit in sorted(units, key=lambda unit: unit.number)  # the index is written in its own order
        )
        try:
            self._connection.executemany(statements_for("sqlite")["add_unit"], values)
        except sqlite3.IntegrityError as error:
            self._connection.execute("ROLLBACK")  # as PostgreSQL does: nothing of it is kept
            raise unit_exists() from error


@lru_cache(2 * _ROWS_MAX)
def _repeated(statement: str, count: int) -> str:
    """Return an INSERT of one row as one of `count` rows.

    >>> _repeated("INSERT INTO log_entry (idx, leaf) VALUES (?, ?);", 2)
    'INSERT INTO log_entry (idx, leaf) VALUES (?, ?), (?, ?);'
    """
    into, values, group = statement.removesuffix(";").rpartition("VALUES ")
    return f"{into}{values}{', '.join([group] * count)};"


def _damaged(said: str) -> LogError:
    """Return the error of a file that SQLite itself finds damaged; only the first line can be of interest."""
    line = " ".join(said.split())[:_SAID_MAX]
    return LogError(gettext("the file of the database is damaged: {line}", line=line), hint=gettext(HINT))


def closed() -> StoreError:
    """Return the error of a base that was closed."""
    return StoreError(gettext("the base is closed"), hint=gettext("open it again"))


def unit_exists() -> UnitExistsError:
    """Return the error of a number that is there already, without the number."""
    return UnitExistsError(
        gettext("the ledger knows a unit of one of these numbers already"),
        hint=gettext("see which: look the number up first"),
    )


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date: numbered files, each once, in one transaction with its number.

    The number is SQLite's `user_version`, which commits and rolls back with the rest (ADR 6).
    """
    steps = migration_steps("sqlite")
    version = _version(connection)
    if version > len(steps):
        raise StoreError(
            gettext("this base was made by a newer version of Radiokey"), hint=gettext("update Radiokey")
        )
    if version == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # again: another process may just have done it
        for _, script in steps[version:]:
            for statement in script_statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _schema(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return what was made in a database: names, and statements without the space between words."""
    made = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {(str(name), " ".join(str(statement).split())) for name, statement in made}


def _made_schema() -> set[tuple[str, str]]:
    """Return what the migrations make: the triggers that keep history stand in it."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        return _schema(connection)


def _version(connection: sqlite3.Connection) -> int:
    return rows.count(connection.execute("PRAGMA user_version").fetchone()[0])


def _connect(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(database, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection) -> None:
    """Ask for what the base promises, and read it back."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    promised = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for pragma, value in promised.items():
        if connection.execute(f"PRAGMA {pragma}").fetchone() != (value,):
            raise StoreError(
                gettext("the database does not keep {pragma}", pragma=pragma), hint=gettext(_HINT)
            )


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
        raise StoreError(gettext("the database says: {reason}", reason=error), hint=gettext(_HINT)) from error
