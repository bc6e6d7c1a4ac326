"""Customers of a site that may go away: each asks until it is answered, under one key, and keeps the answer."""

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any

AGAIN_S = 0.25
"""How long a customer waits that got no code, before it asks the same again."""
PATIENCE_S = 20.0
"""How long it waits for an answer."""
AT_ONCE = 64


@dataclass(frozen=True)
class Answered:
    """A request that got its code: when it was due and done (monotonic), in how many tries, and its place in the log."""

    key: str
    due: float
    done: float
    statuses: tuple[int, ...]
    index: int


class Customers:
    """Asks for codes on schedule, over TLS, on connections that are kept."""

    def __init__(self, port: int, certificate: str, token: str, name: str) -> None:
        self._port, self._token, self._name = port, token, name
        self._tls = ssl.create_default_context(cafile=certificate)
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._ends, self._gives_up = threading.Event(), threading.Event()
        self.answered: list[Answered] = []
        self.asked = 0

    async def _once(self, key: str, serial: str) -> tuple[int, Any]:
        """Ask once; return status and document, 0 where no answer came."""
        body = json.dumps({"serial": serial, "owns": True})
        head = (
            f"POST /api/releases HTTP/1.1\r\nHost: codes.example.org\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nAuthorization: Bearer {self._token}\r\nIdempotency-Key: {key}\r\n\r\n"
        )
        writer = None
        try:
            reader, writer = await self._connection()
            async with asyncio.timeout(PATIENCE_S):
                writer.write((head + body).encode())
                said = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = next(
                    int(line[15:]) for line in said.split(b"\r\n") if line.startswith(b"content-length:")
                )
                document = await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, StopIteration):
            if writer is not None:
                writer.transport.abort()
            return 0, None
        if b"connection: close" in said:
            writer.transport.abort()
        else:
            self._free.append((reader, writer))
        status = int(said.split(b" ", 2)[1])
        return status, json.loads(document) if b"json" in said else None

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection that was kept, or a new one. To connect is not cut short: HAProxy always answers."""
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.transport.abort()
        return await asyncio.open_connection("127.0.0.1", self._port, ssl=self._tls)

    async def _leave(self) -> None:
        """Close what was kept."""
        for _, writer in self._free:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()
        self._free.clear()

    def ask_once(self) -> tuple[int, Any]:
        """Ask for a code once, and return status and document."""

        async def once() -> tuple[int, Any]:
            try:
                return await self._once(f"{self._name}-once", "281155216RT V212")
            finally:
                await self._leave()

        return asyncio.run(once())

    async def _until_answered(self, number: int, due: float) -> None:
        key, statuses = f"{self._name}-{number}", []
        while not self._gives_up.is_set():
            status, document = await self._once(key, f"281155216RT V{number % 1000:03}")
            statuses.append(status)
            if status == 200:
                index = document["receipt"]["index"]
                self.answered.append(Answered(key, due, time.monotonic(), tuple(statuses), index))
                return
            await asyncio.sleep(AGAIN_S)

    async def _run(self, per_second: float) -> None:
        tasks: set[asyncio.Task[None]] = set()
        begun = time.monotonic()
        for number in count():
            due = begun + number / per_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if self._ends.is_set():
                break
            self.asked += 1
            tasks.add(task := asyncio.create_task(self._until_answered(number, due)))
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        await self._leave()

    @contextmanager
    def asking(self, per_second: float) -> Iterator["Customers"]:
        """Ask meanwhile; at the end wait until everybody has an answer, unless something went wrong."""
        thread = threading.Thread(target=lambda: asyncio.run(self._run(per_second)))
        thread.start()
        try:
            yield self
        except BaseException:
            self._gives_up.set()
            raise
        finally:
            self._ends.set()
            thread.join()

    def longest_gap(self, since: float = 0.0) -> float:
        """Return the most seconds between two answers one after the other, the first of them after `since`."""
        done = sorted(one.done for one in self.answered if one.done >= since)
        return max((later - earlier for earlier, later in pairwise([since or done[0], *done])), default=0.0)
