"""The log: durable appends with their proofs beside pymerkle's, and how both grow to ten million entries.

    python bench/log.py             to 10,000,000 entries
    python bench/log.py 1000000     to that many

pymerkle is asked up to 1,000,000: its first proof reads every leaf.

Ours is what the door does for each commit: the last checkpoint verified, the head held against it, the leaves
read back, one signature, a proof for each leaf, a commit that reaches the disk, and the head kept outside.
pymerkle's is an append that reaches the disk and a proof: it signs nothing and remembers nothing outside. The
large logs are made by inserting computed rows, which is not measured.
"""

import hashlib
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pymerkle import SqliteTree

from radiokey.base.log.append import StoredHashes, append_many, begin, check_whole
from radiokey.base.log.head import HeadFile
from radiokey.base.log.leaf import LEAF_VERSION, Leaf
from radiokey.base.log.note import Checkpoint, NoteSigner
from radiokey.base.log.tree import Edge, inclusion_proof, leaf_hash, perfect_parts
from radiokey.base.sql.sqlite import SqliteStore

SIGNER = NoteSigner("log.example/bench", bytes(range(32)))
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
PYMERKLE_SIZE_MAX = 1_000_000
RUN = 4096
COMMITS = 200
TOGETHER = 32
PROOFS = 500


def leaf(number: int) -> bytes:
    """A leaf as long as a real one."""
    return Leaf(
        v=LEAF_VERSION,
        at_ms=1_700_000_000_000 + number,
        source="derivation",
        family="renault-precode",
        tier="A",
        model="renault_86a",
        number=hashlib.sha256(b"%d" % number).hexdigest(),
    ).encode()


def build(database: Path, size: int) -> None:
    """Bring the log to `size` entries: rows computed here, inserted in bulk, one checkpoint."""
    with closing(sqlite3.connect(database, isolation_level=None)) as file:
        file.execute("PRAGMA synchronous = OFF")
        (first,) = file.execute("SELECT count(*) FROM log_entry").fetchone()
        parts = perfect_parts(0, first)
        one = "SELECT hash FROM log_node WHERE level = ? AND idx = ?"
        edge = Edge(first, [file.execute(one, part).fetchone()[0] for part in parts])
        for at in range(first, size, RUN):
            leaves = [leaf(number) for number in range(at, min(at + RUN, size))]
            file.execute("BEGIN")
            file.executemany("INSERT INTO log_entry VALUES (?, ?)", enumerate(leaves, start=at))
            for (level, index), run in edge.extend([leaf_hash(one) for one in leaves]):
                rows = ((level, place, hashed) for place, hashed in enumerate(run, start=index))
                file.executemany("INSERT INTO log_node VALUES (?, ?, ?)", rows)
            file.execute("COMMIT")
        note = SIGNER.sign(Checkpoint(SIGNER.verifier.name, size, edge.root()).text())
        file.execute("INSERT INTO log_checkpoint VALUES (?, ?)", (size, note))


def timed(act: Callable[[], object], count: int) -> tuple[float, float]:
    """Return how many a second, and the 99th percentile in ms."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return count / sum(times), statistics.quantiles(times, n=100)[98] * 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """At one size: durable appends a second, alone and together, proofs a second, and the whole verified."""

    alone: float
    alone_p99_ms: float
    together: float
    together_p99_ms: float
    proofs: float
    verified_s: float
    peak_mb: float


def ours(largest: int) -> Iterator[Measured]:
    """Yield the measurements at each size."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "log.sqlite3"
        SqliteStore(database).close()
        for size in (one for one in SIZES if one <= largest):
            build(database, size)
            head = HeadFile(Path(folder) / f"{size}.head", SIGNER.verifier)
            with closing(SqliteStore(database)) as store:
                yield measured(store, head, size)


