"""A desk with a hundred thousand open requests and a million that ended: what its lists cost.

Beside each list stands the plain thing in the same run: the same question put to the history of all acts, as
one would write it without an index made for it. The rows are written by the database alone in the schema from
before that index; the migration then makes it, and is timed as well. The first page has to be the same both
ways.
"""

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "databases"))
from postgres import running

from radiokey.base.bootstrap import SystemClock
from radiokey.base.ports.requests import FIRST
from radiokey.base.ports.store import Store
from radiokey.base.requests.queue import PAGE, part
from radiokey.base.requests.request import TIMES, Turn
from radiokey.base.requests.statistics import figures
from radiokey.base.requests.sweep import Sweep
from radiokey.base.sql import postgresql, sqlite
from radiokey.base.sql.postgresql import PostgresStore
from radiokey.base.sql.principals import Principal
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.base.sql.statements import migration_steps, script_statements
from radiokey.base.stolen.blacklist import Blacklist
from radiokey.clock import DAY_MS, HOUR_MS

OPEN, ENDED, MARKS = 100_000, 1_000_000, 100_000
NOW_MS = 1_800_000_000_000
YEARS_MS = 3 * 365 * DAY_MS
MONTH_MS = NOW_MS - 30 * DAY_MS
UNSENT_EVERY = 10_000
"""One mail in so many still waits."""
BIG, USUAL, DEALERS = "dealer-0", "dealer-7", 500
BEFORE = "request-now"
"""The migration that makes what the lists read."""
RUNS = 40
MS_MAX = 100

PLAIN_QUEUE = """
SELECT last.due_ms, request.id FROM request_act AS last JOIN request ON request.id = last.request
WHERE last.state = '{}' AND NOT EXISTS (
    SELECT 1 FROM request_act AS later WHERE later.request = last.request AND later.number = last.number + 1
) {} ORDER BY last.due_ms, request.id"""
PLAIN_ENDED = """
SELECT last.state, last.at_ms - request.at_ms, last.detail
FROM request_act AS last JOIN request ON request.id = last.request
WHERE last.state IN ('released', 'refused') AND last.at_ms >= {} ORDER BY 2"""
PLAIN_MARKS = "SELECT id, act, kind, number, vin, label, reason, at_ms FROM mark ORDER BY id"
PLAIN_AUDIT = "SELECT id, at_ms, who, act, subject, detail FROM audit ORDER BY id DESC"
PLAIN_MAILS = """
SELECT outbox.id, outbox.request, contact.sealed FROM outbox JOIN contact ON contact.request = outbox.request
WHERE NOT EXISTS (SELECT 1 FROM outbox_sent WHERE outbox_sent.id = outbox.id)
    AND NOT EXISTS (
        SELECT 1 FROM outbox_refused JOIN outbox AS other ON other.id = outbox_refused.id
        WHERE other.request = outbox.request
    ) ORDER BY outbox.id LIMIT 50"""
PLAIN_SWEEP = [
    """SELECT request FROM contact WHERE EXISTS (
        SELECT 1 FROM request_act WHERE request_act.request = contact.request AND request_act.at_ms < {}
            AND request_act.state IN ('released', 'refused', 'withdrawn', 'expired')
    )""",
    PLAIN_QUEUE.format("papers", ""),
]
TABLES = {
    "request": "id organisation requester kind number serial label model make vin language at_ms",
    "request_act": "request number act by at_ms state due_ms detail",
    "contact": "request sealed",
    "outbox": "id request number template language",
    "outbox_sent": "id at_ms",
    "mark": "act kind number vin label reason by at_ms",
    "audit": "at_ms who act subject detail",
}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Database:
    """One database: its stores, a connection that knows nothing of ours, and what it took to migrate."""

    name: str
    store: Callable[[Principal], Store]
    plain: Callable[[str], list[Row]]
    migrated_s: float


def requests(opened: int, ended: int) -> Iterator[tuple[str, Row]]:
    """Yield the rows of all requests, by table; every run yields the same."""
    chance = random.Random(1)  # noqa: S311 - the same in every run
    for number in range(opened + ended):
        one = f"{chance.getrandbits(128):032x}"
        share = chance.random()
        organisation = BIG if share < 0.6 else "" if share < 0.7 else f"dealer-{chance.randrange(1, DEALERS)}"
        is_open = number % (opened + ended) < opened
        at_ms = NOW_MS - chance.randrange(13 * DAY_MS if is_open else YEARS_MS) - DAY_MS
        serial = f"BP5387{number:08}"
        radio = ("bp12", serial, serial, "", "", "", "VF1AAAAA123456789", "en")
        yield "request", (one, organisation, f"owner:{one}", *radio, at_ms)
        yield "request_act", (one, 1, "opened", f"owner:{one}", at_ms, "draft", at_ms + 7 * DAY_MS, "{}")
        for row in (acts_open if is_open else acts_ended)(one, at_ms, chance):
            yield "request_act", row
        if is_open or at_ms > MONTH_MS:
            yield "contact", (one, b"s" * 60)
        yield "outbox", (number + 1, one, 1, "opened", "en")
        if number % UNSENT_EVERY:
            yield "outbox_sent", (number + 1, at_ms)
        yield "audit", (at_ms, f"owner:{one}", "request:open", one, "")


