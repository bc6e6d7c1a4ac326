"""The API and whoever means it ill: bodies that are none, heads that smuggle, half requests, replays."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import threading

import pytest
from hosted import CANARY, problem

from radiokey.base.bootstrap import init_base
from radiokey.web.http.arrival import FORM_BYTES_MAX

HOST = "127.0.0.1"
RIGHT = '{"serial": "281155216RT V212", "owns": true}'


def post(api, content, *, token=None, **head):
    """Send bytes as they are to the route that releases codes."""
    usual = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    return api.ask("POST", "/api/releases", token or api.token(), content=content, headers=usual | head)


def test_the_right_body_is_taken(api):
    """So that the refusals below are about what was changed in it."""
    assert post(api, RIGHT.encode()).status_code == 200


MALFORMED = {
    "empty": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"V212"',
    "a number": b"1",
    "cut off": RIGHT[:-1].encode(),
    "two": (RIGHT + RIGHT).encode(),
    "a key twice": b'{"serial": "V212", "owns": false, "owns": true}',
    "a key twice, escaped": b'{"serial": "V212", "owns": false, "\\u006fwns": true}',
    "an unknown field": b'{"serial": "V212", "owns": true, "account": "bob"}',
    "a wrong type": b'{"serial": "V212", "owns": "true"}',
    "a one for true": b'{"serial": "V212", "owns": 1}',
    "a null": b'{"serial": null, "owns": true}',
    "many numbers": b'{"serial": ["V212", "V213"], "owns": true}',
    "a NUL": b'{"serial": "V212\\u0000", "owns": true}',
    "a raw NUL": b'{"serial": "V212\x00", "owns": true}',
    "a line end": b'{"serial": "V212\\n", "owns": true}',
    "an escape": b'{"serial": "\\u001b[31mV212", "owns": true}',
    "half a pair": b'{"serial": "\\ud800", "owns": true}',
    "not UTF-8": b'{"serial": "V212\xff", "owns": true}',
    "UTF-16": RIGHT.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + RIGHT.encode(),
    "NaN": b'{"serial": "V212", "owns": true, "days": NaN}',
    "too long": b'{"serial": "' + b"V" * 501 + b'", "owns": true}',
    "deep": b'{"serial": ' + b"[" * 30_000 + b"]" * 30_000 + b', "owns": true}',
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a huge number": b'{"serial": "V212", "owns": ' + b"9" * 60_000 + b"}",
    "a form": b"serial=V212&owns=true",
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_body_that_is_none_is_malformed_and_nothing_of_it_comes_back(api, content):
    answer = post(api, content)
    told = problem(answer, 400, "malformed")
    assert "account" not in answer.text
    assert told["detail"].isprintable()
    assert api.entries() == 0


def test_nothing_of_a_body_comes_back_in_a_problem(api):
    """A code that was typed into the wrong field must not be shown again by whatever logs the answers."""
    for content in (
        f'{{"serial": "V212", "owns": true, "{CANARY}": 1}}',
        f'{{"serial": "V212", "owns": "{CANARY}"}}',
        f'{{"serial": "{CANARY}", "owns": true}}',
        f'{{"serial": "V212", "owns": true, "model": "{CANARY}"}}',
        f'{{"serial": "V212", "owns": true, "vin": "{CANARY}"}}',
        f'{{"serial": "V212", "owns": true, "make": "{CANARY}"}}',
        f'{{"serial": "V212", "owns": true, {CANARY}',
    ):
        answer = post(api, content.encode())
        assert answer.status_code >= 400
        assert CANARY not in answer.text


@pytest.mark.parametrize(
    "head",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": ""},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
    ],
)
def test_a_body_that_says_it_is_something_else_is_not_read(api, head):
    problem(post(api, RIGHT.encode(), **head), 415, "media-type")
    assert api.entries() == 0


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/json; charset=UTF-8"])
def test_json_is_json_in_whatever_case(api, kind):
    assert post(api, RIGHT.encode(), **{"Content-Type": kind}).status_code == 200


def test_a_body_that_is_too_large_is_not_read_to_its_end(api):
    problem(post(api, b" " * (FORM_BYTES_MAX + 1)), 413, "too-large")

    def endless():
        for _ in range(FORM_BYTES_MAX):
            yield b" " * 1024

    problem(post(api, endless()), 413, "too-large")


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/api/releases", 405, "wrong-method"),
        ("PUT", "/api/releases", 405, "wrong-method"),
        ("POST", "/api/tokens/x", 405, "wrong-method"),
        ("GET", "/api", 404, "no-such-route"),
        ("GET", "/api/nothing", 404, "no-such-route"),
        ("GET", "/api/releases/%2e%2e/receipt/x", 404, "no-such-route"),
    ],
)
def test_what_http_itself_refuses_is_a_problem_too(api, method, path, status, slug):
    problem(api.ask(method, path), status, slug)


def test_a_page_of_another_site_can_ask_for_nothing(make_api):
    """One's own base answers to whoever reaches it from this machine, and so would a page in its browser."""
    api = make_api(hosted=False)
    api.at.address = HOST
    for head in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        told = {"Idempotency-Key": "k1", "Content-Type": "application/json"} | head
        problem(api.client.post("/api/releases", content=RIGHT, headers=told), 403, "foreign-site")
    assert api.entries() == 0
    # Without asking first, a browser sends another site's page no such head and no such type.
    plain = {"Content-Type": "text/plain", "Idempotency-Key": "k1"}
    problem(api.client.post("/api/releases", content=RIGHT, headers=plain), 415, "media-type")
    allowed = api.client.options("/api/releases", headers={"Origin": "https://evil.example"})
    assert not [name for name in allowed.headers if name.startswith("access-control")]


