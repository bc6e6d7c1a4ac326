"""What the display says: a model's own words, each mapped to one state of the lock.

The same word can mean different things on different radios (OFF is a wait on a Volvo and the end on a BMW
Bavaria C), and one radio can use several words for one state; so a word is only ever read together with its
model.
"""

from dataclasses import dataclass
from enum import StrEnum


class Shows(StrEnum):
    """What a display word tells about the lock (units.yaml `field_values.state`)."""

    CODE = "code"
    WAIT = "wait"
    LOCKED = "locked"
    PERMANENT = "permanent"
    PROTECTED = "protected"
    SERVER = "server"
    SERVER_ERROR = "server-error"
    ARMED = "armed"
    UNARMED = "unarmed"
    ARMED_OR_WAIT = "armed-or-wait"
    PLAYING = "playing"
    SERIAL = "serial"
    INFO = "info"


class Technology(StrEnum):
    """How the display is built; it decides how a word is drawn."""

    SEVEN_SEGMENT = "7-segment"
    FOURTEEN_SEGMENT = "14-segment"
    DOT_MATRIX = "dot-matrix"
    SCREEN = "screen"


class Colour(StrEnum):
    """The colour a display glows in."""

    AMBER = "amber"
    GREEN = "green"
    WHITE = "white"
    BLUE = "blue"
    RED = "red"


@dataclass(frozen=True, slots=True)
class DisplayWord:
    """A word the display shows, what it tells, and its meaning in our words.

    `text` may hold a counter: `{errors}` or `{left}` stand for a number, `{wait}` for minutes left.
    """

    text: str
    shows: Shows
    meaning: str


@dataclass(frozen=True, slots=True)
class DisplayKind:
    """How a display looks: `characters` per line, technology and colour."""

    technology: Technology
    colour: Colour
    characters: int
