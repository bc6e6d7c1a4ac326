"""The plug beside other servers: round trips through one foreign client, the same request, in the same run.

Over DoIP doipclient asks for the VIN at `radiokey unit serve`, at doip-server, at the unit that jumpstarter's
tests have, and at a floor that knows that one answer and checks nothing (`plug_floor.py`). Over CAN udsoncan
with can-isotp asks, on python-can's virtual bus, in one process, at our unit, at python-uds-server, at
jumpstarter's other mock, at gallia's server (which has neither DoIP nor python-can of its own, and so gets
can-isotp before it), and at the floor of that bus: a thread that sends the right frames and knows nothing
else. udsoncan brings no server.

All are there at once, each with a client of its own, and asked in turn for a twentieth of a second, since a
shared machine is now fast and now slow, and a part of a second for each is soon the other machine. What
counts is all that one was asked, over all its turns.
"""

import asyncio
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import can
import isotp
from doipclient import DoIPClient
from gallia.services.uds.core import service
from gallia.services.uds.core.constants import UDSIsoServices
from gallia.services.uds.server import UDSServer, UDSServerTransport
from jumpstarter_driver_uds_can.conftest import MockUdsEcu
from uds_server import DidDefinition, UdsServer
from uds_server.transport import IsoTpTransport
from udsoncan import AsciiCodec
from udsoncan.client import Client
from udsoncan.connections import PythonIsoTpConnection

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "diagnostics"))

from plugged import VIN, make_ecu

from radiokey.diagnostics.bus import CanAddress
from radiokey.diagnostics.can import CanServer
from radiokey.diagnostics.monotonic import now_ms
from radiokey.diagnostics.server import Plug

