"""`/health` and `/ready` on an address of their own: few words of HTTP, few connections, no place of the site's."""

import asyncio
import contextlib
import json

import pytest

from radiokey.errors import StoreError
from radiokey.web.operations import probes
from radiokey.web.operations.probes import CONNECTIONS, HEAD_BYTES_MAX, Probes

HOST = "127.0.0.1"


async def ready():
    """Say nothing against it."""


async def not_ready():
    raise StoreError("the disk is full", hint="make room")


def ask(*questions: bytes, require_ready=ready) -> list[tuple[int, dict[str, str] | None]]:
    """Return status and document of each answer."""

    async def one(port, question):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(question)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        assert b"\r\nConnection: close" in head
        return int(head.split(b" ")[1]), json.loads(body) if body else None

    async def all_of_them():
        async with Probes(require_ready).on(HOST, 0) as port:
            return [await one(port, question) for question in questions]

    return asyncio.run(all_of_them())


def get(path: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def test_it_lives_and_it_is_ready():
    assert ask(get("/health"), get("/ready"), get("/ready?x=1")) == [(200, {"status": "ok"})] * 3
    assert ask(get("/health", "HEAD")) == [(200, None)]


def test_what_is_not_ready_lives():
    answers = ask(get("/health"), get("/ready"), require_ready=not_ready)
    assert answers == [(200, {"status": "ok"}), (503, {"status": "not ready", "error": "store"})]


def test_nothing_else_is_answered():
    """Neither a page nor a form nor what is counted; and what is no HTTP is no reason to fall over."""
    answers = ask(get("/"), get("/metrics"), get("/health", "POST"), b"\r\n\r\n", b"\xff\xfe \x00\r\n\r\n")
    assert [status for status, _ in answers] == [404, 404, 405, 404, 404]


def test_a_head_that_is_too_long_or_too_slow_or_cut_short_is_not_answered(monkeypatch):
    monkeypatch.setattr(probes, "HEAD_S", 0.0)

    async def tried():
        async with Probes(ready).on(HOST, 0) as port:
            for begun in (b"GET /health HTTP/1.1\r\n" + b"x" * 2 * HEAD_BYTES_MAX, b"GET /he"):
                reader, writer = await asyncio.open_connection(HOST, port)
                writer.write(begun)
                with contextlib.suppress(ConnectionResetError):  # there was more on its way than was read
                    assert await reader.read() == b""
                writer.close()

    asyncio.run(tried())


@pytest.mark.parametrize("waiting", [CONNECTIONS])
def test_whoever_connects_and_says_nothing_holds_one_of_few_places(waiting):
    """One more is closed at once; when one leaves there is room again."""

    async def tried():
        async with Probes(ready).on(HOST, 0) as port:
            silent = [await asyncio.open_connection(HOST, port) for _ in range(waiting)]
            more, writer = await asyncio.open_connection(HOST, port)
            assert await more.read() == b""
            writer.close()
            reader, writer = silent[0]
            writer.write(get("/health"))
            assert (await reader.read()).startswith(b"HTTP/1.1 200 OK")
            writer.close()
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(get("/health"))
            assert (await reader.read()).startswith(b"HTTP/1.1 200 OK")
            for _, one in [*silent, (reader, writer)]:
                one.close()

    asyncio.run(tried())
