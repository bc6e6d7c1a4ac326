"""What HTTP/1.1 forbids is a 400 before any route, over the wire as a client sends it."""

import asyncio

import pytest

from radiokey.web.http.wellformed import WellFormed


def answer(headers: list[tuple[bytes, bytes]], version: str = "1.1") -> int | None:
    """Return the status it was refused with, `None` where it was passed on."""
    sent = []

    async def application(_scope, _receive, _send):
        """Take what is passed on."""

    async def send(message):
        sent.append(message)

    async def receive():
        raise AssertionError("no body is read here")

    scope = {"type": "http", "http_version": version, "headers": headers}
    asyncio.run(WellFormed(application)(scope, receive, send))
    return sent[0]["status"] if sent else None


HOST = (b"host", b"codes.example.org")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [HOST, HOST],
        [HOST, (b"host", b"other.example.org")],
        [HOST, (b"content-length", b"3"), (b"transfer-encoding", b"chunked")],
        [HOST, (b"content-length", b"3"), (b"content-length", b"4")],
    ],
    ids=["no host", "the same twice", "two hosts", "length and coding", "two lengths"],
)
def test_a_request_names_one_host_and_has_one_end(headers):
    assert answer(headers) == 400


@pytest.mark.parametrize(
    ("headers", "version"),
    [([HOST], "1.1"), ([], "1.0"), ([HOST, (b"transfer-encoding", b"chunked")], "1.1")],
    ids=["one host", "HTTP/1.0 needs none", "chunks"],
)
def test_what_is_well_formed_is_passed_on(headers, version):
    assert answer(headers, version) is None
