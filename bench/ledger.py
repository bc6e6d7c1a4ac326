"""Ten million units into each database and out again, beside what the database alone takes for the same rows.

The file is as a factory would write it: one numbering of single radios (VWZ, eleven more characters) with a
radio whose panel is known, serials in an ascending run, a random code each. The importer is the product's own
command in a process of its own; its size is what the system says of that process.
"""

import argparse
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "databases"))
from postgres import running

from radiokey.base.bootstrap import SystemClock
from radiokey.base.ports.store import Store
from radiokey.base.sql.postgresql import PostgresStore
from radiokey.base.sql.principals import Principal
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.base.units.search import Search

UNITS = 10_000_000
LOOKUPS = 3_000
BATCH = 10_000
SERIAL = "VWZ1Z2K{:07}"
COLUMNS = "kind, number, serial, model, market, vin, key, sealed"
SECONDS_MAX, MEGABYTES_MAX = 360, 300
EXACT_MS_MAX, ERROR_MS_MAX = 5, 20


@dataclass(frozen=True)
class Database:
    """One database: how the command line calls it, its store, and the same rows put in without us."""

    name: str
    floor: str
    address: str
    store: Callable[[], Store]
    raw: Callable[[], float]
    count: Callable[[], int]


def write_units(path: Path, units: int) -> None:
    """Write the file; every run writes the same."""
    chance = random.Random(1)  # noqa: S311 - the same in every run
    with path.open("w") as file:
        file.write("serial,model,market,vin,code\n")
        for first in range(0, units, BATCH):
            numbers = range(first, min(first + BATCH, units))
            file.writelines(
                f"{SERIAL.format(number)},vw_premium_gamma,EU,,{chance.randrange(10_000):04}\n"
                for number in numbers
            )


def radiokey(*arguments: str, secrets: Path) -> tuple[dict, float, float]:
    """Run the command; return its document, the seconds and the largest resident size in MB."""
    command = [str(Path(sys.executable).with_name("radiokey")), *arguments, "--json"]
    started = time.perf_counter()
    with subprocess.Popen(
        command, env={**os.environ, "RADIOKEY_SECRETS": str(secrets)}, stdout=subprocess.PIPE
    ) as process:
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"radiokey {arguments[1]} ended with {process.returncode}")
    return json.loads(said), seconds, usage.ru_maxrss / 1024


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Database]:
    """Yield a base in a file."""
    path, other = folder / "base.sqlite3", folder / "raw.sqlite3"

    def raw() -> float:
        """Put the same rows into a second file with the same schema and the same promises."""
        SqliteStore(other).close()
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as read,
            closing(sqlite3.connect(other, isolation_level=None)) as write,
        ):
            write.execute("PRAGMA synchronous = FULL")
            rows = read.execute(f"SELECT {COLUMNS} FROM unit ORDER BY id")  # noqa: S608 - our own words
            started = time.perf_counter()
            while batch := rows.fetchmany(BATCH):
                write.execute("BEGIN IMMEDIATE")
                write.executemany(f"INSERT INTO unit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", batch)  # noqa: S608
                write.execute("COMMIT")
            return time.perf_counter() - started

    def count() -> int:
        with closing(sqlite3.connect(path)) as read:
            return read.execute("SELECT count(*) FROM unit").fetchone()[0]

    yield Database("SQLite", "executemany alone", str(path), lambda: SqliteStore(path), raw, count)


@contextmanager
def on_postgresql(folder: Path) -> Iterator[Database]:
    """Yield a base on a server of its own."""
    with running() as server:
        url, other, dump = server.fresh(), server.fresh(), folder / "unit.copy"

        def raw() -> float:
            """COPY the same rows into a second database with the same schema."""
            with (
                psycopg.connect(url) as read,
                read.cursor() as cursor,
                cursor.copy(f"COPY unit ({COLUMNS}) TO STDOUT (FORMAT binary)") as rows,
                dump.open("wb") as file,
            ):
                file.writelines(rows)
            with psycopg.connect(other) as write, write.cursor() as cursor, dump.open("rb") as file:
                started = time.perf_counter()
                with cursor.copy(f"COPY unit ({COLUMNS}) FROM STDIN (FORMAT binary)") as copy:
                    while data := file.read(1 << 20):
                        copy.write(data)
                write.commit()
                return time.perf_counter() - started

        def count() -> int:
            with psycopg.connect(url) as read:
                return read.execute("SELECT count(*) FROM unit").fetchone()[0]

        yield Database(
            "PostgreSQL", "COPY alone", url, lambda: PostgresStore(url, Principal.DESK), raw, count
        )


