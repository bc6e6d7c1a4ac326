"""A store on each database, for the tests of what both promise."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from radiokey.base.ports import Store
from radiokey.base.sql.postgresql import PostgresStore, Principal
from radiokey.base.sql.sqlite import SqliteStore


class Database:
    """One database of either kind: stores on it as any principal, and a way round them."""

    def __init__(self, kind: str, place: Path | str) -> None:
        self.kind, self.place = kind, place
        self._open: list[SqliteStore | PostgresStore] = []

    def store(self, principal: Principal = Principal.DOOR) -> SqliteStore | PostgresStore:
        """Open it once more; SQLite knows no principals."""
        one = SqliteStore(self.place) if self.kind == "sqlite" else PostgresStore(self.place, principal)
        self._open.append(one)
        return one

    def behind(self, statement: str) -> list[tuple]:
        """Run a statement as the owner of the database, past every store."""
        if self.kind == "postgresql":
            with psycopg.connect(self.place, autocommit=True) as connection:
                cursor = connection.execute(statement)
                return cursor.fetchall() if cursor.description else []
        connection = sqlite3.connect(self.place, isolation_level=None)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def close(self) -> None:
        for one in self._open:
            one.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind, with the schema of today."""
    if request.param == "sqlite":
        place: Path | str = tmp_path / "both.sqlite3"
        SqliteStore(place).close()
    else:
        place = request.getfixturevalue("postgres").fresh()
    database = Database(request.param, place)
    yield database
    database.close()


@pytest.fixture
def store(both: Database) -> Store:
    """The door's store on each."""
    return both.store()


@pytest.fixture
def registrar(both: Database) -> Store:
    """The registrar's."""
    return both.store(Principal.REGISTRAR)
