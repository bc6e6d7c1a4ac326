"""ISO-TP stacks that are not ours at a unit on a virtual CAN bus: can-isotp with udsoncan, scapy, raw frames."""

import subprocess
import sys
import uuid
from contextlib import contextmanager

import can
import isotp
import pytest
from plugged import CODE, SIGNER, VIN, WRONG, RamFirmware, make_ecu
from udsoncan import DidCodec, MemoryLocation
from udsoncan.client import Client
from udsoncan.connections import PythonIsoTpConnection
from udsoncan.exceptions import NegativeResponseException

from radiokey.diagnostics.access import access_message
from radiokey.diagnostics.bus import CanAddress
from radiokey.diagnostics.can import CanServer
from radiokey.diagnostics.monotonic import now_ms
from radiokey.diagnostics.server import JOBS_MAX, Plug
from radiokey.diagnostics.traffic import Traffic, Wire
from radiokey.diagnostics.uds import Answer
from radiokey.errors import InputError, UsageError
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent


class Rest(DidCodec):
    def encode(self, value):
        return value

    def decode(self, data):
        return bytes(data)

    def __len__(self):
        raise DidCodec.ReadAllRemainingData


def key_for(code):
    text = code.reveal().encode().ljust(16, b"\0")
    return lambda level, seed, params: bytes(one ^ other for one, other in zip(text, seed, strict=True))  # noqa: ARG005


@pytest.fixture
def bus():
    """The name of a bus that this test has for itself, and the unit on it."""
    name = uuid.uuid4().hex
    ecu = make_ecu(firmware=RamFirmware())
    for event in (SupplyLost(), TimeWent(60_000), SupplyRestored()):
        ecu.handle(event)
    plug = Plug(ecu, now_ms)
    server = CanServer(plug, CanAddress.parse(f"can://virtual/{name}"))
    server.start()
    yield name, ecu
    server.stop()


@contextmanager
def udsoncan_over_can_isotp(name, code=CODE):
    own = can.Bus(interface="virtual", channel=name)
    address = isotp.Address(isotp.AddressingMode.Normal_11bits, txid=0x7A0, rxid=0x7A8)
    stack = isotp.CanStack(own, address=address, params={"max_frame_size": 10_000})
    config = {
        "data_identifiers": {"default": Rest},
        "security_algo": key_for(code),
        "request_timeout": 30,
        "p2_timeout": 20,
        "use_server_timing": False,
    }
    try:
        with Client(PythonIsoTpConnection(stack), config=config) as client:
            yield client
    finally:
        own.shutdown()


def test_udsoncan_reads_unlocks_and_is_refused(bus):
    name, ecu = bus
    with udsoncan_over_can_isotp(name) as client:
        assert client.read_data_by_identifier_first([0xF190]) == VIN.encode()
        assert client.read_data_by_identifier_first([0xFD02]) == b"asks"
        with pytest.raises(NegativeResponseException) as refused:
            client.request_seed(1)
        assert refused.value.response.code == 0x7F
        client.change_session(3)
        assert client.unlock_security_access(1).positive
        assert client.read_data_by_identifier_first([0xFD02]) == b"plays"
    assert ecu.unit.status.errors == 0


def test_a_wrong_code_over_can_is_the_same_error(bus):
    name, ecu = bus
    with udsoncan_over_can_isotp(name, WRONG) as client:
        client.change_session(3)
        with pytest.raises(NegativeResponseException) as refused:
            client.unlock_security_access(1)
        assert refused.value.response.code == 0x36
    assert ecu.unit.status.errors == 1


def test_who_looks_on_sees_each_frame_with_its_identifier_and_no_key():
    """A message is a frame or several; what carries seed and key is seen, but not what it carries."""
    name, traffic = uuid.uuid4().hex, Traffic(lambda: 0)
    ecu = make_ecu()
    for event in (SupplyLost(), TimeWent(60_000), SupplyRestored()):
        ecu.handle(event)
    plug = Plug(ecu, now_ms, traffic.message)
    plug.frames = traffic
    server = CanServer(plug, CanAddress.parse(f"can://virtual/{name}"))
    server.start()
    try:
        with udsoncan_over_can_isotp(name) as client:
            client.read_data_by_identifier_first([0xF190])
            first = [one for one in traffic.since(0)[0] if one.wire is Wire.CAN]
            client.change_session(3)
            client.unlock_security_access(1)
    finally:
        server.stop()
    assert [(one.who, one.to_unit, one.described.name) for one in first] == [
        ("7A0", True, "SingleFrame"),
        ("7A8", False, "FirstFrame"),
        ("7A0", True, "FlowControl"),
        ("7A8", False, "ConsecutiveFrame"),
        ("7A8", False, "ConsecutiveFrame"),
    ]
    opened = traffic.since(first[-1].number)[0]
    assert [one.described.means for one in opened if one.wire is Wire.NONE][
        -1
    ] == "02 sendKey, the lock: open"
    assert not any(
        one.data[1:] for one in opened if one.wire is Wire.CAN and one.described.name == "ConsecutiveFrame"
    )


