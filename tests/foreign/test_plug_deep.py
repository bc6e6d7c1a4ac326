"""A million requests at one served unit: it answers each, and its memory stays as it is."""

import socket
import struct

import psutil
import pytest

REQUESTS, AT_ONCE = 1_000_000, 500
GROWTH_BYTES_MAX = 2 * 1024 * 1024
MESSAGE = struct.pack(">BBHIHH", 2, 0xFD, 0x8001, 6, 0x0E00, 0x00E0) + b"\x3e\x00"
ANSWER_SIZE = 13 + 14


def ask(link: socket.socket, count: int) -> None:
    """Send `count` requests in one go and read all their answers."""
    link.sendall(MESSAGE * count)
    left = ANSWER_SIZE * count
    while left:
        left -= len(link.recv(left))


@pytest.mark.deep
def test_a_million_requests_leave_the_memory_as_it_is(unit):
    with socket.create_connection(("127.0.0.1", unit.port)) as link:
        link.sendall(struct.pack(">BBHIHB4x", 2, 0xFD, 5, 7, 0x0E00, 0))
        assert len(link.recv(17)) == 17
        process = psutil.Process(unit.process.pid)
        for _ in range(20):
            ask(link, AT_ONCE)
        before = process.memory_info().rss
        for _ in range(REQUESTS // AT_ONCE):
            ask(link, AT_ONCE)
        assert process.memory_info().rss - before <= GROWTH_BYTES_MAX
    unit.end()
