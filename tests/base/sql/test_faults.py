"""The release path, cut and broken at every statement: what was released is what was logged."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from radiokey.base.bootstrap import open_base
from radiokey.base.limits import RateLimiter
from radiokey.base.stolen import blacklist
from radiokey.errors import LogError, OurFaultError, StoreError


class Crashed(BaseException):
    """The power went; nothing after it runs."""


class Wire:
    """A connection that counts its statements and fails at one of them, before or after it ran."""

    def __init__(self, connection, at=None, *, after=False, error=None, on_failure=None):
        self._connection, self._at, self._after = connection, at, after
        self._error, self._on_failure = error, on_failure
        self.count = 0
        self._dead = False

    def execute(self, statement, *parameters):
        if self._dead:
            raise Crashed
        self.count += 1
        if self.count == self._at and not self._after:
            self._fail()
        result = self._connection.execute(statement, *parameters)
        if self.count == self._at:
            self._fail()
        return result

    def _fail(self):
        if self._on_failure:
            self._on_failure()
        if self._error:
            raise self._error
        self._dead = True
        raise Crashed

    @property
    def in_transaction(self):
        return not self._dead and self._connection.in_transaction

    def close(self):
        self._connection.close()


def wired(base, at=None, **how):
    base.releases._store._connection = Wire(base.releases._store._connection, at, **how)
    return base.releases._store._connection


def statements_of_a_release(base, request):
    wire = wired(base)
    base.releases.release(request)
    return wire.count


def counted(database):
    with closing(sqlite3.connect(database)) as file:
        return [file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]  # noqa: S608


TABLES = ("log_entry", "log_checkpoint", "release")


@pytest.mark.parametrize("together", [1, 3])
def test_a_power_cut_at_every_statement_leaves_the_whole_batch_or_none(tmp_path, clock, ask, together):
    """B8: released == logged, exactly once per request id; the files are those of the moment of the cut."""
    database = tmp_path / "counted.sqlite3"
    batch = [ask(f"r{number}") for number in range(together)]
    with open_base(database, clock) as base:
        base.releases.release(ask("before"))
        wire = wired(base)
        base.releases._serve(batch)
        total = wire.count
    for at in range(1, total + 1):
        for after in (False, True):
            folder = tmp_path / f"{at}-{after}"
            folder.mkdir()
            here, there = folder / "live.sqlite3", folder / "found.sqlite3"

            def cut(here=here, there=there):
                for end in ("", "-wal", ".key"):
                    shutil.copy(f"{here}{end}", f"{there}{end}")

            with open_base(here, clock) as base:
                base.releases.release(ask("before"))
                wired(base, at, after=after, on_failure=cut)
                with pytest.raises(Crashed):
                    base.releases._serve(batch)
            committed = at == total and after
            with open_base(there, clock) as found:
                assert found.verify().size == 1 + committed * together
                again = found.releases._serve(batch)
                assert [one.repeated for one in again] == [committed] * together
                assert found.verify().size == 1 + together
            assert counted(there) == [1 + together, 2, 1 + together]


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("database or disk is full"),
        sqlite3.OperationalError("attempt to write a readonly database"),
        sqlite3.OperationalError("database is locked"),
        sqlite3.OperationalError("disk I/O error"),
        sqlite3.DatabaseError("database disk image is malformed"),
        OSError(5, "Input/output error"),
    ],
    ids=str,
)
def test_an_error_at_every_statement_means_no_code_and_nothing_half_done(tmp_path, clock, ask, error):
    with open_base(tmp_path / "counted.sqlite3", clock) as base:
        total = statements_of_a_release(base, ask("r"))
    database = tmp_path / "base.sqlite3"
    for at in range(1, total + 1):
        with open_base(database, clock) as base:
            wired(base, at, error=error)
            with pytest.raises(OurFaultError) as caught:
                base.releases.release(ask("r"))
            assert caught.value.hint
    with open_base(database, clock) as base:
        assert base.verify().size == 0
        assert not base.releases.release(ask("r")).repeated


def test_a_lost_answer_to_the_commit_is_no_code_now_and_the_same_answer_later(tmp_path, clock, ask):
    with open_base(tmp_path / "counted.sqlite3", clock) as base:
        total = statements_of_a_release(base, ask("r"))
    with open_base(tmp_path / "base.sqlite3", clock) as base:
        wired(base, total, after=True, error=sqlite3.OperationalError("disk I/O error"))
        with pytest.raises(StoreError):
            base.releases.release(ask("r"))
    with open_base(tmp_path / "base.sqlite3", clock) as base:
        assert base.releases.release(ask("r")).repeated
        assert base.verify().size == 1


@pytest.mark.parametrize(("part", "verb"), [(blacklist, "check"), (RateLimiter, "check")])
def test_when_the_list_or_the_limiter_cannot_answer_the_answer_is_no(base, ask, monkeypatch, part, verb):
    def broken(*_args):
        raise StoreError("cannot answer", hint="later")

    monkeypatch.setattr(part, verb, broken)
    with pytest.raises(StoreError):
        base.releases.release(ask())
    monkeypatch.undo()
    assert base.verify().size == 0


def test_a_locked_database_is_no_code(base, ask, database):
    base.releases._store._connection.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError):
            base.releases.release(ask())
        other.execute("ROLLBACK")
    base.releases.release(ask())


def test_a_full_disk_is_no_code_and_the_log_goes_on_when_there_is_room(base, ask):
    """SQLite's own limit of pages stands in for the disk."""
    connection = base.releases._store._connection
    for number in range(60):
        base.releases.release(ask(f"r{number}", client=str(number)))
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    refused = 0
    for number in range(100, 110):
        try:
            base.releases.release(ask(f"r{number}", client=str(number)))
        except StoreError:
            refused += 1
    assert refused
    assert base.verify().size == 70 - refused
    connection.execute("PRAGMA max_page_count = 1000000")
    base.releases.release(ask("r200", client="200"))


def test_a_database_that_may_only_be_read_is_no_code(base, ask):
    base.releases._store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        base.releases.release(ask())


def test_what_is_no_database_is_refused_when_opened(database, clock):
    database.write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(StoreError):
        open_base(database, clock)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        open_base(tmp_path / "file" / "base.sqlite3", clock)


def test_a_base_whose_key_was_lost_signs_nothing(base, ask, database, clock):
    """A new key must not quietly take over an old log."""
    base.releases.release(ask())
    database.with_name(f"{database.name}.key").unlink()
    with open_base(database, clock) as other, pytest.raises(LogError):
        other.releases.release(ask("r2"))