def test_an_answer_is_never_for_another_asker(api):
    """The same key, the same body, another account: its own request, its own limit, its own receipt."""
    ann, bob = api.token("ann"), api.token("bob")
    first = post(api, RIGHT.encode(), token=ann).json()
    other = post(api, RIGHT.encode(), token=bob).json()
    assert first["receipt"]["index"] != other["receipt"]["index"]
    assert api.ask("GET", "/api/releases/k1/receipt", ann).json() == first["receipt"]


def test_what_was_captured_and_is_sent_again_releases_nothing_new(api, clock):
    token = api.token(days=1)
    post(api, RIGHT.encode(), token=token)
    replayed = post(api, RIGHT.encode(), token=token)
    assert replayed.headers["idempotency-replayed"] == "true"
    clock.ms += 86_400_000
    problem(post(api, RIGHT.encode(), token=token), 401, "token")
    assert api.entries() == 1


# --- over the wire ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wire(cli, tmp_path_factory):
    """A hosted base that is really served with its log of requests: port, token, and how its process ended."""
    database = tmp_path_factory.mktemp("wire") / "base.sqlite3"
    init_base(database, "codes.example.org").close()
    arguments = ("--account", "ann", "--organisation", "x", "--scope", "code:release", "--database", database)
    token = cli("base", "tokens", "add", *arguments).out.strip()
    command = [sys.executable, "-m", "radiokey", "serve", "--port", "0", "--log", "json"]
    process = subprocess.Popen(
        [*command, "--database", str(database)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    lines: list[bytes] = []
    reading = threading.Thread(target=lambda: lines.extend(process.stderr))
    try:
        port = int(re.search(rb":(\d+)\n", process.stdout.readline())[1])
        reading.start()
        yield port, token, lines
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        reading.join()
        process.stdout.close()
        process.stderr.close()
    assert process.returncode == 0
    assert lines
    for line in lines:
        told = json.loads(line)
        assert told["status"] not in {0, 500}, told
        assert set(told) == {"at", "id", "method", "route", "status", "ms", "slug"}, told
        assert CANARY.encode() not in line
        assert token.split("_")[2].encode() not in line


def talk(port: int, sent: bytes, *, hang_up: bool = False, source: str = HOST) -> bytes:
    """Send bytes, perhaps say that no more come, and return what is answered until the server hangs up."""
    with socket.create_connection((HOST, port), source_address=(source, 0)) as connection:
        with contextlib.suppress(OSError):  # it may have hung up already
            connection.sendall(sent)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                answer += part
        return answer


def request(wire, body: bytes = RIGHT.encode(), *, extra: bytes = b"", length: int | None = None) -> bytes:
    port, token, _ = wire
    return (
        b"POST /api/releases HTTP/1.1\r\n"
        + f"Host: {HOST}:{port}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n".encode()
        + b"Content-Type: application/json\r\nIdempotency-Key: k1\r\n"
        + f"Content-Length: {len(body) if length is None else length}\r\n".encode()
        + extra
        + b"\r\n"
        + body
    )


def lives(wire) -> bool:
    """Tell whether it answers the next one as ever."""
    return talk(wire[0], request(wire)).startswith(b"HTTP/1.1 200 ")


def test_a_request_over_the_wire_is_answered(wire):
    assert lives(wire)


@pytest.mark.parametrize("cut", [1, 20, 60, 150, 230, -30, -1])
def test_half_a_request_gets_no_code_and_harms_nobody(wire, cut):
    answer = talk(wire[0], request(wire)[:cut], hang_up=True)
    assert not answer.startswith(b"HTTP/1.1 200")
    assert b"4786" not in answer
    assert lives(wire)


def test_whoever_sends_slowly_holds_up_nobody_else(wire):
    """A request that is not whole takes a connection and a place of its sender's: no thread, turn or lock."""
    with contextlib.ExitStack() as open_ones:
        slow = [open_ones.enter_context(socket.create_connection((HOST, wire[0]))) for _ in range(60)]
        for number, connection in enumerate(slow):
            connection.sendall(request(wire)[: 100 + 2 * number])
        assert lives(wire)
        for number, connection in enumerate(slow):
            connection.sendall(request(wire)[100 + 2 * number :])
        for connection in slow:
            answer = b""
            while part := connection.recv(65_536):
                answer += part
            assert answer.startswith(b"HTTP/1.1 200 ")


def test_hundreds_who_say_nothing_hold_up_nobody(wire):
    """The server took 256 connections and no more, so that as many silent ones stopped it."""
    with contextlib.ExitStack() as open_ones:
        for number in range(400):
            silent = open_ones.enter_context(socket.create_connection((HOST, wire[0])))
            silent.sendall(request(wire)[: number % 100])
        assert lives(wire)


def test_one_client_takes_its_own_places_and_no_more(wire):
    """Of bodies that do not come to their end; somebody else's request is answered."""
    with contextlib.ExitStack() as open_ones:
        for _ in range(100):
            slow = open_ones.enter_context(
                socket.create_connection((HOST, wire[0]), source_address=("127.0.0.9", 0))
            )
            slow.sendall(request(wire, length=500))
        refused = b""
        while not refused:  # the places are taken as the server comes to them
            answer = talk(wire[0], request(wire), source="127.0.0.9")
            refused = answer if answer.startswith(b"HTTP/1.1 429 ") else b""
        assert b"try-later" in refused
        assert lives(wire)


def test_another_protocol_on_the_same_port_is_not_spoken(wire):
    """HTTP/2 without TLS has limits of its own, and no proxy needs it."""
    assert not talk(wire[0], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").startswith(b"\x00")
    assert lives(wire)


def test_a_body_without_end_is_refused(wire):
    answer = talk(wire[0], request(wire, b" " * (FORM_BYTES_MAX + 1), length=1 << 40))
    assert answer.startswith(b"HTTP/1.1 413 ") or answer == b""
    assert lives(wire)


NO_REQUESTS = {
    "nothing": b"",
    "NUL": b"\x00" * 100,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no address": b"GET\r\n\r\n",
    "another version": b"GET /api/problems HTTP/9.9\r\n\r\n",
    "a host that is none": b"GET /api/problems HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
    "another host": b"GET /api/problems HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    "many heads": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
    "a long head": b"GET / HTTP/1.1\r\nX: " + b"y" * 500_000 + b"\r\n\r\n",
    "a long address": b"GET /" + b"a" * 500_000 + b" HTTP/1.1\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "less than nothing": b"POST /api/releases HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /api/releases HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a chunk that is none": b"POST /api/releases HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("sent", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_is_no_reason_to_fall(wire, sent):
    answer = talk(wire[0], sent, hang_up=True)
    assert not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 5"))
    assert lives(wire)


@pytest.mark.parametrize(
    "extra",
    [
        b'User-Agent: a\r\n {"status": 200}\r\n',
        b'User-Agent: {"at":"x","id":"y","status":200}\r\n',
        b"User-Agent: \x1b[31m" + CANARY.encode() + b"\r\n",
        b"X-Request-Id: " + CANARY.encode() + b"\r\n",
        b"X-Forwarded-For: " + CANARY.encode() + b"\r\n",
        b"Referer: /?code=" + CANARY.encode() + b"\r\n",
    ],
)
def test_a_head_that_smuggles_changes_no_answer_and_no_line(wire, extra):
    """What stands in the lines is looked at when the server has ended."""
    answer = talk(wire[0], request(wire, extra=extra))
    head, _, _ = answer.partition(b"\r\n\r\n")
    assert CANARY.encode() not in answer
    assert head.count(b"HTTP/1.1") == 1
    assert lives(wire)


def test_a_second_request_hidden_in_the_first_is_not_answered_as_its_own(wire):
    """Both ways of telling where a body ends: whoever believes the other one would see two requests."""
    inner = b"GET /api/problems HTTP/1.1\r\nHost: x\r\n\r\n"
    sent = request(wire, b"0\r\n\r\n" + inner, extra=b"Transfer-Encoding: chunked\r\n")
    answer = talk(wire[0], sent)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b'"problems":' not in answer
    assert lives(wire)


def test_the_same_request_from_many_at_once_is_answered_once_and_to_all(wire):
    port = wire[0]
    body = json.dumps({"serial": "281155216RT A123", "owns": True}).encode()
    sent = request(wire, body).replace(b"Idempotency-Key: k1", b"Idempotency-Key: many")
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(talk(port, sent))) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.partition(b" ")[2][:3] for answer in answers} == {b"200"}
    assert len({answer.partition(b"\r\n\r\n")[2] for answer in answers}) == 1
    assert sum(b"idempotency-replayed" not in answer for answer in answers) == 1
