"""`radiokey base`: the stolen list, the log, receipts; and a base that cannot answer."""

import json
import subprocess
import sys

import pytest

from radiokey.base.location import default_database

BLAUPUNKT = "BP538769684801"
DUSTER = "281155216RT V212"
ERC, TOYOTA = "0123456789012345", "toyota_erc_legacy"
VIN = "VF1AAAAA123456789"
OWN = "--i-own-this-radio"


@pytest.fixture
def base(cli, database):
    assert cli("base", "init", "--database", database).out == "Your own base is ready.\n"
    return lambda *arguments, **more: cli("base", *arguments, "--database", database, **more)


@pytest.fixture
def receipt(release, tmp_path):
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(release(DUSTER).document["receipt"]))
    return file


# --- the stolen list --------------------------------------------------------------------------------------


def test_a_report_stands_until_it_is_cleared(base):
    assert base("blacklist", "list", "--json").document == []
    added = base(
        "blacklist", "add", BLAUPUNKT, "--vin", VIN, "--label", "815 x", "--reason", "taken at night"
    )
    assert (added.code, added.out) == (0, f"{BLAUPUNKT} is on the stolen list.\n")
    (row,) = base("blacklist", "list", "--json").document
    assert list(row) == ["serial", "kind", "vin", "label", "reason", "at_ms"]
    assert (row["kind"], row["vin"]) == ("bp12", VIN)
    assert row["reason"] == "taken at night"
    assert row["at_ms"] > 1_700_000_000_000
    shown = base("blacklist", "list").out
    assert row["serial"] in shown
    assert "taken at night" in shown
    cleared = base("blacklist", "clear", row["serial"], "--reason", "found")
    assert (cleared.code, cleared.out) == (0, f"The report of {row['serial']} is cleared.\n")
    assert base("blacklist", "list", "--json").document == []
    assert base("blacklist", "list").out == ""


def test_reporting_and_clearing_answer_with_the_report(base):
    reported = base("blacklist", "add", BLAUPUNKT, "--reason", "taken", "--json").document
    assert base("blacklist", "list", "--json").document == [reported]
    assert base("blacklist", "clear", BLAUPUNKT, "--reason", "found", "--json").document == [reported]


def test_a_number_that_only_its_model_tells_is_reported_and_cleared_with_the_model_named(base):
    """Sixteen characters of a Toyota: without the model they could be a tracking code."""
    base("blacklist", "add", ERC, "--reason", "x").refused(65, "tracking code of sixteen digits")
    reported = base("blacklist", "add", ERC, "--model", TOYOTA, "--reason", "x", "--json").document
    assert (reported["kind"], reported["serial"]) == ("toyota-erc", ERC)
    cleared = base("blacklist", "clear", ERC, "--model", TOYOTA, "--reason", "found", "--json").document
    assert cleared == [reported]
    base("blacklist", "add", ERC, "--model", "toyota", "--reason", "x").refused(
        64, "no radio here has that id"
    )


def test_a_number_that_many_share_is_not_reported_without_its_car_or_label(base):
    base("blacklist", "add", "V212", "--reason", "x").refused(64, "many radios share this number")
    assert base("blacklist", "add", DUSTER, "--reason", "x").code == 0, "the label around it tells it apart"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", BLAUPUNKT), 64),
        (("add", BLAUPUNKT, "--reason", "  "), 64),
        (("add", BLAUPUNKT, "--reason", "x" * 501), 64),
        (("add", BLAUPUNKT, "--reason", "x", "--vin", "123"), 65),
        (("add", "nothing here", "--reason", "x"), 65),
        (("clear", BLAUPUNKT, "--reason", "x"), 64),
        (("clear", BLAUPUNKT), 64),
    ],
)
def test_a_report_that_is_none_changes_nothing(base, arguments, code):
    base("blacklist", *arguments).refused(code)
    assert base("blacklist", "list", "--json").document == []


# --- the log and its receipts -----------------------------------------------------------------------------


def test_the_log_verifies_and_says_its_size_and_key(base, release):
    assert base("log", "verify", "--json").document["size"] == 0
    release(DUSTER)
    document = base("log", "verify", "--json").document
    assert list(document) == ["origin", "size", "key"]
    assert document["size"] == 1
    assert document["key"].startswith(document["origin"])
    assert base("log", "verify").out.startswith("The log holds 1 entry and all of it verifies. Key: ")


def test_a_receipt_verifies_offline(cli, receipt):
    """The receipt is enough: no base is opened."""
    document = cli("base", "log", "verify", receipt, "--json").document
    assert list(document) == ["serial", "family", "at_ms", "origin", "size", "trusted", "witnesses"]
    assert (document["serial"], document["family"], document["trusted"]) == ("V212", "renault-precode", False)
    assert "--key checks it against one you trust" in cli("base", "log", "verify", receipt).out


def test_a_receipt_checked_against_a_key_one_trusts_says_so(cli, base, receipt):
    key = base("log", "verify", "--json").document["key"]
    assert cli("base", "log", "verify", receipt, "--key", key, "--json").document["trusted"] is True
    ran = cli("base", "log", "verify", receipt, "--key", key)
    assert "The receipt is whole: V212 was released by radiokey.local/" in ran.out
    assert "one you trust" not in ran.out


def test_a_receipt_of_another_log_is_no_receipt_of_this_one(cli, receipt, tmp_path):
    other = cli("base", "init", "--json", "--database", tmp_path / "other.sqlite3").document["key"]
    cli("base", "log", "verify", receipt, "--key", other).refused(65)


