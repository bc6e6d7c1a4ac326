"""Slow clients hold on to a served base, and owners are answered all the same.

The deadlines are an hour here (`patient.py`), so that everybody holds on for as long as a test asks, on however
busy a machine. That they end is tested beside what sets them: `tests/web/http/test_arrival.py`.
"""

import http
import http.client
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlite_base import fresh

from radiokey.base.bootstrap import init_base
from radiokey.base.requests.desk import Application
from radiokey.catalogue.load import load_model
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin
from radiokey.web.app import create_app
from radiokey.web.http.arrival import Arrivals

HOST = "127.0.0.1"
SLOW = "127.0.0.2"
OWNER = "127.0.0.3"
PATIENT = Path(__file__).with_name("patient.py")
PLACES = Arrivals(lambda _: "")
FILES = 4_096
CONNECTIONS = int(re.search(r"CONNECTIONS = ([\d_]+)", PATIENT.read_text("utf-8"))[1])
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Served:
    """A site, its probes, and who asks it."""

    port: int
    probes: int
    papers: str
    """Where an owner sends papers: with the link of an own request, which anybody can have."""

    def ask(self, path: str, body: bytes | None = None, source: str = OWNER, port: int = 0) -> int:
        """Return the status of an answer, or of the page that a form leads to."""
        connection = http.client.HTTPConnection(HOST, port or self.port, source_address=(source, 0))
        try:
            head = FORM | {"Origin": f"http://{HOST}:{self.port}"}
            connection.request(
                "GET" if body is None else "POST", path, body, head if body is not None else {}
            )
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.SEE_OTHER:
            return answer.status
        return self.ask(answer.headers["Location"], source=source, port=port)

    def begin(self, *lines: str, source: str = SLOW) -> socket.socket:
        """Send the beginning of a request, and hold on."""
        connection = socket.create_connection((HOST, self.port), source_address=(source, 0))
        connection.sendall("\r\n".join(lines).encode())
        return connection

    def begin_body(self, path: str, source: str = SLOW) -> socket.socket:
        """Send the head of a form or of files and one byte of its body."""
        head = (f"POST {path} HTTP/1.1", f"Host: {HOST}:{self.port}", "Content-Length: 9000")
        kind = "multipart/form-data; boundary=x" if path == self.papers else FORM["Content-Type"]
        origin = f"Origin: http://{HOST}:{self.port}"
        return self.begin(*head, origin, f"Content-Type: {kind}", "", "x", source=source)

    def owners_are_answered(self) -> None:
        """Pages, forms, and what watches the server: each as if nobody else were there."""
        assert self.ask("/") == 200
        assert self.ask("/sheet?make=opel") == 200
        assert self.ask("/number", b"text=V212") == 200
        assert self.watched() == [200] * 4

    @staticmethod
    def comes(what: Callable[[], bool]) -> bool:
        """Ask until it is so, some thousand times at most."""
        return any(what() for _ in range(4_000))

    def watched(self) -> list[int]:
        ports = (self.port, self.probes)
        return [self.ask(path, port=port) for port in ports for path in ("/health", "/ready")]


def holds(connection: socket.socket) -> bool:
    """Tell whether a slow client is still waited for: no answer, no end."""
    connection.setblocking(False)  # noqa: FBT003 - the socket's own way
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    return False


def make_request(place: Path) -> str:
    """Make a hosted base with one request at its desk, and return where its papers are sent."""
    init_base(place, "codes.example.org").close()
    site = create_app(place).state.site
    try:
        number, model = parse("BP538761234567"), load_model("nissan_blaupunkt_bp")
        application = Application(number, Vin.parse("VF1AAAAA123456789"), model)
        return f"{site.link_to(site.desk.open(application))}/papers"
    finally:
        site.base.close()


@contextmanager
def many_files() -> Iterator[None]:
    """A test has a file for each connection; what the system gives by itself can be fewer."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    place = fresh(tmp_path_factory.mktemp("slow") / "base.sqlite3")
    papers = make_request(place)
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(2)]
        port, probes = (one.getsockname()[1] for one in held)
    command = [sys.executable, str(PATIENT), "serve", "--port", str(port), "--database", str(place)]
    with subprocess.Popen(
        [*command, "--probes", f"{HOST}:{probes}"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline().startswith("Radiokey is on")
            yield Served(port, probes, papers)
        finally:
            process.terminate()


def test_heads_that_never_end(served):
    """257 of them once stopped the whole server: a thread had waited for each."""
    with ExitStack() as stack:
        slow = [stack.enter_context(served.begin("GET / HTTP/1.1", "Host: ")) for _ in range(600)]
        silent = [stack.enter_context(served.begin("")) for _ in range(200)]
        served.owners_are_answered()
        assert all(map(holds, [*slow, *silent]))


def test_bodies_that_never_end_of_one_client(served):
    """It has its own places, and no more; whoever else sends a form or papers has theirs."""
    with ExitStack() as stack:
        forms = [stack.enter_context(served.begin_body("/number")) for _ in range(PLACES.forms.per_client)]
        files = [
            stack.enter_context(served.begin_body(served.papers)) for _ in range(PLACES.files.per_client)
        ]
        served.owners_are_answered()
        # The last of them may still be on their way in.
        assert served.comes(lambda: served.ask("/number", b"text=V212", SLOW) == 429)
        assert served.comes(lambda: served.ask(served.papers, b"x", SLOW) == 429)
        assert served.ask(served.papers, b"x", OWNER) == 400, "it is read, and it is no form with files"
        served.owners_are_answered()
        assert all(map(holds, [*forms, *files]))


def test_every_place_taken_by_many_clients(served):
    """Then a form is asked to come again in a minute; pages, health and readiness need no place."""
    with ExitStack() as stack:
        forms = [
            stack.enter_context(served.begin_body("/number", f"127.0.1.{1 + at // PLACES.forms.per_client}"))
            for at in range(PLACES.forms.in_all)
        ]
        files = [
            stack.enter_context(
                served.begin_body(served.papers, f"127.0.2.{1 + at // PLACES.files.per_client}")
            )
            for at in range(PLACES.files.in_all)
        ]
        for path in ("/number", served.papers):
            assert served.comes(lambda path=path: served.ask(path, b"text=V212") == 429)
        assert served.ask("/") == 200
        assert served.ask("/sheet?make=opel") == 200
        assert served.watched() == [200] * 4
        assert all(map(holds, [*forms, *files]))
    assert served.comes(lambda: served.ask("/number", b"text=V212") == 200), "those who left are noticed"
    served.owners_are_answered()


def test_every_connection_taken(served):
    """Then the site answers nobody until one leaves; what watches it has connections of its own."""
    with served.begin("GET /health HTTP/1.1", f"Host: {HOST}:{served.port}", "", "", source=OWNER) as kept:
        assert kept.recv(15) == b"HTTP/1.1 200 OK"
        with ExitStack() as stack:
            for _ in range(CONNECTIONS):
                stack.enter_context(served.begin(""))
            waits = stack.enter_context(served.begin("GET / HTTP/1.1", f"Host: {HOST}:{served.port}", "", ""))
            for path in ("/health", "/ready"):
                assert served.ask(path, port=served.probes) == 200
            assert holds(waits), "it is in nobody's hands: else this test shows nothing"
    served.owners_are_answered()
