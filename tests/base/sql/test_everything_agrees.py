"""`base log verify` looks at everything that must agree: the database's files, the log, its head, and every release."""

import random
import sqlite3
from contextlib import closing

import pytest
from sqlite_base import tamper

from radiokey.base.bootstrap import open_base
from radiokey.base.log.releases import verify_base
from radiokey.base.sql.principals import Principal
from radiokey.errors import LogError, RadiokeyError, StoreError

ENTRIES = 7


@pytest.fixture
def grown(base, ask):
    for number in range(ENTRIES):
        base.releases.release(ask(f"r{number}", f"V{number}12"))
    return base


def test_a_base_that_agrees_verifies(grown):
    assert grown.verify_everything() == grown.verify()
    assert grown.verify().size == ENTRIES


SET = {
    "request": ("request_id = 'R3'", "its request is another"),
    "fingerprint": ("fingerprint = zeroblob(32)", "fingerprint is another"),
    "client": ("client = 'you'", "its client"),
    "time": ("at_ms = at_ms + 1", "its time is another"),
    "receipt of another": (
        "receipt = (SELECT receipt FROM release WHERE idx = 4)",
        "names another checkpoint",
    ),
    "a space in a receipt": (
        "receipt = CAST(CAST(receipt AS TEXT) || ' ' AS BLOB)",
        "its receipt was changed",
    ),
    "kind": ("kind = 'bp-7'", "its number is another"),
    "number": ("number = 'V999'", "its number is another"),
    "no evidence": ("evidence = '', number = 'V999'", "its number is another"),
    "car": ("vin = 'VF1AAAAA123456789'", "car or fingerprint"),
    "account": ("account = 'x'", "what it rests on"),
    "evidence": ("evidence = '{'", "cannot be read"),
    "source": ("evidence = replace(evidence, 'derivation', 'ledger')", "what it rests on"),
}
CHANGES = {
    **{name: (f"UPDATE release SET {what} WHERE idx = 3", said) for name, (what, said) in SET.items()},  # noqa: S608 - ours
    "row gone": ("DELETE FROM release WHERE idx = 3", "release of entry 3 is missing"),
    "last row gone": ("DELETE FROM release WHERE idx = 6", "release of entry 6 is missing"),
    "an older checkpoint": (
        "UPDATE log_checkpoint SET note = replace(note, '3', '4') WHERE size = 3",
        "checkpoint",
    ),
    "an older checkpoint gone": ("DELETE FROM log_checkpoint WHERE size = 3", "names another checkpoint"),
    "an entry gone": ("DELETE FROM log_entry WHERE idx = 3", "entry 3 of the log is missing"),
    "a trigger gone": ("UPDATE bucket SET full_at_ms = 0", "its schema is not"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_is_changed_in_the_history_of_releases_is_found(grown, database, change):
    statement, said = change
    tamper(database, (statement,))
    with pytest.raises(LogError, match=said):
        grown.verify_everything()


EXTRA = """
INSERT INTO release
SELECT 'extra', fingerprint, client, at_ms, 99, receipt, kind, number, vin, account, evidence FROM release WHERE idx = 3
"""


def test_a_release_of_an_entry_that_is_not_there_is_found(grown, database):
    tamper(
        database,
        (EXTRA,),
    )
    with pytest.raises(LogError):
        grown.verify_everything()
    with pytest.raises(LogError, match="8 releases"):
        grown.verify()


def test_a_site_that_lost_a_row_notices_as_well(grown, database):
    tamper(database, ("DELETE FROM release WHERE idx = 3",))
    with pytest.raises(LogError, match="7 entries, and the database 6 releases"):
        grown.verify()


def test_a_repeat_whose_row_was_lost_is_found_in_the_log_and_not_logged_again(grown, ask, database):
    first = grown.releases.release(ask("r3", "V312"))
    tamper(database, ("DELETE FROM release WHERE idx = 3",))
    again = grown.releases.release(ask("r3", "V312"))
    assert again.repeated
    assert again.code == first.code
    assert (again.receipt.leaf, again.receipt.index, again.receipt.nonce) == (
        first.receipt.leaf,
        3,
        first.receipt.nonce,
    )
    assert grown.log.checkpoint().size == ENTRIES
    assert grown.releases.release(ask("r3", "V412")).repeated is False, "another question is another release"


class Forgetful:
    """A head that remembers nothing."""

    def checkpoint(self):
        return None


def test_on_either_database_a_lost_row_is_missed_and_its_repeat_found(desk, both):
    desk.add_units(range(20_000_000, 20_000_004))
    for number in range(4):
        desk.door().release(desk.ask(f"r{number}", 20_000_000 + number))
    store = both.store()
    assert verify_base(store, desk.signer, Forgetful()).size == 4
    if both.kind == "sqlite":
        both.behind("DROP TRIGGER release_keeps")
    both.behind("DELETE FROM release WHERE idx = 1")
    again = desk.door().release(desk.ask("r1", 20_000_001))
    assert (again.repeated, again.receipt.index, again.receipt.size) == (True, 1, 4)
    with pytest.raises(LogError, match="release of entry 1 is missing"):
        verify_base(store, desk.signer, Forgetful())


def test_what_a_release_needs_is_tried_and_nothing_of_it_stays(both):
    store = both.store()
    for _ in range(2):
        store.check_writable()
    with store.snapshot() as seen:
        assert (list(seen.entries()), seen.count_releases()) == ([], 0)
    if both.kind == "sqlite":
        both.behind("CREATE TRIGGER full BEFORE INSERT ON bucket BEGIN SELECT RAISE (ABORT, 'full'); END")
    else:
        both.behind(f"REVOKE INSERT ON release FROM {both.role(Principal.DOOR)}")
    with pytest.raises(StoreError):
        store.check_writable()


@pytest.mark.parametrize("head", [b"", b"\xff\xfe\x00", b"radiokey", "lines\n\n— x AAAA\n".encode()])
def test_a_damaged_head_is_a_clear_finding(grown, database, head):
    database.with_name(f"{database.name}.head").write_bytes(head)
    for verify in (grown.verify, grown.verify_everything):
        with pytest.raises(LogError, match="what the log signed last is damaged"):
            verify()


# --- random flips anywhere in the file --------------------------------------------------------------------------


def content(database):
    """Everything the file says, by table; `None` where SQLite cannot read it."""
    try:
        with closing(sqlite3.connect(database)) as file:
            return list(file.iterdump())
    except (sqlite3.Error, UnicodeError):
        return None


def find(database, clock):
    """Return what `base log verify` finds."""
    try:
        with open_base(database, clock, make=False) as base:
            base.verify_everything()
    except RadiokeyError as error:
        return error.sentence
    return None


def missed(grown, database, clock, flips):
    """Flip a bit, look, and flip it back; return the statements that changed unseen."""
    grown.close()
    whole = bytearray(database.read_bytes())
    before = content(database)
    chance = random.Random(12)  # noqa: S311 - seeded
    unseen = []
    for _ in range(flips):
        bit = chance.randrange(len(whole) * 8)
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        for end in ("-wal", "-shm"):
            database.with_name(f"{database.name}{end}").unlink(missing_ok=True)
        database.write_bytes(flipped)
        found = find(database, clock)
        after = content(database)
        if found is None and after != before:
            unseen.append((bit, after and [line for line in after if line not in before]))
    return unseen


def test_a_flipped_bit_anywhere_in_the_file_that_says_something_else_is_found(grown, database, clock):
    """What is left says nothing of a release: the counts of a limit."""
    unseen = missed(grown, database, clock, 60)
    assert [one for one in unseen if one[1] is None or any("bucket" not in line for line in one[1])] == []


@pytest.mark.deep
def test_many_flipped_bits(grown, database, clock):
    unseen = missed(grown, database, clock, 1_500)
    assert [one for one in unseen if one[1] is None or any("bucket" not in line for line in one[1])] == []
