"""A second server follows the first and takes over: nothing that was confirmed is lost, or it is said.

Servers of their own, because others of this process are at work on the usual one.
"""

from contextlib import contextmanager

import psycopg
import pytest
from postgres import running

from radiokey.base.bootstrap import init_base, open_base
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.sql.principals import Principal
from radiokey.errors import LogError
from radiokey.serial.number import parse

NAME = "codes.example.org"
MISSING = "rolled back"
NUMBERS = ("V212", "V213", "V214")


@pytest.fixture
def servers(monkeypatch, tmp_path):
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path / "secrets"))
    with running() as primary, primary.standby() as standby:
        yield primary, standby
        primary.start()  # its own end wants to stop it


def ask(text):
    return ReleaseRequest(f"asked-{text}", "me", parse(text), None, None, owns=True)


@contextmanager
def at_work(primary, clock, *, waits):
    """A base on the primary whose commits wait for the standby, or do not."""
    place = primary.empty()
    with psycopg.connect(primary.url("postgres"), autocommit=True) as owner:
        if waits:
            owner.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            owner.execute("SELECT pg_reload_conf()")
    with init_base(place, NAME, clock) as base:
        yield base, psycopg.conninfo.conninfo_to_dict(place)["dbname"]


def looked_up_on(replica, base, clock):
    """See that what the desk looks up is read on the standby, and that the search is in the audit of the primary."""
    location = base.location.read_from(replica)
    with open_base(location, clock) as desk:
        assert desk.search().find("BP538761234567", "ann") == ()
        with desk.stores.reading(Principal.DESK).snapshot() as seen:
            assert seen._connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
    assert [act.act for act in base.audit().entries()] == ["unit:search"]


def test_what_was_confirmed_is_on_the_standby_that_takes_over(servers, clock):
    """Killed right after the last answer; the standby is asked before it could have heard anything more."""
    primary, standby = servers
    with at_work(primary, clock, waits=True) as (base, name):
        receipts = {text: base.releases.release(ask(text)).receipt for text in NUMBERS}
        looked_up_on(standby.url(name), base, clock)
        primary.kill()
    standby.promote()
    with open_base(standby.url(name), clock) as base:
        assert base.verify().size == len(NUMBERS)
        for text, receipt in receipts.items():
            again = base.releases.release(ask(text))
            assert (again.repeated, again.receipt) == (True, receipt)
        assert not base.releases.release(ask("V215")).repeated
        assert base.verify().size == len(NUMBERS) + 1


def test_a_standby_that_missed_a_release_is_found_out_and_releases_nothing(servers, clock):
    """Where commits do not wait for it the last ones can be missing; the head outside the database knows."""
    primary, standby = servers
    with at_work(primary, clock, waits=True) as (base, name):
        base.releases.release(ask("V212"))
        with psycopg.connect(primary.url("postgres"), autocommit=True) as owner:
            owner.execute("ALTER SYSTEM RESET synchronous_standby_names")
            owner.execute("SELECT pg_reload_conf()")
        standby.stop()
        base.releases.release(ask("V213"))
        primary.kill()
    standby.start()
    standby.promote()
    with open_base(standby.url(name), clock) as base:
        for text in ("V212", "V213", "V214"):
            with pytest.raises(LogError, match=MISSING):
                base.releases.release(ask(text))