REQUEST, TESTERS = b"\x22\xf1\x90", 32
TURN_S, TURNS = 0.05, 150
MANY_S, MANY_TURNS = 0.5, 9
ANSWER = b"\x62\xf1\x90" + VIN.encode()
GATEWAY = """\
gateway:
  name: bench
  logical_address: 0x00E0
  network: {{host: 127.0.0.1, port: {port}, max_connections: 40}}
  protocol: {{version: 0x02, inverse_version: 0xFD}}
  ecus: [ecu.yaml]
logging: {{level: ERROR}}
"""
ECU = """\
ecu:
  name: bench
  target_address: 0x00E0
  functional_address: 0x1FFF
  tester_addresses: [0x0E00]
  uds_services: {service_files: [services.yaml], common_services: [read_vin]}
"""
SERVICES = f"""\
common_services:
  read_vin:
    request: "0x22F190"
    responses: ["0x{ANSWER.hex().upper()}"]
"""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def process(*command: object, cwd: Path):
    """Run a server until the end of the block, once its port answers."""
    port = next(int(word) for word in command if str(word).isdigit())
    running = subprocess.Popen(
        list(map(str, command)),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        running.terminate()
        running.wait()


def ours(folder: Path):
    port = free_port()
    options = ("--doip", f"127.0.0.1:{port}", "--state", "chip", "--device", "device")
    program = "import sys; sys.argv.pop(1); from radiokey.cli.main import main; main()"
    unit = ("unit", "serve", "--model", "reference", "--code", "4786", "--vin", VIN, *options)
    return process(sys.executable, "-c", program, port, *unit, cwd=folder)


def doip_server(folder: Path):
    port = free_port()
    for name, text in (
        ("gateway.yaml", GATEWAY.format(port=port)),
        ("ecu.yaml", ECU),
        ("services.yaml", SERVICES),
    ):
        (folder / name).write_text(text)
    module = (sys.executable, "-m", "doip_server.main", "--host", "127.0.0.1")
    return process(*module, "--port", port, "--gateway-config", "gateway.yaml", cwd=folder)


def jumpstarter(folder: Path):
    """The server of jumpstarter-driver-uds-doip's tests, on a port of our choice."""
    port = free_port()
    program = (
        "import socket, sys, threading; from jumpstarter_driver_uds_doip import conftest;"
        "bind = socket.socket.bind;"
        "socket.socket.bind = lambda own, at: bind(own, (at[0], int(sys.argv[1])));"
        "conftest.MockDoIPUdsServer(); threading.Event().wait()"
    )
    return process(sys.executable, "-c", program, port, cwd=folder)


def floor(folder: Path):
    return process(
        sys.executable, Path(__file__).with_name("plug_floor.py").resolve(), free_port(), cwd=folder
    )


@dataclass
class Measured:
    """What a server was asked: how long each round trip took, and what the processor worked for all of them.

    The last is that of this process (on the virtual bus, both ends); what else the machine did is not in it.
    """

    took_s: list[float] = field(default_factory=list)
    worked_s: float = 0.0

    def take_turn(self, ask) -> None:
        ask()  # what the last one left in the caches is not this one's
        until, worked = time.perf_counter() + TURN_S, time.process_time()
        while (before := time.perf_counter()) < until:
            ask()
            self.took_s.append(time.perf_counter() - before)
        self.worked_s += time.process_time() - worked

    @property
    def rate(self) -> float:
        return len(self.took_s) / sum(self.took_s)

    @property
    def median_ms(self) -> float:
        return statistics.median(self.took_s) * 1_000

    @property
    def p99_ms(self) -> float:
        return sorted(self.took_s)[len(self.took_s) * 99 // 100] * 1_000

    @property
    def cpu_ms(self) -> float:
        return self.worked_s / len(self.took_s) * 1_000


@contextmanager
def through_doipclient(port: int):
    client = DoIPClient("127.0.0.1", 0x00E0, tcp_port=port, client_logical_address=0x0E00)

    def ask() -> None:
        client.send_diagnostic(REQUEST)
        answer = bytes(client.receive_diagnostic())
        if (answer[:3], len(answer)) != (ANSWER[:3], len(ANSWER)):
            raise SystemExit("another answer than was asked for")

    with closing(client):
        yield ask


# --- many testers -------------------------------------------------------------------------------------------


async def one_tester(port: int, source: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(struct.pack(">BBHIHB4x", 2, 0xFD, 5, 7, source, 0))
    await reader.readexactly(17)
    message = struct.pack(">BBHIHH", 2, 0xFD, 0x8001, 4 + len(REQUEST), source, 0x00E0) + REQUEST
    done = 0
    while time.perf_counter() < until:
        writer.write(message)
        await reader.readexactly(13 + 12 + len(ANSWER))
        done += 1
    writer.close()
    return done


async def many_testers(port: int, count: int) -> float:
    until = time.perf_counter() + MANY_S
    done = await asyncio.gather(*(one_tester(port, 0x0E00 + number, until) for number in range(count)))
    return sum(done) / MANY_S


def report_many(port: int) -> None:
    turns = [[asyncio.run(many_testers(port, count)) for count in (1, TESTERS)] for _ in range(MANY_TURNS)]
    alone, together = (statistics.median(turn) for turn in zip(*turns, strict=True))
    share = statistics.median(many / one for one, many in turns)
    verdict = "reached" if share >= 0.8 else "missed"
    print(
        f"testers at once: 1 {alone:,.0f}/s, {TESTERS} {together:,.0f}/s, turn by turn {share:.2f} of it"
        f" (goal 0.8: {verdict})"
    )


# --- the virtual bus ----------------------------------------------------------------------------------------


def stack_on(name: str, rxid: int, txid: int) -> isotp.CanStack:
    bus = can.Bus(interface="virtual", channel=name)
    return isotp.CanStack(
        bus, address=isotp.Address(isotp.AddressingMode.Normal_11bits, rxid=rxid, txid=txid)
    )


@contextmanager
def our_unit(name: str):
    plug = Plug(make_ecu(), now_ms)
    server = CanServer(plug, CanAddress("virtual", name))
    server.start()
    yield
    server.stop()


@contextmanager
def python_uds_server(name: str):
    stack = stack_on(name, 0x7A0, 0x7A8)
    did = DidDefinition(identifier=0xF190, length=17, read_callback=VIN.encode)
    server = UdsServer(transport=IsoTpTransport(stack), dids=[did])
    server.start()
    yield
    server.stop()
    stack.bus.shutdown()


@contextmanager
def jumpstarter_mock(name: str):
    unit = MockUdsEcu(name, 0x7A0, 0x7A8)
    yield
    unit.stop()


class GalliaUnit(UDSServer):
    """gallia's server, with its checks and its default answers, and one identifier."""

    supported_services = {1: {UDSIsoServices.ReadDataByIdentifier: None}}  # noqa: RUF012 - gallia's form

    async def respond_after_default(self, request):
        return service.ReadDataByIdentifierResponse(request.data_identifier, VIN.encode())


@contextmanager
def gallia_server(name: str):
    stack, ended, loop = stack_on(name, 0x7A0, 0x7A8), threading.Event(), asyncio.new_event_loop()
    transport = UDSServerTransport(GalliaUnit(), None)

    def serve() -> None:
        while not ended.is_set():
            request = stack.recv(block=True, timeout=0.1)
            if request is not None:
                answer, _ = loop.run_until_complete(transport.handle_request(bytes(request)))
                stack.send(answer)

    stack.start()
    thread = threading.Thread(target=serve)
    thread.start()
    yield
    ended.set()
    thread.join()
    stack.stop()
    stack.bus.shutdown()
    loop.close()


class OwnCopy(can.Message):
    """A frame that costs a virtual bus nothing: whoever listens gets this one."""

    __slots__ = ()

    def __deepcopy__(self, _memo: object) -> can.Message:
        return self


@contextmanager
def can_floor(name: str):
    """A unit that knows one answer and has no ISO-TP: what the client alone takes."""
    bus, ended = can.Bus(interface="virtual", channel=name), threading.Event()

    def send(*frames: bytes) -> None:
        for data in frames:
            bus.send(OwnCopy(arbitration_id=0x7A8, data=data, is_extended_id=False))

    def answer() -> None:
        while not ended.is_set():
            frame = bus.recv(0.05)
            if frame is None or frame.arbitration_id != 0x7A0:
                continue
            if frame.data[0] >> 4 == 0:
                send(bytes((0x10, len(ANSWER))) + ANSWER[:6])
            elif frame.data[0] >> 4 == 3:
                send(b"\x21" + ANSWER[6:13], b"\x22" + ANSWER[13:])

    thread = threading.Thread(target=answer)
    thread.start()
    yield
    ended.set()
    thread.join()
    bus.shutdown()


@contextmanager
def through_udsoncan(server):
    name = uuid.uuid4().hex
    with ExitStack() as open_:
        open_.enter_context(server(name))
        stack = stack_on(name, 0x7A8, 0x7A0)
        open_.callback(stack.bus.shutdown)
        config = {"data_identifiers": {0xF190: AsciiCodec(17)}, "request_timeout": 30, "p2_timeout": 20}
        client = open_.enter_context(Client(PythonIsoTpConnection(stack), config=config))

        def ask() -> None:
            if len(client.read_data_by_identifier_first([0xF190])) != len(VIN):
                raise SystemExit("another answer than was asked for")

        yield ask


def in_turn(servers: dict[str, object], through) -> dict[str, Measured]:
    """Ask each server in turn."""
    measured = {name: Measured() for name in servers}
    with ExitStack() as open_:
        asks = {name: open_.enter_context(through(server)) for name, server in servers.items()}
        for ask in asks.values():
            for _ in range(20):
                ask()
        for _ in range(TURNS):
            for name, ask in asks.items():
                measured[name].take_turn(ask)
    return measured


def report(what: str, measured: dict[str, Measured], goal: float) -> None:
    for name, one in measured.items():
        times = f"median {one.median_ms:.3f}, p99 {one.p99_ms:.2f} ms, the processor's {one.cpu_ms:.3f} ms"
        print(f"{what}, {name}: {one.rate:,.0f} round trips/s, {times}")
    us, floored = measured["radiokey"], measured["the floor"]
    others = {name: one for name, one in measured.items() if name not in {"radiokey", "the floor"}}
    fastest = max(others, key=lambda name: others[name].rate)
    rival = others[fastest]
    verdict = "reached" if us.rate >= goal * rival.rate and us.p99_ms <= rival.p99_ms else "missed"
    print(
        f"{what}: {us.rate / rival.rate:.2f} times {fastest}, the floor {floored.rate / rival.rate:.2f} times"
        f" (goal {goal:g}, and its p99: {verdict})"
    )
    quickest = min(others, key=lambda name: others[name].median_ms)
    rival = others[quickest]
    for name, one in (("we", us), ("the floor", floored)):
        quick, cheap = rival.median_ms / one.median_ms, rival.cpu_ms / one.cpu_ms
        print(f"{what}, {name} beside {quickest}: median {quick:.2f}, the processor's time {cheap:.2f} times")


def main() -> None:
    servers = {"radiokey": ours, "doip-server": doip_server, "jumpstarter": jumpstarter, "the floor": floor}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        ports = {}
        for name, server in servers.items():
            own = Path(folder) / name.replace(" ", "-")
            own.mkdir()
            ports[name] = running.enter_context(server(own))
        over_doip = in_turn(ports, through_doipclient)
        report("over DoIP", over_doip, 2)
        report_many(ports["radiokey"])
    servers = {
        "radiokey": our_unit,
        "python-uds-server": python_uds_server,
        "jumpstarter": jumpstarter_mock,
        "gallia behind can-isotp": gallia_server,
        "the floor": can_floor,
    }
    report("over virtual CAN", in_turn(servers, through_udsoncan), 1.5)


if __name__ == "__main__":
    main()
