"""The release path, cut at every statement on both databases: what was released is what was logged.

One cut after the other until a release goes through whole: so the count of its statements stands nowhere.
On PostgreSQL the process that serves us is ended, or our line to it is cut; on SQLite, whose database is in our
own process, the statement fails (what a power cut leaves in its files: see `test_faults`).
"""

import os
import socket
import sqlite3

import psycopg
import pytest
from wire import AFTER, BEFORE, wired

from radiokey.base.release.batcher import _Ticket
from radiokey.base.release.request import Released
from radiokey.base.sql.principals import Principal
from radiokey.errors import OurFaultError, StoreError


class Cut:
    """A step of a wire that does something at one statement, before or after it has run."""

    def __init__(self, at: int, when: str, does) -> None:
        self.at, self.when, self._does = at, when, does
        self.reached = False
        self.statement = ""

    def __call__(self, at: int, statement: str, when: str) -> None:
        if (at, when) == (self.at, self.when) and not self.reached:
            self.reached, self.statement = True, statement
            self._does()


@pytest.fixture
def end(both):
    """End the server's process of that number, and come back when it has ended."""

    def ends(pid: int) -> None:
        both.behind(f"SELECT pg_terminate_backend({pid}, 60000)")
        assert both.behind(f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid}") == []  # noqa: S608 - a number

    return ends


@pytest.fixture
def lose(both, end):
    """Return ways to lose a connection of a store on this database."""

    def line(store) -> None:
        """Cut the line under the driver; the server notices when it next hears of us."""
        with socket.socket(fileno=os.dup(store._writer.fileno())) as cut:
            cut.shutdown(socket.SHUT_RDWR)

    def fails(_store) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    if both.kind == "sqlite":
        return {"ended": fails, "line": fails}
    return {"ended": lambda store: end(store._writer.info.backend_pid), "line": line}


def answers(door, requests):
    """Ask for all in one transaction, as the one who has the turn does; an error instead of an answer."""
    try:
        return door._serve(requests)
    except OurFaultError as error:
        return error


deep = pytest.mark.deep


@pytest.mark.parametrize("together", [pytest.param(1, marks=deep), 3])
@pytest.mark.parametrize(
    ("way", "settles"),
    [
        pytest.param("ended", True, id="ended, one by one"),
        pytest.param("line", False, id="line, as they are sent"),
        pytest.param("line", True, id="line, one by one", marks=deep),
        pytest.param("ended", False, id="ended, as they are sent", marks=deep),
    ],
)
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_a_connection_lost_at_any_statement_leaves_the_whole_batch_or_nothing(  # noqa: PLR0913, PLR0917
    both, desk, lose, end, together, way, settles, when
):
    """B8: exactly once per request id; a retry gives the same answer, and the next request works at once."""
    desk.add_units(range(together))
    door, before = desk.door(), 0
    at, reached = 0, True
    while reached:
        at += 1
        batch = [desk.ask(f"{at}-{one}", one) for one in range(together)]
        cut = Cut(at, when, lambda: lose[way](door._store))
        with wired(door._store, cut, settles=settles) as line:
            said = answers(door, batch)
        reached = cut.reached
        if both.kind == "postgresql" and reached:
            end(line.pid)  # it may still be at what it was sent
        kept = desk.agrees() - before
        assert kept in {0, together}, cut.statement
        if isinstance(said, list):
            assert kept == together, "released and not logged"
        else:
            assert said.hint
        again = [door.release(request) for request in batch]
        assert [one.repeated for one in again] == [kept == together] * together
        if isinstance(said, list):
            assert [one.receipt for one in again] == [one.receipt for one in said]
        assert [one.code.reveal() for one in again] == ["31415"] * together
        before += together
        assert desk.agrees() == before
    assert isinstance(said, list)
    assert at > 10
    assert desk.verified() == before


