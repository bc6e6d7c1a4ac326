"""Migrations only add, and run on the data of every schema there ever was.

`tests/vectors/migrations` holds the bytes of each by their SHA-256, and rows as a base of each schema held them:
real releases under a real signature, which have to verify and to be answered as before; a request that goes on;
papers that open; people who come in; mails that wait. A table that a later file shows anew is taken from there.
"""

import hashlib
import json
import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from wire import AFTER, BEFORE, Wire

from radiokey.base.bootstrap import SystemRandomness
from radiokey.base.keys.seal import SealKey
from radiokey.base.limits import Limits
from radiokey.base.log.append import Log
from radiokey.base.log.note import NoteSigner
from radiokey.base.papers.sealed import PapersKey
from radiokey.base.ports.requests import FIRST
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.release.service import ReleaseService
from radiokey.base.requests.event_log import replay
from radiokey.base.requests.request import State
from radiokey.base.sql import postgresql, sqlite
from radiokey.base.sql.postgresql import PostgresStore, Principal
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.base.sql.statements import migration_steps, script_statements
from radiokey.errors import StoreError
from radiokey.serial.number import parse

VECTORS = Path(__file__).parents[2] / "vectors" / "migrations"
FOLDER = Path(sqlite.__file__).parent / "migrations"
DESK = 3
"""The file of the first rows of a desk."""

KEY = PapersKey(SealKey(bytes(range(32))))
SIGNER = NoteSigner("radiokey.test/old", bytes(32))
STEPS = {dialect: len(migration_steps(dialect)) for dialect in ("sqlite", "postgresql")}
EVERY = [(dialect, version) for dialect, last in STEPS.items() for version in range(1, last + 1)]


def cut_versions(dialect):
    """Return the older schemas; the last one's migration is cut in every run, the others' in deep ones."""
    last = STEPS[dialect] - 1
    return [pytest.param(version, marks=pytest.mark.deep) for version in range(1, last)] + [last]


class Power(BaseException):
    """It went; nothing after it runs."""


def since(dialect: str, number: int) -> int:
    """Return the schema that first held the rows of a file; on a server two steps of rights come before the desk."""
    return number + 2 if dialect == "postgresql" and number >= DESK else number


def rows_of(dialect: str, version: int) -> dict[str, tuple[list[str], list[tuple]]]:
    """Return the vectors that fit a schema: columns and rows by table, each from the newest file that has it."""
    read: dict[str, dict] = {}
    for file in sorted(VECTORS.glob("data-*.json")):
        if since(dialect, int(file.stem[-4:])) <= version:
            read |= json.loads(file.read_text("utf-8"))
    return {
        table: (
            one["columns"],
            [
                tuple(bytes.fromhex(v["hex"]) if isinstance(v, dict) else v for v in row)
                for row in one["rows"]
            ],
        )
        for table, one in read.items()
    }


