"""What happens to a head unit: presses, supply, ignition, time, the car, the workshop.

A `UnitEvent` is what the world does to the unit. An `Event` of the lock (`headunit.lock`) is what the unit
concludes from it. `HeadUnit.handle` maps the one to the other:

| `UnitEvent` | `Event` |
|---|---|
| `SupplyLost` | none: the unit stops |
| `SupplyRestored` | `SupplyReturned`, with the time without supply |
| `IgnitionTurned` | `IgnitionCycled`, where the ignition was off and no longer is |
| `EngineRan` | none of its own; starting an engine turns the ignition on |
| `RadioSwitched` | `EntryDropped`, where it is switched off |
| `TimeWent`, `TicksRead` | `TimePassed`, with the part of it that counts towards a wait |
| `KeyPressed` | `DigitKeyed`; or `EntryConfirmed`, then `RightCode` or `WrongCode` |
| `CodeSent` | `EntryConfirmed`, then `RightCode` or `WrongCode` |
| `Restarted` | none: the unit starts anew under supply, and the lock stays as it is |
| `CarAnswered` | `VehicleAccepted` or `VehicleRefused` |
| `VinHeard` | `VehicleAccepted` and `CarKnown`, or `VehicleRefused`, where the unit is paired |
| `BusChanged` | none: what is heard of the car is beside the lock |
| `PairingEnded` | `PairingReleased`, where the base ended this very pairing |
| `SyncAnswered` | `Synchronised`, where it is the base's answer to this unit's challenge (`headunit.sync`) |
| `SomethingBroke`, `SomethingMended` | `FaultFound`, `FaultMended` |
| `ServiceAllowed` | `TriesGranted` |
| `ChipGranted` | `ChipProvisioned`, where the grant is for this unit and its chip |
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from radiokey.code.value import Code
from radiokey.headunit.lock import (
    Event,
    Fault,
    FaultFound,
    FaultMended,
    TriesGranted,
    VehicleAccepted,
    VehicleRefused,
)
from radiokey.headunit.pairing import Bus


class Ignition(StrEnum):
    """Where the key stands."""

    OFF = "off"
    ACC = "acc"
    ON = "on"


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """`key` was pressed and let go after `held_ms`."""

    key: str
    held_ms: int = 0


@dataclass(frozen=True, slots=True)
class SupplyLost:
    """The permanent supply went away for longer than the unit lives on its own reserve: it stops.

    A dip that the reserve bridges is not this, and nothing else here either: the unit does not notice it.
    """


@dataclass(frozen=True, slots=True)
class SupplyRestored:
    """The permanent supply is back."""


@dataclass(frozen=True, slots=True)
class IgnitionTurned:
    """The ignition was turned to `to`."""

    to: Ignition


@dataclass(frozen=True, slots=True)
class EngineRan:
    """The engine was started or stopped."""

    running: bool


@dataclass(frozen=True, slots=True)
class RadioSwitched:
    """The radio was switched on or off by its own switch."""

    on: bool


@dataclass(frozen=True, slots=True)
class TimeWent:
    """`ms` milliseconds went by, with or without supply; a simulation says so from outside."""

    ms: int


@dataclass(frozen=True, slots=True)
class TicksRead:
    """The unit read its own counter of milliseconds (`headunit.ticks`): how it measures time in a car."""

    ticks: int


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A whole code came over the plug (docs/spec/diagnostics.md).

    Not `compared`: it came in a way in which the right code is not taken either; it counts and is wrong.
    """

    code: Code
    compared: bool = True


@dataclass(frozen=True, slots=True)
class Restarted:
    """The unit was made to start anew, without a loss of supply."""


@dataclass(frozen=True, slots=True)
class CarAnswered:
    """The car did or did not recognise this unit."""

    knows: bool


@dataclass(frozen=True, slots=True)
class VinHeard:
    """The car said its VIN on the bus, in these bytes; it says it again and again."""

    vin: bytes


@dataclass(frozen=True, slots=True)
class BusChanged:
    """The controller says that the bus is off, or silent, or too noisy to read."""

    to: Bus


@dataclass(frozen=True, slots=True)
class PairingEnded:
    """The workshop handed the unit the base's word that its pairing is over (`code.signed.PairingEnd`)."""

    grant: bytes


@dataclass(frozen=True, slots=True)
class SyncAnswered:
    """Somebody handed the unit an answer of the base, over the net or typed in (`code.signed.Answer`)."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class SomethingBroke:
    """A failed update, a bus fault, tampering."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class SomethingMended:
    """The update was finished, the bus works again."""


@dataclass(frozen=True, slots=True)
class ServiceAllowed:
    """The maker's service allowed this unit more tries."""


@dataclass(frozen=True, slots=True)
class ChipGranted:
    """The workshop handed the unit a signed grant for the chip that is in it (`headunit.grant`)."""

    grant: bytes


UnitEvent = (
    KeyPressed
    | SupplyLost
    | SupplyRestored
    | IgnitionTurned
    | EngineRan
    | RadioSwitched
    | TimeWent
    | TicksRead
    | CodeSent
    | Restarted
    | CarAnswered
    | VinHeard
    | BusChanged
    | PairingEnded
    | SyncAnswered
    | SomethingBroke
    | SomethingMended
    | ServiceAllowed
    | ChipGranted
)


def meant(event: CarAnswered | SomethingBroke | SomethingMended | ServiceAllowed) -> Event:
    """Return what the unit concludes from what is said to it in one word."""
    match event:
        case CarAnswered(knows=knows):
            return VehicleAccepted() if knows else VehicleRefused()
        case SomethingBroke(fault=fault):
            return FaultFound(fault)
        case SomethingMended():
            return FaultMended()
        case ServiceAllowed():
            return TriesGranted()
        case unknown:
            assert_never(unknown)
