"""What people and the road do to a car and its radio: one frozen class per kind of act."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from radiokey.headunit.events import (
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


PART_WORDS: Final = {
    (Part.BATTERY, True): "battery on",
    (Part.BATTERY, False): "battery off",
    (Part.SAVER, True): "memory saver on",
    (Part.SAVER, False): "memory saver off",
    (Part.FUSE, True): "fuse in",
    (Part.FUSE, False): "fuse out",
    (Part.PLUG, True): "radio plugged in",
    (Part.PLUG, False): "radio unplugged",
}
"""What is said when a part is connected or taken off."""


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
class TesterAsked:
    """A tester at the car's plug sent `request`, in the bytes of ISO 14229-1."""

    request: bytes


@dataclass(frozen=True, slots=True)
class TesterSentCode:
    """A tester asked for a seed and sent a code as the key: the right one, or another one."""

    which: Which


@dataclass(frozen=True, slots=True)
class CutInWrite:
    """The supply breaks off after `count` more bytes of the memory chip were written, for `dark_ms`."""

    count: int
    dark_ms: int


@dataclass(frozen=True, slots=True)
class CarSaid:
    """The car says this VIN on its bus, as often as it takes to be heard."""

    vin: str


class Side(StrEnum):
    """On which side of its count the counter outside the chip is cut off; it cannot be halved."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class CutAtCounter:
    """The supply breaks off for `dark_ms` right before or right after the counter's next count but `skip`."""

    side: Side
    dark_ms: int
    skip: int = 0


@dataclass(frozen=True, slots=True)
class ChipCopied:
    """Somebody reads the memory chip out and keeps the copy."""


@dataclass(frozen=True, slots=True)
class ChipPutBack:
    """Somebody writes the kept copy back into the chip."""


@dataclass(frozen=True, slots=True)
class ChipErased:
    """Somebody erases the whole memory chip."""


@dataclass(frozen=True, slots=True)
class NewChipFitted:
    """An empty memory chip with an id of its own takes the place of the one that is in."""


@dataclass(frozen=True, slots=True)
class OldChipFitted:
    """The chip that was in before this one takes its place again, as it was taken out."""


@dataclass(frozen=True, slots=True)
class Granted:
    """The maker grants this radio the chip that is in now, and the radio is handed the grant."""


@dataclass(frozen=True, slots=True)
class GrantedAgain:
    """The radio is handed the last grant once more."""


@dataclass(frozen=True, slots=True)
class Waited:
    """Nothing was done; time went by."""


RadioAct = RadioSwitched | SomethingBroke | SomethingMended | CarAnswered | ServiceAllowed
"""What is done to the radio itself: the events of the unit itself."""

ChipAct = ChipCopied | ChipPutBack | ChipErased | NewChipFitted | OldChipFitted | Granted | GrantedAgain
"""What is done to the radio's memory chip, by its maker or by somebody else."""

Act = (
    Connected
    | Turned
    | GeneratorBecame
    | Loaded
    | Entered
    | Pressed
    | TesterAsked
    | TesterSentCode
    | CutInWrite
    | CutAtCounter
    | CarSaid
    | ChipAct
    | Waited
    | RadioAct
)