def misspelled(serial: str, chance: random.Random) -> str:
    """Return `serial` with one typing error in its last seven digits: wrong, missing, extra or exchanged."""
    at = chance.randrange(7, 13)
    before, one, two, after = serial[:at], serial[at], serial[at + 1], serial[at + 2 :]
    other = str((int(one) + chance.randrange(1, 10)) % 10)
    return chance.choice(
        (
            before + other + two + after,
            before + two + after,
            before + other + one + two + after,
            before + two + one + after,
        )
    )


def p99_ms(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98] * 1000


def look_up(store: Store, units: int) -> tuple[float, float, float]:
    """Return the p99 of a look-up and of the clerk's search with an error, and the hits of a search."""
    chance = random.Random(2)  # noqa: S311 - the same in every run
    search = Search(store, SystemClock())
    exact, near, hits = [], [], 0
    for _ in range(LOOKUPS):
        serial = SERIAL.format(chance.randrange(units))
        started = time.perf_counter()
        with store.snapshot() as snapshot:
            (card,) = snapshot.unit_cards(["volkswagen-vwz"], [serial])
        exact.append(time.perf_counter() - started)
        typed = misspelled(serial, chance)
        started = time.perf_counter()
        found = search.find(typed, "bench")
        near.append(time.perf_counter() - started)
        if card.serial != serial or serial not in {hit.card.serial for hit in found}:
            raise SystemExit("a unit that is there was not found")
        hits += len(found)
    return p99_ms(exact), p99_ms(near), hits / LOOKUPS


def measure(database: Database, file: Path, units: int, folder: Path) -> None:
    """Print one database's numbers; a unit too few ends the run."""
    radiokey("base", "keys", "add", "--database", database.address, secrets=folder)
    done, seconds, megabytes = radiokey(
        "base", "import", str(file), "--database", database.address, secrets=folder
    )
    if (done["accepted"], done["refused"], database.count()) != (units, 0, units):
        raise SystemExit("not every unit entered once")
    store = database.store()
    exact, near, hits = look_up(store, units)
    store.close()
    raw = database.raw()
    print(
        f"{database.name}: {units:,} units in {seconds:.0f} s ({units / seconds:,.0f}/s), importer "
        f"{megabytes:.0f} MB   (limit for 10,000,000: {SECONDS_MAX} s, {MEGABYTES_MAX} MB)"
    )
    print(f"  the same rows by {database.floor}: {raw:.0f} s; ratio {seconds / raw:.2f}")
    print(f"  look-up by serial, p99 of {LOOKUPS:,}: {exact:.2f} ms   (limit {EXACT_MS_MAX} ms)")
    print(
        f"  search with one typing error, its audit committed first, p99: {near:.2f} ms, "
        f"{hits:.0f} units found on average   (limit {ERROR_MS_MAX} ms)",
        flush=True,
    )


def main() -> None:
    """Measure both databases, one after the other; the data is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--units", type=int, default=UNITS, help="at most ten million: a run has seven digits"
    )
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    asked = parser.parse_args()
    if not 0 < asked.units <= UNITS:
        parser.error("1 to 10,000,000 units")
    for name, opened in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
        if asked.only in {None, name}:
            with (
                tempfile.TemporaryDirectory(prefix="radiokey-ledger-") as made,
                opened(Path(made)) as database,
            ):
                file = Path(made) / "units.csv"
                write_units(file, asked.units)
                measure(database, file, asked.units, Path(made))


if __name__ == "__main__":
    main()
