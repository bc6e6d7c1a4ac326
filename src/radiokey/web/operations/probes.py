"""Does it live, may it be asked: on an address of its own, which no client of the site can fill.

A few lines of HTTP/1.1 in the loop that serves the site, so that an answer says that the loop turns. They
take no place, no thread and no connection of the site's. A client of this address is asked nothing; it is
for what watches the server, not for the world.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Final

import msgspec

from radiokey.errors import RadiokeyError

CONNECTIONS: Final = 64
"""How many may be connected at once; one more is closed at once."""
HEAD_BYTES_MAX: Final = 8 * 1024
HEAD_S: Final = 10.0
"""How long a question may take to arrive."""
_READS: Final = ("GET", "HEAD")


class Probes:
    """Answers `/health` and `/ready`; `require_ready` raises why a release could not be made now."""

    def __init__(self, require_ready: Callable[[], Awaitable[None]]) -> None:
        self._require_ready = require_ready
        self._open: set[StreamWriter] = set()

    @asynccontextmanager
    async def on(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen for a while; yield the port."""
        server = await asyncio.start_server(self._serve, host, port, limit=HEAD_BYTES_MAX)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in self._open:
                writer.close()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        if len(self._open) >= CONNECTIONS:
            writer.close()
            return
        self._open.add(writer)
        try:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(HEAD_S):
                    head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._answer(head))
                async with asyncio.timeout(HEAD_S):
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, head: bytes) -> bytes:
        """Return the whole answer to a question."""
        method, _, rest = head.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        document: dict[str, str] = {"status": "ok"}
        status = HTTPStatus.OK
        if path not in {"/health", "/ready"}:
            status, document = HTTPStatus.NOT_FOUND, {"status": "not found"}
        elif method not in _READS:
            status, document = HTTPStatus.METHOD_NOT_ALLOWED, {"status": "read only"}
        elif path == "/ready":
            try:
                await self._require_ready()
            except RadiokeyError as problem:
                status, document = (
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    {"status": "not ready", "error": problem.slug},
                )
        body = msgspec.json.encode(document)
        lines = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            "Connection: close",
        )
        text = "\r\n".join(lines).encode() + b"\r\n\r\n"
        return text if method == "HEAD" else text + body