class Old:
    """A base of an older schema, made of its migrations and raw rows; nothing of today's code is in it."""

    def __init__(self, dialect: str, version: int, place) -> None:
        self.dialect, self.version, self.place = dialect, version, place
        self.held = rows_of(dialect, version)
        steps = migration_steps(dialect)[:version]
        with self.connected() as connection:
            if dialect == "postgresql":
                connection.execute(
                    "CREATE TABLE schema_version (version bigint PRIMARY KEY, name text NOT NULL)"
                )
                for number, (name, script) in enumerate(steps, start=1):
                    connection.execute(script.encode())
                    connection.execute("INSERT INTO schema_version VALUES (%s, %s)", (number, name))
                connection.execute(
                    "SET session_replication_role = replica"
                )  # the rows are older than triggers
            else:
                connection.execute("PRAGMA journal_mode = WAL")
                for _, script in steps:
                    for statement in script_statements(script):
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
                triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                made = triggers.fetchall()
                for name, _ in made:
                    connection.execute(f"DROP TRIGGER {name}")  # here as well
            for table, (columns, rows) in self.held.items():
                mark = "%s" if dialect == "postgresql" else "?"
                marks = ", ".join([mark] * len(columns))
                into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
                for row in rows:
                    connection.execute(into, row)
            if dialect == "sqlite":
                for _, trigger in made:
                    connection.execute(trigger)

    def connected(self, place=None):
        if self.dialect == "postgresql":
            return closing(psycopg.connect(self.place, autocommit=True))
        return closing(sqlite3.connect(place or self.place, isolation_level=None))

    def holds(self, place=None) -> dict[str, list[tuple]]:
        """Return the rows of the columns that this schema had."""
        found = {}
        with self.connected(place) as connection:
            for table, (columns, _) in self.held.items():
                order = ", ".join(columns)
                rows = connection.execute(f"SELECT {order} FROM {table} ORDER BY {order}")  # noqa: S608
                found[table] = [tuple(row) for row in rows]
        return found

    def dump(self) -> dict[str, list]:
        """Return every table of today with every column, and every row in it."""
        with self.connected() as connection:
            if self.dialect == "sqlite":
                return {"statements": list(connection.iterdump())}
            columns = "SELECT attrelid::regclass::text, array_agg(attname ORDER BY attnum) FROM pg_attribute"
            tables = "SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            listed = f"{columns} WHERE attnum > 0 AND attrelid IN ({tables}) GROUP BY 1"
            found = {}
            for table, names in connection.execute(listed).fetchall():
                rows = connection.execute(f"SELECT one::text FROM {table} AS one ORDER BY 1")  # noqa: S608
                found[table] = [names, *rows.fetchall()]
            return found

    def is_now(self, place=None) -> int:
        with self.connected(place) as connection:
            if self.dialect == "postgresql":
                return connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
            return connection.execute("PRAGMA user_version").fetchone()[0]

    def migrate(self, place=None) -> None:
        if self.dialect == "postgresql":
            postgresql.migrate(self.place)
        else:
            SqliteStore(place or self.place).close()

    def store(self, principal: Principal, place=None):
        if self.dialect == "postgresql":
            return PostgresStore(self.place, principal)
        return SqliteStore(place or self.place)

    def check(self, clock, place=None) -> None:
        """Everything is there, the log verifies, and whoever was answered is answered as before."""
        expected = {table: sorted(rows) for table, (_, rows) in self.held.items()}
        assert self.holds(place) == expected
        columns, rows = self.held["release"]
        before = {row[0]: row[columns.index("receipt")] for row in rows}
        with closing(self.store(Principal.PUBLISHER, place)) as store:
            assert Log(store, SIGNER).verify().size == len(rows) == 5
        with closing(self.store(Principal.DOOR, place)) as store:
            door = ReleaseService(store, clock, SystemRandomness(), SIGNER, Limits({}))
            for name, text in (("r1", "V212"), ("r4", "V212"), ("r5", "B456")):
                again = door.release(ReleaseRequest(name, "me", parse(text), None, None, owns=True))
                assert again.repeated
                assert again.receipt.encode() == before[name]
        if "request" in self.held:
            self.check_desk(place)
        if "account" in self.held:
            self.check_people(place)
        if "clearing_paper" in self.held:
            self.check_clearings(place)

    def check_desk(self, place) -> None:
        """Its requests stand where they stood, and its papers open."""
        with closing(self.store(Principal.DESK, place)) as store, store.snapshot() as seen:
            stands = {
                id_: replay(seen.request(id_), seen.request_acts(id_)).state
                for id_ in (row[0] for row in self.held["request"][1])
            }
            assert sorted(stands.values()) == [State.PAPERS, State.WITHDRAWN]
            for id_, request, *_ in self.held.get("paper", ([], []))[1]:
                stored = seen.paper(request, id_)
                opened = KEY.open(id_, request, stored.sealed)
                assert hashlib.sha256(opened).hexdigest() == stored.stored_sha256
            papers = [line.id for line in seen.queue(State.PAPERS, FIRST, 9)]
            assert [seen.request_acts(id_)[-1].state for id_ in papers] == [State.PAPERS]
            waits = [(mail.id, mail.tries) for mail in seen.mails_to_send(9, 1 << 60)]
            assert waits == self.mails()

    def mails(self) -> list[tuple[int, int]]:
        """Return the mails that wait and how often each was tried: the last address was refused in schema 4."""
        if "outbox_waiting" in self.held:
            return [(4, 2)]
        return [] if "outbox_refused" in self.held else [(2, 0)]

    def check_people(self, place) -> None:
        """Who was in is in, by the passkey and the session they had; who was out stays out."""
        now_ms = 1764000000009
        with closing(self.store(Principal.GATE, place)) as store, store.snapshot() as seen:
            handles = {
                name: seen.account(name) and seen.account(name).handle for name in ("cle", "gone", "reg")
            }
            assert handles == {"cle": b"c" * 16, "gone": None, "reg": b"r" * 16}
            assert [(key.id, key.counter) for key in seen.passkeys("cle")] == [(b"p" * 16, 7)]
            assert [one.hashed for one in seen.sessions("cle", now_ms)] == [b"s" * 32]
            assert seen.session(b"t" * 32, now_ms) is None
            assert seen.enrolment(b"a" * 32, now_ms) is None, "it was used"
            assert seen.enrolment(b"b" * 32, now_ms).kind == "recovered"
            codes = [seen.recovery_code(one * 32) for one in (b"x", b"y", b"z")]
            assert codes == [None, None, "cle"]
            assert all(seen.answered(one * 32) for one in (b"1", b"2", b"3", b"4", b"5"))
        with closing(self.store(Principal.DESK, place)) as store, store.snapshot() as seen:
            assert [(one.organisation, one.number, one.price) for one in seen.shown()] == [
                ("ann", 2, "25 EUR")
            ]
            assert [(one.model, one.units) for one in seen.coverage()] == [("honda_audio5", 3)]

    def check_clearings(self, place) -> None:
        """One waits with its paper, one was laid aside."""
        with closing(self.store(Principal.REGISTRAR, place)) as store, store.snapshot() as seen:
            assert [one.id for one in seen.open_clearings()] == ["c1"]
            paper = seen.clearing_paper("c1")
            opened = KEY.open("clearing", "c1", paper.sealed)
            assert hashlib.sha256(opened).hexdigest() == paper.stored_sha256


