"""Which car is this? What a paired unit makes of its bus: off, silent, noisy, or a VIN that it judges once.

A car says its VIN over and over. A VIN counts when it came whole twice in a row; from then until the ignition
was off and on again, or the supply away, no other is judged. So a guess costs a thief an ignition cycle, and
no noise puts an owner's radio in PROTECTED. A bus that is off, silent or noisy says nothing of the car: it
opens nothing, refuses nothing and costs nothing, and the code opens the unit as ever (ADR 27).

A VIN is no secret: it stands behind the windscreen and on the papers. A bench that sends it opens a unit that
only asks for its code; see docs/spec/pairing.md for what that is worth.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VIN_SIZE: Final = 17
_VIN: Final = frozenset("0123456789ABCDEFGHJKLMNPRSTUVWXYZ")


class Bus(StrEnum):
    """What the unit hears of its car."""

    OFF = "off"
    SILENT = "silent"
    NOISY = "noisy"
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Listening:
    """What was heard since the ignition came on: the bus, the last whole VIN, and the one that was judged."""

    bus: Bus = Bus.SILENT
    last: str = ""
    vin: str = ""

    def hear(self, data: bytes) -> tuple["Listening", str]:
        """Take what the car says as its VIN; return how it stands then, and the VIN if it is judged now."""
        vin = data.decode("ascii") if data.isascii() else ""
        if len(vin) != VIN_SIZE or not _VIN.issuperset(vin):
            return Listening(Bus.NOISY, "", self.vin), ""
        if vin != self.last:
            bus = (
                self.bus
                if self.bus is Bus.HEARD and not self.last
                else Bus.NOISY
                if self.last
                else Bus.SILENT
            )
            return Listening(bus, vin, self.vin), ""
        if self.vin and vin != self.vin:
            return Listening(Bus.NOISY, vin, self.vin), ""
        return Listening(Bus.HEARD, vin, vin), "" if self.vin else vin

    def change(self, bus: Bus) -> "Listening":
        """Take what the controller says of the bus itself."""
        return Listening(bus, "", self.vin)
