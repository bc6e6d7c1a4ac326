"""The panel: keys into an entered code, and back: a code into the presses that key it.

Four ways of entering are known, and each is a small class with the same two verbs, so that the way there and
the way back are proven against each other for every code of every model.

- `Direct`: one key per character (number keys, touch keys).
- `Cycle`: one key per place; each press shows the next character of that place.
- `Knob`: one control changes the character of the current place, another goes on to the next place.
- `Groups`: one key per group of places that count up together (Delco: HR and MN).

Confirming is automatic with the last character, or a key, or a key held long enough: a quick press on a
long-press key is no press (claim 60).
"""

from dataclasses import dataclass
from enum import StrEnum


class Control(StrEnum):
    """What kind of thing a finger meets."""

    BUTTON = "button"
    KNOB = "knob"
    TOUCH = "touch"
    ROCKER = "rocker"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a panel: its id (what a `Press` names), what is printed on it, what it is, where it sits.

    `at` is (column, row) on a grid that a drawing may use; the drawing is a schematic, not a likeness.
    """

    id: str
    label: str
    control: Control = Control.BUTTON
    at: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Direct:
    """One key per character: `keys` maps a character to the id of its key."""

    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cycle:
    """One key per place; `keys` are their ids, in the order of the places.

    `start` is what the display shows when the entry opens, one character per place (`"0000"`, `"1000"`,
    `"----"`). From a character of the place's alphabet a press shows the next one, the last is followed by
    the first; from anything else (a dash) the first press shows `first`, then goes on.
    """

    keys: tuple[str, ...]
    start: str
    first: str = "0"


@dataclass(frozen=True, slots=True)
class Knob:
    """`up` and `down` change the character of the current place, `next` goes on; it opens at `start`."""

    up: str
    down: str
    next: str
    start: str


@dataclass(frozen=True, slots=True)
class Groups:
    """`groups` pairs a key's id with how many places (from the left) it counts up together from `start`."""

    groups: tuple[tuple[str, int], ...]
    start: str


Entry = Direct | Cycle | Knob | Groups


@dataclass(frozen=True, slots=True)
class Automatic:
    """The last character confirms the entry."""


@dataclass(frozen=True, slots=True)
class ConfirmBy:
    """`key` confirms; held at least `hold_ms` where that is not 0."""

    key: str
    hold_ms: int = 0


Confirm = Automatic | ConfirmBy


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel's keys, how a code is entered on them, how the entry is opened and confirmed.

    `opening` are presses that open the entry before the first character (Audi: two keys held together are
    one key here, `"AM/FM + SCAN"`); empty where the prompt is open already.
    """

    keys: tuple[Key, ...]
    entry: Entry
    confirm: Confirm
    opening: tuple["OpeningPress", ...] = ()


@dataclass(frozen=True, slots=True)
class OpeningPress:
    """A press that opens the entry: `key`, held at least `hold_ms` where that is not 0."""

    key: str
    hold_ms: int = 0
