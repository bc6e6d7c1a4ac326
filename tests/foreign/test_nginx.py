"""docs/how-to/nginx.conf, run by nginx itself before a real site: who asks, what is passed on, what is kept out."""

import http.client
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from proxies import CONFIG, HOST, NAME, Proxy, free_ports, proxy
from sqlite_base import fresh

from radiokey.web.http.forwarded import read_forwarded, read_x_forwarded_for
from radiokey.web.http.uploads import UPLOAD_BYTES_MAX

HELD = 100
"""How many requests of one address are under way at once, as the file says."""


@dataclass
class Recorder:
    """A server that keeps every request it is sent, whole, and answers each with nothing."""

    port: int = 0
    requests: list[tuple[bytes, bytes]] = field(default_factory=list)

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:  # closed: the test is over
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as incoming:
            while head := self._head(incoming):
                length = re.search(rb"(?im)^content-length: (\d+)", head)
                body = incoming.read(int(length[1])) if length else b""
                self.requests.append((head, body))
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    @staticmethod
    def _head(incoming) -> bytes:
        lines = []
        while (line := incoming.readline()) not in {b"", b"\r\n"}:
            lines.append(line)
        return b"".join(lines)


@pytest.fixture(scope="module")
def recorded() -> Iterator[tuple[Recorder, Proxy]]:
    recorder = Recorder()
    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=recorder.serve, args=(listening,), daemon=True)
        thread.start()
        with proxy(listening.getsockname()[1]) as running:
            yield recorder, running
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Proxy]:
    """The command line of operate.md: a site that believes this proxy."""
    place = fresh(tmp_path_factory.mktemp("site") / "base.sqlite3")
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "radiokey", "serve", "--port", str(port), "--database", str(place)]
    command += ["--proxy", HOST, "--site", f"https://{NAME}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("Radiokey is on")
        try:
            with proxy(port) as running:
                yield running
        finally:
            process.terminate()


def headers(head: bytes) -> list[tuple[bytes, bytes]]:
    """Return the head of a request as the site reads it."""
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:] if line)
    return [(name.lower(), value.strip()) for name, _, value in pairs]


def test_an_owner_gets_the_page_over_tls(site):
    status, page, head = site.ask("/")
    assert status == 200
    assert b"Radiokey" in page
    assert head["strict-transport-security"] == "max-age=63072000", (
        "the site knows that it is reached over TLS"
    )
    assert head["server"] == "nginx", "which one is nobody's business"
    form = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"}
    assert site.ask("/number", body=b"text=V212", **form)[0] == 303
    assert site.ask("/health")[:2] == (200, b'{"status":"ok"}')


def test_what_is_counted_is_not_for_the_world(site):
    assert site.ask("/metrics")[0] == 404
    assert site.ask("/metrics?x=1")[0] == 404


def test_without_tls_one_is_sent_to_it_and_another_name_gets_nothing(site):
    plain = http.client.HTTPConnection(HOST, site.http)
    plain.request("GET", "/sheet?make=opel", headers={"Host": NAME})
    answer = plain.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, f"https://{NAME}/sheet?make=opel")
    answer.read()
    plain.close()
    other = http.client.HTTPConnection(HOST, site.http)
    other.request("GET", "/", headers={"Host": "elsewhere.example"})
    with pytest.raises(ConnectionResetError):
        other.getresponse()
    other.close()
    with pytest.raises(ssl.SSLError):
        site.connect(name="elsewhere.example")


@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.9", "127.3.2.1"])
def test_who_asks_is_the_address_that_connects_whatever_it_says(recorded, source):
    """A client that names others in every header there is is still itself."""
    recorder, running = recorded
    said = {
        "X_Forwarded_For": "192.0.2.7, 127.0.0.1",
        "Forwarded": "for=192.0.2.7;proto=http",
        "X_Forwarded_Proto": "http",
    }
    for spoofed in ({}, said):
        assert running.ask("/", source, **spoofed)[0] == 204
        head = headers(recorder.requests[-1][0])
        assert [str(hop) for hop in read_x_forwarded_for(head)] == [source]
        assert list(read_forwarded(head)) == []
        assert [value for name, value in head if name == b"x-forwarded-proto"] == [b"https"]
        assert [value for name, value in head if name == b"host"] == [NAME.encode()]


def begin(running: Proxy, source: str, body: bytes, length: int) -> ssl.SSLSocket:
    """Send the head of a form and some of its body; return once nginx has read the head."""
    connection = running.connect(source)
    connection.sendall(
        f"POST /form HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n".encode()
    )
    assert connection.recv(99) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(body)
    return connection


def test_the_site_hears_of_a_body_when_it_is_whole(recorded):
    recorder, running = recorded
    before, body = len(recorder.requests), os.urandom(300_000)
    with begin(running, HOST, body[:150_000], len(body)) as slow:
        for _ in range(3):
            assert running.ask("/page", HOST)[0] == 204
        heard = [head.split(b" ")[1] for head, _ in recorder.requests[before:]]
        assert heard == [b"/page"] * 3
        slow.sendall(body[150_000:])
        assert slow.recv(12) == b"HTTP/1.1 204"
    assert recorder.requests[-1][1] == body


def test_one_address_has_so_many_requests_under_way_and_keeps_nobody_else_out(recorded):
    _, running = recorded
    with ExitStack() as held:
        for _ in range(HELD):
            held.enter_context(begin(running, "127.0.0.5", b"x", 2))
        for _ in range(50):  # and some that do not even finish their heads
            held.enter_context(running.connect("127.0.0.5")).sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert running.ask("/", "127.0.0.5")[0] == 429
        assert running.ask("/", "127.0.0.6")[0] == 204


def test_the_largest_that_a_page_takes_goes_through_and_no_more(recorded):
    """Else nginx would say no to a photo that the site takes, or fill its disk with what it does not."""
    _, running = recorded
    assert f"client_max_body_size {UPLOAD_BYTES_MAX};" in CONFIG
    with begin(running, HOST, b"x", UPLOAD_BYTES_MAX):
        pass
    with running.connect() as connection:
        connection.sendall(
            f"POST / HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {UPLOAD_BYTES_MAX + 1}\r\n\r\n".encode()
        )
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_the_deadlines_are_those_of_the_page():
    """The tests above have an hour; what is printed has ten seconds, and less towards the site than the site itself."""
    printed = dict(re.findall(r"^ +(\w+_timeout) (\w+);", CONFIG, re.MULTILINE))
    assert (
        printed["client_header_timeout"] == printed["client_body_timeout"] == printed["send_timeout"] == "10s"
    )
    assert re.search(r"upstream radiokey \{[^}]*keepalive_timeout 5s;", CONFIG)
    assert f"limit_conn clients {HELD};" in CONFIG
    assert "access_log off;" in CONFIG
