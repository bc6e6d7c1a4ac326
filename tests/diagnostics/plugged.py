"""A unit at the plug in this process: no sockets, a clock that the test moves, a signer that the unit trusts."""

import random
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from radiokey.code.value import Code
from radiokey.diagnostics import uds
from radiokey.diagnostics.access import access_message, key_of
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import Nameplate, Notes, RamNotebook
from radiokey.diagnostics.tester import Tester
from radiokey.diagnostics.transfer import FirmwareRefusedError
from radiokey.headunit.device import Device
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.unit import HeadUnit
from radiokey.vehicle.reference import REFERENCE_DESIGN

CODE = Code("4786")
WRONG = Code("1111")
VIN = "SJNFAAN16U0123456"
KEY = bytes(range(32))
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
PLATE = Nameplate("RK00000001", "reference", "RADIOKEY", "1.0", "1.0", signer=True)


def trusts(message: bytes, signature: bytes) -> bool:
    try:
        SIGNER.public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


class RamFirmware:
    """A place for firmware in RAM, that refuses where the test says so."""

    def __init__(self) -> None:
        self.refuses = ""
        self.data = b""
        self.finished = []
        self.aborted = 0

    def _ask(self, what: str) -> None:
        if self.refuses == what:
            raise FirmwareRefusedError(what)

    def begin(self, address: int, size: int) -> None:  # noqa: ARG002
        self._ask("begin")
        self.data = b""

    def write_block(self, data: bytes) -> None:
        self._ask("write")
        self.data += data

    def finish(self) -> None:
        self._ask("finish")
        self.finished.append(self.data)

    def abort(self) -> None:
        self.aborted += 1

    def start(self) -> str | None:
        return "1.0"


@dataclass
class Plugged:
    """A unit, one tester at it, and the time."""

    ecu: Ecu
    now_ms: int = 0
    tester: Tester = field(init=False)

    def __post_init__(self) -> None:
        self.tester = Tester(self.ecu, 1, self.now_ms)

    def ask(self, request: str | bytes, *, functional: bool = False) -> str | None:
        """Return the answer as hexadecimal text, `None` where nothing is sent."""
        data = bytes.fromhex(request) if isinstance(request, str) else request
        answer = uds.handle(self.tester, data, self.now_ms, functional=functional)
        return None if answer.quiet else answer.data.hex().upper()

    def another(self, number: int = 2) -> "Plugged":
        """Return another tester at the same unit."""
        other = replace(self)
        other.tester = Tester(self.ecu, number, self.now_ms)
        return other

    def go(self, ms: int) -> None:
        """Let time pass for the unit and the tester."""
        self.now_ms += ms
        self.ecu.handle(TimeWent(ms))

    def cut(self, ms: int = 60_000) -> None:
        self.ecu.handle(SupplyLost())
        self.ecu.handle(TimeWent(ms))
        self.ecu.handle(SupplyRestored())

    def seed(self, sub: int) -> bytes:
        answer = self.ask(bytes((0x27, sub)))
        assert answer is not None
        assert answer.startswith(f"67{sub:02X}"), answer
        return bytes.fromhex(answer[4:])

    def send_code(self, code: Code = CODE) -> str | None:
        return self.ask(b"\x27\x02" + key_of(code, self.seed(1)))

    def unlock_workshop(self) -> None:
        seed = self.seed(3)
        signature = SIGNER.sign(access_message(self.ecu.plate.serial, seed))
        assert self.ask(b"\x27\x04" + signature) == "6704"

    @property
    def errors(self) -> int:
        return self.ecu.unit.status.errors


def make_ecu(policy=REFERENCE, *, firmware=None, notes=None, plate=PLATE, design=REFERENCE_DESIGN) -> Ecu:
    """A unit that plays, with a chance that is the same each time."""
    device = Device(KEY, plate.serial, verify=trusts)
    unit = HeadUnit.made(replace(design, policy=policy), CODE, device=device)
    notebook = RamNotebook(notes or Notes(vin=VIN))
    return Ecu(unit, plate, notebook, random.Random(7).randbytes, firmware=firmware)  # noqa: S311 - the same each time
