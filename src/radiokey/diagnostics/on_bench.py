"""The bench with a diagnostic plug: a scenario's tester asks the radio as any tester does."""

import hashlib
from typing import Final

from radiokey.code.value import Code
from radiokey.diagnostics import uds
from radiokey.diagnostics.access import NO_SEED, key_of
from radiokey.diagnostics.describe import describe_message
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import Nameplate, Notes, RamNotebook
from radiokey.diagnostics.names import POSITIVE, Sid
from radiokey.diagnostics.tester import Tester
from radiokey.headunit.events import UnitEvent
from radiokey.vehicle import bench
from radiokey.vehicle.car import SERIAL, Car
from radiokey.vehicle.maker import BENCH_MAKER, Maker

VIN: Final = "SJNFAAN16U0123456"
_SEED: Final = bytes((Sid.SECURITY_ACCESS, 0x01))


class BenchTester:
    """A tester at the plug of a car's radio; its seeds are the same in each run."""

    def __init__(self, car: Car) -> None:
        self._car = car
        self._seeds = 0
        plate = Nameplate(SERIAL, part="RADIOKEY")
        self._ecu = Ecu(car.unit, plate, RamNotebook(Notes(vin=VIN)), self._chance)
        self._tester = Tester(self._ecu, 1, car.now_ms)

    def handle(self, event: UnitEvent) -> None:
        """Let something happen to the radio; a loss of supply ends the session."""
        self._ecu.handle(event)

    def ask(self, request: bytes, mv: int) -> bytes:
        """Return the answer to a request; empty where there is none."""
        self._ecu.feed(mv)
        answer = uds.handle(self._tester, request, self._car.now_ms)
        return b"" if answer.quiet else answer.data

    def seed_request(self) -> bytes:
        """Return the request for a seed of the lock."""
        return _SEED

    def key_request(self, code: Code, answer: bytes) -> bytes:
        """Return what sends a code as the key to the seed in `answer`; empty where that has none."""
        seed = answer[2:]
        if answer[:1] != bytes((Sid.SECURITY_ACCESS | POSITIVE,)) or seed == NO_SEED:
            return b""
        return bytes((Sid.SECURITY_ACCESS, 0x02)) + key_of(code, seed)

    def words(self, data: bytes) -> str:
        """Return a request or an answer in the words of ISO 14229-1."""
        said = describe_message(data)
        return f"{said.name} {said.means}".rstrip()

    def _chance(self, size: int) -> bytes:
        self._seeds += 1
        return hashlib.shake_256(self._seeds.to_bytes(8)).digest(size)


def run(scenario: bench.Scenario, maker: Maker = BENCH_MAKER) -> bench.Run:
    """Run a scenario, with a tester at its plug."""
    return bench.run(scenario, maker, BenchTester)
