"""A store on each database, for the tests of what both promise."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from desks import Place
from postgres import Server, running
from sqlite_base import fresh

from radiokey.base.bootstrap import SystemRandomness
from radiokey.base.limits import Limits
from radiokey.base.log.append import Log
from radiokey.base.log.note import NoteSigner
from radiokey.base.ports.store import Store, StoredUnit
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.release.service import ReleaseService
from radiokey.base.sql.postgresql import PostgresStore, Principal, roles_of
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.base.stolen.blacklist import Blacklist
from radiokey.base.units.ledger import Ledger
from radiokey.catalogue.load import load_model
from radiokey.code.value import Code
from radiokey.serial.number import Reading, parse
from radiokey.serial.vin import Vin

HONDA = "honda_audio5"
VIN = Vin.parse("VF1AAAAA123456789")


class Database:
    """One database of either kind: stores on it as any principal, and a way round them."""

    def __init__(self, kind: str, place: Path | str, *, mortal: bool = False) -> None:
        self.kind, self.place, self.mortal = kind, place, mortal
        self._open: list[SqliteStore | PostgresStore] = []
        self._owner: psycopg.Connection | None = None

    def store(self, principal: Principal = Principal.DOOR) -> SqliteStore | PostgresStore:
        """Open it once more; SQLite knows no principals."""
        one = SqliteStore(self.place) if self.kind == "sqlite" else PostgresStore(self.place, principal)
        self._open.append(one)
        return one

    def role(self, principal: Principal) -> str:
        """Return the role of a principal on the server: a copy keeps those of the database it was copied from."""
        with psycopg.connect(self.place) as connection:
            return roles_of(connection).of(principal)

    def behind(self, statement: str) -> list[tuple]:
        """Run a statement as the owner of the database, past every store."""
        if self.kind == "postgresql":
            if self._owner is None or self._owner.closed or self.mortal:
                self._forget_owner()
                self._owner = psycopg.connect(self.place, autocommit=True)
            cursor = self._owner.execute(statement)
            return cursor.fetchall() if cursor.description else []
        connection = sqlite3.connect(self.place, isolation_level=None)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def close(self) -> None:
        for one in self._open:
            one.close()
        self._forget_owner()

    def _forget_owner(self) -> None:
        if self._owner is not None:
            self._owner.close()


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    """A second server, for tests that crash it or take its promises away."""
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind, with the schema of today; on the server that may crash only if a test says so."""
    if request.param == "sqlite":
        place: Path | str = fresh(tmp_path / "both.sqlite3")
    else:
        place = request.getfixturevalue("mortal" if request.param == "mortal" else "postgres").fresh()
    kind = "sqlite" if request.param == "sqlite" else "postgresql"
    database = Database(kind, place, mortal=request.param == "mortal")
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


@pytest.fixture
def place(both: Database, clock) -> Place:
    """A hosted base with one radio in its ledger."""
    return Place(both, clock)


class Opened:
    """Opens what a test sealed, which is not at all: sealing has tests of its own."""

    def code_of(self, unit: StoredUnit) -> Code:
        return Code(unit.sealed.decode())


class Desk:
    """A hosted base on one database: doors, a stolen list, units, the log."""

    def __init__(self, both: Database, clock) -> None:
        self._both, self._clock = both, clock
        self.signer = NoteSigner("radiokey.test/desk", bytes(32))

    def door(self) -> ReleaseService:
        """Open another door, as another process would."""
        return ReleaseService(
            self._both.store(),
            self._clock,
            SystemRandomness(),
            self.signer,
            Limits({}),
            Ledger(Opened(), hosted=True),
        )

    def stolen(self) -> Blacklist:
        """Open the stolen list on a connection of its own."""
        return Blacklist(self._both.store(Principal.REGISTRAR), self._clock)

    def add_units(self, numbers: Iterable[int], code: str = "31415") -> None:
        units = []
        for number in numbers:
            serial = self.read(number).serial
            sealed = code.encode()
            units.append(StoredUnit(serial.kind, serial.key, serial.text, HONDA, "EU", VIN.text, "k", sealed))
        with self._both.store(Principal.REGISTRAR).concurrent_transaction() as transaction:
            transaction.add_units(units)

    def read(self, number: int) -> Reading:
        return parse(f"{number:08}", kinds=("honda-8",))

    def ask(self, request_id: str, number: int) -> ReleaseRequest:
        """Make an honest request of an account for a unit that `add_units` added."""
        reading, model = self.read(number), load_model(HONDA)
        return ReleaseRequest(request_id, "me", reading, model, VIN, owns=True, account="me")

    def verified(self) -> int:
        """Recompute the whole log and return how many entries it has, as many as were released."""
        with closing(self._both.store(Principal.PUBLISHER)) as store:
            size = Log(store, self.signer).verify().size
        assert self.agrees() == size
        return size

    def agrees(self) -> int:
        """Assert that what was released is what was logged and signed, each id once; return how many."""
        released = self._both.behind("SELECT request_id, idx FROM release ORDER BY idx")
        ((entries, signed),) = self._both.behind(
            "SELECT (SELECT count(*) FROM log_entry), (SELECT coalesce(max(size), 0) FROM log_checkpoint)"
        )
        assert [index for _, index in released] == list(range(entries))
        assert len({name for name, _ in released}) == len(released) == signed
        return len(released)


@pytest.fixture
def desk(both: Database, clock) -> Desk:
    """A hosted base on each database."""
    return Desk(both, clock)