def measured(store: SqliteStore, head: HeadFile, size: int) -> Measured:
    """Measure the log as it is."""
    begin(store, SIGNER, head)
    numbers = iter(range(size, size * 2 + COMMITS * (TOGETHER + 1)))

    def commit(count: int) -> None:
        leaves = [leaf(next(numbers)) for _ in range(count)]
        with store.transaction() as transaction:
            note = append_many(transaction, leaves, SIGNER, head).note
        head.advance(note)

    start = time.perf_counter()
    with store.snapshot() as transaction:
        check_whole(transaction, SIGNER.verifier)
    verify_s = time.perf_counter() - start
    one, one_p99 = timed(lambda: commit(1), COMMITS)
    many, many_p99 = timed(lambda: commit(TOGETHER), COMMITS)
    with store.snapshot() as transaction:
        last = transaction.last_checkpoint()
        assert last is not None
        places = iter(range(0, last.size, max(1, last.size // PROOFS - 1)))
        proofs, _ = timed(
            lambda: inclusion_proof(next(places), last.size, StoredHashes(transaction)), PROOFS - 1
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(one, one_p99, many * TOGETHER, many_p99, proofs, verify_s, peak)


def floor() -> float:
    """One INSERT and COMMIT a second, in the same mode."""
    with tempfile.TemporaryDirectory() as folder, closing(_durable(Path(folder) / "floor.sqlite3")) as file:
        file.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, leaf BLOB)")
        numbers = iter(range(COMMITS))
        rate, _ = timed(
            lambda: file.execute("INSERT INTO entry VALUES (NULL, ?)", (leaf(next(numbers)),)), COMMITS
        )
        return rate


def _durable(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    return file


def pymerkle(size: int) -> tuple[float, float, float]:
    """Return appends with proof a second, their p99 in ms, and proofs of old entries a second, at `size`."""
    with tempfile.TemporaryDirectory() as folder, closing(SqliteTree(str(Path(folder) / "tree.db"))) as tree:
        tree.append_entries(leaf(number) for number in range(size))
        tree.prove_inclusion(1)  # its cache of subtrees is warm from here on
        numbers = iter(range(size, size + COMMITS))
        rate, p99 = timed(lambda: tree.prove_inclusion(tree.append_entry(leaf(next(numbers)))), COMMITS)
        places = iter(range(1, size, size // PROOFS))
        proofs, _ = timed(lambda: tree.prove_inclusion(next(places)), PROOFS - 1)
    return rate, p99, proofs


def main() -> None:
    """Print ours at each size, and pymerkle's below it."""
    if sys.argv[1:2] == ["pymerkle"]:  # in a process of its own, for its memory
        print(*pymerkle(int(sys.argv[2])))
        return
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    durable = floor()
    print(f"one INSERT and COMMIT that reaches the disk: {durable:,.0f}/s")
    for size, got in zip(SIZES, ours(largest), strict=False):
        print(
            f"{size:>10,} entries: alone {got.alone:,.0f}/s (p99 {got.alone_p99_ms:.1f} ms, "
            f"{durable / got.alone:.1f} bare commits), {TOGETHER} a commit {got.together:,.0f}/s "
            f"(p99 {got.together_p99_ms:.1f} ms), proofs of old entries {got.proofs:,.0f}/s\n"
            f"{'':>20}verified as a whole in {got.verified_s:.1f} s ({size / got.verified_s:,.0f}/s), "
            f"largest resident size {got.peak_mb:.0f} MB",
            flush=True,
        )
        if size <= PYMERKLE_SIZE_MAX:
            command = (sys.executable, __file__, "pymerkle", str(size))
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rate, p99, proofs = map(float, told.split())
            print(
                f"{'':>20}pymerkle: {rate:,.0f}/s (p99 {p99:.1f} ms), proofs {proofs:,.0f}/s; ours "
                f"{got.alone / rate:.2f} and {got.together / rate:.1f} times the appends, "
                f"{got.proofs / proofs:.1f} times the proofs",
                flush=True,
            )


if __name__ == "__main__":
    main()
