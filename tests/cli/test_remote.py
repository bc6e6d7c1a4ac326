"""`radiokey code --base`: the same answers as one's own base gives, and nothing believed that was not checked."""

import contextlib
import json
import re
import signal
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import certificates
import pytest
from sqlite_base import fresh

from radiokey.base.bootstrap import init_base, open_base
from radiokey.cli import remote
from radiokey.cli.remote import Remote

HOST = "127.0.0.1"
DUSTER = "281155216RT V212"
OWNER = ("--model", "renault_86a", "--i-own-this-radio")


@pytest.fixture(scope="module")
def hosted(cli, tmp_path_factory):
    """A hosted base that is really served, with a token for it: its address, the token, its log's key, its file."""
    database = tmp_path_factory.mktemp("hosted") / "base.sqlite3"
    with init_base(database, "codes.example.org") as base:
        key = str(base.log.key)
    arguments = ("--account", "ann", "--organisation", "x", "--scope", "code:release", "--days", "400")
    token = cli("base", "tokens", "add", *arguments, "--database", database).out.strip()
    command = [sys.executable, "-m", "radiokey", "serve", "--port", "0", "--database", str(database)]
    process = subprocess.Popen(
        [*command, "--limit", "account=3/day"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        address = re.search(r"http://\S+", process.stdout.readline())[0]
        yield address, token, key, database
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()
    assert err == ""


@pytest.fixture
def token(hosted, monkeypatch):
    monkeypatch.setenv("RADIOKEY_TOKEN", hosted[1])
    return hosted[1]


@pytest.mark.usefixtures("token")
def test_another_base_answers_as_ones_own(hosted, cli, tmp_path):
    address, _, key, _ = hosted
    own = cli("code", DUSTER, *OWNER, "--database", fresh(tmp_path / "own.sqlite3"))
    there = cli("code", DUSTER, *OWNER, "--base", address, "--key", key)
    assert (there.code, there.out) == (0, own.out)
    assert there.err == own.err
    unpinned = cli("code", DUSTER, *OWNER, "--base", f"{address}/")
    assert unpinned.out == own.out
    assert "checked against the key that it brings" in unpinned.err


@pytest.mark.usefixtures("token")
def test_asking_again_is_the_same_request(hosted, cli):
    address, _, _, _ = hosted
    first, again = (cli("code", DUSTER, *OWNER, "--base", address, "--json").document for _ in range(2))
    assert first == again
    assert first["receipt"]["checkpoint"].startswith("codes.example.org\n")


@pytest.mark.usefixtures("token")
def test_the_document_is_that_of_ones_own_base(hosted, cli, tmp_path):
    there = cli("code", DUSTER, *OWNER, "--base", hosted[0], "--json").document
    own = cli("code", DUSTER, *OWNER, "--database", fresh(tmp_path / "own.sqlite3"), "--json").document
    assert there.keys() == own.keys()
    assert {**there, "receipt": 0} == {**own, "receipt": 0}


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((DUSTER,), 64, "owner of the radio"),
        (("12345678", "--make", "honda", *OWNER[2:]), 77, "this base releases no code"),
        (("BP538769684801", *OWNER[2:]), 64, "several radios have such a number"),
        (("V212 or V213", *OWNER[2:]), 65, "serial numbers can be read"),
    ],
)
def test_a_refusal_has_the_exit_code_and_the_words_of_the_door(hosted, cli, arguments, code, says):
    cli("code", *arguments, "--base", hosted[0]).refused(code, says)


