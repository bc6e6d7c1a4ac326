"""A served base as a stranger meets it: a process of its own, asked over loopback, and nothing of it in reach."""

import html
import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from authenticator import Authenticator
from hosted import BP, BP_MODEL, CANARY, CAR
from sqlite_base import fresh

from radiokey.base.bootstrap import Base, init_base, open_base
from radiokey.base.identity.roles import Permission, Role
from radiokey.base.identity.staff import OPERATOR, Person
from radiokey.base.keys.seal import NONCE_SIZE
from radiokey.base.ports.store import StoredUnit
from radiokey.base.sql.principals import Principal
from radiokey.code.value import Code
from radiokey.serial.number import parse

LOOPBACK = "127.0.0.1"
NAME = "localhost:9009"
"""What the site is called: passkeys are bound to it, and no other name is answered."""
SITE = f"http://{NAME}"
FORM = "application/x-www-form-urlencoded"
OWNED = {"text": BP, "make": "nissan", "model": BP_MODEL, "vin": CAR}
"""All that stands on a parked car and on the radio in it; its code is `CANARY`. Others' of this form follow from the number."""
SINGLE, SINGLE_MODEL, SINGLE_CODE = "U2200-L4711", "honda_audio5", "31452"
"""A radio in the same car, of a form whose codes only a ledger knows."""
ROOM = ("--limit", "requests=1000/day", "--limit", "requests-network=1000/day")
"""All of this machine is one client to a site: the attack opens more requests than anybody may in a day."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    head: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def slug(self) -> str:
        return str(json.loads(self.body)["type"]).rpartition("#")[2]

    def field(self, name: str) -> str:
        """Return the value of a hidden field of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, self.text[:2000]
        return html.unescape(found[1])


@dataclass
class Served:
    """A base behind its port, and the secrets that were given out before it was served."""

    port: int
    place: Path
    tokens: dict[str, str]
    links: dict[str, str]
    said: Path

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        head: dict[str, str] | None = None,
        source: str = LOOPBACK,
    ) -> Answer:
        """Send one request on a connection of its own, from an address of this machine."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, source_address=(source, 0))
        try:
            connection.request(method, path, body, {"Host": NAME} | (head or {}))
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            connection.close()

    def get(self, path: str, head: dict[str, str] | None = None) -> Answer:
        return self.ask("GET", path, head=head)

    def post(
        self, path: str, fields: dict[str, str], head: dict[str, str] | None = None, **more: str
    ) -> Answer:
        said = {"Content-Type": FORM, "Origin": SITE} | (head or {})
        return self.ask("POST", path, urlencode(fields).encode(), said, **more)

    def api(self, path: str, told: object, token: str = "", **head: str) -> Answer:
        """Post JSON, with the token of an account if one is named."""
        said = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in head.items()
        }
        if token:
            said["Authorization"] = f"Bearer {self.tokens.get(token, token)}"
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.ask("POST", path, body, said)

    def raw(self, sent: bytes) -> bytes:
        """Send bytes as they are; return all that comes back until the server ends the connection.

        What is sent ends with a request that asks for that end, so that one comes however it is read.
        """
        with socket.create_connection((LOOPBACK, self.port)) as connection:
            found = b""
            with suppress(
                ConnectionError
            ):  # it ended before it had read all: what it said is still to be read
                connection.sendall(sent)
            with suppress(ConnectionError):
                while piece := connection.recv(65_536):
                    found += piece
            return found

    def entries(self) -> int:
        """Return how many releases the public log has."""
        answer = self.get("/api/log/checkpoint")
        if answer.status == 404:
            return 0
        return int(answer.text.split("\n")[1])

    def lines(self) -> str:
        """Return what the server wrote so far."""
        return self.said.read_text("utf-8")


@dataclass
class Staff:
    """Somebody of the staff in front of a browser of their own."""

    base: Served
    name: str
    cookies: dict[str, str] = field(default_factory=dict)
    key: Authenticator = field(default_factory=lambda: Authenticator(SITE, "localhost"))

    @property
    def head(self) -> dict[str, str]:
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": said} if said else {}

    def get(self, path: str) -> Answer:
        return self.base.get(path, self.head)

    def post(self, path: str, fields: dict[str, str], **head: str) -> Answer:
        answer = self.base.post(path, fields, self.head | head)
        name, equals, value = answer.head.get("set-cookie", "").partition(";")[0].partition("=")
        if equals:
            self.cookies[name] = value
        return answer

    def asked(self, path: str) -> str:
        """Return what a page asks the browser's passkeys for."""
        found = re.search(r'data-passkey="([^"]+)"', self.get(path).text)
        assert found
        return html.unescape(found[1])

    def enrol(self) -> Answer:
        path = f"/enrol/{self.base.links[self.name]}"
        return self.post(path, {"passkey": self.key.make(self.asked(path)), "label": "phone"})

    def sign_in(self, to: str = "") -> Answer:
        return self.post("/sign-in", {"passkey": self.key.answer(self.asked("/sign-in")), "to": to})

    def csrf(self) -> str:
        return self.get("/me").field("csrf")


def add_unit(base: Base, text: str, model: str, code: str) -> None:
    """Put a radio of the attack into the ledger."""
    serial, nonce = parse(text).serial, base.randomness.bytes(NONCE_SIZE)
    assert base.ring is not None
    with base.ring.sealing() as key:
        sealed = key.seal(serial.kind, serial.key, model, Code(code), nonce)
    unit = StoredUnit(serial.kind, serial.key, serial.text, model, "eu", CAR, key.id, sealed)
    with base.stores.of(Principal.REGISTRAR).concurrent_transaction() as transaction:
        transaction.add_units([unit])


def make(place: Path | str) -> tuple[dict[str, str], dict[str, str]]:
    """Make a hosted base with a radio, two organisations with tokens, and people who are invited."""
    init_base(place, "codes.example.org").close()
    tokens, links = {}, {}
    with open_base(place) as base:
        add_unit(base, BP, BP_MODEL, CANARY)
        add_unit(base, SINGLE, SINGLE_MODEL, SINGLE_CODE)
        for account in ("ann", "ben"):
            token, _ = base.tokens.make(
                account, f"{account}'s radios", frozenset({Permission.CODE_RELEASE}), days=1, by=OPERATOR
            )
            tokens[account] = token.reveal()
        office = base.staff.office_of("codes.example.org", by=OPERATOR)
        for name, role in (("cle", Role.CLERK), ("app", Role.APPROVER), ("reg", Role.REGISTRAR)):
            links[name] = base.staff.invite(Person(name, role, office, name), by=OPERATOR).reveal()
    return tokens, links


def command(place: Path | str, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "radiokey", "serve", "--port", "0"),
        *("--site", SITE, "--log", "json", "--database", str(place), *more),
    ]


@contextmanager
def serving(
    argv: Sequence[str], said: Path, **other: object
) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Start a server; yield the process with its port, and kill what is left of it at the end."""
    with said.open("a", encoding="utf-8") as lines:
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=lines, text=True, **other)  # type: ignore[call-overload]
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert ":" in first, said.read_text("utf-8")
            yield process, int(first.strip().rpartition(":")[2])
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


@contextmanager
def attacked(folder: Path) -> Iterator[Served]:
    """Make a base in `folder` and serve it."""
    place = fresh(folder / "base.sqlite3")
    tokens, links = make(place)
    said = folder / "lines.txt"
    with serving(command(place, *ROOM), said) as (_, port):
        yield Served(port, place, tokens, links, said)
