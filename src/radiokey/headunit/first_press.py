"""What the first press on a place shows: a dash becomes a character, a figure is counted on, or nobody knows.

A wrong count is a wrong code, so "nobody knows" is a value of `FirstPress` like the others, and every reader
of it has to say what it does then.
"""

from dataclasses import dataclass
from typing import Final, assert_never

from radiokey.code.value import CodeShape
from radiokey.errors import CatalogueError, MissingFactError
from radiokey.language.speech import gettext

BLANK: Final = "-"
"""A place that holds no character yet."""


@dataclass(frozen=True, slots=True)
class ShowsFirst:
    """A place opens with a dash, and the first press on it shows `character`."""

    character: str


@dataclass(frozen=True, slots=True)
class CountsOn:
    """Every place opens with a character of its alphabet, and a press shows the next one."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One way in which a cycling entry opens: what it shows, and what the first press makes of that."""

    start: str
    first: ShowsFirst | CountsOn

    def after_one_press(self, shape: CodeShape) -> str:
        """Return what the display shows after one press of each key."""
        shown = self.start.rjust(shape.length, BLANK)
        return "".join(map(next_character, shape.places, shown, (self.first,) * shape.length))


@dataclass(frozen=True, slots=True)
class FirstUnknown:
    """What the first press shows is not known; `openings` are the ways that are possible, at least one."""

    openings: tuple[Opening, ...]


FirstPress = ShowsFirst | CountsOn | FirstUnknown


def next_character(alphabet: str, shown: str, first: FirstPress, by: int = 1) -> str:
    """Return the character after `shown`; outside the alphabet, what `first` says."""
    if shown not in alphabet:
        return landing(first)
    return alphabet[(alphabet.index(shown) + by) % len(alphabet)]


def landing(first: FirstPress) -> str:
    """Return what the first press makes of a dash; raise where that is not known, or where no dash can be."""
    match first:
        case ShowsFirst(character=character):
            return character
        case FirstUnknown():
            raise MissingFactError(
                gettext("it is not known what the first press shows on this radio"),
                hint=gettext("press the key until its place shows the digit, and count nothing"),
                missing="entry_first",
            )
        case CountsOn():
            raise CatalogueError("a place that counts on from what it shows cannot open with a dash")
        case unknown:
            assert_never(unknown)
