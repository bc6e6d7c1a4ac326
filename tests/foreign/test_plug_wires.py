"""The rules of the lock and of a restore, asked over both wires by a tester that is not ours: udsoncan.

Over DoIP at a served unit, through doipclient; over CAN at a unit in this process, through can-isotp. What is
tried in a process of its own by tests/diagnostics holds on the wire too: nothing between may soften it.
"""

import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256

import can
import isotp
import pytest
from doipclient import DoIPClient
from doipclient.connectors import DoIPClientUDSConnector
from plugged import CODE, SIGNER, WRONG, make_ecu, trusts
from served_unit import served
from udsoncan import DidCodec, MemoryLocation
from udsoncan.client import Client
from udsoncan.connections import PythonIsoTpConnection

from radiokey.code.signed import ImageHead, sign
from radiokey.diagnostics.access import access_message, key_of
from radiokey.diagnostics.bus import CanAddress
from radiokey.diagnostics.can import CanServer
from radiokey.diagnostics.monotonic import now_ms
from radiokey.diagnostics.server import Plug
from radiokey.diagnostics.slots import SlotStore
from radiokey.headunit.device import RamCounter
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.firmware import Firmware
from radiokey.headunit.flash import RamChip

CUT = (SupplyLost(), TimeWent(60_000), SupplyRestored())


class Rest(DidCodec):
    def encode(self, value):
        return value

    def decode(self, data):
        return bytes(data)

    def __len__(self):
        raise DidCodec.ReadAllRemainingData


CONFIG = {
    "data_identifiers": {"default": Rest},
    "request_timeout": 30,
    "p2_timeout": 20,
    "use_server_timing": False,
}


@dataclass
class Wire:
    """A tester at a unit that asks for its code, and a hand on the unit's supply."""

    client: Client
    cut: object

    def ask(self, request: bytes) -> str:
        """Return the answer as it came; what says "pending" is heard and waited for."""
        connection = self.client.conn
        connection.empty_rxqueue()
        connection.send(request)
        while (answer := bytes(connection.wait_frame(timeout=20)))[2:] == b"\x78":
            pass
        return answer.hex()

    def read(self, identifier: int) -> bytes:
        return self.client.read_data_by_identifier_first([identifier])

    @property
    def errors(self) -> int:
        return int.from_bytes(self.read(0xFD03))

    @property
    def wait_left_ms(self) -> int:
        return int.from_bytes(self.read(0xFD05))

    def extended(self) -> None:
        assert self.ask(b"\x10\x03").startswith("5003")

    def seed(self, sub: int) -> bytes:
        answer = bytes.fromhex(self.ask(bytes((0x27, sub))))
        assert answer[:2] == bytes((0x67, sub)), answer.hex()
        return answer[2:]

    def unlock_workshop(self) -> None:
        serial = self.read(0xF18C).decode()
        assert self.ask(b"\x27\x04" + SIGNER.sign(access_message(serial, self.seed(3)))) == "6704"

    def restore(self, image: bytes) -> None:
        """Download an image and start it, by udsoncan's own calls."""
        self.client.change_session(2)
        self.unlock_workshop()
        room = self.client.request_download(MemoryLocation(0x1000, len(image))).service_data.max_length - 2
        for number, at in enumerate(range(0, len(image), room), start=1):
            self.client.transfer_data(number, image[at : at + room])
        self.client.request_transfer_exit()
        self.client.ecu_reset(1)


def image(model: str, version: int) -> bytes:
    payload = bytes((version,)) * 5_000
    head = ImageHead(model, version, 1, len(payload), sha256(payload).digest())
    return sign(head, SIGNER) + payload


@contextmanager
def over_doip(folder, model):
    (folder / "signer").write_text(SIGNER.public_key().public_bytes_raw().hex())
    (folder / "image").write_bytes(image(model, 1))
    files = ("--signer", folder / "signer", "--firmware", folder / "firmware", "--image", folder / "image")
    with served(folder, "--off", "60000", *files) as unit:
        doip = DoIPClient("127.0.0.1", 0x00E0, tcp_port=unit.port, client_logical_address=0x0E00)
        with Client(DoIPClientUDSConnector(doip, close_connection=True), config=CONFIG) as client:
            wire = Wire(client, None)

            def cut() -> None:
                """Cut the supply at the panel, and see by a voltage that it is back."""
                unit.do("cut 60000")
                unit.do("supply 12345")
                while int.from_bytes(wire.read(0xFD07)) != 12_345:
                    pass

            wire.cut = cut
            yield wire
        unit.end()


@contextmanager
def over_can(_folder, model):
    slots = Firmware(RamChip(32 * 1_024, 32), model, trusts, RamCounter())
    slots.install(image(model, 1))
    ecu, name = make_ecu(firmware=SlotStore(slots)), uuid.uuid4().hex
    plug = Plug(ecu, now_ms)

    def cut() -> None:
        with plug.lock:
            for event in CUT:
                ecu.handle(event)

    cut()
    server, own = (
        CanServer(plug, CanAddress("virtual", name)),
        can.Bus(interface="virtual", channel=name),
    )
    address = isotp.Address(isotp.AddressingMode.Normal_11bits, txid=0x7A0, rxid=0x7A8)
    with ExitStack() as end:
        end.callback(own.shutdown)
        end.callback(server.stop)
        server.start()
        stack = isotp.CanStack(own, address=address)
        yield Wire(end.enter_context(Client(PythonIsoTpConnection(stack), config=CONFIG)), cut)


WIRES = {"DoIP": (over_doip, "renault_86a"), "CAN": (over_can, "reference")}


@pytest.fixture(params=WIRES)
def wire(request, tmp_path):
    opened, model = WIRES[request.param]
    with opened(tmp_path, model) as one:
        one.model = model
        one.extended()
        yield one


def test_one_seed_takes_one_key_and_nothing_but_time_ends_the_wait(wire):
    """Not a new session, not a reset, not a cut; and a restore and a factory reset lower no count either."""
    key = b"\x27\x02" + key_of(WRONG, wire.seed(1))
    assert wire.ask(key) == "7f2736"
    assert [wire.ask(key) for _ in range(3)] == ["7f2724"] * 3, "a lost answer costs an owner nothing"
    assert wire.errors == 1
    for end in (b"\x10\x03", b"\x10\x01", b"\x11\x01", b"\x11\x03", None):
        wire.ask(end) if end else wire.cut()
        wire.extended()
        assert wire.ask(b"\x27\x01") == "7f2737", end
        assert wire.ask(key) == "7f2724"
    left_ms = wire.wait_left_ms
    assert (wire.errors, wire.read(0xF189)) == (1, b"1")
    for version in (2, 2, 3):
        wire.restore(image(wire.model, version))
        wire.extended()
        wire.unlock_workshop()
        assert wire.ask(b"\x31\x01\x03\x02") == "7101030200"
        assert wire.ask(b"\x27\x01") == "7f2737"
        assert (wire.errors, wire.read(0xF189)) == (1, b"%d" % version)
    assert left_ms - 60_000 < wire.wait_left_ms <= left_ms


def test_a_code_for_a_seed_of_another_level_counts_even_the_right_one(wire):
    assert wire.ask(b"\x27\x02" + key_of(CODE, wire.seed(3))) == "7f2736"
    assert wire.errors == 1
    assert wire.ask(b"\x27\x01") == "7f2737"
