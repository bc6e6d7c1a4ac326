"""What else stands on a label or a display beside the serial number: type, software, date, part number.

Each line is known by its form, named, and answered with where to look instead. They are only asked after when
no serial number was found: a number that fits a format is never turned away because it also looks like one of
these. What only one maker prints is looked for in that make's radios, and where no make was said; so a hint
speaks of the car that was named.

The lines are those of labels and displays as owners posted them (`docs/labels.md` names the places).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from radiokey.language.speech import later
from radiokey.serial.makes import among
from radiokey.serial.spelling import Spelled

_LONGEST: Final = 20
_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class StickerItem:
    """A line of a label or display: its id, what it is in words, what to know of it, and its form.

    Both are regular expressions, empty where there is none: `printed` is searched in the text as spelled,
    `compact` must be the whole text without separators. `makes` are the makes whose radios have such a line,
    empty for all; a line that says too little to be known by its form `needs_make`. `hint` is empty where
    there is no more to say than where the radio's own number stands.
    """

    id: str
    what: str
    hint: str = ""
    printed: str = ""
    compact: str = ""
    makes: tuple[str, ...] = ()
    needs_make: bool = False

    def may_be_of(self, make: str | None) -> bool:
        """Tell whether a radio of this make can have the line; `None`: nobody said which."""
        if make is None:
            return not self.needs_make
        return not self.makes or among(make, self.makes)


_PRE_CODE: Final = ("renault", "dacia", "nissan")
_MONTHS: Final = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_TYPE: Final = later("it names the type of the radio, not yours")
_VW_GROUP: Final = ("audi", "seat", "skoda", "volkswagen")

ITEMS: Final = (
    # --- what one maker prints, its own words before what all print
    StickerItem(
        "type",
        later("the type of the radio"),
        _TYPE,
        compact=r"FD[A-Z]?[0-9]{3,4}[A-Z]?[0-9]?|[3-9][05]0[0-9](?:RDS|EON|CDC?|CDR|MP3|AUX|NE|W)+",
        makes=("ford",),
    ),
    StickerItem(
        "type", later("the type of the radio"), _TYPE, compact=r"(?:SC[89]|HU[0-9])[0-9]{2}", makes=("volvo",)
    ),
    StickerItem(
        "type", later("the type of the radio"), _TYPE, compact=r"RD[34]", makes=("peugeot", "citroen")
    ),
    StickerItem(
        "software",
        later("a line of the radio's software"),
        later("the keys show it in a row with others; only one of them, or the label, is the serial number"),
        printed=r"\bACU CFG\b|\b(?:S\.?W|BEZEL|BOOT)\b[ .:]*[0-9]",
        makes=("ford",),
    ),
    StickerItem(
        "digits-alone",
        later("a line of digits alone, such as software or configuration"),
        later("a serial number of this make is printed with its letter; never add one yourself"),
        compact=r"[0-9]{6}|[0-9]{8}",
        makes=("ford",),
        needs_make=True,
    ),
    StickerItem(
        "digits-alone",
        later("a line of four digits alone, as the code itself is"),
        later("a pre-code is a letter and three digits; never add a letter yourself"),
        compact=r"[0-9]{4}",
        makes=("renault", "dacia"),
        needs_make=True,
    ),
    StickerItem(
        "lot-number",
        later("a lot number, or a serial number miscounted"),
        later("a number that begins with M has exactly six digits behind it; look for it nearby"),
        compact=r"M(?:[0-9]{4,5}|[1-9][0-9]{6}|[0-9]{8,})",
        makes=("ford",),
    ),
    StickerItem(
        "lot-number",
        later("a lot number"),
        compact=r"M[0-9]{5,}",
        makes=_PRE_CODE,
    ),
    StickerItem(
        "part-number",
        later("a part number"),
        _TYPE,
        printed=r"\b(?:CDR|CCR|CAR|NCDR|NCDC|CD) ?[0-9]{2,4}\b.*\b[0-9]{2} ?[0-9]{3} ?[0-9]{3}\b",
        makes=("opel",),
    ),
    StickerItem(
        "part-number",
        later("a number of eight digits, as part numbers are"),
        _TYPE,
        compact=r"[0-9]{8}",
        makes=("opel",),
        needs_make=True,
    ),
    StickerItem(
        "part-number",
        later("a part number"),
        later(
            "it names the type of the radio, not yours; the pre-code stands after it, "
            "behind the letter T, e.g. 281155216RT V212"
        ),
        compact=r"(?:28115|28185)[0-9A-Z]{4,6}|[0-9]{9}RT?0?|(?:77|82)[0-9]{8}T?0?",
        makes=_PRE_CODE,
    ),
    StickerItem(
        "production-number",
        later("a production number"),
        later("it begins with FD; the pre-code stands before it, behind the letter T, e.g. TA123"),
        compact=r"FD[0-9A-Z]{4,}",
        makes=_PRE_CODE,
    ),
    StickerItem(
        "part-number",
        later("a part number"),
        _TYPE,
        compact=r"A[0-9]{10}",
        makes=("mercedes", "smart"),
    ),
    StickerItem(
        "part-number",
        later("a part number"),
        later(
            "it names the type of the radio, not yours; the serial number is shown when "
            "the radio is switched on with 1 and 6 held while it asks for the code"
        ),
        compact=r"3910[01][A-Z][0-9A-Z]{2}(?:[0-9A-Z]{4}(?:[0-9A-Z]{2})?)?",
        makes=("honda", "acura"),
    ),
    StickerItem(
        "part-number",
        later("a part number"),
        _TYPE,
        compact=r"[0-9][A-Z][0-9A-Z]035[0-9]{3}[A-Z]{0,2}",
        makes=_VW_GROUP,
    ),
    StickerItem(
        "half-number",
        later("one half of the number"),
        later("the radio shows two halves, one after U and one after L; type both, e.g. U2200 L0055"),
        compact=r"[UL][0-9]{4}",
        makes=("honda", "acura"),
    ),
    StickerItem(
        "tracking-code",
        later("a tracking code of sixteen digits"),
        later("if A2C stands before it, type that too"),
        compact=r"[0-9]{16}",
        makes=("fiat", "alfa romeo", "peugeot", "citroen"),
    ),
    StickerItem(
        "tracking-code",
        later("a tracking code of sixteen digits"),
        later("if the screen of the navigation unit shows it, name the model"),
        compact=r"[0-9]{16}",
        makes=("toyota",),
    ),
    # --- what all print
    StickerItem(
        "date",
        later("a date"),
        printed=(
            r"(?<![\w./-])(?:"
            r"(?:0?[1-9]|[12][0-9]|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)?[0-9]{2}"
            r"|(?:19|20)[0-9]{2}([./-])(?:0?[1-9]|1[0-2])(?:\2(?:0?[1-9]|[12][0-9]|3[01]))?"
            r"|(?:0?[1-9]|1[0-2])[./-](?:19|20)[0-9]{2}"
            r")(?![\w./-])"
            rf"|\b(?:[0-9]{{1,2}}[./ -](?:{_MONTHS})|(?:{_MONTHS})[./ -][0-9]{{1,2}})[./ -][0-9]{{2,4}}\b"
            rf"|\b(?:{_MONTHS})[A-Z]*[./ -]{{1,2}}(?:19|20)[0-9]{{2}}\b"
        ),
    ),
    StickerItem(
        "telephone",
        later("a telephone number"),
        printed=(
            r"(?<![0-9])(?<![0-9] )\+[0-9](?:[ ().-]{0,2}[0-9]){8,13}(?![0-9])"
            r"|\b(?:TEL(?:EPHONE)?|PHONE|MOBILE|T[E]\u041b[\u0400-\u04ffA-Z]*)[ .:+]*"
            r"(?:[0-9][ ().-]{0,2}){9,14}(?![0-9])"
            r"|(?<![\w.-])[78][ (-]{1,2}9[0-9]{2}[) -]{1,2}[0-9]{3}[ -][0-9]{2}[ -]?[0-9]{2}(?!\w)"
        ),
    ),
    StickerItem(
        "approval",
        later("an approval number"),
        later("the small e with a number is the mark of the authority that approved the radio"),
        printed=r"\bE ?[0-9]{1,2}[ *-]+[0-9]{6}\b",
        compact=r"E[0-9]{8}",
    ),
    StickerItem(
        "laser-class",
        later("the laser class"),
        printed=r"\b(?:CLASS|KLASSE|CLASSE) ?[0-9][A-Z]?\b|\bLASER\b",
    ),
    StickerItem(
        "device-number",
        later("the radio maker's device number"),
        _TYPE,
        compact=r"(?:764[0-9]|7612)[0-9]{6}(?:[0-9]{3})?",
    ),
    StickerItem(
        "tracking-code",
        later("a tracking code of sixteen digits"),
        compact=r"[0-9]{16}",
    ),
    StickerItem(
        "vin",
        later("the identification number of the car"),
        later("it names the car, not the radio"),
        compact=r"(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}",
    ),
    StickerItem(
        "part-number",
        later("a part number"),
        _TYPE,
        printed=r"\b(?:P ?/ ?N|PART ?(?:NO|NR|NUMBER))\b[ .:#-]*[0-9A-Z]*[0-9][0-9A-Z]*(?:[-./][0-9A-Z]+)*",
    ),
)
"""What stands on labels and displays beside the serial number: the most telling form first."""


_PRINTED: Final = tuple(
    re.compile(item.printed, re.ASCII) for item in ITEMS if item.printed and not item.makes
)


def _items(make: str | None) -> Iterator[StickerItem]:
    return (item for item in ITEMS if item.may_be_of(make))


def named(spelled: Spelled, make: str | None = None) -> StickerItem | None:
    """Return what the whole of a text is, or what is printed in it, if it is one of these."""
    for item in _items(make):
        if item.compact and re.fullmatch(item.compact, spelled.compact, re.ASCII):
            return item
        if item.printed and re.search(item.printed, spelled.text, re.ASCII):
            # Words such as "part number" say less than the form of what stands behind them.
            return (item is ITEMS[-1] and named_among_words(spelled, make)) or item
    return None


def named_among_words(spelled: Spelled, make: str | None = None) -> StickerItem | None:
    """Return what some words of a text are, if they are one of these."""
    runs = [run.upper() for _, _, run in spelled.runs(_LONGEST, words=_WORDS)]
    for item in _items(make):
        if item.compact and any(re.fullmatch(item.compact, run, re.ASCII) for run in runs):
            return item
    return None


def printed_spans(spelled: Spelled) -> tuple[tuple[int, int], ...]:
    """Return where in the text such things stand that are known by more than letters and digits."""
    if spelled.text.isalnum():
        return ()
    return tuple(match.span() for printed in _PRINTED for match in printed.finditer(spelled.text))


def words_of_items(spelled: Spelled, make: str | None = None) -> frozenset[int]:
    """Return which words are such a line, or a part of one: of this make's radios, or of all."""
    items = tuple(item for item in _items(make) if make or not item.makes)
    found = {
        at
        for first, last, run in spelled.runs(_LONGEST, words=_WORDS)
        for item in items
        if item.compact and re.fullmatch(item.compact, run.upper(), re.ASCII)
        for at in range(first, last)
    }
    # A type goes on behind a dash: RD3-01.
    found |= {at + 1 for at in found if spelled.is_joined(at, "-")}
    spans = [span for item in items if item.printed for span in _spans(item.printed, spelled.text)]
    for at, word in enumerate(spelled.words):
        if word is not None and any(start < word.end and word.start < end for start, end in spans):
            found.add(at)
    return frozenset(found)


def _spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in re.finditer(pattern, text, re.ASCII))
