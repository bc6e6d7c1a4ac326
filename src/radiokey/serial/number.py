"""A serial number, what a person copied, and the doubts between the two.

Kind about spelling, strict about meaning: spaces, case, dashes and the label around the number are no
concern of the owner's; a character that could be two characters is repaired only where exactly one reading
fits the format, and otherwise the doubt is returned for a person to settle.
"""

from dataclasses import dataclass
from enum import StrEnum


class Identity(StrEnum):
    """Whether a number names one radio or a whole class of them (ARCHITECTURE, "Identity")."""

    UNIT = "unit"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class SerialNumber:
    """A serial number in its canonical spelling.

    `text` is the canonical spelling (`"V212"`, `"M123456"`, `"BP234631991366"`), `kind` the id of its
    `SerialFormat`, `identity` whether the number names one unit.
    """

    text: str
    kind: str
    identity: Identity

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Doubt:
    """A character that can be read in two ways: `at` counts from 0 in the canonical text."""

    at: int
    read: str
    other: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand what a person copied.

    `label` is the whole text, upper-cased and with single spaces: the stolen list matches on it where the
    number is shared. `doubts` names look-alike characters in the number that the owner should check again;
    an empty tuple means that every character can be only itself.
    """

    serial: SerialNumber
    label: str
    doubts: tuple[Doubt, ...] = ()
    repaired: bool = False