@pytest.fixture
def old(request, tmp_path):
    def make(dialect, version):
        place = tmp_path / "old.sqlite3"
        return Old(
            dialect, version, request.getfixturevalue("postgres").empty() if dialect != "sqlite" else place
        )

    return make


@pytest.mark.parametrize("dialect", STEPS)
def test_every_table_of_today_has_rows_of_its_own_among_the_vectors(old, dialect):
    """A table that a migration brings and no file fills is one whose rows nobody migrates in a test."""
    base = old(dialect, STEPS[dialect])
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        "postgresql": "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    }
    with base.connected() as connection:
        tables = {name for (name,) in connection.execute(listed[dialect])}
        empty = {name for name in tables if not connection.execute(f"SELECT 1 FROM {name}").fetchone()}  # noqa: S608
    assert empty == set()


def test_no_migration_ever_changes():
    """A base that ran the old bytes would not have what the new ones make. A new one gets a line of its own."""
    lines = (VECTORS / "sha256.txt").read_text("utf-8").splitlines()
    kept = {name: digest for digest, name in (line.split("  ") for line in lines)}
    here = {
        f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in FOLDER.glob("*/*.sql")
    }
    assert here == kept


@pytest.mark.parametrize("dialect", STEPS)
def test_migrations_are_numbered_without_a_gap(dialect):
    assert [int(name[:4]) for name, _ in migration_steps(dialect)] == list(range(1, STEPS[dialect] + 1))


