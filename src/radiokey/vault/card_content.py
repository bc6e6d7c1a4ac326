"""What a card says; `radiokey.vault.card` draws it, with fonts that take long to load."""

from dataclasses import dataclass

from radiokey.code.value import AnyPress
from radiokey.headunit.panel import Panel
from radiokey.vault.document import Entry


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What a card says: `entry`, its radio by name, where the next owner finds help, with `code` the steps.

    `panel` is `None` where it is not known. A step is a sentence and its presses; there are none without the
    code.
    """

    entry: Entry
    radio: str
    help: tuple[str, ...]
    code: bool
    panel: Panel | None = None
    steps: tuple[tuple[str, tuple[AnyPress, ...]], ...] = ()

    def __repr__(self) -> str:
        return f"Card({self.entry.serial}, ****)"
