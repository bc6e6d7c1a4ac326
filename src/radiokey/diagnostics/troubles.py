"""Trouble codes (DTC): what is wrong now, and what was, until a workshop clears it."""

from enum import IntEnum
from typing import Final

from radiokey.headunit.lock import Fault

FAILS: Final = 0x01
CONFIRMED: Final = 0x08
SINCE_CLEAR: Final = 0x20
AVAILABLE: Final = FAILS | CONFIRMED | SINCE_CLEAR
"""The bits of a status that this unit keeps."""
ALL_GROUPS: Final = 0xFFFFFF


class Trouble(IntEnum):
    """The codes of this unit, as three bytes: the first four are SAE J2012's."""

    SUPPLY_LOW = 0x056200
    SUPPLY_HIGH = 0x056300
    BUS = 0xC00100
    UPDATE_FAILED = 0xC30000
    TAMPERED = 0x9A1000
    MEMORY = 0x9A1100


OF_FAULT: Final = {
    Fault.BUS: Trouble.BUS,
    Fault.FIRMWARE: Trouble.UPDATE_FAILED,
    Fault.TAMPERED: Trouble.TAMPERED,
    Fault.MEMORY: Trouble.MEMORY,
}


def status_of(trouble: Trouble, failing: frozenset[Trouble], stored: frozenset[Trouble]) -> int:
    """Return the status byte of a trouble code."""
    fails = FAILS if trouble in failing else 0
    return fails | (CONFIRMED | SINCE_CLEAR if trouble in stored else 0)
