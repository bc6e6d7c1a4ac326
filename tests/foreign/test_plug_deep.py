"""A million requests at one served unit: it answers each, and its memory stays as it is.

They are read, counted and said; nobody reads what the unit says of them meanwhile.
"""

import socket
import struct

import psutil
import pytest

REQUESTS, AT_ONCE = 1_000_000, 500
GROWTH_BYTES_MAX = 2 * 1024 * 1024
REQUESTS_IN_TURN = {"22f190": 20, "3e00": 2, "22fd08": 20, "1003": 6, "221234": 3}
"""Request, and the size of its answer: the VIN, presence, all numbers at one moment, a session, a refusal."""
ACKNOWLEDGE_SIZE, HEAD_SIZE = 13, 12


def message(data: bytes) -> bytes:
    return struct.pack(">BBHIHH", 2, 0xFD, 0x8001, 4 + len(data), 0x0E00, 0x00E0) + data


def ask(link: socket.socket, count: int) -> None:
    """Send `count` requests in one go and read all their answers."""
    times = count // len(REQUESTS_IN_TURN)
    link.sendall(b"".join(message(bytes.fromhex(request)) for request in REQUESTS_IN_TURN) * times)
    left = sum(ACKNOWLEDGE_SIZE + HEAD_SIZE + size for size in REQUESTS_IN_TURN.values()) * times
    while left:
        left -= len(link.recv(left))


@pytest.mark.deep
def test_a_million_requests_leave_the_memory_as_it_is(unit):
    with socket.create_connection(("127.0.0.1", unit.port)) as link:
        link.sendall(struct.pack(">BBHIHB4x", 2, 0xFD, 5, 7, 0x0E00, 0))
        assert len(link.recv(17)) == 17
        process = psutil.Process(unit.process.forked)
        for _ in range(20):
            ask(link, AT_ONCE)
        before = process.memory_info().rss
        for _ in range(REQUESTS // AT_ONCE):
            ask(link, AT_ONCE)
        assert process.memory_info().rss - before <= GROWTH_BYTES_MAX
    unit.end()
