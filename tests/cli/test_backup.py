"""`radiokey base backup` and `restore`, as a shell sees them; what is in a backup has tests of its own."""

import hashlib
import shutil

import pytest

DUSTER = "281155216RT V212"


@pytest.fixture
def base(cli, database):
    return lambda *arguments, at=database: cli("base", *arguments, "--database", at)


@pytest.fixture
def elsewhere(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder / "base.sqlite3"


def test_a_base_is_backed_up_and_restored_elsewhere(base, release, database, elsewhere, tmp_path):
    release(DUSTER)
    file = tmp_path / "a.backup"
    told = base("backup", file, "--json")
    assert list(told.document) == ["file", "bytes", "sha256", "origin", "size"]
    assert told.document["size"] == 1
    assert told.document["origin"].startswith("radiokey.local/")
    whole = file.read_bytes()
    assert told.document["bytes"] == len(whole)
    assert told.document["sha256"] == hashlib.sha256(whole[:-32]).hexdigest() == whole[-32:].hex()
    assert "the keys beside the database are not in it" in told.err
    base("restore", file, at=elsewhere).refused(70, "the key that signs the log is not here")
    for end in ("key", "head"):
        shutil.copy(f"{database}.{end}", f"{elsewhere}.{end}")
    there = base("restore", file, "--json", at=elsewhere).document
    assert list(there) == ["origin", "size", "key", "lost"]
    assert (there["origin"], there["size"], there["lost"]) == (told.document["origin"], 1, 0)
    assert base("log", "verify", "--json", at=elsewhere).document["key"] == there["key"]
    base("restore", file, at=elsewhere).refused(64, "a base is there already")
    base("backup", file).refused(64, "a file of that name is there already")


def test_what_is_lost_has_to_be_said(base, release, database, elsewhere, tmp_path):
    release(DUSTER)
    file = tmp_path / "a.backup"
    assert base("backup", file).code == 0
    release("V213")
    for end in ("key", "head"):
        shutil.copy(f"{database}.{end}", f"{elsewhere}.{end}")
    base("restore", file, at=elsewhere).refused(70, "lacks the last 1 ")
    assert not elsewhere.exists()
    told = base("restore", file, "--accept-lost", "1", at=elsewhere)
    assert told.code == 0
    assert "its log holds 1 entry and all of it verifies" in told.out
    assert "1 entry of the log is lost" in told.err


def test_where_there_is_no_base_nothing_is_made(base, elsewhere, tmp_path):
    base("backup", tmp_path / "a.backup", at=elsewhere).refused(70, "there is no base here")
    (tmp_path / "b.backup").write_text("no backup")
    base("restore", tmp_path / "b.backup", at=elsewhere).refused(65, "this is no backup of a base")
    base("restore", tmp_path / "c.backup", at=elsewhere).refused(65, "the backup cannot be read")
    assert list(elsewhere.parent.iterdir()) == []
