"""What happens to a head unit, named as facts: fingers, supply, ignition, time, the car, the workshop."""

from dataclasses import dataclass
from enum import StrEnum

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
    """`ms` milliseconds went by, told from outside, with or without supply: in a simulation."""

    ms: int


@dataclass(frozen=True, slots=True)
class TicksRead:
    """The unit read its own counter of milliseconds (`headunit.ticks`): how it tells time in a car."""

    ticks: int


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
    | CarAnswered
    | SomethingBroke
    | SomethingMended
    | ServiceAllowed
    | ChipGranted
)
