"""What the display says: a model's own words, each mapped to one state of the lock.

The same word can mean different things on different radios (OFF is a wait on a Volvo and the end on a BMW
Bavaria C), and one radio can use several words for one state; so a word is only ever read together with its
model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.headunit.lock import State


class Shows(StrEnum):
    """What a display word says about the lock (units.yaml `field_values.state`)."""

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
    """A word the display shows, the state it shows, and its meaning in our words.

    `text` may hold a counter: `{errors}` or `{left}` stand for a number, `{wait}` for minutes left. `blinks`
    is set where a radio shows the text both blinking and still, and it tells different things.
    """

    text: str
    shows: Shows
    meaning: str
    blinks: bool | None = None

    @property
    def example(self) -> str:
        """The word as a display may show it: `2 SAFE` for `{errors} SAFE`."""
        return fill(self.text, Counts(errors=2, left=8, wait_left_ms=30 * MINUTE_MS - SECOND_MS))


@dataclass(frozen=True, slots=True)
class DisplayKind:
    """How a display looks: technology, colour, `characters` per line; `None` where it is not known."""

    technology: Technology | None = None
    colour: Colour | None = None
    characters: int | None = None


_WORDS_FOR: Final[Mapping[State, tuple[Shows, ...]]] = {
    State.PLAYING: (Shows.PLAYING,),
    State.CODE: (Shows.CODE,),
    State.SCRAMBLED: (Shows.CODE,),
    State.ENTRY: (Shows.CODE,),
    State.CHECKING: (Shows.CODE,),
    State.WAIT: (Shows.WAIT, Shows.LOCKED, Shows.ARMED_OR_WAIT, Shows.CODE),
    State.LOCKED: (Shows.LOCKED, Shows.WAIT, Shows.CODE),
    State.PERMANENT: (Shows.PERMANENT, Shows.LOCKED, Shows.WAIT, Shows.CODE),
    State.SYNC: (Shows.SERVER,),
    State.PROTECTED: (Shows.PROTECTED,),
}
"""What a display shows in a state: the first kind of word that the model has."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers a display word can hold; `left` is `None` where the lock has no end."""

    errors: int
    left: int | None
    wait_left_ms: int


def word_for(words: Sequence[DisplayWord], state: State, counts: Counts) -> str | None:
    """Return what a radio with these words shows in `state`; `None` where it has no word for it."""
    chosen = word_with_places(words, state, counts)
    return None if chosen is None else fill(chosen, counts)


def word_with_places(words: Sequence[DisplayWord], state: State, counts: Counts) -> str | None:
    """Return the word of `word_for`, in which `{errors}`, `{left}` and `{wait}` stand for its numbers.

    A word that holds a count is preferred where the count is there to show.
    """
    for shows in _WORDS_FOR.get(state, ()):
        fitting = [word.text for word in words if word.shows is shows]
        counting = [text for text in fitting if "{" in text and _can_fill(text, counts)]
        plain = [text for text in fitting if "{" not in text]
        if counting or plain:
            return (counting or plain)[0]
    return None


def _can_fill(text: str, counts: Counts) -> bool:
    return (
        ("{errors}" not in text or counts.errors > 0)
        and ("{left}" not in text or counts.left is not None)
        and ("{wait}" not in text or counts.wait_left_ms > 0)
    )


def fill(text: str, counts: Counts) -> str:
    """Put the numbers into a word."""
    left = "" if counts.left is None else str(counts.left)
    filled = text.replace("{errors}", str(counts.errors)).replace("{left}", left)
    return filled.replace("{wait}", _clock(counts.wait_left_ms))


def _clock(ms: int) -> str:
    """Say a wait as a display does: minutes and seconds, rounded up to the second."""
    seconds = -(-ms // SECOND_MS)
    minutes_per_second = MINUTE_MS // SECOND_MS
    return f"{seconds // minutes_per_second}:{seconds % minutes_per_second:02}"