def test_a_unit_that_never_began_to_answer_ends_too():
    server = CanServer(Plug(make_ecu(), int), CanAddress("virtual", uuid.uuid4().hex))
    server.stop()


def test_scapys_stack_reads_and_gets_a_long_answer():
    """In a process of its own: scapy decides on its stack when it is imported."""
    ran = subprocess.run((sys.executable, "-c", SCAPY), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == [f"62f190{VIN.encode().hex()}", str(1 + 99 * 19), "7f2213"]


SCAPY = """
import sys
from scapy.config import conf
conf.contribs["CANSocket"] = {"use-python-can": True}
conf.contribs["ISOTP"] = {"use-can-isotp-kernel-module": False}
from scapy.contrib.cansocket_python_can import PythonCANSocket
from scapy.contrib.isotp import ISOTP, ISOTPSoftSocket
from scapy.contrib.automotive.uds import UDS
sys.path.insert(0, "tests/diagnostics")
from plugged import make_ecu
from radiokey.diagnostics.bus import CanAddress
from radiokey.diagnostics.can import CanServer
from radiokey.diagnostics.monotonic import now_ms
from radiokey.diagnostics.server import Plug

plug = Plug(make_ecu(), now_ms)
server = CanServer(plug, CanAddress("virtual", "scapy"))
server.start()
bus = PythonCANSocket(bustype="virtual", channel="scapy")
tester = ISOTPSoftSocket(bus, tx_id=0x7A0, rx_id=0x7A8, basecls=UDS)
print(bytes(tester.sr1(UDS(bytes.fromhex("22F190")), timeout=20, verbose=False)).hex())
print(len(tester.sr1(UDS(bytes.fromhex("22" + "F190" * 99)), timeout=20, verbose=False)))
print(bytes(tester.sr1(UDS(bytes.fromhex("22")), timeout=20, verbose=False)).hex())
tester.close()
bus.close()
server.stop()
"""


# --- what takes long -------------------------------------------------------------------------------------------


class Slow:
    """Work that is not done for so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def done(self) -> bool:
        return not self.looks

    def result(self, _timeout: float = 0.0) -> Answer:
        if self.looks:
            self.looks -= 1
            raise TimeoutError
        return Answer(b"\x54")


@pytest.mark.parametrize(
    ("request_", "hears"),
    [("14ffffff", ["037f1478"] * 3), ("3e80", []), ("3e00", ["037f3e78"] * 3), ("5001", [])],
)
def test_who_waits_for_an_answer_hears_that_it_takes_longer_and_nobody_else(request_, hears):
    name = uuid.uuid4().hex
    with raw(name) as (_, hear):
        server = CanServer(Plug(make_ecu(), int), CanAddress("virtual", name))
        answer, said = server._wait_for(Slow(3), bytes.fromhex(request_))
        assert (answer.data, said) == (b"\x54", bool(hears))
        server._say(answer.data)
        server._send_due()
        assert [hear() for _ in (*hears, "the answer")] == [f"7A8 {frame}" for frame in (*hears, "0154")]
        server.stop()


def test_who_never_pauses_does_not_stop_the_time():
    """The unit's clock is read between the requests of a tester that asks on and on."""
    name, now_ms = uuid.uuid4().hex, iter(range(10**6))
    ecu = make_ecu()
    for event in (SupplyLost(), TimeWent(60_000), SupplyRestored()):
        ecu.handle(event)
    ecu.try_code(WRONG, compared=True)
    left_ms = ecu.unit.status.wait_left_ms
    server = CanServer(Plug(ecu, lambda: next(now_ms)), CanAddress("virtual", name))
    server.start()
    with raw(name) as (send, hear):
        while ecu.unit.status.wait_left_ms == left_ms:
            send(0x7A0, "023e00")
            assert hear() == "7A8 027e00"
    server.stop()


def test_a_tester_that_takes_no_answer_is_asked_no_more(bus):
    """One long answer that is on its way and eight behind it; what was asked beyond that is not answered."""
    name, _ = bus
    with raw(name) as (send, hear):
        for _ in range(3 * JOBS_MAX):
            send(0x7A0, "0322f190")
        whole = 0
        while whole <= JOBS_MAX:
            frame = hear()
            if frame.startswith("7A8 1014"):
                send(0x7A0, "300000")
            whole += frame.startswith("7A8 22")
        send(0x7A0, "023e00")
        assert hear() == "7A8 027e00"


# --- frames -------------------------------------------------------------------------------------------------


@contextmanager
def raw(name):
    own = can.Bus(interface="virtual", channel=name)
    try:

        def send(identifier, data, **more):
            own.send(
                can.Message(arbitration_id=identifier, data=bytes.fromhex(data), is_extended_id=False, **more)
            )

        def hear():
            frame = own.recv(20)
            assert frame is not None
            return f"{frame.arbitration_id:03X} {frame.data.hex()}"

        yield send, hear
    finally:
        own.shutdown()


def test_a_request_to_all_is_answered_from_the_units_own_number(bus):
    with raw(bus[0]) as (send, hear):
        send(0x7DF, "023e00")
        assert hear() == "7A8 027e00"
        send(0x7DF, "029900")  # not said to all
        send(0x7DF, "1014220102030405")  # nobody answers a long one with flow control
        send(0x7DF, "0522f190")  # shorter than it says
        send(0x7A0, "023e00")
        assert hear() == "7A8 027e00"


@pytest.mark.parametrize(
    "frames",
    [["00"], ["2199"], ["3f"], ["ff"], ["1000"], ["10050102"], ["100a22f190f190f1", "2299"], ["08"], [""]],
)
def test_a_frame_that_is_none_changes_nothing(bus, frames):
    with raw(bus[0]) as (send, hear):
        for frame in frames:
            send(0x7A0, frame)
        send(0x7A0, "", is_remote_frame=True)
        send(0x7A1, "023e00")
        send(0x7A0, "023e00")
        answer = hear()
        while answer.startswith("7A8 30"):
            answer = hear()  # flow control for a long message that never came whole
        assert answer == "7A8 027e00"


def test_a_download_over_can_in_whole_blocks(bus):
    """Over ISO-TP a block has as many bytes as the unit said: 4,095 with service and counter."""
    name, ecu = bus
    image = bytes(range(256)) * 40
    with udsoncan_over_can_isotp(name) as client:
        client.change_session(2)
        seed = client.request_seed(3).service_data.seed
        client.send_key(4, SIGNER.sign(access_message("RK00000001", seed)))
        offered = client.request_download(MemoryLocation(0x1000, len(image)))
        room = offered.service_data.max_length - 2
        for number, at in enumerate(range(0, len(image), room), start=1):
            client.transfer_data(number, image[at : at + room])
        client.request_transfer_exit()
    assert ecu.firmware.finished == [image]


# --- addresses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("can://socketcan/can0", CanAddress("socketcan", "can0")),
        ("can://slcan//dev/ttyACM0", CanAddress("slcan", "/dev/ttyACM0")),
        ("can://virtual/7", CanAddress("virtual", "7")),
    ],
)
def test_hardware_is_a_uri(uri, address):
    assert CanAddress.parse(uri) == address


@pytest.mark.parametrize(
    "uri",
    [
        "can0",
        "can://",
        "can://virtual",
        "can://virtual/",
        "doip://virtual/x",
        "can://nothing/can0",
        "can://../x",
    ],
)
def test_another_uri_is_refused(uri):
    with pytest.raises(UsageError):
        CanAddress.parse(uri)


def test_a_bus_that_is_not_there_is_said_to_be_missing():
    """And what drives a serial adapter comes with the extra: it was not, and that was said of the bus."""
    with pytest.raises(InputError, match="cannot be opened") as refused:
        CanAddress("slcan", "/dev/no-such-adapter").open()
    assert "plugged in" in refused.value.hint


def test_an_adapter_whose_driver_is_not_there_is_told_from_one_that_is_not_plugged_in(monkeypatch):
    def no_driver(**_where):
        raise can.CanInterfaceNotImplementedError("no library of its maker")

    monkeypatch.setattr(can, "Bus", no_driver)
    with pytest.raises(InputError, match="cannot be opened") as refused:
        CanAddress("pcan", "PCAN_USBBUS1").open()
    assert "installed" in refused.value.hint
