"""What is seen of each request from outside: its name, its route, how long it took, how it ended.

Never an address, a query, a head or a body: they hold numbers of radios, and a code. The route is that of our
own table, the method one of the known ones, so that nothing a caller sends can stand in a line of the log.
"""

import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from radiokey.web.http.metrics import Metrics

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SEEN: Final = "radiokey"
NO_ROUTE: Final = "-"


@dataclass(slots=True)
class Seen:
    """A request: its random name, and the slug of the problem it ended with, if any."""

    id: str
    slug: str = ""


class Line(msgspec.Struct, frozen=True):
    """A line of the log of requests."""

    at: str
    id: str
    method: str
    route: str
    status: int
    ms: float
    slug: str


class Traces(Protocol):
    """Takes each line as well, where somebody wants traces (`radiokey.web.http.traces`)."""

    def add(self, line: Line, seconds: float) -> None:
        """Make the span of a request that took `seconds` and has just ended."""
        ...

    def close(self) -> None:
        """Send what waits, and end."""
        ...


def seen_of(scope: Scope) -> Seen:
    """Return what was seen of a request so far."""
    seen: Seen = cast("dict[str, Any]", scope).setdefault(SEEN, Seen(""))
    return seen


class Observed:
    """Wraps the whole application: names and counts each request; a line and a span of it where wanted."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        write: Callable[[bytes], None] | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._write = write
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; its answer carries its name."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        seen = Seen(os.urandom(8).hex())
        cast("dict[str, Any]", scope)[SEEN] = seen
        status, started = 0, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"request-id", seen.id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in METHODS else NO_ROUTE
            route = scope.get("path_template") or NO_ROUTE
            self._metrics.answered(method, route, status, seconds)
            if self._write is not None or self._traces is not None:
                line = Line(_now(), seen.id, method, route, status, round(seconds * 1000, 1), seen.slug)
                if self._write is not None:
                    self._write(msgspec.json.encode(line) + b"\n")
                if self._traces is not None:
                    self._traces.add(line, seconds)


class JsonFormatter(logging.Formatter):
    """Writes what the program itself has to say as lines of the same log."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line without its end; what a record says in `facts` stands in fields of its own."""
        line = {"at": _now(), "level": record.levelname, "from": record.name, "says": record.getMessage()}
        line |= getattr(record, "facts", {})
        return msgspec.json.encode(line).decode()


def to_stderr(line: bytes) -> None:
    """Write a whole line to standard error at once."""
    sys.stderr.buffer.write(line)
    sys.stderr.buffer.flush()


def log_json() -> None:
    """Have everything that the program says written as JSON lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _now() -> str:
    """Return the machine's time: it is when the line was written, and nothing else depends on it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
