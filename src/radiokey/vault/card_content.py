"""What a card says; `radiokey.vault.card` draws it, with fonts that take long to load."""

from dataclasses import dataclass

from radiokey.headunit.panel import Panel
from radiokey.vault.document import Entry, Step


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What a card says: `entry`, its radio by name, where the next owner finds help, with `code` the steps.

    `panel` is `None` where it is not known. There are no steps without the code.
    """

    entry: Entry
    radio: str
    help: tuple[str, ...]
    code: bool
    panel: Panel | None = None
    steps: tuple[Step, ...] = ()

    def __repr__(self) -> str:
        return f"Card({self.entry.serial}, ****)"
