"""Bodies on their way in: a place for each, taken before its first byte is read, and a pace it has to keep.

A place is held until the body has arrived whole and no longer, so that nobody keeps others out by sending
slowly: who falls behind the slowest pace that is waited for gives the place back. The server itself sees to
heads (`radiokey.web.serve`).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar.types.asgi_types import HTTPReceiveMessage

from radiokey.errors import TooSlowError, TryLaterError
from radiokey.language.speech import gettext
from radiokey.web.http.addresses import Connection

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

FORM_BYTES_MAX: Final = 64 * 1024
"""A route that takes more takes files: papers, or units to import."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How slowly a body may come: nothing for `grace_s`, then `bytes_per_s`, altogether `longest_s`."""

    grace_s: float
    bytes_per_s: int
    longest_s: float

    def time_for(self, size: int) -> float:
        """Return how many seconds may have been waited until more than `size` bytes are there.

        >>> Pace(grace_s=10, bytes_per_s=1000, longest_s=60).time_for(5000)
        15.0
        """
        return min(self.grace_s + size / self.bytes_per_s, self.longest_s)


class Places:
    """The places of one kind of bodies, for each client and in all."""

    def __init__(self, per_client: int, in_all: int, pace: Pace) -> None:
        self.per_client, self.in_all, self.pace = per_client, in_all, pace
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many are held right now."""
        return self._taken.total()

    @contextmanager
    def take(self, client: str) -> Iterator[None]:
        """Hold a place; raise `TryLaterError` where all are taken."""
        if self._taken[client] >= self.per_client or self.taken >= self.in_all:
            raise TryLaterError(
                gettext("too much arrives here right now"), hint=gettext("send it again in a minute")
            )
        self._taken[client] += 1
        try:
            yield
        finally:
            self._taken[client] -= 1
            self._taken += Counter()  # keeps those alone that hold one


class Arrivals:
    """All places of one site, and `client_of`, which names who sends.

    A form or a question is small, a file is not. A phone at the edge of its network sends
    some ten thousand bytes in a second, and a photo has some million.
    """

    def __init__(self, client_of: Callable[[Connection], str]) -> None:
        self.client_of = client_of
        self.forms = Places(per_client=64, in_all=1024, pace=Pace(10, 1_000, 60))
        self.files = Places(per_client=2, in_all=64, pace=Pace(10, 8_000, 600))


class Paced:
    """Takes a place for each body and holds its sender to the pace; `arrivals` stand in the app's state."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; raise `TryLaterError` without a place, `TooSlowError` where it is read."""
        if scope["type"] != ScopeType.HTTP or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        arrivals: Arrivals = scope["litestar_app"].state.arrivals
        route = cast("HTTPRouteHandler", scope["route_handler"])
        files = (route.resolve_request_max_body_size() or 0) > FORM_BYTES_MAX
        places = arrivals.files if files else arrivals.forms
        connection: Connection = ASGIConnection[Any, Any, Any, Any](scope)
        with ExitStack() as place:
            place.enter_context(places.take(arrivals.client_of(connection)))
            await self._app(scope, _receive_in_time(receive, places.pace, place.close), send)


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _receive_in_time(receive: Receive, pace: Pace, end: Callable[[], None]) -> Receive:
    """Return a `receive` that raises `TooSlowError`, and calls `end` once the body has arrived.

    Only the time that the sender is waited for counts, not what we need for what is there.
    """
    size, waited, arrived = 0, 0.0, False
    now = asyncio.get_running_loop().time

    async def receive_in_time() -> HTTPReceiveMessage:
        nonlocal size, waited, arrived
        if arrived:
            return await receive()  # type: ignore[return-value]  # a request has no messages of a socket
        begun = now()
        try:
            async with asyncio.timeout_at(begun + pace.time_for(size) - waited):
                message = await receive()
        except TimeoutError:
            raise TooSlowError(
                gettext("what was sent came too slowly"),
                hint=gettext("send it again where the network is better"),
            ) from None
        waited += now() - begun
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            arrived = not message.get("more_body", False)
        else:
            arrived = True
        if arrived:
            end()
        return message  # type: ignore[return-value]

    return receive_in_time
