"""An open-loop load on one address of this machine: requests leave on schedule, whatever the answers do.

A closed loop (the next request waits for the last answer) hides a slow server; here each request has its
time, and its latency counts from that time, so that a queue shows.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What came back: latencies in milliseconds, sorted, and how many answers were not 200."""

    latencies_ms: list[float]
    failures: int

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds below which `share` of the requests stayed."""
        return self.latencies_ms[min(len(self.latencies_ms) - 1, int(share * len(self.latencies_ms)))]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: a GET, or with a body a POST of that kind; `head` is what else it says of itself."""

    path: str
    body: str = ""
    kind: str = ""
    head: tuple[tuple[str, str], ...] = ()

    def encode(self, host: str) -> bytes:
        """Return the request as it goes over the wire."""
        head = f"{'POST' if self.body else 'GET'} {self.path} HTTP/1.1\r\nHost: {host}\r\n"
        if self.body:
            head += f"Content-Type: {self.kind}\r\nContent-Length: {len(self.body.encode())}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in self.head)
        return f"{head}\r\n{self.body}".encode()


class _Connection:
    """One kept-alive HTTP/1.1 connection."""

    def __init__(self, port: int, tls: ssl.SSLContext | None, name: str) -> None:
        self.port, self.tls, self.name = port, tls, name
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def send(self, ask: Ask) -> int:
        if (
            self.reader is None or self.reader.at_eof()
        ):  # it was kept too long: a browser opens another one too
            name = self.name if self.tls else None
            self.reader, self.writer = await asyncio.open_connection(
                "127.0.0.1", self.port, ssl=self.tls, server_hostname=name
            )
        assert self.reader is not None
        assert self.writer is not None
        self.writer.write(ask.encode(self.name or f"127.0.0.1:{self.port}"))
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        await self.reader.readexactly(length)
        return int(head.split(b" ", 2)[1])


async def open_loop(  # noqa: PLR0913 - what is asked, how often, and over what
    port: int,
    ask: Ask | Callable[[int], Ask],
    *,
    per_second: int,
    seconds: int,
    tls: ssl.SSLContext | None = None,
    name: str = "",
) -> Load:
    """Send `per_second` requests a second for `seconds` seconds and return what came back.

    `ask` is the request, or makes the one of a number; `tls` is how, and `name` to whom it is said to be.
    """
    free: list[_Connection] = []
    latencies: list[float] = []
    failures = 0

    async def one(number: int, due: float) -> None:
        nonlocal failures
        connection = free.pop() if free else _Connection(port, tls, name)
        status = await connection.send(ask if isinstance(ask, Ask) else ask(number))
        free.append(connection)
        latencies.append((time.perf_counter() - due) * 1e3)
        failures += status != 200

    started = time.perf_counter()
    tasks = []
    for number in range(per_second * seconds):
        due = started + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*tasks)
    return Load(sorted(latencies), failures)
