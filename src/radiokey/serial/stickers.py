"""What else is printed on and near the sticker, and is not the serial number.

Each is known by its form, named, and answered with where to look instead. They are only asked after when no
serial number was found: a number that fits a format is never turned away because it also looks like one of
these.
"""

import re
from dataclasses import dataclass
from typing import Final

from radiokey.serial.spelling import Spelled

_LOOK_AGAIN: Final = (
    "look for the radio's own number on the label, e.g. 281155216RT V212, M012345 or BP5387 6 1234567"
)


_LONGEST: Final = 20
_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class StickerItem:
    """A thing on a sticker: its id, what it is in words, where to look instead, and its form.

    `printed` is searched in the text as spelled; `compact` must be the whole text without separators.
    """

    id: str
    what: str
    hint: str
    printed: re.Pattern[str] | None = None
    compact: re.Pattern[str] | None = None


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


ITEMS: Final = (
    StickerItem(
        "date",
        "a date",
        _LOOK_AGAIN,
        printed=re.compile(
            r"(?<![\w./-])(?:"
            r"(?:0?[1-9]|[12][0-9]|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)?[0-9]{2}"
            r"|(?:19|20)[0-9]{2}([./-])(?:0?[1-9]|1[0-2])(?:\2(?:0?[1-9]|[12][0-9]|3[01]))?"
            r"|(?:0?[1-9]|1[0-2])[./-](?:19|20)[0-9]{2}"
            r")(?![\w./-])",
            re.ASCII,
        ),
    ),
    StickerItem(
        "approval",
        "an approval number",
        f"the small e with a number is the mark of the authority that approved the radio; {_LOOK_AGAIN}",
        printed=re.compile(r"\bE ?[0-9]{1,2}[ *-]+[0-9]{6}\b", re.ASCII),
        compact=_whole(r"E[0-9]{8}"),
    ),
    StickerItem(
        "laser-class",
        "the laser class",
        _LOOK_AGAIN,
        printed=re.compile(r"\b(?:CLASS|KLASSE|CLASSE) ?[0-9][A-Z]?\b|\bLASER\b", re.ASCII),
    ),
    StickerItem(
        "part-number",
        "a part number",
        "it names the type of the radio, not yours; on Renault and Dacia labels the pre-code stands after "
        "it, behind the letter T, e.g. 281155216RT V212",
        compact=_whole(r"(?:28115|28185)[0-9A-Z]{4,6}|[0-9]{9}RT?0?|(?:77|82)[0-9]{8}T?0?"),
    ),
    StickerItem(
        "production-number",
        "a production number",
        "it begins with FD; the pre-code stands before it, behind the letter T, e.g. TA123",
        compact=_whole(r"FD[0-9A-Z]{4,}"),
    ),
    StickerItem(
        "device-number",
        "Blaupunkt's device number",
        "it names the type of the radio, not yours; look for BP and twelve digits, e.g. BP5387 6 1234567",
        compact=_whole(r"764[0-9]{7}"),
    ),
    StickerItem(
        "lot-number",
        "a lot number, or a Ford number miscounted",
        "a Ford serial number has exactly six digits after the M, e.g. M012345; look for it nearby",
        compact=_whole(r"M(?:[0-9]{4,5}|[1-9][0-9]{6}|[0-9]{8,})"),
    ),
    StickerItem(
        "tracking-code",
        "a tracking code of sixteen digits",
        "if A2C stands before it, type that too; if the screen of a Toyota navigation unit shows it, name "
        "the model",
        compact=_whole(r"[0-9]{16}"),
    ),
    StickerItem(
        "half-number",
        "one half of a Honda or Acura number",
        "the radio shows two halves, one after U and one after L; type both, e.g. U2200 L0055",
        compact=_whole(r"[UL][0-9]{4}"),
    ),
    StickerItem(
        "vin",
        "the identification number of the car",
        _LOOK_AGAIN,
        compact=_whole(r"(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}"),
    ),
)
"""What stands on stickers beside the serial number, the most telling form first."""


def named(spelled: Spelled) -> StickerItem | None:
    """Return what the whole of a text is, or what is printed in it, if it is one of these."""
    for item in ITEMS:
        if item.compact is not None and item.compact.fullmatch(spelled.compact):
            return item
        if item.printed is not None and item.printed.search(spelled.text):
            return item
    return None


def named_among_words(spelled: Spelled) -> StickerItem | None:
    """Return what some words of a text are, if they are one of these."""
    runs = [run for _, _, run in spelled.runs(_LONGEST, words=_WORDS)]
    for item in ITEMS:
        if item.compact is not None and any(map(item.compact.fullmatch, runs)):
            return item
    return None


def printed_spans(spelled: Spelled) -> tuple[tuple[int, int], ...]:
    """Return where in the text such things stand, as (start, end)."""
    return tuple(
        match.span()
        for item in ITEMS
        if item.printed is not None
        for match in item.printed.finditer(spelled.text)
    )
