"""A stolen mark against a release: every order of the statements of the two transactions, on real connections.

Each runs in a thread of its own as the product runs it, and stops before every statement until it is told to go
on. Where a statement has to wait because the other transaction holds the turn, that is seen in the database
(PostgreSQL: a lock that is not granted; SQLite, told not to wait, says that it is locked), and the other goes
on. Nothing waits for time.
"""

import queue
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from wire import AFTER, unwire, wire

from radiokey.base.release.request import Released
from radiokey.base.sql.statements import statements_for
from radiokey.errors import RadiokeyError, StolenError

ENDS = ("COMMIT", "ROLLBACK")


class Runner:
    """One transaction in a thread: it goes on by one statement when it is told."""

    def __init__(self, name: str, store, act: Callable[[], object]) -> None:
        self.name, self._store, self._act = name, store, act
        self.pid = store._writer.info.backend_pid if hasattr(store, "_writer") else None
        self._may = threading.Semaphore(0)
        self.events: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self.result: object = None
        self.next = ""
        """The statement that it stands before; empty once it has ended."""
        self.blocked = False
        wire(store, self._step)
        self._thread = threading.Thread(target=self._run, daemon=True)  # a failed test leaves it standing
        self._thread.start()
        _, self.next = self.events.get()

    def resume(self) -> None:
        self._may.release()

    def join(self) -> None:
        self._thread.join()
        unwire(self._store)

    def _run(self) -> None:
        try:
            self.result = self._act()
        except RadiokeyError as refusal:
            self.result = refusal
        finally:
            self.events.put(("ended", ""))

    def _step(self, _at: int, statement: str, when: str) -> None:
        if when == AFTER:
            return
        self.events.put(("stands", statement))
        self._may.acquire()
        if statement == "BEGIN IMMEDIATE":
            self._wait_for_sqlite()

    def _wait_for_sqlite(self) -> None:
        """Stand in for SQLite's own waiting, which is a sleep: try the turn again whenever told to."""
        connection = self._store._connection
        while True:
            try:
                connection._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                assert "locked" in str(error)  # noqa: PT017 - whatever else it says is not a wait
                self.events.put(("blocked", "BEGIN IMMEDIATE"))
                self._may.acquire()
            else:
                connection._connection.execute("ROLLBACK")  # nobody else moves until the real one is through
                return


class Schedule:
    """Runs two transactions by a list of choices and, beyond it, always the first that can go on."""

    def __init__(self, runners: list[Runner], blocked: Callable[[int], bool], choices: list[int]) -> None:
        self._runners, self._blocked = runners, blocked
        self.made: list[tuple[int, int]] = []
        """At each point: which was taken, of how many that could go on."""
        self.trace: list[tuple[str, str]] = []
        while ready := [one for one in runners if one.next and not one.blocked]:
            at = len(self.made)
            taken = choices[at] if at < len(choices) else 0
            self.made.append((taken, len(ready)))
            self._go_on(ready[taken])
        assert not [one.name for one in runners if one.next], "one waits for ever"
        for runner in runners:
            runner.join()

    def _go_on(self, runner: Runner) -> None:
        statement = runner.next
        self.trace.append((runner.name, statement))
        runner.resume()
        self._settle(runner)
        if statement in ENDS:
            for other in self._runners:
                if other.blocked:
                    self._unblock(other)

    def _unblock(self, runner: Runner) -> None:
        runner.blocked = False
        if runner.pid is None:
            runner.resume()
        self._settle(runner)
        assert not runner.blocked, "the turn was not given on"

    def _settle(self, runner: Runner) -> None:
        """Wait until it stands before its next statement, has ended, or waits for the other one."""
        while True:
            try:
                said, statement = runner.events.get(timeout=0.001 if runner.pid else None)
            except queue.Empty:
                if runner.pid and self._blocked(runner.pid):
                    runner.blocked = True
                    return
                continue
            runner.blocked = said == "blocked"
            runner.next = statement
            return


def every_order(run: Callable[[list[int]], list[tuple[int, int]]]) -> None:
    """Run every schedule once: the last choice that has another way takes it, all after it begin again."""
    choices: list[int] = []
    while True:
        made = run(choices)
        while made and made[-1][0] + 1 == made[-1][1]:
            made.pop()
        if not made:
            return
        choices = [taken for taken, _ in made[:-1]] + [made[-1][0] + 1]