def test_a_stolen_radio_a_wrong_token_and_a_limit_have_theirs(hosted, cli, monkeypatch, tmp_path):
    address, token, _, database = hosted
    monkeypatch.setenv("RADIOKEY_TOKEN", token)
    cli("base", "blacklist", "add", "BP538769684801", "--reason", "x", "--database", database)
    stolen = ("BP538769684801", "--model", "nissan_blaupunkt_bp", "--i-own-this-radio", "--base", address)
    cli("code", *stolen).refused(77, "reported stolen")
    for number in (213, 214, 215):
        ran = cli("code", f"281155216RT V{number}", *OWNER, "--base", address)
    ran.refused(75, "3 codes have been released to this account")
    monkeypatch.setenv("RADIOKEY_TOKEN", "rk_no")
    cli("code", DUSTER, *OWNER, "--base", address).refused(77, "a token is needed")
    monkeypatch.delenv("RADIOKEY_TOKEN")
    cli("code", DUSTER, *OWNER, "--base", address).refused(77, "a token is needed")
    file = tmp_path / "token"
    file.write_text(f"{token}\n")
    assert cli("code", DUSTER, *OWNER, "--base", address, "--token-file", file).code == 0


@pytest.mark.usefixtures("token")
def test_a_receipt_of_another_key_than_the_trusted_one_shows_no_code(hosted, cli, tmp_path):
    with open_base(tmp_path / "other.sqlite3") as other:
        key = str(other.log.key)
    cli("code", DUSTER, *OWNER, "--base", hosted[0], "--key", key).refused(65, "another log")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--base", "http://codes.example.org"), "https alone"),
        (("--base", "ftp://localhost"), "has an address"),
        (("--base", "codes.example.org"), "has an address"),
        (("--base", "https://ann:secret@codes.example.org"), "has an address"),
        (("--base", "https://[::1"), "has an address"),
        (("--base", "https://x:y"), "has an address"),
        (("--base", "https://localhost?x=1"), "has an address"),
        (("--base", "https://localhost", "--database", "x"), "one base"),
        (("--base", "https://localhost", "--token-file", "/nowhere/x"), "cannot be read"),
        (("--key", "x"), "another base"),
    ],
)
def test_what_a_token_must_not_be_sent_to_is_refused_before_anything_is_sent(cli, arguments, says):
    cli("code", DUSTER, *OWNER, *arguments).refused(64, says)


@pytest.mark.parametrize("token", ["a b", "é", "a\nb", "\x1b"])
def test_what_is_no_token_is_not_sent(cli, monkeypatch, token):
    monkeypatch.setenv("RADIOKEY_TOKEN", token)
    cli("code", DUSTER, *OWNER, "--base", "http://127.0.0.1:9").refused(64, "no token")


def test_a_token_is_in_no_repr():
    assert "rk_secret" not in repr(Remote("https://x", "rk_secret", None))


def test_a_base_that_does_not_answer_is_asked_again_later(cli):
    cli("code", DUSTER, *OWNER, "--base", "http://127.0.0.1:1").refused(75, "does not answer")


# --- what is no base of ours ------------------------------------------------------------------------------


