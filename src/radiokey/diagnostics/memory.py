"""What the plug keeps beside the lock's record: the car, the workshop, trouble codes. Nothing of the lock."""

import re
from dataclasses import dataclass
from typing import Final, Protocol

from radiokey.diagnostics.troubles import Trouble

VIN: Final = re.compile("[A-HJ-NPR-Z0-9]{17}")
WORKSHOP_SIZE_MAX: Final = 16


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What the factory wrote on the unit, each in ASCII; `system` is the model's id in the catalogue.

    `signer`: the unit was given a signer that it trusts.
    """

    serial: str
    system: str = ""
    part: str = ""
    software: str = ""
    supplier_software: str = ""
    signer: bool = False


@dataclass(frozen=True, slots=True)
class Notes:
    """What workshops wrote and what went wrong: `vin` and `workshop` are empty where nothing was written."""

    vin: str = ""
    workshop: str = ""
    troubles: frozenset[Trouble] = frozenset()


class NotesNotKeptError(Exception):
    """The notes could not be made durable."""


class Notebook(Protocol):
    """Keeps the notes durably."""

    def read(self) -> Notes:
        """Return the notes as last written."""
        ...

    def write(self, notes: Notes) -> None:
        """Make `notes` durable; raise `NotesNotKeptError`."""
        ...


class RamNotebook:
    """Notes in RAM, for a simulated unit."""

    __slots__ = ("_notes",)

    def __init__(self, notes: Notes | None = None) -> None:
        self._notes = notes or Notes()

    def read(self) -> Notes:
        """Return the notes."""
        return self._notes

    def write(self, notes: Notes) -> None:
        """Keep them."""
        self._notes = notes
