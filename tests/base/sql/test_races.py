"""Many at once on one base, on both databases: threads of a site, processes, the terminal beside the site."""

import subprocess
import sys
import threading

import pytest

from radiokey.base.bootstrap import init_base, open_base
from radiokey.errors import PapersNeededError
from radiokey.serial.number import parse

PROGRAM = """
import sys
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.bootstrap import init_base, open_base
from radiokey.serial.number import parse
class Clock:
    def now_ms(self):
        return 1_700_000_000_000
with open_base(sys.argv[1], Clock()) as base:
    for number in range(15):
        base.releases.release(ReleaseRequest(f"{sys.argv[2]}-{number}", sys.argv[2], parse("V212"), None, None, True))
        base.releases.release(ReleaseRequest(f"shared-{number}", "both", parse("V212"), None, None, True))
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_open_and_release_at_once_write_one_log(kind, database, clock, request, monkeypatch):
    """On one's own machine they even create the base, the key and the schema; each request id is logged once."""
    monkeypatch.setenv("RADIOKEY_SECRETS", str(database.parent))
    place = database
    if kind == "postgresql":
        place = request.getfixturevalue("postgres").empty()
        init_base(place, "codes.example.org", clock).close()
    together = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(place), name], stderr=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    for process in together:
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()
    with open_base(place, clock) as base:
        assert base.verify().size == 4 * 15


def test_threads_of_one_base_and_of_another_write_one_log(desk):
    """The site answers from a pool of threads; ids that several bring are answered once and repeated."""
    desk.add_units(range(10))
    doors = [desk.door(), desk.door()]
    failures, repeated = [], []

    def releases(door, name):
        try:
            for number in range(10):
                door.release(desk.ask(f"{name}-{number}", number))
                repeated.append(door.release(desk.ask(f"shared-{number}", number)).repeated)
        except Exception as error:  # noqa: BLE001 - told to the main thread
            failures.append(error)

    threads = [
        threading.Thread(target=releases, args=(door, f"{at}-{name}"))
        for at, door in enumerate(doors)
        for name in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(repeated) == [False] * 10 + [True] * 30
    assert desk.verified() == 50


@pytest.mark.parametrize("mark_first", [True, False])
def test_after_the_mark_is_committed_no_code_leaves(base, reopen, ask, mark_first):
    """The two transactions are serialised, so these two orders are all there are."""
    other = reopen()
    request = ask(text="281155216RT V212")
    if mark_first:
        other.blacklist.add(request.serial, reason="stolen")
        with pytest.raises(PapersNeededError):
            base.releases.release(request)
        assert base.verify().size == 0
    else:
        base.releases.release(request)
        other.blacklist.add(request.serial, reason="stolen")
        with pytest.raises(PapersNeededError):
            base.releases.release(request)
        assert base.verify().size == 1


def test_a_mark_waits_for_a_release_under_way_and_a_release_for_a_mark(base, reopen):
    """What the door has read about the stolen list cannot change before its entry is committed."""
    other = reopen()
    other.releases._store._connection.execute("PRAGMA busy_timeout = 0")
    with base.releases._store.transaction(), pytest.raises(Exception, match="locked"):
        other.blacklist.add(parse("BP538761234567"), reason="stolen")
    other.blacklist.add(parse("BP538761234567"), reason="stolen")


def test_opening_a_base_again_takes_no_lock_from_who_has_it_open(base, reopen, database):
    """Closing any handle of a file drops all locks that a process has on it (sqlite.org/howtocorrupt.html)."""
    reopen().close()
    take_it_over = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode = DELETE')"
    )
    another = subprocess.run(
        [sys.executable, "-c", take_it_over, str(database)], capture_output=True, text=True, check=False
    )
    assert "database is locked" in another.stderr
    assert base.log.verify().size == 0
