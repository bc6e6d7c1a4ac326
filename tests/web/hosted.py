"""A hosted base behind its API, as programs meet it: from an address, over TLS or not, with a token or not."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from anyio.from_thread import BlockingPortal, BlockingPortalProvider
from httpx import Response
from litestar.testing import TestClient
from sqlite_base import fresh

from radiokey.base.bootstrap import init_base
from radiokey.base.identity.roles import EVERY, Permission
from radiokey.base.keys.seal import NONCE_SIZE
from radiokey.base.ports.store import StoredUnit
from radiokey.base.sql.principals import Principal
from radiokey.code.value import Code
from radiokey.serial.number import parse
from radiokey.web.app import HEADERS, create_app

HOST = "codes.example.org"
ADDRESS = "203.0.113.7"
SECRET = b"x" * 32
CAR, OTHER_CAR = "VSKJVWR51U0123456", "VSKJVWR51U0123457"
BP = "BP538761234567"
BP_MODEL = "nissan_blaupunkt_bp"
CANARY = "QZXJKVWYQZXJKVWY"


def problem(answer, status, slug):
    """Assert what every problem has and return it."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert (told["type"], told["status"]) == (f"/api/problems#{slug}", status)
    assert told["title"]
    assert told["detail"]
    assert told["hint"]
    assert answer.headers["cache-control"] == "no-store"
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    return told


LOOP = BlockingPortalProvider()
"""The loop that all sites of a test process are answered in, for as long as somebody holds it."""


class Client(TestClient):
    """Litestar's client, answered in `LOOP`: by itself it starts a loop and threads for each site, or each request."""

    @contextmanager
    def portal(self) -> Iterator[BlockingPortal]:
        with LOOP as portal:
            yield portal


class From:
    """Says where a request comes from: its address, and whether over TLS."""

    def __init__(self, app) -> None:
        self.app, self.address, self.scheme = app, ADDRESS, "https"

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            scope["client"], scope["scheme"] = (self.address, 5), self.scheme
        await self.app(scope, receive, send)


class Api:
    """The API of one base and the ways to call it."""

    def __init__(self, place: Path | str, clock, *, hosted: bool = True, **other) -> None:
        fresh(place)
        if hosted:
            init_base(place, HOST, clock).close()
        self.lines: list[bytes] = []
        self.app = create_app(place, clock=clock, secret=SECRET, write=self.lines.append, **other)
        self.at = self.app.asgi_handler = From(self.app.asgi_handler)
        self.base = self.app.state.site.base
        self.client = Client(self.app, raise_server_exceptions=False)

    def token(
        self,
        account: str = "ann",
        scopes: Iterable[Permission] = EVERY,
        days: int = 30,
        organisation: str = "Ann's Radios",
    ) -> str:
        """Make a token and return it."""
        made, _ = self.base.tokens.make(account, organisation, frozenset(scopes), days=days, by="local")
        return made.reveal()

    def ask(self, method: str, path: str, token: str | None = None, **other) -> Response:
        """Ask with a token, if one is given."""
        head = {"Authorization": f"Bearer {token}".encode()} if token is not None else {}
        return self.client.request(method, path, headers=head | other.pop("headers", {}), **other)

    def release(self, token: str | None, key: str = "k1", **body) -> Response:
        """Ask for a code: by default an owner's for V212."""
        told = {"serial": "281155216RT V212", "owns": True} | body
        return self.ask("POST", "/api/releases", token, json=told, headers={"Idempotency-Key": key})

    def add_unit(self, text: str = BP, model: str = BP_MODEL, vin: str = CAR, code: str = CANARY) -> None:
        """Put a unit with this code into the ledger."""
        serial, nonce = parse(text).serial, self.base.randomness.bytes(NONCE_SIZE)
        with self.base.ring.sealing() as key:
            sealed = key.seal(serial.kind, serial.key, model, Code(code), nonce)
        unit = StoredUnit(serial.kind, serial.key, serial.text, model, "eu", vin, key.id, sealed)
        with self.base.stores.of(Principal.REGISTRAR).concurrent_transaction() as transaction:
            transaction.add_units([unit])

    def entries(self) -> int:
        """Return how many releases are in the log."""
        return self.base.log.checkpoint().size
