"""Data by identifier: what can be read of a unit, and what a workshop may write."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import VIN, WORKSHOP_SIZE_MAX
from radiokey.diagnostics.names import NegativeResponseError, Nrc
from radiokey.headunit.explain import Why, why
from radiokey.headunit.lock import State
from radiokey.headunit.pairing import Bus
from radiokey.headunit.policy import ClockNeeds

SESSION: Final = 0xF186
VIN_AT: Final = 0xF190
WORKSHOP: Final = 0xF198
STATES: Final = (
    State.PLAYING,
    State.CODE,
    State.SCRAMBLED,
    State.ENTRY,
    State.CHECKING,
    State.WAIT,
    State.LOCKED,
    State.PERMANENT,
    State.DARK,
    State.PROTECTED,
    State.FAULT,
    State.SYNC,
)
"""The states by their number on the plug."""
CLOCKS: Final = (
    ClockNeeds.SUPPLY,
    ClockNeeds.RADIO_ON,
    ClockNeeds.RADIO_AND_IGNITION,
    ClockNeeds.SUPPLY_AND_IGNITION,
    ClockNeeds.IGNITION_OFF,
    ClockNeeds.ENGINE,
)
"""What a waiting second needs, by its number on the plug."""
LACKS: Final = ("radio", "ignition", "ignition-off", "engine", "supply")
"""What can be lacking, by its bit."""
BUSES: Final = (Bus.OFF, Bus.SILENT, Bus.NOISY, Bus.HEARD)
"""What the unit hears of its car, by its number on the plug."""
NO_STOP: Final = 0xFFFF
_TRIES_MAX: Final = 0xFFFE
_ERRORS_MAX: Final = 0xFFFF
_MV_MAX: Final = 0xFFFF


def _state(ecu: Ecu) -> bytes:
    return bytes((STATES.index(ecu.state),))


def _reason(ecu: Ecu) -> bytes:
    reason = why(ecu.unit.lock)
    return (Why.LOCKED if reason is Why.UNTIL_POWER_CUT else reason).value.encode("ascii")


def _errors(ecu: Ecu) -> bytes:
    return min(ecu.unit.status.errors, _ERRORS_MAX).to_bytes(2)


def _tries_left(ecu: Ecu) -> bytes:
    left = ecu.unit.status.tries_left
    return (NO_STOP if left is None else min(left, _TRIES_MAX)).to_bytes(2)


def _wait_left(ecu: Ecu) -> bytes:
    return ecu.unit.status.wait_left_ms.to_bytes(8)


def _clock(ecu: Ecu) -> bytes:
    lacks = sum(1 << LACKS.index(one) for one in ecu.unit.status.clock_lacks)
    return bytes((CLOCKS.index(ecu.unit.design.policy.clock_needs), lacks))


def _supply(ecu: Ecu) -> bytes:
    return min(ecu.supply_mv, _MV_MAX).to_bytes(2)


def _snapshot(ecu: Ecu) -> bytes:
    parts = (_state, _errors, _tries_left, _wait_left, _clock, _supply)
    return b"".join(part(ecu) for part in parts)


def _bus(ecu: Ecu) -> bytes:
    """Whether the unit hears its car; empty where it does not listen, for it belongs to none."""
    return bytes((BUSES.index(ecu.unit.bus),)) if ecu.unit.design.policy.pairs else b""


READ: Final[Mapping[int, Callable[[Ecu], bytes]]] = {
    0xF187: lambda ecu: ecu.plate.part.encode("ascii"),
    0xF189: lambda ecu: ecu.software.encode("ascii"),
    0xF18C: lambda ecu: ecu.plate.serial.encode("ascii"),
    VIN_AT: lambda ecu: ecu.notes.vin.encode("ascii"),
    0xF195: lambda ecu: ecu.plate.supplier_software.encode("ascii"),
    0xF197: lambda ecu: ecu.plate.system.encode("ascii"),
    WORKSHOP: lambda ecu: ecu.notes.workshop.encode("ascii"),
    0xFD01: _state,
    0xFD02: _reason,
    0xFD03: _errors,
    0xFD04: _tries_left,
    0xFD05: _wait_left,
    0xFD06: _clock,
    0xFD07: _supply,
    0xFD08: _snapshot,
    0xFD09: _bus,
    0xFD0A: lambda ecu: ecu.unit.vin.encode("ascii"),
}
"""Identifier -> its bytes now; no bytes: it is not there."""


def write(ecu: Ecu, identifier: int, data: bytes) -> None:
    """Write an identifier; raise `NegativeResponseError` where it or its new value is out of range."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE) from error
    if identifier == VIN_AT and VIN.fullmatch(text):
        ecu.note(replace(ecu.notes, vin=text))
    elif identifier == WORKSHOP and text.isprintable() and len(text) <= WORKSHOP_SIZE_MAX:
        ecu.note(replace(ecu.notes, workshop=text))
    else:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE)
