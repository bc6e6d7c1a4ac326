"""The unit at real sockets on this machine: one segment, "response pending" in time, many at once, a clean end."""

import asyncio
import threading
from contextlib import asynccontextmanager, suppress

from plugged import CODE, WRONG, make_ecu

from radiokey.diagnostics.access import key_of
from radiokey.diagnostics.doip import Payload, encode, encode_diagnostic
from radiokey.diagnostics.memory import Notes
from radiokey.diagnostics.monotonic import now_ms
from radiokey.diagnostics.server import JOBS_MAX, DoipServer, Plug, log_nowhere
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent

UNIT = 0x00E0
ENTITY = bytes(6)
CLIENTS: list = []
"""The testers of the test that runs, to be hung up at its end."""
ACKNOWLEDGE = bytes.fromhex("02fd80020000000500e00e0000")


class SlowNotebook:
    """A notebook whose next write waits until the test lets it go."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.go = threading.Event()
        self.go.set()

    def read(self) -> Notes:
        return self.notes

    def write(self, notes: Notes) -> None:
        self.go.wait()
        self.notes = notes


class Client:
    """A tester with a stream."""

    def __init__(self, reader, writer, source: int) -> None:
        self.reader, self.writer, self.source = reader, writer, source

    async def message(self) -> bytes:
        head = await self.reader.readexactly(8)
        return head + await self.reader.readexactly(int.from_bytes(head[4:]))

    def send(self, data: bytes, target: int = UNIT) -> None:
        self.writer.write(encode_diagnostic(2, self.source, target, data))

    async def ask(self, data: bytes) -> bytes:
        """Return the answer behind its acknowledge."""
        self.send(data)
        assert (await self.message())[2:4] == b"\x80\x02"
        while (answer := (await self.message())[12:])[2:] == b"\x78":
            pass  # a busy machine is slow, and says so
        return answer


@asynccontextmanager
async def serving(ecu=None, log=log_nowhere):
    plug = Plug(ecu or make_ecu(), now_ms, log=log)
    server = DoipServer(plug, ENTITY)
    port = await server.start("127.0.0.1", 0)
    try:
        yield server, port, plug.ecu
    finally:
        if isinstance(plug.ecu._notebook, SlowNotebook):
            plug.ecu._notebook.go.set()  # a test that is red ends too
        await server.stop()
        while CLIENTS:
            writer = CLIENTS.pop().writer
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def connect(port: int, source: int = 0x0E00) -> Client:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(encode(2, Payload.ACTIVATION_REQUEST, source.to_bytes(2) + bytes(5)))
    client = Client(reader, writer, source)
    CLIENTS.append(client)
    answer = await client.message()
    assert answer[12] == 0x10
    return client


def asynchronous(test):
    """Run a test in a loop of its own."""

    def wrapped():
        asyncio.run(test())

    wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
    return wrapped


@asynchronous
async def test_acknowledge_and_answer_come_in_one_piece():
    async with serving() as (_, port, _):
        client = await connect(port)
        client.send(b"\x3e\x00")
        piece = await client.reader.read(4_096)
        assert piece == ACKNOWLEDGE + bytes.fromhex("02fd80010000000600e00e00" + "7e00")


@asynchronous
async def test_two_requests_in_one_piece_and_one_in_three_are_all_answered():
    async with serving() as (_, port, _):
        client = await connect(port)
        two = encode_diagnostic(2, 0x0E00, UNIT, b"\x3e\x00") + encode_diagnostic(
            2, 0x0E00, UNIT, b"\x22\xf1\x86"
        )
        client.writer.write(two + two[:3])
        await client.writer.drain()
        client.writer.write(two[3:9])
        await client.writer.drain()
        client.writer.write(two[9:14])
        answers = [(await client.message())[12:] for _ in range(6)]
        assert answers[1::2] == [b"\x7e\x00", b"\x62\xf1\x86\x01", b"\x7e\x00"]


@asynchronous
async def test_what_takes_long_says_so_and_then_answers_also_where_the_answer_was_suppressed():
    ecu = make_ecu()
    notebook = ecu._notebook = SlowNotebook()
    async with serving(ecu) as (_, port, _):
        client, other = await connect(port), await connect(port, 0x0E01)
        notebook.go.clear()
        client.send(b"\x14\xff\xff\xff")
        assert (await client.message()) == ACKNOWLEDGE
        assert (await client.message())[12:] == b"\x7f\x14\x78"
        other.send(b"\x10\x83")
        await other.message()
        assert (await other.message())[12:] == b"\x7f\x10\x78"
        notebook.go.set()
        assert (await client.message())[12:] == b"\x54"
        assert (await other.message())[12:14] == b"\x50\x03"


@asynchronous
async def test_mere_presence_and_an_answer_are_not_answered_however_long_they_wait():
    ecu = make_ecu()
    notebook = ecu._notebook = SlowNotebook()
    async with serving(ecu) as (_, port, _):
        client = await connect(port)
        notebook.go.clear()
        for data in (b"\x14\xff\xff\xff", b"\x3e\x80", b"\x50\x03", b"\x10\x83"):
            client.send(data)
        heard = [await client.message() for _ in range(6)]
        assert [one[12:] for one in heard if one != ACKNOWLEDGE] == [b"\x7f\x14\x78", b"\x7f\x10\x78"]
        notebook.go.set()
        assert (await client.message())[12:] == b"\x54"
        assert (await client.message())[12:14] == b"\x50\x03"


@asynchronous
async def test_what_a_closed_connection_asked_for_is_not_done():
    ecu = make_ecu()
    notebook = ecu._notebook = SlowNotebook()
    async with serving(ecu) as (server, port, _):
        client, other = await connect(port), await connect(port, 0x0E01)
        await client.ask(b"\x10\x03")
        notebook.go.clear()
        for data in (b"\x14\xff\xff\xff", b"\x10\x03", b"\x85\x02"):
            client.send(data)
        acknowledged = 0
        while acknowledged < 3:
            acknowledged += await client.message() == ACKNOWLEDGE
        server.lost(1)
        notebook.go.set()
        await other.ask(b"\x14\xff\xff\xff")
        assert ecu.quiet == set()


@asynchronous
async def test_the_end_waits_for_no_tester_that_goes_on_asking():
    ecu = make_ecu()
    notebook = ecu._notebook = SlowNotebook()
    async with serving(ecu) as (server, port, _):
        client = await connect(port)
        notebook.go.clear()
        client.send(b"\x14\xff\xff\xff")
        assert (await client.message()) == ACKNOWLEDGE
        stopping = asyncio.ensure_future(server.stop())
        await asyncio.sleep(0)
        request = encode_diagnostic(2, 0x0E00, UNIT, b"\x14\xff\xff\xff")
        server.received(1, request)
        assert len(server._jobs) == 1
        notebook.go.set()
        await stopping


@asynchronous
async def test_a_tester_that_asks_and_asks_waits_and_loses_nothing():
    ecu = make_ecu()
    notebook = ecu._notebook = SlowNotebook()
    async with serving(ecu) as (_, port, _):
        client = await connect(port)
        notebook.go.clear()
        for _ in range(3 * JOBS_MAX):
            client.send(b"\x14\xff\xff\xff")
        assert (await client.message()) == ACKNOWLEDGE
        notebook.go.set()
        done = 0
        while done < 3 * JOBS_MAX:
            done += (await client.message())[12:] == b"\x54"


@asynchronous
async def test_thirty_two_testers_have_thirty_two_sessions():
    async with serving() as (_, port, _):
        clients = await asyncio.gather(*(connect(port, 0x0E00 + number) for number in range(32)))
        await asyncio.gather(
            *(client.ask(bytes((0x10, 1 + number % 3))) for number, client in enumerate(clients))
        )
        sessions = await asyncio.gather(*(client.ask(b"\x22\xf1\x86") for client in clients))
        assert [answer[-1] for answer in sessions] == [1 + number % 3 for number in range(32)]


@asynchronous
async def test_a_lost_link_takes_its_session_and_its_seed_and_no_error_with_it():
    async with serving() as (_, port, ecu):
        for event in (SupplyLost(), TimeWent(60_000), SupplyRestored()):
            ecu.handle(event)
        client = await connect(port)
        await client.ask(b"\x10\x03")
        seed = (await client.ask(b"\x27\x01"))[2:]
        client.writer.close()
        await client.writer.wait_closed()
        client = await connect(port)
        assert await client.ask(b"\x22\xf1\x86") == b"\x62\xf1\x86\x01"
        await client.ask(b"\x10\x03")
        assert await client.ask(b"\x27\x02" + key_of(WRONG, seed)) == b"\x7f\x27\x24"
        seed = (await client.ask(b"\x27\x01"))[2:]
        assert await client.ask(b"\x27\x02" + key_of(CODE, seed)) == b"\x67\x02"
        assert ecu.unit.status.errors == 0


@asynchronous
async def test_a_message_that_is_none_closes_its_connection_and_no_other():
    async with serving() as (_, port, _):
        good, bad = await connect(port), await connect(port, 0x0E01)
        bad.writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await bad.reader.read() == bytes.fromhex("03fc000000000001" + "00")
        assert await good.ask(b"\x3e\x00") == b"\x7e\x00"


@asynchronous
async def test_identification_over_udp_is_answered_to_the_one_who_asked():
    async with serving() as (_, port, _):
        loop, heard = asyncio.get_running_loop(), asyncio.Queue()

        class Asker(asyncio.DatagramProtocol):
            def datagram_received(self, data, _addr):
                heard.put_nowait(data)

        transport, _ = await loop.create_datagram_endpoint(Asker, remote_addr=("127.0.0.1", port))
        transport.sendto(bytes.fromhex("02fd000100000000"))
        answer = await heard.get()
        transport.close()
        assert answer[8:25] == b"SJNFAAN16U0123456"
        assert answer[25:27] == bytes.fromhex("00e0")


@asynchronous
async def test_without_supply_nothing_is_answered():
    async with serving() as (server, port, ecu):
        client = await connect(port)
        ecu.handle(SupplyLost())
        client.send(b"\x3e\x00")
        assert await client.reader.read() == b"", "not even acknowledged"
        asked = bytes.fromhex("02fd000100000000")
        assert server.datagram(asked) is None
        ecu.handle(SupplyRestored())
        assert server.datagram(asked)[8:25] == b"SJNFAAN16U0123456"
        assert await (await connect(port)).ask(b"\x3e\x00") == b"\x7e\x00"


@asynchronous
async def test_the_end_waits_for_what_is_begun():
    ecu = make_ecu()
    notebook = ecu._notebook = SlowNotebook()
    async with serving(ecu) as (server, port, _):
        client = await connect(port)
        notebook.go.clear()
        client.send(b"\x14\xff\xff\xff")
        assert (await client.message()) == ACKNOWLEDGE
        assert (await client.message())[12:] == b"\x7f\x14\x78"
        stopping = asyncio.ensure_future(server.stop())
        notebook.go.set()
        await stopping
        assert (await client.message())[12:] == b"\x54"
        assert await client.reader.read() == b""


@asynchronous
async def test_a_mistake_of_ours_ends_one_request_and_not_the_unit():
    ecu = make_ecu()
    async with serving(ecu) as (_, port, _):
        client = await connect(port)
        seen = asyncio.Queue()
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: seen.put_nowait(context))
        ecu._notebook = None  # our mistake: nothing can be noted
        client.send(b"\x14\xff\xff\xff")
        assert isinstance((await seen.get())["exception"], AttributeError)
        assert await (await connect(port, 0x0E01)).ask(b"\x3e\x00") == b"\x7e\x00"


@asynchronous
async def test_why_a_connection_is_closed_is_said_in_the_log():
    """The gateway knew why, and nobody else: a tester that was sent away looked like one that went."""
    said = []
    async with serving(log=lambda about, what: said.append(f"{about}: {what}")) as (_, port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(encode_diagnostic(2, 0x0E00, UNIT, b"\x3e\x00"))
        await reader.read()
        writer.close()
        await writer.wait_closed()
        assert said == ["doip 1: closed: not activated"]