@pytest.fixture
def blocked(both) -> Iterator[Callable[[int], bool]]:
    """Tell whether a connection to PostgreSQL waits for a lock that another one holds; asked from a third."""
    if both.kind == "sqlite":
        yield lambda _: False
        return
    with psycopg.connect(both.place, autocommit=True) as third:
        yield lambda pid: third.execute("SELECT pg_blocking_pids(%s) <> '{}'", (pid,)).fetchone() == (True,)


HISTORY = ("release", "log_checkpoint", "log_node", "log_entry", "mark", "bucket")


class Race:
    """The two transactions on stores of their own; every run begins with the same, empty history."""

    def __init__(self, both, desk, blocked) -> None:
        self._both, self._desk, self._blocked = both, desk, blocked
        self.door, self._stolen = desk.door(), desk.stolen()
        desk.add_units([7])
        if both.kind == "sqlite":
            for table in HISTORY[:-1]:
                both.behind(f"DROP TRIGGER {table}_keeps")
            for store in (self.door._store, self._stolen._store):
                store._connection.execute("PRAGMA busy_timeout = 0")
        self.runs = self.released = self.refused = 0

    def run_all(self) -> None:
        every_order(self.run)

    def run(self, choices: list[int]) -> list[tuple[int, int]]:
        for table in HISTORY:
            self._both.behind(f"DELETE FROM {table}")  # noqa: S608 - from the list above
        self.runs += 1
        asked = self._desk.ask("r", 7)
        runners = [
            Runner("mark", self._stolen._store, lambda: self._stolen.add(asked.serial, reason="x", by="ann")),
            Runner("release", self.door._store, lambda: self.door.release(asked)),
        ]
        schedule = Schedule(runners, self._blocked, choices)
        commits = [name for name, statement in schedule.trace if statement == "COMMIT"]
        assert sorted(commits) == ["mark", "release"], schedule.trace
        assert not isinstance(runners[0].result, RadiokeyError), runners[0].result
        with pytest.raises(StolenError):
            self.door.release(asked)
        answer, count = runners[1].result, self._desk.agrees()
        if commits == ["mark", "release"]:
            assert isinstance(answer, StolenError), schedule.trace
            assert count == 0
            self.refused += 1
        else:
            assert isinstance(answer, Released), schedule.trace
            assert count == 1
            self.released += 1
        return schedule.made


def test_in_every_order_no_code_leaves_after_the_mark_is_committed(both, desk, blocked, capsys):
    """Both transactions finish in every order, and what was released is what was logged."""
    race = Race(both, desk, blocked)
    race.run_all()
    assert race.runs == race.released + race.refused
    assert race.released
    assert race.refused
    with capsys.disabled():
        sys.stdout.write(
            f"\n{both.kind}: {race.runs} orders, {race.released} released, {race.refused} refused\n"
        )


# --- the checks themselves --------------------------------------------------------------------------------


def test_every_order_of_two_and_three_steps_is_run_once():
    seen = []

    def run(choices):
        left, made, order = {"a": 2, "b": 3}, [], ""
        while ready := [name for name in "ab" if left[name]]:
            taken = choices[len(made)] if len(made) < len(choices) else 0
            made.append((taken, len(ready)))
            left[ready[taken]] -= 1
            order += ready[taken]
        seen.append(order)
        return made

    every_order(run)
    assert len(seen) == len(set(seen)) == 10


def test_a_door_that_does_not_look_is_found_out(both, desk, blocked, monkeypatch):
    monkeypatch.setattr("radiokey.base.release.service.blacklist.check", lambda *_: None)
    race = Race(both, desk, blocked)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        race.run_all()


@pytest.mark.parametrize("both", ["postgresql"], indirect=True)
def test_a_turn_that_is_not_taken_is_found_out(both, desk, monkeypatch):
    """Without it some order releases a code after the mark was committed. SQLite's turn is its BEGIN."""
    statements = {**statements_for("postgresql"), "take_turn": "SELECT 1"}
    monkeypatch.setattr("radiokey.base.sql.postgresql.statements_for", lambda _: statements)
    race = Race(both, desk, lambda _: False)
    with pytest.raises(AssertionError, match="Released"):
        race.run_all()
