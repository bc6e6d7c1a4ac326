"""The whole log is compared with what its leaves say; what differs is named."""

import sqlite3
import tracemalloc
from contextlib import closing

import pytest

from radiokey.base.log import recompute
from radiokey.base.log.append import append_many, check_whole
from radiokey.base.log.note import NoteSigner
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.errors import LogError

SIGNER = NoteSigner("log.example/whole", bytes(range(32)))
SIZE = 21


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "log.sqlite3"
    with closing(SqliteStore(file)) as store, store.transaction() as transaction:
        append_many(transaction, [b"leaf %d" % number for number in range(SIZE)], SIGNER)
    return file


def change(database, statement, *values):
    with closing(sqlite3.connect(database)) as file, file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        assert file.execute(statement, values).rowcount > 0


def check(database):
    with closing(SqliteStore(database)) as store, store.snapshot() as transaction:
        return check_whole(transaction, SIGNER.verifier)


NODES = [(level, index) for level in range(5) for index in range(SIZE >> level)]
EDGE = {(4, 0), (2, 4), (0, 20)}


@pytest.mark.parametrize("run", [1, 2, 3, 8, 4096])
def test_a_log_verifies_however_many_leaves_are_held_at_once(database, monkeypatch, run):
    monkeypatch.setattr(recompute, "RUN", run)
    assert check(database).size == SIZE


@pytest.mark.parametrize("node", [node for node in NODES if node not in EDGE])
def test_a_flipped_bit_of_any_stored_hash_is_found_and_named(database, node):
    with closing(sqlite3.connect(database)) as file:
        (hashed,) = file.execute("SELECT hash FROM log_node WHERE level = ? AND idx = ?", node).fetchone()
    flipped = bytes([hashed[0] ^ 1]) + hashed[1:]
    change(database, "UPDATE log_node SET hash = ? WHERE level = ? AND idx = ?", flipped, *node)
    with pytest.raises(LogError) as caught:
        check(database)
    assert f"subtree {node} is not that of its entries" in caught.value.sentence


@pytest.mark.parametrize("node", [node for node in NODES if node not in EDGE])
def test_a_hash_that_is_missing_is_named(database, node):
    change(database, "DELETE FROM log_node WHERE level = ? AND idx = ?", *node)
    with pytest.raises(LogError) as caught:
        check(database)
    assert caught.value.sentence == f"the log has lost the hash of subtree {node}"


@pytest.mark.parametrize("node", [(0, 21), (0, 400), (1, 10), (4, 1), (5, 0), (63, 0)])
def test_a_hash_too_many_is_named(database, node):
    change(database, "INSERT INTO log_node VALUES (?, ?, zeroblob(32))", *node)
    with pytest.raises(LogError) as caught:
        check(database)
    assert caught.value.sentence == f"the log has a hash too many, of subtree {node}"


@pytest.mark.parametrize("index", range(SIZE - 1))
def test_an_entry_that_is_missing_is_named(database, index):
    change(database, "DELETE FROM log_entry WHERE idx = ?", index)
    with pytest.raises(LogError, match=f"entry {index} of the log is missing"):
        check(database)


def test_a_leaf_and_every_hash_over_it_changed_together_do_not_lead_to_the_signed_root(tmp_path, database):
    """Whoever changes all of them has made another log, and its root was never signed."""
    other = tmp_path / "other.sqlite3"
    with closing(SqliteStore(other)) as store, store.transaction() as transaction:
        append_many(transaction, [b"changed", *(b"leaf %d" % n for n in range(1, SIZE))], SIGNER)
    with closing(sqlite3.connect(other)) as file:
        nodes = file.execute("SELECT hash, level, idx FROM log_node").fetchall()
    change(database, "UPDATE log_entry SET leaf = ? WHERE idx = 0", b"changed")
    for node in nodes:
        if node[1:] not in EDGE:
            change(database, "UPDATE log_node SET hash = ? WHERE level = ? AND idx = ?", *node)
    with pytest.raises(LogError, match="subtree"):
        check(database)
    change(
        database,
        "UPDATE log_node SET hash = ? WHERE level = ? AND idx = ?",
        *next(n for n in nodes if n[1] == 4),
    )
    with pytest.raises(LogError, match="not what it signed"):
        check(database)


def test_the_memory_of_a_check_does_not_grow_with_the_log(tmp_path, monkeypatch):
    """Ten million entries have to verify on a small machine."""
    monkeypatch.setattr(recompute, "RUN", 64)
    peaks = []
    for size in (512, 8192):
        with closing(SqliteStore(tmp_path / f"{size}.sqlite3")) as store:
            with store.transaction() as transaction:
                append_many(transaction, [b"%d" % number for number in range(size)], SIGNER)
            with store.snapshot() as transaction:
                check_whole(transaction, SIGNER.verifier)  # warm
                tracemalloc.start()
                check_whole(transaction, SIGNER.verifier)
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
