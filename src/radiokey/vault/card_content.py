"""What a card says; `radiokey.vault.card` draws it, with fonts that take long to load."""

from dataclasses import dataclass

from radiokey.catalogue.face import Face
from radiokey.headunit.panel import Panel
from radiokey.vault.document import Entry, Step


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What a card says: `entry`, its radio by name, where the next owner finds help, with `code` the steps.

    `panel` and `face` are `None` where they are not known. There are no steps without the code.
    """

    entry: Entry
    radio: str
    help: tuple[str, ...]
    code: bool
    panel: Panel | None = None
    steps: tuple[Step, ...] = ()
    face: Face | None = None

    def __repr__(self) -> str:
        return f"Card({self.entry.serial}, ****)"
