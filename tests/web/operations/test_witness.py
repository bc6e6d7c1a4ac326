"""Two witnesses as processes of their own, over HTTP: a receipt that verifies offline only if both signed its log."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served_witness import HOST, serving

from radiokey.base.log.append import append_many
from radiokey.base.log.cosignature import cosignatures
from radiokey.base.log.note import NoteSigner, open_note, split_note
from radiokey.base.log.witness import hash_origin
from radiokey.base.log.witness_client import ask_witness, request_body
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.cli.witness import posting
from radiokey.errors import LogError, StoreError, UsageError
from radiokey.web.operations.witness import BODY_BYTES_MAX

SIGNER = NoteSigner("log.example/over-http", bytes(range(32)))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", HOST)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("witnesses")
    with (
        serving("witness.example/w1", folder / "w1", SIGNER.verifier) as ((one, _), one_url),
        serving("witness.example/w2", folder / "w2", SIGNER.verifier) as ((other, _), other_url),
    ):
        yield (one, one_url), (other, other_url)


def fetch(url):
    connection = http.client.HTTPConnection(HOST, urlsplit(url).port)
    with closing(connection):
        connection.request("GET", urlsplit(url).path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()


def grow(store, count, word="leaf"):
    with store.transaction() as transaction:
        last = transaction.last_checkpoint()
        first = last.size if last else 0
        append_many(transaction, [f"{word} {first + n}".encode() for n in range(count)], SIGNER)


def test_both_sign_a_log_that_grows_one_race_is_won_once_and_a_fork_is_refused(two, tmp_path):
    with closing(SqliteStore(tmp_path / "log.sqlite3")) as store:
        for _ in range(3):
            grow(store, 7)
            for key, url in two:
                ask_witness(store, SIGNER.verifier, key, posting(url))
        with store.snapshot() as transaction:
            last = transaction.last_checkpoint()
            note = last.note + "".join(transaction.cosignatures(last.size))
        assert len(cosignatures(note, [key for key, _ in two])) == 2
        for key, url in two:
            status, kind, shown = fetch(f"{url}/{hash_origin(SIGNER.verifier.name)}/checkpoint")
            assert (status, kind) == (200, "text/plain; charset=utf-8")
            assert open_note(shown, SIGNER.verifier) == open_note(note, SIGNER.verifier)
            assert len(split_note(shown)[1]) == 3, "the log's line, and one for each key"
            assert cosignatures(shown, [key])

        bodies = []
        for _ in range(6):
            grow(store, 1)
            with store.snapshot() as transaction:
                bodies.append(request_body(transaction, SIGNER.verifier, 21))
        for _, url in two:
            with ThreadPoolExecutor(len(bodies)) as pool:
                told = list(pool.map(posting(url), bodies))
            (won,) = [place for place, answer in enumerate(told) if answer[0] == 200]
            refused = [answer for place, answer in enumerate(told) if place != won]
            assert set(refused) == {(409, "text/x.tlog.size", f"{22 + won}\n")}

    with closing(SqliteStore(tmp_path / "fork.sqlite3")) as fork:
        grow(fork, 60, "fork")
        for key, url in two:
            with pytest.raises(LogError, match="another history"):
                ask_witness(fork, SIGNER.verifier, key, posting(url))


def test_a_witness_that_was_stopped_and_started_remembers(tmp_path):
    with closing(SqliteStore(tmp_path / "log.sqlite3")) as store:
        grow(store, 9)
        with serving("witness.example/w3", tmp_path / "w3", SIGNER.verifier) as ((key, _), url):
            ask_witness(store, SIGNER.verifier, key, posting(url))
    with (
        serving("witness.example/w3", tmp_path / "w3", SIGNER.verifier) as ((again, _), url),
        closing(SqliteStore(tmp_path / "older.sqlite3")) as older,
    ):
        assert again == key
        grow(older, 5)
        with pytest.raises(LogError, match="rolled back"):
            ask_witness(older, SIGNER.verifier, key, posting(url))
    with pytest.raises(StoreError, match="cannot be reached"):
        posting(url)(b"")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/add-checkpoint", b"", 400),
        ("POST", "/add-checkpoint", b"\xff", 400),
        ("POST", "/add-checkpoint", b"x" * (BODY_BYTES_MAX + 1), 413),
        ("GET", "/add-checkpoint", None, 405),
        ("GET", "/", None, 404),
        ("POST", "/", b"", 404),
        ("GET", f"/{'0' * 64}/checkpoint", None, 404),
        ("GET", f"/{hash_origin(SIGNER.verifier.name).upper()}/checkpoint", None, 404),
        ("POST", f"/{hash_origin(SIGNER.verifier.name)}/checkpoint", b"", 405),
    ],
)
def test_what_is_no_request_is_refused_and_nothing_is_said_of_it(two, method, path, body, status):
    _, url = two[0]
    connection = http.client.HTTPConnection(HOST, int(url.rpartition(":")[2]))
    with closing(connection):
        connection.request(method, path, body)
        answer = connection.getresponse()
        told = answer.read()
    assert answer.status == status
    assert b"Traceback" not in told
    assert b"radiokey" not in told


@pytest.mark.parametrize(
    "url", ["", "witness.example", "ftp" + "://witness.example", "file:" + "///etc/passwd"]
)
def test_a_witness_is_at_a_web_address(url):
    with pytest.raises(UsageError, match="web address"):
        posting(url)


def test_a_memory_that_cannot_be_written_signs_nothing(tmp_path):
    state = tmp_path / "w4"
    with (
        closing(SqliteStore(tmp_path / "log.sqlite3")) as store,
        serving("witness.example/w4", state, SIGNER.verifier) as ((key, _), url),
    ):
        grow(store, 3)
        ask_witness(store, SIGNER.verifier, key, posting(url))
        (kept,) = state.glob("*.checkpoint")
        Path(f"{kept}.new").mkdir()
        before = kept.read_text()
        grow(store, 3)
        with store.snapshot() as transaction:
            body = request_body(transaction, SIGNER.verifier, 3)
        status, _, told = posting(url)(body)
        assert (status, told, kept.read_text()) == (503, "", before)


# --- what an owner holds ----------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path):
    return tmp_path / "base.sqlite3"


def test_a_receipt_needs_the_witnesses_that_are_asked_for(cli, database, tmp_path):
    """The whole way on the command line: a release, two witnesses, the receipt again, checked offline.

    One is asked for its signature by Ed25519, the other for the one by ML-DSA-44.
    """
    base = ("--database", database)
    cli("base", "init", *base)
    released = cli("code", "281155216RT V212", "--i-own-this-radio", "--json", *base).document["receipt"]
    file, better = tmp_path / "receipt.json", tmp_path / "better.json"
    file.write_text(json.dumps(released), encoding="utf-8")
    log = released["key"]
    with (
        serving("witness.example/a", tmp_path / "a", log) as ((one, _), one_url),
        serving("witness.example/b", tmp_path / "b", log) as ((_, other), other_url),
    ):
        told = cli("base", "log", "cosign", one_url, "--witness", one, "--json", *base).document
        assert told["line"].startswith("\N{EM DASH} witness.example/a ")
        half = cli("base", "log", "receipt", file, *base)
        cli("base", "log", "cosign", f"{other_url}/", "--witness", other, *base)
    better.write_text(cli("base", "log", "receipt", file, *base).out, encoding="utf-8")
    both = ("--witness", one, "--witness", other)
    checked = cli("base", "log", "verify", better, "--key", log, *both, "--json").document
    assert checked["witnesses"] == ["witness.example/a", "witness.example/b"]
    said = cli("base", "log", "verify", better, "--key", log, *both).out
    assert "witness.example/a witnessed the log that holds it." in said
    cli("base", "log", "verify", file, *both).refused(65, "0 of these witnesses")
    better.write_text(half.out, encoding="utf-8")
    cli("base", "log", "verify", better, *both).refused(65, "1 of these witnesses")
    assert cli("base", "log", "verify", better, *both, "--quorum", "1").code == 0
    cli("base", "log", "verify", "--quorum", "1", *base).refused(64, "for a receipt")
    cli("base", "log", "verify", better, "--witness", log).refused(65, "of a witness's")


def test_a_receipt_of_another_base_is_not_renewed(cli, database, tmp_path):
    there = ("--database", tmp_path / "o")
    cli("base", "init", *there)
    other = cli("code", "281155216RT V212", "--i-own-this-radio", "--json", *there).document
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(other["receipt"]), encoding="utf-8")
    cli("base", "init", "--database", database)
    cli("base", "log", "receipt", file, "--database", database).refused(65, "another log")


def test_the_folder_of_a_witness_is_said_where_it_cannot_be_made(cli, tmp_path):
    (tmp_path / "file").write_text("")
    command = ("base", "witness", "w.example", "--log", SIGNER.verifier, "--state", tmp_path / "file" / "x")
    cli(*command).refused(70, "folder of the witness")
    cli("base", "witness", "two words", *command[3:]).refused(64, "cannot be a witness's name")
