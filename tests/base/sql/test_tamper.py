"""Whatever is changed in the stored log is found: the newest part before the next signature, all of it by verify."""

import sqlite3
from contextlib import closing

import pytest
from sqlite_base import tamper

from radiokey.errors import LogError, OurFaultError
from radiokey.serial.number import parse

ENTRIES = 7


@pytest.fixture
def grown(base, ask):
    for number in range(ENTRIES):
        base.releases.release(ask(f"r{number}"))
    return base


@pytest.mark.parametrize("index", range(ENTRIES))
def test_every_flipped_bit_of_a_leaf_is_found(grown, database, index):
    with closing(sqlite3.connect(database)) as file:
        (leaf,) = file.execute("SELECT leaf FROM log_entry WHERE idx = ?", [index]).fetchone()
    tamper(database)
    for at in range(0, len(leaf) * 8, 61):
        changed = bytearray(leaf)
        changed[at // 8] ^= 1 << at % 8
        tamper(database, ("UPDATE log_entry SET leaf = ? WHERE idx = ?", [bytes(changed), index]))
        with pytest.raises(LogError):
            grown.verify()
    tamper(database, ("UPDATE log_entry SET leaf = ? WHERE idx = ?", [leaf, index]))
    assert grown.verify().size == ENTRIES


NEWEST = ENTRIES - 1
CHANGES = {
    "newest leaf changed": [("UPDATE log_entry SET leaf = x'00' WHERE idx = ?", [NEWEST])],
    "newest leaf gone": [("DELETE FROM log_entry WHERE idx = ?", [NEWEST])],
    "leaf added": [("INSERT INTO log_entry VALUES (?, x'00')", [ENTRIES])],
    "newest checkpoint gone": [("DELETE FROM log_checkpoint WHERE size = ?", [ENTRIES])],
    "checkpoint changed": [
        ("UPDATE log_checkpoint SET note = replace(note, '7', '8') WHERE size = ?", [ENTRIES])
    ],
    "all checkpoints gone": [("DELETE FROM log_checkpoint",)],
    "checkpoint of an older size": [
        (
            "UPDATE log_checkpoint SET note = (SELECT note FROM log_checkpoint WHERE size = 3) WHERE size = ?",
            [ENTRIES],
        )
    ],
    "newest hash changed": [
        ("UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND idx = ?", [NEWEST])
    ],
    "right edge changed": [("UPDATE log_node SET hash = zeroblob(32) WHERE level = 2 AND idx = 0",)],
    "right edge lost": [("DELETE FROM log_node WHERE level = 1 AND idx = 2",)],
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES.keys())
def test_what_the_next_signature_rests_on_is_checked_before_it(grown, ask, database, changes):
    """One flipped bit that is signed can never be repaired."""
    before = _count(database)
    tamper(database, *changes)
    with pytest.raises(OurFaultError):
        grown.verify()
    with pytest.raises(OurFaultError):
        grown.releases.release(ask("next"))
    assert _count(database) == before


DEEP = {
    "old leaf changed": [("UPDATE log_entry SET leaf = x'00' WHERE idx = 1",)],
    "old leaf gone": [("DELETE FROM log_entry WHERE idx = 1",)],
    "leaves swapped": [
        ("UPDATE log_entry SET idx = -5 WHERE idx = 1",),
        ("UPDATE log_entry SET idx = 1 WHERE idx = 2",),
        ("UPDATE log_entry SET idx = 2 WHERE idx = -5",),
    ],
    "inner hash changed": [("UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND idx = 1",)],
    "inner hash gone": [("DELETE FROM log_node WHERE level = 1 AND idx = 0",)],
    "hash added": [("INSERT INTO log_node VALUES (5, 9, zeroblob(32))",)],
}


@pytest.mark.parametrize("changes", DEEP.values(), ids=DEEP.keys())
def test_a_change_deep_in_the_log_is_found_by_verify(grown, database, changes):
    tamper(database, *changes)
    with pytest.raises(LogError):
        grown.verify()


@pytest.mark.parametrize("table", ["log_entry", "log_node", "log_checkpoint", "release", "mark"])
@pytest.mark.parametrize("verb", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_the_database_itself_refuses_to_change_history(grown, database, table, verb):
    grown.blacklist.add(parse("BP538761234567"), reason="stolen")
    with closing(sqlite3.connect(database)) as file:
        column = file.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]  # noqa: S608
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            file.execute(verb.format(table, column))


def test_a_changed_receipt_is_not_shown_again(grown, ask, database):
    tamper(
        database,
        ("UPDATE release SET receipt = CAST(replace(CAST(receipt AS TEXT), 'V212', 'V213') AS BLOB)",),
    )
    with pytest.raises(OurFaultError):
        grown.releases.release(ask("r0"))


def _count(database):
    with closing(sqlite3.connect(database)) as file:
        return file.execute("SELECT count(*) FROM release").fetchone()[0]
