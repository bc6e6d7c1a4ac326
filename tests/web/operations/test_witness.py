"""Two witnesses as processes of their own, over HTTP: a receipt that verifies offline only if both signed its log."""

import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served_witness import HOST, starting

from radiokey.base.log.append import append_many
from radiokey.base.log.cosignature import cosignatures
from radiokey.base.log.note import NoteSigner, VerifierKey, open_note, split_note
from radiokey.base.log.witness import hash_origin
from radiokey.base.log.witness_client import ask_witness, request_body
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.cli.witness import posting
from radiokey.errors import LogError, StoreError, UsageError
from radiokey.web.operations.witness import BODY_BYTES_MAX

SIGNER = NoteSigner("log.example/over-http", bytes(range(32)))
REMEMBERED = NoteSigner("log.example/remembered", bytes(range(1, 33)))
UNWRITTEN = NoteSigner("log.example/unwritten", bytes(range(2, 34)))
"""Each test has a log of its own, so that they share two witnesses: to start one takes a second."""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", HOST)


@dataclass(frozen=True)
class Witnesses:
    """Two that are served. The first was started before, signed `REMEMBERED` with its key of `then`, and was stopped."""

    one: tuple[list[VerifierKey], str]
    other: tuple[list[VerifierKey], str]
    then: VerifierKey
    state: Path
    released: Path
    log: str

    def __iter__(self):
        """Yield the Ed25519 key of each, and where it is."""
        return iter([(keys[0], url) for keys, url in (self.one, self.other)])


@pytest.fixture(scope="module")
def two(tmp_path_factory, cli):
    """Two witnesses that know the logs of all tests here; `released` is a base with a receipt beside it."""
    folder = tmp_path_factory.mktemp("witnesses")
    base = ("--database", folder / "base.sqlite3")
    cli("base", "init", *base)
    receipt = cli("code", "281155216RT V212", "--i-own-this-radio", "--json", *base).document["receipt"]
    (folder / "receipt.json").write_text(json.dumps(receipt), encoding="utf-8")
    logs = (SIGNER.verifier, REMEMBERED.verifier, UNWRITTEN.verifier, receipt["key"])
    names, state = ("witness.example/w1", "witness.example/w2"), folder / "w1"
    with starting(names[1], folder / "w2", *logs) as other:
        with starting(names[0], state, *logs) as first, closing(SqliteStore(folder / "log.sqlite3")) as store:
            grow(store, 9, signer=REMEMBERED)
            (then, _), url = first()
            ask_witness(store, REMEMBERED.verifier, then, posting(url))
        with starting(names[0], state, *logs) as one:
            yield Witnesses(one(), other(), then, state, folder, receipt["key"])


def fetch(url):
    connection = http.client.HTTPConnection(HOST, urlsplit(url).port)
    with closing(connection):
        connection.request("GET", urlsplit(url).path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()


def grow(store, count, word="leaf", signer=SIGNER):
    with store.transaction() as transaction:
        last = transaction.last_checkpoint()
        first = last.size if last else 0
        append_many(transaction, [f"{word} {first + n}".encode() for n in range(count)], signer)


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


def test_a_witness_that_was_stopped_and_started_remembers(two, tmp_path):
    (key, _), url = two.one
    assert key == two.then
    with closing(SqliteStore(tmp_path / "older.sqlite3")) as older:
        grow(older, 5, signer=REMEMBERED)
        with pytest.raises(LogError, match="rolled back"):
            ask_witness(older, REMEMBERED.verifier, key, posting(url))


def test_a_witness_that_is_not_there_is_said_to_be_out_of_reach():
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))
        with pytest.raises(StoreError, match="cannot be reached"):
            posting(f"http://{HOST}:{nobody.getsockname()[1]}")(b"")


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
    _, url = two.one
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


def test_a_memory_that_cannot_be_written_signs_nothing(two, tmp_path):
    (key, _), url = two.one
    before = set(two.state.glob("*.checkpoint"))
    with closing(SqliteStore(tmp_path / "log.sqlite3")) as store:
        grow(store, 3, signer=UNWRITTEN)
        ask_witness(store, UNWRITTEN.verifier, key, posting(url))
        (kept,) = set(two.state.glob("*.checkpoint")) - before
        Path(f"{kept}.new").mkdir()
        text = kept.read_text()
        grow(store, 3, signer=UNWRITTEN)
        with store.snapshot() as transaction:
            body = request_body(transaction, UNWRITTEN.verifier, 3)
        status, _, told = posting(url)(body)
        assert (status, told, kept.read_text()) == (503, "", text)


# --- what an owner holds ----------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path):
    return tmp_path / "base.sqlite3"


def test_a_receipt_needs_the_witnesses_that_are_asked_for(cli, two, tmp_path):
    """The whole way on the command line: a release, two witnesses, the receipt again, checked offline.

    One is asked for its signature by Ed25519, the other for the one by ML-DSA-44.
    """
    base, log = ("--database", two.released / "base.sqlite3"), two.log
    file, better = two.released / "receipt.json", tmp_path / "better.json"
    ((one, _), one_url), ((_, other), other_url) = two.one, two.other
    told = cli("base", "log", "cosign", one_url, "--witness", one, "--json", *base).document
    assert told["line"].startswith("\N{EM DASH} witness.example/w1 ")
    half = cli("base", "log", "receipt", file, *base)
    cli("base", "log", "cosign", f"{other_url}/", "--witness", other, *base)
    better.write_text(cli("base", "log", "receipt", file, *base).out, encoding="utf-8")
    both = ("--witness", one, "--witness", other)
    checked = cli("base", "log", "verify", better, "--key", log, *both, "--json").document
    assert checked["witnesses"] == ["witness.example/w1", "witness.example/w2"]
    said = cli("base", "log", "verify", better, "--key", log, *both).out
    assert "witness.example/w1 witnessed the log that holds it." in said
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
