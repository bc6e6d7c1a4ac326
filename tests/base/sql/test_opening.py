import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from radiokey.base.bootstrap import open_base
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.base.sql.statements import named_statements, script_statements
from radiokey.catalogue.load import load_model
from radiokey.errors import RadiokeyError, StoreError
from radiokey.serial.number import parse


def test_the_promises_of_the_file_are_checked_when_it_is_opened(base):
    execute = base.releases._store._connection.execute
    assert execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_file_that_cannot_keep_them_is_refused(monkeypatch):
    """A database in memory has no write-ahead log."""
    monkeypatch.setattr("radiokey.base.sql.sqlite.os.open", lambda *_: os.dup(0))
    with pytest.raises(StoreError, match="journal_mode"):
        SqliteStore(":memory:")


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_only_the_owner_reads_the_base_and_its_key(base, ask, database):
    base.releases.release(ask())
    for path in database.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_the_key_lies_beside_the_database_and_not_in_it(base, ask, database):
    base.releases.release(ask())
    key = database.with_name(f"{database.name}.key").read_bytes()
    assert len(key) == 32
    for path in database.parent.glob(f"{database.name}*"):
        assert path.suffix == ".key" or key not in path.read_bytes()


def test_a_damaged_key_is_a_sentence(database, clock):
    database.with_name(f"{database.name}.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="damaged"):
        open_base(database, clock)


def test_a_base_made_by_a_newer_version_is_left_alone(base, database, clock):
    base.close()
    with closing(sqlite3.connect(database)) as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer"):
        open_base(database, clock)


def test_a_code_is_nowhere_but_in_the_hand_it_was_given_to(base, ask, database):
    """Eight hexadecimal digits do not occur by chance; files, receipt, leaf and every repr are searched."""
    model = load_model("toyota_erc_legacy")
    codes = []
    for number in range(20):
        request = ask(f"r{number}", f"{number:02}23456789ABCDEF", kinds=("toyota-erc",), model=model)
        try:
            released = [base.releases.release(request), base.releases.release(request)]
        except RadiokeyError as error:
            texts = [repr(error), str(error), repr(error.facts)]
        else:
            codes.append(released[0].code.reveal())
            texts = [repr(released), str(released[0].code), released[0].receipt.encode().decode(), repr(base)]
        assert not any(code in text for code in codes for text in texts)
    assert codes
    stored = b"".join(path.read_bytes() for path in database.parent.iterdir()).upper()
    base.close()
    stored += b"".join(path.read_bytes() for path in database.parent.iterdir()).upper()
    for code in codes:
        assert code.encode() not in stored
        assert bytes.fromhex(code) not in stored


def test_statements_are_found_by_name():
    script = "-- name: one(a)^\nSELECT :a;\n\n-- name: two()!\nDELETE FROM t\nWHERE 1;\n"
    assert named_statements(script) == {"one": "SELECT :a;", "two": "DELETE FROM t\nWHERE 1;"}


def test_a_trigger_is_one_statement():
    script = "CREATE TABLE t (a);\nCREATE TRIGGER g BEFORE DELETE ON t\nBEGIN SELECT 1; SELECT 2; END;\n"
    assert len(list(script_statements(script))) == 2


def test_a_file_that_is_no_base_is_left_alone_and_gets_no_key(tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear dealer, " * 100)
    with pytest.raises(StoreError):
        open_base(letter)
    assert list(tmp_path.iterdir()) == [letter]
    assert letter.read_text() == "Dear dealer, " * 100


@pytest.mark.parametrize("name", ["", "."])
def test_a_folder_is_no_base_and_gets_no_key(tmp_path, monkeypatch, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    for folder in (Path(name), inside):
        with pytest.raises(StoreError, match="folder"):
            open_base(folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["inside"]


def test_a_reason_that_no_database_can_hold_is_refused_and_nothing_is_kept(base):
    """A terminal hands over bytes that are no text as half characters."""
    with pytest.raises(StoreError):
        base.blacklist.add(parse("BP538761234567"), reason="\udcff")
    assert base.blacklist.history() == ()
