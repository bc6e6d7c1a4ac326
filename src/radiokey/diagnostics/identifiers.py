"""Data by identifier: one table of what can be read of a unit and what it says; what a workshop may write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from radiokey.clock import SECOND_MS
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import VIN, WORKSHOP_SIZE_MAX
from radiokey.diagnostics.names import Did, NegativeResponseError, Nrc
from radiokey.headunit.explain import Why, why
from radiokey.headunit.lock import State
from radiokey.headunit.pairing import Bus
from radiokey.headunit.policy import ClockNeeds
from radiokey.language.speech import gettext, later

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
_TEXT_MAX: Final = 60


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
    return b"".join(IDENTIFIERS[part].read(ecu) for part in SNAPSHOT)


def _bus(ecu: Ecu) -> bytes:
    """Whether the unit hears its car; empty where it does not listen, for it belongs to none."""
    return bytes((BUSES.index(ecu.unit.bus),)) if ecu.unit.design.policy.pairs else b""


# --- what their bytes say -----------------------------------------------------------------------------------


def unknown() -> str:
    """Say that nobody named what these bytes are."""
    return gettext("unknown")


def say_text(data: bytes) -> str:
    """Say bytes that are a text, whatever they are."""
    text = data.decode("ascii", "replace")
    shown = "".join(one if one.isprintable() else "?" for one in text[:_TEXT_MAX])
    return shown + ("..." if len(text) > _TEXT_MAX else "")


def _say_number(data: bytes) -> str:
    return str(int.from_bytes(data))


def _say_tries(data: bytes) -> str:
    return gettext("no stop") if int.from_bytes(data) == NO_STOP else _say_number(data)


def _say_wait(data: bytes) -> str:
    return f"{int.from_bytes(data) / SECOND_MS:.0f} s"


def _say_clock(data: bytes) -> str:
    needs, lacks = data
    what = CLOCKS[needs].value if needs < len(CLOCKS) else unknown()
    missing = [name for bit, name in enumerate(LACKS) if lacks >> bit & 1]
    if not missing:
        return gettext("needs {what}, runs", what=what)
    return gettext("needs {what}, lacks {missing}", what=what, missing=gettext(" and ").join(missing))


def _say_supply(data: bytes) -> str:
    return f"{int.from_bytes(data) / 1_000:.1f} V"


def _say_snapshot(data: bytes) -> str:
    parts, at = [], 0
    for one in SNAPSHOT:
        part = IDENTIFIERS[one]
        parts.append(f"{gettext(part.name)} {part.says(data[at : at + part.size])}")
        at += part.size
    return ", ".join(parts)


def _one_of(words: Sequence[str]) -> Callable[[bytes], str]:
    return lambda data: words[data[0]] if data[0] < len(words) else unknown()


# --- the table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identifier:
    """What stands under an identifier: its name, ISO 14229-1's or ours, its bytes now, and what they say.

    `size` is 0 for a text, which ends with the answer or before the next identifier. No bytes: not there.
    """

    name: str
    read: Callable[[Ecu], bytes]
    size: int = 0
    says: Callable[[bytes], str] = say_text


SNAPSHOT: Final = (Did.STATE, Did.ERRORS, Did.TRIES_LEFT, Did.WAIT_LEFT, Did.CLOCK, Did.SUPPLY)
"""What FD08 is made of."""
IDENTIFIERS: Final[Mapping[int, Identifier]] = {
    Did.PART_NUMBER: Identifier(
        "vehicleManufacturerSparePartNumber", lambda ecu: ecu.plate.part.encode("ascii")
    ),
    Did.SOFTWARE: Identifier(
        "vehicleManufacturerECUSoftwareVersionNumber", lambda ecu: ecu.software.encode("ascii")
    ),
    Did.SERIAL: Identifier("ECUSerialNumber", lambda ecu: ecu.plate.serial.encode("ascii")),
    Did.VIN: Identifier("VIN", lambda ecu: ecu.notes.vin.encode("ascii")),
    Did.SUPPLIER_SOFTWARE: Identifier(
        "systemSupplierECUSoftwareVersionNumber", lambda ecu: ecu.plate.supplier_software.encode("ascii")
    ),
    Did.SYSTEM: Identifier("systemNameOrEngineType", lambda ecu: ecu.plate.system.encode("ascii")),
    Did.WORKSHOP: Identifier(
        "repairShopCodeOrTesterSerialNumber", lambda ecu: ecu.notes.workshop.encode("ascii")
    ),
    Did.STATE: Identifier(later("state"), _state, 1, _one_of(STATES)),
    Did.REASON: Identifier(later("reason"), _reason),
    Did.ERRORS: Identifier(later("errors counted"), _errors, 2, _say_number),
    Did.TRIES_LEFT: Identifier(later("tries left"), _tries_left, 2, _say_tries),
    Did.WAIT_LEFT: Identifier(later("wait left"), _wait_left, 8, _say_wait),
    Did.CLOCK: Identifier(later("clock condition"), _clock, 2, _say_clock),
    Did.SUPPLY: Identifier(later("supply voltage"), _supply, 2, _say_supply),
    Did.SNAPSHOT: Identifier(later("all at one moment"), _snapshot, 17, _say_snapshot),
    Did.BUS: Identifier(later("bus"), _bus, 1, _one_of(BUSES)),
    Did.VIN_HEARD: Identifier(later("VIN heard"), lambda ecu: ecu.unit.vin.encode("ascii")),
}
"""What a unit tells of itself. The session of the tester that asks, F186, is no datum of the unit."""


def write(ecu: Ecu, identifier: int, data: bytes) -> None:
    """Write an identifier; raise `NegativeResponseError` where it or its new value is out of range."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE) from error
    if identifier == Did.VIN and VIN.fullmatch(text):
        ecu.note(replace(ecu.notes, vin=text))
    elif identifier == Did.WORKSHOP and text.isprintable() and len(text) <= WORKSHOP_SIZE_MAX:
        ecu.note(replace(ecu.notes, workshop=text))
    else:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE)
