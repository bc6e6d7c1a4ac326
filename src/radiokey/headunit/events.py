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
| `SomethingBroke`, `SomethingMended` | `FaultFound`, `FaultMended` |
| `ServiceAllowed` | `TriesGranted` |
| `ChipGranted` | `ChipProvisioned`, where the grant is for this unit and its chip |
"""

from dataclasses import dataclass
from enum import StrEnum

from radiokey.code.value import Code
from radiokey.headunit.lock import Fault


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
    | SomethingBroke
    | SomethingMended
    | ServiceAllowed
    | ChipGranted
)
