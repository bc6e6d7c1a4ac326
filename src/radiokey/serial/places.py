"""Where a radio shows its number, in the order to look: what costs nothing first, the screwdriver last.

These places are general; a model's own (its keys, its menu, its sticker) stand in the catalogue under the
same four kinds and come before them.
"""

from dataclasses import dataclass
from typing import Final

from radiokey.language.speech import later


@dataclass(frozen=True, slots=True)
class GeneralPlace:
    """A place to look, the same for every radio.

    `kind` is `papers`, `keys`, `menu` or `sticker`, as in the catalogue. `only_if` says when it applies
    (empty: always), `care` what must not be done there (empty: nothing can go wrong). `question` is asked
    before the place is offered: somebody who answers no is sent to a workshop instead.
    """

    kind: str
    title: str
    how: str
    only_if: str = ""
    care: str = ""
    question: str = ""


PLACES: Final = (
    GeneralPlace(
        kind="papers",
        title=later("In the papers"),
        how=later(
            "Radio card, code card, handbook, service book, the sticker in the glove box, "
            "boot or under the bonnet, old invoices. Often the code stands there too, and "
            "then you need no number."
        ),
        care=later(
            "A card found in the car belongs to the radio it was delivered with: compare "
            "its number with the radio's if the radio was ever changed."
        ),
    ),
    GeneralPlace(
        kind="keys",
        title=later("On the display, with two keys"),
        how=later("Some radios show their number when certain keys are held."),
        only_if=later(
            "Only if your model's own page names the keys: on other radios they count as an entry."
        ),
        care=later("Do not enter wrong codes to make it show the number. Each one costs an attempt."),
    ),
    GeneralPlace(
        kind="menu",
        title=later("In the menu"),
        how=later("Settings, then System, then Device information, or a similar name."),
        only_if=later(
            "Only while the radio is unlocked; a locked radio shows nothing but the "
            "keypad. So note it once it plays again, for the next time."
        ),
    ),
    GeneralPlace(
        kind="sticker",
        title=later("On the sticker on the case"),
        how=later(
            "The radio comes out with its two or four release keys. Photograph the whole "
            "label, then copy the number."
        ),
        only_if=later("Last, when papers, keys and menu gave nothing."),
        care=later(
            "Ignition off, negative terminal of the battery off first. No screwdriver as a "
            "lever. Leave anything near an airbag to a workshop. With the supply gone the "
            "lock stays as it is."
        ),
        question=later(
            "Have you taken a car radio out before, and do you have the release keys for this one?"
        ),
    ),
)
"""Papers, keys, menu, sticker: the order of the article and of its frequently asked questions."""

COPYING: Final = later(
    "Copy every character and take a photograph. O and 0, I and 1, B and 8, S and "
    "5 look alike. The number is neither the part number nor a date."
)
"""What to say beside every field that takes a number."""