@pytest.mark.parametrize(("dialect", "version"), EVERY)
def test_a_base_of_any_schema_is_opened_with_everything_in_it(old, clock, dialect, version):
    """Several processes of a new release start together: one migrates, and the next one changes nothing any more."""
    base = old(dialect, version)
    together = threading.Barrier(3)

    def migrates():
        together.wait()
        base.migrate()

    with ThreadPoolExecutor(3) as pool:
        for migrated in [pool.submit(migrates) for _ in range(3)]:
            migrated.result()
    assert base.is_now() == STEPS[dialect]
    base.check(clock)
    before = base.dump()
    base.migrate()
    assert base.dump() == before


@pytest.mark.parametrize("version", cut_versions("sqlite"))
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_a_migration_cut_at_any_statement_leaves_the_old_schema_or_the_new_on_sqlite(
    old, clock, tmp_path, version, when
):
    """The files are those of the moment of the cut."""
    base = old("sqlite", version)
    live, found, ended, at = tmp_path / "live.sqlite3", tmp_path / "found.sqlite3", False, 0
    while not ended:
        at += 1
        for place in (live, found):
            for end in ("", "-wal", "-shm"):
                Path(f"{place}{end}").unlink(missing_ok=True)
        shutil.copy(base.place, live)

        def cut(number, _statement, now, at=at):
            if (number, now) == (at, when):
                for end in ("", "-wal"):
                    if Path(f"{live}{end}").exists():  # the second is made by the first write
                        shutil.copy(f"{live}{end}", f"{found}{end}")
                raise Power

        connection = sqlite3.connect(live, isolation_level=None)
        try:
            sqlite.migrate(Wire(connection, cut))
            ended = True
        except Power:
            assert base.is_now(found) in {version, STEPS["sqlite"]}
            base.migrate(found)
            base.check(clock, found)
        finally:
            connection.close()
    assert at > 5


@pytest.mark.parametrize("version", cut_versions("postgresql"))
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_a_migration_whose_server_process_ends_leaves_the_old_schema_or_the_new(
    old, clock, monkeypatch, version, when
):
    base, connect = old("postgresql", version), postgresql.connect
    at, wires = 0, []
    while base.is_now() < STEPS["postgresql"]:
        at += 1

        def cut(number, _statement, now, at=at):
            if (number, now) == (at, when):
                with closing(psycopg.connect(base.place, autocommit=True)) as third:
                    third.execute("SELECT pg_terminate_backend(%s, 60000)", (wires[-1].pid,))

        def wired(url, cut=cut):
            wires.append(Wire(connect(url), cut))
            return wires[-1]

        monkeypatch.setattr(postgresql, "connect", wired)
        try:
            postgresql.migrate(base.place)
        except StoreError:
            assert base.is_now() in {version, STEPS["postgresql"]}
            assert base.holds() == {table: sorted(rows) for table, (_, rows) in base.held.items()}
    monkeypatch.undo()
    base.migrate()
    base.check(clock)
    assert at > 5


@pytest.mark.parametrize("dialect", STEPS)
def test_a_base_of_a_newer_version_is_left_alone(old, dialect):
    """Opened by an older program it would lose what only the newer one knows to keep."""
    base = old(dialect, STEPS[dialect])
    base.migrate()
    newer = STEPS[dialect] + 1
    with base.connected() as connection:
        if dialect == "postgresql":
            connection.execute(sql.SQL("INSERT INTO schema_version VALUES ({}, 'x')").format(newer))
        else:
            connection.execute(f"PRAGMA user_version = {newer}")
    before = base.holds()
    with pytest.raises(StoreError, match="newer version"):
        base.migrate()
    with pytest.raises(StoreError, match="newer version"):
        base.store(Principal.DOOR)
    assert base.is_now() == newer
    assert base.holds() == before


def test_a_base_of_an_older_schema_is_not_served_on_a_server(old):
    """On a server only its owner brings the schema up to date; nobody else may."""
    base = old("postgresql", STEPS["postgresql"] - 1)
    with pytest.raises(StoreError, match="not up to date") as caught:
        base.store(Principal.DOOR)
    assert "radiokey base init" in caught.value.hint