def acts_open(one: str, at_ms: int, chance: random.Random) -> list[Row]:
    owner, after_ms = f"owner:{one}", at_ms + chance.randrange(HOUR_MS)
    share = chance.random()
    if share < 0.4:
        return [
            (one, 2, "submitted", owner, after_ms, "papers", NOW_MS + 8 * DAY_MS + after_ms % DAY_MS, "{}")
        ]
    sent = (one, 2, "papers-sent", owner, after_ms, "review", after_ms + 8 * HOUR_MS, "{}")
    if share < 0.8:
        return [sent]
    return [sent, (one, 3, "checked", "cle", after_ms + HOUR_MS, "second", after_ms + 5 * HOUR_MS, "{}")]


def acts_ended(one: str, at_ms: int, chance: random.Random) -> list[Row]:
    after_ms = at_ms + chance.randrange(DAY_MS)
    sent = (one, 2, "papers-sent", f"owner:{one}", after_ms, "review", after_ms + 8 * HOUR_MS, "{}")
    end, detail = ("released", '{"index":1}') if chance.random() < 0.8 else ("refused", '{"reason":"stolen"}')
    end_ms = min(after_ms + chance.randrange(8 * HOUR_MS), NOW_MS)
    return [sent, (one, 3, end, "app", end_ms, end, 0, detail)]


def marks(count: int) -> Iterator[tuple[str, Row]]:
    """Yield the stolen list: every eleventh report was cleared again."""
    for number in range(count):
        radio = ("bp12", f"BP5387{number:08}", "", "", "police report", "reg", number)
        yield "mark", ("reported", *radio)
        if number % 11 == 0:
            yield "mark", ("cleared", *radio)


def batches(rows: Iterator[tuple[str, Row]], size: int = 50_000) -> Iterator[tuple[str, list[Row]]]:
    """Yield rows together, table by table in the order in which they refer to each other."""
    held: dict[str, list[Row]] = {name: [] for name in TABLES}
    for count, (table, row) in enumerate(rows, start=1):
        held[table].append(row)
        if count % size == 0:
            yield from held.items()
            held = {name: [] for name in TABLES}
    yield from held.items()


def step_before(dialect: str) -> int:
    """Return the last schema before the index."""
    return next(at for at, (name, _) in enumerate(migration_steps(dialect)) if name[5:-4] == BEFORE)


@contextmanager
def on_sqlite(folder: Path, rows: Callable[[], Iterator[tuple[str, Row]]]) -> Iterator[Database]:
    """Yield a base in a file; its triggers are put back once it is filled."""
    path, last = folder / "base.sqlite3", step_before("sqlite")
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        for _, script in migration_steps("sqlite")[:last]:
            for statement in script_statements(script):
                file.execute(statement)
        file.execute(f"PRAGMA user_version = {last}")
        triggers = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        file.execute("BEGIN")
        for name, _ in triggers:
            file.execute(f"DROP TRIGGER {name}")
        for table, some in batches(rows()):
            columns = TABLES[table].split()
            into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            file.executemany(into, some)
        for _, made in triggers:
            file.execute(made)
        file.execute("COMMIT")
        migrated_s = seconds(lambda: sqlite.migrate(file))
        yield Database(
            "SQLite",
            lambda _: SqliteStore(path),
            lambda statement: file.execute(statement).fetchall(),
            migrated_s,
        )


@contextmanager
def on_postgresql(_folder: Path, rows: Callable[[], Iterator[tuple[str, Row]]]) -> Iterator[Database]:
    """Yield a base on a server of its own, as the owner's statistics know it."""
    with running() as server:
        url = server.empty()
        postgresql.migrate(url, step_before("postgresql"))
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("SET session_replication_role = replica")
            for table, some in batches(rows()):
                into = f"COPY {table} ({', '.join(TABLES[table].split())}) FROM STDIN"
                with owner.cursor() as cursor, cursor.copy(into.encode()) as copy:
                    for row in some:
                        copy.write_row(row)
            owner.execute("SET session_replication_role = origin")
            migrated_s = seconds(lambda: postgresql.migrate(url))
            owner.execute("VACUUM ANALYZE")  # as the server does by itself
            yield Database(
                "PostgreSQL",
                lambda principal: PostgresStore(url, principal),
                lambda statement: owner.execute(statement.encode()).fetchall(),
                migrated_s,
            )


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(title: str, ours: Callable[[], object], plain: Callable[[], object], what: str) -> None:
    """Print a list beside the plain thing."""
    ours()  # warms up and does not count
    ours_ms = statistics.median(seconds(ours) for _ in range(RUNS)) * 1000
    plain_ms = seconds(plain) * 1000
    print(
        f"  {title}: {ours_ms:.1f} ms; {what}: {plain_ms:,.0f} ms; ratio {plain_ms / ours_ms:,.0f}",
        flush=True,
    )
    if ours_ms > MS_MAX:
        raise SystemExit(f"{title} takes more than {MS_MAX} ms")


