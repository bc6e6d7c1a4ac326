"""A server that goes away, freezes, or confirms what its standby has not: nothing is lost, nothing done twice."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from radiokey.base.bootstrap import Base, init_base
from radiokey.base.location import ServerDatabase
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.sql import postgresql
from radiokey.errors import StoreGoneError
from radiokey.serial.number import parse

ORGANISATION = "codes.example.org"


@pytest.fixture
def base(postgres, clock, tmp_path):
    with init_base(ServerDatabase(postgres.fresh(), tmp_path / "base"), ORGANISATION, clock) as base:
        yield base


def release(base: Base, name: str = "r1"):
    return base.releases.release(ReleaseRequest(name, "me", parse("V212"), None, None, owns=True))


def size(base: Base) -> int:
    return base.log.checkpoint().size


def superuser(base: Base, statement: str, *values):
    with psycopg.connect(base.location.url, autocommit=True) as connection:
        return connection.execute(statement, values).fetchall()


def backends(base: Base) -> list[int]:
    """Return the processes of the server that our stores are connected to."""
    found = superuser(
        base,
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'radiokey' AND datname = current_database()",
    )
    return [pid for (pid,) in found]


def test_connections_that_ended_while_nobody_used_them_are_made_anew(base):
    """Otherwise each would cost somebody an answer once another server leads."""
    release(base)
    for pid in backends(base):
        superuser(base, "SELECT pg_terminate_backend(%s)", pid)
    assert release(base, "r2").receipt.index == 1
    assert size(base) == 2


def test_a_silent_server_is_given_up_and_the_next_one_asked(base, monkeypatch):
    """A frozen machine still acknowledges what it is sent: only time tells."""
    release(base)
    monkeypatch.setattr(postgresql, "ANSWER_S", 0.2)
    frozen = backends(base)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreGoneError):
            release(base, "r2")
        assert release(base, "r2").receipt.index == 1, "on a connection of its own"
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    assert release(base, "r2").repeated
    assert size(base) == 2


@contextmanager
def without_its_standby(base: Base):
    """Have commits wait for a standby that is not there; lend a connection that does not wait."""
    with psycopg.connect(base.location.url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = local")
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        connection.execute("SELECT pg_reload_conf()")
        while superuser(base, "SHOW synchronous_standby_names") != [("nobody",)]:
            pass
        try:
            yield connection
        finally:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")


def stop_waiting(connection):
    """Cancel a commit that waits, as `statement_timeout` or an administrator would."""
    waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    while not connection.execute(waiting).fetchall():
        pass


def test_a_commit_that_no_standby_has_gives_no_code_and_neither_does_a_repeat(base, monkeypatch):
    """PostgreSQL answers such a commit with COMMIT, after a warning. A repeat sees it, and must wait as well."""
    with ThreadPoolExecutor(1) as somebody, without_its_standby(base) as connection:
        asked = somebody.submit(release, base)
        stop_waiting(connection)
        with pytest.raises(StoreGoneError, match="standby"):
            asked.result()
        assert size(base) == 1
        monkeypatch.setattr(postgresql, "ANSWER_S", 0.2)
        with pytest.raises(StoreGoneError):
            release(base)
    monkeypatch.undo()
    assert release(base).repeated
    assert size(base) == 1