@contextlib.contextmanager
def answering(status, body, *, head=(), context=None):
    """Serve one canned answer on loopback; yield the address and what was asked."""
    asked = []

    class Canned(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, dict(self.headers)))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in head:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    class Quiet(HTTPServer):
        def handle_error(self, *_):
            """A client that hangs up is no news."""

    with Quiet((HOST, 0), Canned) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        scheme = "http" if context is None else "https"
        yield f"{scheme}://{HOST}:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def answer(hosted, cli):
    """An answer of a real base, for V212."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RADIOKEY_TOKEN", hosted[1])
        return cli("code", DUSTER, *OWNER, "--base", hosted[0], "--json").document | {"source": "derivation"}


def test_the_canned_answer_is_taken_where_it_is_right(cli, answer):
    """So that the refusals below are about what was changed in it."""
    with answering(200, json.dumps(answer).encode()) as (address, _):
        assert cli("code", DUSTER, *OWNER, "--base", address).code == 0


def test_an_answer_that_leads_to_no_address_is_no_answer(cli):
    with answering(302, b"", head=[("Location", "http://[no")]) as (address, _):
        cli("code", DUSTER, *OWNER, "--base", address).refused(70, "no base of Radiokey")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"", 70),
        (200, b"not JSON", 70),
        (200, b"[]", 70),
        (200, b"{}", 70),
        (200, b"[" * 100_000, 70),
        (400, b'{"type":5,"detail":"d","hint":"y"}', 70),
        (200, b'"' + b"x" * 300_000 + b'"', 70),
        (500, b"<html>", 70),
        (503, b'{"type":"x#no-such","detail":"\x1b[31m","hint":"y"}'.replace(b"\x1b", b"\\u001b"), 70),
        (403, b'{"type":"x#no-such","detail":"d","hint":"y"}', 77),
        (404, b'{"type":"x#no-derivation","detail":"d","hint":"y"}', 69),
        (429, b'{"type":"x#no-such","detail":"d","hint":"y"}', 75),
        (418, b'{"type":"x#no-such","detail":"d","hint":"y"}', 64),
        (418, b'{"type":5}', 70),
    ],
)
def test_an_answer_that_is_none_of_a_base_shows_no_code(cli, status, body, code):
    with answering(status, body) as (address, _):
        ran = cli("code", DUSTER, *OWNER, "--base", address)
    assert (ran.code, ran.out) == (code, "")
    assert "hint:" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "no code!"}, 65),
        ({"source": "ledger"}, 65),
        ({"source": "rumour"}, 70),
        ({"family": "ford-m"}, 65),
        ({"family": "none"}, 65),
        ({"receipt": None}, 65),
        ({"code": 4786}, 70),
    ],
)
def test_an_answer_that_does_not_fit_its_receipt_shows_no_code(cli, answer, changed, code):
    with answering(200, json.dumps(answer | changed).encode()) as (address, _):
        ran = cli("code", DUSTER, *OWNER, "--base", address)
    assert (ran.code, ran.out) == (code, ""), ran.err


def test_a_derivation_that_this_version_does_not_know_is_named_as_such(cli, answer, monkeypatch):
    """A base may be newer than the program that asks it; that is nobody's fault, and no code is shown."""
    monkeypatch.setattr(remote, "FAMILIES", {})
    with answering(200, json.dumps(answer).encode()) as (address, _):
        ran = cli("code", DUSTER, *OWNER, "--base", address)
    ran.refused(77, "newer version")


def test_a_receipt_of_another_radio_shows_no_code(cli, answer):
    with answering(200, json.dumps(answer).encode()) as (address, _):
        ran = cli("code", "281155216RT V213", *OWNER, "--base", address)
    ran.refused(65, "about something else")


def test_a_redirection_is_not_followed(cli, monkeypatch):
    """The token is for the address that it was given for."""
    monkeypatch.setenv("RADIOKEY_TOKEN", "rk_secret")
    with (
        answering(200, b"{}") as (elsewhere, asked),
        answering(302, b"", head=[("Location", elsewhere)]) as (
            address,
            _,
        ),
    ):
        assert cli("code", DUSTER, *OWNER, "--base", address).code == 70
    assert asked == []


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory):
    """A TLS server's context with a certificate that nobody vouches for."""
    file = certificates.self_signed(tmp_path_factory.mktemp("tls") / "server.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file


def test_a_certificate_that_does_not_verify_gets_no_token(cli, monkeypatch, self_signed):
    monkeypatch.setenv("RADIOKEY_TOKEN", "rk_secret")
    with answering(200, b"{}", context=self_signed[0]) as (address, asked):
        cli("code", DUSTER, *OWNER, "--base", address).refused(77, "certificate")
    assert asked == []


def test_one_that_verifies_does(cli, monkeypatch, self_signed, answer):
    monkeypatch.setenv("RADIOKEY_TOKEN", "rk_secret")
    monkeypatch.setenv("SSL_CERT_FILE", str(self_signed[1]))
    with answering(200, json.dumps(answer).encode(), context=self_signed[0]) as (address, asked):
        assert cli("code", DUSTER, *OWNER, "--base", address).code == 0
    ((path, head),) = asked
    assert path == "/api/releases"
    assert head["Authorization"] == "Bearer rk_secret"