ERRORS = {
    "sqlite": [
        sqlite3.OperationalError("database or disk is full"),
        sqlite3.OperationalError("attempt to write a readonly database"),
        sqlite3.OperationalError("database is locked"),
        sqlite3.OperationalError("disk I/O error"),
        sqlite3.DatabaseError("database disk image is malformed"),
        OSError(5, "Input/output error"),
    ],
    "postgresql": [
        psycopg.errors.DiskFull("could not extend file: No space left on device"),
        psycopg.errors.IoError("could not write: Input/output error"),
        psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction"),
        psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"),
        psycopg.errors.AdminShutdown("terminating connection due to administrator command"),
        psycopg.errors.OutOfMemory("out of memory"),
        psycopg.errors.DataCorrupted("invalid page in block 0"),
        psycopg.OperationalError("server closed the connection unexpectedly"),
        OSError(5, "Input/output error"),
    ],
}


def test_an_error_at_any_statement_is_a_no_and_nothing_half_done(both, desk):
    """When the fault is gone the next request works again."""
    desk.add_units(range(2))
    door, done = desk.door(), 0
    for number, error in enumerate(ERRORS[both.kind]):

        def fail(error=error):
            raise error

        at, reached = 0, True
        while reached:
            at += 1
            batch = [desk.ask(f"{number}-{at}-{one}", one) for one in range(2)]
            cut = Cut(at, BEFORE, fail)
            with wired(door._store, cut):
                said = answers(door, batch)
            reached = cut.reached
            assert isinstance(said, StoreError) is reached
            assert desk.agrees() == (done if reached else done + 2)
            if at % 5 == 0:
                assert [door.release(one).repeated for one in batch] == [not reached] * 2
            done = desk.agrees()
        assert at > 10
    assert desk.verified() == done


def test_one_of_many_that_meet_an_error_does_not_take_the_others_with_it(desk):
    """Whoever has the turn asks again, each alone."""
    desk.add_units(range(3))
    door = desk.door()

    def fail():
        raise OSError(5, "Input/output error")

    with wired(door._store, Cut(7, BEFORE, fail)):
        tickets = [_Ticket(desk.ask(f"r{one}", one)) for one in range(3)]
        door._batcher._answer(tickets)
    assert all(isinstance(ticket.answer, Released) for ticket in tickets)
    assert desk.agrees() == 3


# --- faults that the server itself makes ------------------------------------------------------------------


only_postgresql = pytest.mark.parametrize("both", ["postgresql"], indirect=True)


@only_postgresql
def test_a_database_that_may_only_be_read_is_a_no_until_it_may_be_written(both, desk, end):
    desk.add_units([0])
    door = desk.door()
    both.behind(
        "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', "
        "current_database()); END$$"
    )
    end(door._store._writer.info.backend_pid)
    for attempt in range(3):  # the first meets the lost connection
        with pytest.raises(StoreError):
            door.release(desk.ask(f"r{attempt}", 0))
    assert desk.agrees() == 0
    both.behind(
        "BEGIN READ WRITE; DO $$BEGIN EXECUTE format("
        "'ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END$$; COMMIT"
    )
    assert not door.release(desk.ask("r0", 0)).repeated
    assert desk.agrees() == 1


@only_postgresql
def test_a_turn_that_never_comes_is_a_no(both, desk, monkeypatch):
    """Somebody holds the turn and does not end; after a while we say no, and work again when they do."""
    monkeypatch.setattr("radiokey.base.sql.connection.BUSY_MS", 1)
    desk.add_units([0])
    door = desk.door()
    with both.store().transaction() as other:
        assert other.last_checkpoint() is None
        with pytest.raises(StoreError, match="lock timeout"):
            door.release(desk.ask("r", 0))
    assert not door.release(desk.ask("r", 0)).repeated
    assert desk.agrees() == 1


@only_postgresql
def test_a_right_that_was_taken_away_is_a_no(both, desk):
    """A wrong grant shows at the first write that needs it, at whatever statement that is."""
    desk.add_units([0])
    door = desk.door()
    role = both.role(Principal.DOOR)
    for right in (
        "INSERT ON log_entry",
        "INSERT ON release",
        "INSERT ON log_checkpoint",
        "SELECT ON mark",
        "INSERT ON log_node",
        "SELECT ON bucket",
    ):
        both.behind(f"REVOKE {right} FROM {role}")
        with pytest.raises(StoreError, match="permission denied"):
            door.release(desk.ask("r", 0))
        both.behind(f"GRANT {right} TO {role}")
        assert desk.agrees() == 0
    assert not door.release(desk.ask("r", 0)).repeated
    assert desk.agrees() == 1
