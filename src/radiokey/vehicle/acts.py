"""What people, the road and bad luck do to a car and its radio: one frozen class per kind of act."""

from dataclasses import dataclass
from enum import StrEnum

from radiokey.headunit.happenings import (
    CarAnswered,
    RadioSwitched,
    ServiceAllowed,
    SomethingBroke,
    SomethingMended,
)
from radiokey.vehicle.ignition import Position
from radiokey.vehicle.power import Generator


class Part(StrEnum):
    """What can be connected and taken off."""

    BATTERY = "battery"
    SAVER = "saver"
    FUSE = "fuse"
    PLUG = "plug"


@dataclass(frozen=True, slots=True)
class Connected:
    """A part was connected (`on`) or taken off.

    `charge_percent`: how full the battery is that is put in; `None`: the one that was there.
    `switched`: the memory saver hangs on a socket that is live only with the ignition on.
    """

    part: Part
    on: bool
    charge_percent: int | None = None
    switched: bool = False


@dataclass(frozen=True, slots=True)
class Turned:
    """The key was turned to `to`; START cranks the engine, and the key springs back."""

    to: Position


@dataclass(frozen=True, slots=True)
class GeneratorBecame:
    """The generator is from now on like this."""

    generator: Generator


@dataclass(frozen=True, slots=True)
class Loaded:
    """Lamps and other loads draw `ma` beside what the car always draws."""

    ma: int


class Which(StrEnum):
    """Which code is keyed in."""

    RIGHT = "right"
    WRONG = "wrong"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Entered:
    """A code is keyed in: the right one, another wrong one, or the one that was keyed in before.

    Of its presses the first `skip` are left out, and then only `presses` are made; `None`: all that are left.
    """

    which: Which
    presses: int | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Pressed:
    """One key was pressed `times` times, each held `held_ms`."""

    key: str
    held_ms: int = 0
    times: int = 1


@dataclass(frozen=True, slots=True)
class CutInWrite:
    """The supply breaks off after `count` more bytes of the memory chip were written, for `dark_ms`."""

    count: int
    dark_ms: int


@dataclass(frozen=True, slots=True)
class ChipCopied:
    """Somebody reads the memory chip out and keeps the copy."""


@dataclass(frozen=True, slots=True)
class ChipPutBack:
    """Somebody writes the kept copy back into the chip."""


@dataclass(frozen=True, slots=True)
class Waited:
    """Nothing was done; time went by."""


RadioAct = RadioSwitched | SomethingBroke | SomethingMended | CarAnswered | ServiceAllowed
"""What is done to the radio itself: the unit's own happenings."""

Act = (
    Connected
    | Turned
    | GeneratorBecame
    | Loaded
    | Entered
    | Pressed
    | CutInWrite
    | ChipCopied
    | ChipPutBack
    | Waited
    | RadioAct
)
