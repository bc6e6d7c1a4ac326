"""What a unit shows and knows: its screen, the one count, and its surroundings."""

from dataclasses import dataclass
from enum import StrEnum

from radiokey.headunit.events import Ignition
from radiokey.headunit.lock import Fault, State


class Sound(StrEnum):
    """What comes out of the loudspeakers."""

    SILENT = "silent"
    SCRAMBLED = "scrambled"
    PLAYING = "playing"


@dataclass(frozen=True, slots=True)
class Screen:
    """What the owner sees and hears. `own` is False where the model's own word for this is not known."""

    text: str
    lit: bool
    sound: Sound
    blinking: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """The one count: what panel, plug and guide all say. It costs nothing to read.

    `tries_left` is `None` where the lock has no end; `wait_left_ms` is 0 outside WAIT; `clock_runs` says
    whether a waiting second counts just now, `clock_lacks` what is missing for it.
    """

    state: State
    errors: int
    tries_left: int | None
    wait_left_ms: int
    clock_runs: bool
    clock_lacks: tuple[str, ...]
    fault: Fault
    next_change_ms: int | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a unit knows of the car, its own switch, and how long it has been without supply."""

    supply: bool = True
    ignition: Ignition = Ignition.ON
    engine: bool = False
    radio_on: bool = True
    dark_for_ms: int = 0
