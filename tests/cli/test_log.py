"""`radiokey base log`: a copy of the log is written, and checked by whoever remembers what they saw."""

import json
import shutil

import pytest
from sqlite_base import fresh

RADIOS = iter(f"281155216RT V{number}" for number in range(212, 999))  # another one is another request


@pytest.fixture
def database(tmp_path):
    return fresh(tmp_path / "base.sqlite3")


@pytest.fixture
def release(cli, database):
    def one():
        return cli("code", next(RADIOS), "--i-own-this-radio", "--json", "--database", database).document[
            "receipt"
        ]

    return one


@pytest.fixture
def exported(cli, tmp_path, database, release):
    receipt = release()
    out = tmp_path / "out"
    told = cli("base", "log", "export", out, "--json", "--database", database).document
    return out, told["key"], receipt


def test_an_export_verifies_with_the_logs_key(cli, exported):
    out, key, _ = exported
    told = cli("base", "log", "verify", out, "--key", key, "--json").document
    assert (told["size"], told["key"]) == (1, key)
    said = cli("base", "log", "verify", out, "--key", key)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("The export holds 1 entry of radiokey.local/")


def test_an_export_says_how_many_entries_it_holds(cli, tmp_path, database, release):
    release()
    release()
    said = cli("base", "log", "export", tmp_path / "new" / "out", "--database", database)
    assert said.out.startswith("2 entries exported. Key: radiokey.local/")


def test_an_export_without_a_key_is_wrong_use(cli, exported):
    cli("base", "log", "verify", exported[0]).refused(64, "against its log's key")


def test_a_changed_export_is_told_and_nothing_stands_on_stdout(cli, exported):
    out, key, _ = exported
    (out / "tile/0/000.p/1").write_bytes(bytes(32))
    cli("base", "log", "verify", out, "--key", key).refused(65, "tile/0/000.p/1")


@pytest.mark.parametrize("form", ["receipt", "checkpoint"])
def test_what_you_saw_tells_a_log_that_was_rolled_back(cli, tmp_path, release, exported, form):
    out, key, _ = exported
    database = tmp_path / "base.sqlite3"
    shutil.copytree(out, tmp_path / "older")
    receipt = release()
    seen = tmp_path / "seen"
    seen.write_text(json.dumps(receipt) if form == "receipt" else receipt["checkpoint"], encoding="utf-8")
    cli("base", "log", "export", out, "--database", database)
    assert cli("base", "log", "verify", out, "--key", key, "--seen", seen).code == 0
    cli("base", "log", "verify", tmp_path / "older", "--key", key, "--seen", seen).refused(65, "rolled back")


def test_seen_belongs_to_an_export(cli, tmp_path, database):
    cli("base", "log", "verify", "--seen", tmp_path / "x", "--database", database).refused(
        64, "for an export"
    )


@pytest.mark.parametrize("text", [b"", b"\xff", b"{}", b"o\n1\n"])
def test_what_is_no_checkpoint_was_not_seen(cli, tmp_path, exported, text):
    out, key, _ = exported
    (tmp_path / "seen").write_bytes(text)
    cli("base", "log", "verify", out, "--key", key, "--seen", tmp_path / "seen").refused(65)
    cli("base", "log", "verify", out, "--key", key, "--seen", tmp_path / "missing").refused(
        65, "cannot be read"
    )


def test_an_empty_log_is_not_exported(cli, tmp_path, database):
    cli("base", "init", "--database", database)
    cli("base", "log", "export", tmp_path / "out", "--database", database).refused(64, "empty")