@pytest.mark.parametrize("field", ["serial", "nonce", "leaf", "index", "size", "proof", "checkpoint", "key"])
def test_a_receipt_with_one_thing_changed_is_none(cli, receipt, field):
    changed = json.loads(receipt.read_text())
    value = changed[field]
    match value:
        case str():
            changed[field] = value[:-4] + ("AAAA" if not value.endswith("AAAA") else "BBBB")
        case int():
            changed[field] = value + 1
        case _:
            changed[field] = [*value, "AAAA"]
    receipt.write_text(json.dumps(changed))
    cli("base", "log", "verify", receipt).refused(65)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b"{" * 5000, b"x" * 10_000_000])
def test_a_file_that_is_no_receipt_is_said_so(cli, tmp_path, content):
    file = tmp_path / "file"
    file.write_bytes(content)
    cli("base", "log", "verify", file).refused(65)


def test_a_receipt_that_is_not_there_is_said_so(cli, tmp_path):
    cli("base", "log", "verify", tmp_path / "nowhere").refused(65, "cannot be read")
    cli("base", "log", "verify", tmp_path).refused(64, "against its log's key")


def test_a_key_that_is_none_is_said_so(cli, receipt):
    cli("base", "log", "verify", receipt, "--key", "radiokey.local/x+00000000+AAAA").refused(65)


# --- a base that cannot answer ----------------------------------------------------------------------------


def commands():
    return [
        pytest.param(("code", DUSTER, OWN), id="code"),
        pytest.param(("code", DUSTER, OWN, "--json"), id="code --json"),
        pytest.param(("base", "log", "verify"), id="base log verify"),
        pytest.param(("base", "blacklist", "list"), id="base blacklist list"),
        pytest.param(("base", "blacklist", "add", BLAUPUNKT, "--reason", "x"), id="base blacklist add"),
        pytest.param(("base", "blacklist", "clear", BLAUPUNKT, "--reason", "x"), id="base blacklist clear"),
    ]


@pytest.mark.parametrize("command", commands())
@pytest.mark.parametrize("fault", ["noise", "text", "cut", "folder", "key", "key-folder", "under-a-file"])
def test_a_base_that_cannot_answer_says_no_in_a_sentence(cli, release, database, command, fault):
    """When the log, the limiter or the stolen list cannot answer, the answer is no."""
    assert release(BLAUPUNKT, "--model", "nissan_blaupunkt_bp").code == 0
    key = database.with_name("base.sqlite3.key")
    match fault:
        case "noise":
            database.write_bytes(bytes(range(256)) * 32)
        case "text":
            database.write_text("SQLite format 4: not this one")
        case "cut":
            database.write_bytes(database.read_bytes()[: database.stat().st_size // 2 + 100])
        case "folder":
            database.unlink()
            database.mkdir()
        case "key":
            key.write_bytes(b"short")
        case "key-folder":
            key.unlink()
            key.mkdir()
        case "under-a-file":
            database = database / "deeper" / "base.sqlite3"
    ran = cli(*command, "--database", database)
    ran.refused(64 if fault == "under-a-file" and {"verify", "blacklist", "code"} & set(command) else 70)
    assert "4786" not in ran.err


FULL = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
sys.argv[0] = "radiokey"
runpy.run_module("radiokey", run_name="__main__")
"""


def test_a_disk_that_takes_nothing_more_lets_no_code_out(tmp_path, release, database):
    """Written first, then answered: an entry that cannot be written is a code that does not leave."""
    assert release(BLAUPUNKT, "--model", "nissan_blaupunkt_bp").code == 0
    ran = subprocess.run(
        (sys.executable, "-c", FULL, "code", DUSTER, OWN, "--json", "--database", str(database)),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (ran.returncode, json.loads(ran.stdout)["error"]) == (70, "store")
    assert "4786" not in ran.stdout
    assert ran.stderr.startswith("radiokey: error: the database says: ")
    assert "Traceback" not in ran.stderr
    assert "4786" not in ran.stderr
    assert release(DUSTER).document["receipt"]["index"] == 1, "nothing was half written"


# --- a path that is mistyped ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("base", "log", "verify"),
        ("base", "log", "export", "out"),
        ("base", "backup", "copy"),
        ("base", "tokens", "list"),
        ("base", "tokens", "add", "--account", "ann", "--organisation", "x", "--scope", "code:release"),
        ("base", "staff", "list"),
        ("base", "keys", "list"),
        ("base", "keys", "add"),
        ("base", "blacklist", "list"),
        ("base", "blacklist", "add", BLAUPUNKT, "--reason", "x"),
        ("base", "blacklist", "clear", BLAUPUNKT, "--reason", "x"),
        ("code", DUSTER, OWN),
        ("code", DUSTER, OWN, "--json"),
        ("serve", "--port", "0"),
    ],
    ids=" ".join,
)
def test_a_mistyped_path_is_no_new_base(cli, tmp_path, monkeypatch, command):
    """An empty base would verify, take a token, and be served: nobody would see the mistake."""
    monkeypatch.chdir(tmp_path)
    ran = cli(*command, "--database", tmp_path / "typo.sqlite3")
    assert ran.code in {64, 70}
    assert "there is no base" in ran.err
    assert "radiokey base init" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_this_users_own_base_is_made_when_it_is_first_needed(cli, tmp_path, monkeypatch):
    """Nobody named it, so nobody mistyped it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert not default_database().exists()
    assert cli("code", DUSTER, OWN, "--json").document["code"] == "4786"
    assert default_database().exists()


def test_a_base_on_a_server_is_a_hosted_one(cli):
    """Refused before anything is asked of the server."""
    cli("base", "init", "--database", "postgresql://127.0.0.1:1/x").refused(64, "--organisation")
