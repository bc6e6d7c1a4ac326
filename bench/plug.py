"""The plug beside other servers: round trips through one foreign client, the same request, in the same run.

Over DoIP doipclient asks for the VIN at `radiokey unit serve`, at doip-server, at the unit that jumpstarter's
tests have, and at a floor that knows that one answer and checks nothing (`plug_floor.py`). Over CAN udsoncan
with can-isotp asks, on python-can's virtual bus, in one process, at our unit, at python-uds-server, at
jumpstarter's other mock, at gallia's server (which has neither DoIP nor python-can of its own, and so gets
can-isotp before it), and at the floor of that bus: a thread that sends the right frames and knows nothing
else. udsoncan brings no server. All are asked in turn, in short rounds, since a shared machine is now fast
and now slow; what counts is the median of the rounds.
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
from dataclasses import dataclass, fields
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
SECONDS, ROUNDS = 0.3, 25
MANY_S = 3.0
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


@dataclass(frozen=True)
class Measured:
    """Round trips a second; their median and 99th percentile in milliseconds; the processor's time of one.

    The last is that of this process (on the virtual bus, both ends); what else the machine did is not in it.
    """

    rate: float
    median_ms: float
    p99_ms: float
    cpu_ms: float


def timed(ask, seconds: float = SECONDS) -> Measured:
    for _ in range(20):
        ask()
    took, started, worked = [], time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds:
        before = time.perf_counter()
        ask()
        took.append(time.perf_counter() - before)
    cpu_ms = (time.process_time() - worked) / len(took) * 1_000
    took.sort()
    return Measured(
        len(took) / sum(took), statistics.median(took) * 1_000, took[len(took) * 99 // 100] * 1_000, cpu_ms
    )


def through_doipclient(port: int) -> Measured:
    client = DoIPClient("127.0.0.1", 0x00E0, tcp_port=port, client_logical_address=0x0E00)

    def ask() -> None:
        client.send_diagnostic(REQUEST)
        answer = bytes(client.receive_diagnostic())
        if (answer[:3], len(answer)) != (ANSWER[:3], len(ANSWER)):
            raise SystemExit("another answer than was asked for")

    try:
        return timed(ask)
    finally:
        client.close()


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


@contextmanager
def can_floor(name: str):
    """A unit that knows one answer and has no ISO-TP: what the client alone takes."""
    bus, ended = can.Bus(interface="virtual", channel=name), threading.Event()

    def send(*frames: bytes) -> None:
        for data in frames:
            bus.send(can.Message(arbitration_id=0x7A8, data=data, is_extended_id=False))

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


def through_udsoncan(server) -> Measured:
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

        return timed(ask)


def in_turn(servers: dict[str, object], ask) -> dict[str, Measured]:
    """Return the medians of each server's rounds."""
    rounds = [{name: ask(server) for name, server in servers.items()} for _ in range(ROUNDS)]
    names = [field.name for field in fields(Measured)]
    return {
        server: Measured(*(statistics.median(getattr(one[server], name) for one in rounds) for name in names))
        for server in servers
    }


def report(what: str, measured: dict[str, Measured], goal: float) -> None:
    for name, one in measured.items():
        times = f"median {one.median_ms:.3f}, p99 {one.p99_ms:.2f} ms, the processor's {one.cpu_ms:.3f} ms"
        print(f"{what}, {name}: {one.rate:,.0f} round trips/s, {times}")
    us, floored = measured["radiokey"], measured["the floor"]
    others = {name: one for name, one in measured.items() if name not in {"radiokey", "the floor"}}
    fastest = max(others, key=lambda name: others[name].rate)
    rival = others[fastest]
    verdict = "reached" if us.rate >= goal * rival.rate and us.p99_ms <= rival.p99_ms else "missed"
    print(f"{what}: {us.rate / rival.rate:.2f} times {fastest} (goal {goal:g}, and its p99: {verdict})")
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
        alone = asyncio.run(many_testers(ports["radiokey"], 1))
        together = asyncio.run(many_testers(ports["radiokey"], TESTERS))
    report("over DoIP", over_doip, 2)
    verdict = "reached" if together >= 0.8 * alone else "missed"
    print(f"testers at once: 1 {alone:,.0f}/s, {TESTERS} {together:,.0f}/s (goal 80 %: {verdict})")
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