def queue_page(store: Store, organisations: frozenset[str] | None) -> dict[Turn, list[str]]:
    """Read what the page of the queue reads, and return the ids by turn."""
    with store.snapshot() as seen:
        return {
            turn: [line.id for line in part(seen, turn, organisations, FIRST, PAGE).lines]
            for turn in (Turn.CLERK, Turn.APPROVER, Turn.OWNER)
        }


def plain_page(database: Database, condition: str) -> dict[Turn, list[str]]:
    """Ask the history of all acts the same."""
    states = {Turn.CLERK: ["review"], Turn.APPROVER: ["second", "releasing"], Turn.OWNER: ["draft", "papers"]}
    return {
        turn: [
            one
            for _, one in sorted(
                row for state in named for row in database.plain(PLAIN_QUEUE.format(state, condition))
            )
        ][:PAGE]
        for turn, named in states.items()
    }


class Nobody:
    """The desk of a sweep that finds nothing due."""

    def overtake(self, request_id: str, now_ms: int) -> None:
        raise SystemExit(f"{request_id} is not due at {now_ms}")

    def settle(self, request_id: str) -> None:
        raise SystemExit(f"{request_id} was not cut off")


def measure(database: Database) -> None:
    """Print one database's numbers."""
    desk, registrar, auditor = (
        database.store(one) for one in (Principal.DESK, Principal.REGISTRAR, Principal.AUDITOR)
    )
    print(f"{database.name}: the index made by its migration in {database.migrated_s:.0f} s")
    for title, seen in (
        ("queue page, the house: all", None),
        ("queue page, a dealer that has most", frozenset({"", BIG})),
        ("queue page, a usual dealer", frozenset({"", USUAL})),
    ):
        named = "" if seen is None else f"AND request.organisation IN ({', '.join(map(repr, sorted(seen)))})"
        if queue_page(desk, seen) != plain_page(database, named):
            raise SystemExit("the queue is not what the history says")
        compare(
            title,
            lambda seen=seen: queue_page(desk, seen),
            lambda named=named: plain_page(database, named),
            "from the history",
        )

    def three() -> object:
        with desk.snapshot() as seen:
            return figures(seen, MONTH_MS)

    def plain_three() -> object:
        waiting = [len(database.plain(PLAIN_QUEUE.format(one, ""))) for one in ("review", "second", "papers")]
        return waiting, database.plain(PLAIN_ENDED.format(MONTH_MS))

    compare("three figures", three, plain_three, "from the history")
    stolen = Blacklist(registrar, SystemClock())
    compare("stolen list, a page", stolen.page, lambda: database.plain(PLAIN_MARKS), "all marks")

    def audit() -> object:
        with auditor.snapshot() as seen:
            return seen.acts_before(1 << 62, 101)

    compare("audit, a page", audit, lambda: database.plain(PLAIN_AUDIT), "all of it")

    def mails() -> object:
        with desk.snapshot() as seen:
            return seen.mails_to_send(50, NOW_MS)

    compare("mails that wait", mails, lambda: database.plain(PLAIN_MAILS), "all mails ever")
    sweep = Sweep(Nobody(), desk, TIMES)
    first_ms = seconds(lambda: sweep.sweep(NOW_MS)) * 1000
    print(f"  first sweep of a process: {first_ms:.0f} ms")
    plain = [one.format(MONTH_MS) for one in PLAIN_SWEEP]
    compare(
        "every other sweep, nothing due",
        lambda: sweep.sweep(NOW_MS),
        lambda: [database.plain(one) for one in plain],
        "from the history",
    )
    for store in (desk, registrar, auditor):
        store.close()


OPENED: dict[str, Callable[..., AbstractContextManager[Database]]] = {
    "sqlite": on_sqlite,
    "postgresql": on_postgresql,
}


def main() -> None:
    """Measure both databases, one after the other; the data is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=OPEN)
    parser.add_argument("--ended", type=int, default=ENDED)
    parser.add_argument("--only", choices=tuple(OPENED))
    asked = parser.parse_args()

    def rows() -> Iterator[tuple[str, Row]]:
        yield from requests(asked.open, asked.ended)
        yield from marks(MARKS)

    for name, opened in OPENED.items():
        if asked.only in {None, name}:
            with (
                tempfile.TemporaryDirectory(prefix="radiokey-desk-") as made,
                opened(Path(made), rows) as one,
            ):
                measure(one)


if __name__ == "__main__":
    main()
