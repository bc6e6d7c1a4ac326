"""A serial number, what a person copied, and the doubts between the two.

Kind about spelling, strict about meaning: spaces, case, dashes and the label around the number are no
concern of the owner's; a character that could be two characters is repaired only where exactly one reading
fits the format, and otherwise the doubt is returned for a person to settle.

>>> parse("Dacia radio 281155216RT V212").serial.text
'V212'
>>> parse("bp5387 6 1234567").serial.text
'BP538761234567'
>>> parse("M0I2345").doubts  # a capital I where only a digit can stand
(Doubt(at=2, read='I', other='1'),)
>>> parse("e13 029079")
Traceback (most recent call last):
    ...
radiokey.errors.NotTheSerialError: this is an approval number, not the serial number
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Final

from radiokey.errors import SerialDoubtError
from radiokey.serial import barcode, refusal
from radiokey.serial.formats import AS_PRINTED, FORMATS, Identity, Needs, SerialFormat
from radiokey.serial.makes import among
from radiokey.serial.shapes import UNKNOWN, Fit, Shape, Strength
from radiokey.serial.spelling import Spelled, Word, heard, spell
from radiokey.serial.stickers import printed_spans, words_of_items

__all__ = ["Doubt", "Identity", "Reading", "SerialNumber", "makes_to_ask", "parse", "readings"]

_SHORT = 6
"""Numbers up to this length are not taken from among other words that hold digits."""

_MARK: Final = r"\b(?:S ?/ ?N(?:[OR]\b)?|SN|SERI(?:AL|ENNR|ENNUMMER))\b(?: ?(?:NO|NR|NUMBER)\b)?"
"""What a label prints before its serial number."""
_LETTERS_MAX: Final = 2
"""More letters without a digit are a word, and no part of a number."""

_LONGEST = max(max(shape.lengths()) for entry in FORMATS.values() for shape in entry.shapes)


@cache
def _shapes_for(length: int, first: str) -> tuple[tuple[SerialFormat, tuple[Shape, ...]], ...]:
    """Return the shapes that a text of this length beginning with this character can have."""
    return tuple(
        (entry, shapes)
        for entry in FORMATS.values()
        if entry.needs is not Needs.NO_FORM
        and (shapes := tuple(shape for shape in entry.shapes if shape.may_begin(length, first)))
    )


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

    @property
    def key(self) -> str:
        """What two spellings of one number have in common: compare and store this, show `text`.

        A Blaupunkt barcode leaves the fifth digit out, so `BP5387?1234567` and `BP538761234567` can be one
        radio: in the key that place is always `?`. A stolen radio cannot be washed clean with a scanner.
        """
        if self.kind == "bp12":
            return f"{self.text[:6]}{UNKNOWN}{self.text[7:]}"
        return self.text


@dataclass(frozen=True, slots=True)
class Doubt:
    """A character that can be read in two ways: `at` counts from 0 in the canonical text.

    `read` is what was copied, `other` what it looks like. If the reading is `repaired` and its text has
    `other` at that place, the format allowed nothing else.
    """

    at: int
    read: str
    other: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand what a person copied.

    `label` is the whole text, upper-cased and with single spaces: the stolen list matches on it where the
    number is shared. `doubts` names look-alike characters in the number that the owner should check again;
    an empty tuple means that every character can be only itself. `labelled` says that the label around the
    number was read too (the T of a pre-code, the plant of a Ford). `ask_makes` holds the makes to choose from
    where the number alone does not tell what follows; it is empty where the make is known or no matter.
    """

    serial: SerialNumber
    label: str
    doubts: tuple[Doubt, ...] = ()
    repaired: bool = False
    labelled: bool = False
    ask_makes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hints:
    """What has been said about the radio: the car's make, the formats it can have; `()`: none is known."""

    make: str | None
    kinds: Collection[str] | None

    def rules_out(self, entry: SerialFormat) -> bool:
        return self.kinds is not None and entry.id not in self.kinds

    def names(self, entry: SerialFormat) -> bool:
        return self.kinds is not None and entry.id in self.kinds

    def is_of_the_make(self, entry: SerialFormat) -> bool:
        return self.make is not None and among(self.make, entry.makes)

    def is_enough_for(self, entry: SerialFormat) -> bool:
        """Tell whether the weak shapes of a format may be looked for."""
        if self.names(entry) or entry.needs is Needs.NOTHING:
            return True
        return entry.needs is Needs.MAKE and self.is_of_the_make(entry)


@dataclass(frozen=True, slots=True)
class _Decision:
    """A number found in the words `first` to `last` (exclusive), and how much speaks for it."""

    fit: Fit
    format: SerialFormat
    strength: Strength
    of_the_make: bool
    first: int
    last: int

    @property
    def rank(self) -> tuple[bool, Strength, bool]:
        return self.of_the_make, self.strength, self.fit.repairs == 0

    @property
    def is_open_ended(self) -> bool:
        """Whether the format has no fixed length: it takes all it can."""
        return self.format.shapes[0].tail != (0, 0)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What numbers found in some words tell: the strongest there, and the formats without a fixed length."""

    strength: Strength | None = None
    open_ended: frozenset[str] = frozenset()

    def and_(self, other: "_Evidence") -> "_Evidence":
        strengths = [one.strength for one in (self, other) if one.strength is not None]
        return _Evidence(max(strengths, default=None), self.open_ended | other.open_ended)

    def says_more_than(self, entry: _Decision) -> bool:
        """Tell whether a number in more words than those of `entry` makes it a mere part.

        Two numbers that tell as much are both kept, for a person to settle: in `M012345 6` the last digit
        may belong to the number or not.
        """
        stronger = self.strength is not None and self.strength > entry.strength
        return stronger or (entry.is_open_ended and entry.format.id in self.open_ended)


_NOTHING = _Evidence()


def parse(
    text: str, *, make: str | None = None, kinds: Collection[str] | None = None, as_printed: bool = False
) -> Reading:
    """Return the one reading of what a person copied.

    `make` is the car's make and `kinds` the formats (ids of `FORMATS`) that the radio can have, `None` where
    that is not known; no `kinds` at all where the radio is known and its numbering is not. `as_printed` takes
    a number that has none of these forms as it is printed: nobody knows all that this radio can have.

    Raises `NotTheSerialError` for another number off the sticker, `SerialDoubtError` where more than one
    number or more than one maker's number can be meant, `SerialError` where there is none; each says what
    was expected, what came, and where to look. No error repeats the text: it might be the code.
    """
    make = make or None
    found = _ranked(text, _Hints(make, kinds))
    if not found:
        spelled = spell(text)
        if (printed := _printed(spelled, make, kinds, as_printed=as_printed)) is not None:
            return printed
        fits_others = bool(_ranked(text, _Hints(make, None)) or _ranked(text, _Hints(None, None)))
        raise refusal.why(spelled, refusal.Said(make, kinds), of_another_kind=fits_others)
    best = [entry for entry in found if entry.rank == found[0].rank]
    if len({entry.fit.text for entry in best}) > 1:
        raise _several(best, named=make is None and kinds is None)
    if len(best) > 1:
        makes = _makes(best)
        raise SerialDoubtError(
            "radios of several makes have a number of this form",
            hint="say which model the radio is" if make else f"say which make the car is: {', '.join(makes)}",
            makes=", ".join(makes),
            kinds=", ".join(entry.format.id for entry in best),
        )
    if _by_sound(text, _Hints(make, kinds), found[0]):
        raise SerialDoubtError(
            "a letter of this number is Cyrillic and can be two Latin ones, by its look or by its sound",
            hint="type the number with the Latin keyboard, as it is printed on the label",
            readings=2,
        )
    return _reading(found[0], spell(text), best, make)


def _by_sound(text: str, hints: _Hints, seen: _Decision) -> list[_Decision]:
    """Return the numbers that are as good as the one that was `seen`, if Cyrillic letters are read by sound.

    An owner with no V on the keyboard may type the Cyrillic letter that is spoken so, and it looks like a B.
    """
    if (spoken := heard(text)) == text:
        return []
    found = _ranked(spoken, hints)
    return [one for one in found if one.fit.text != seen.fit.text and one.rank >= seen.rank]


def _several(found: list[_Decision], *, named: bool) -> SerialDoubtError:
    """Return the error for several numbers in one text: a paste of two labels, or a stray digit.

    What they are is `named` where no make was said.
    """
    names = dict.fromkeys(entry.format.name for entry in found)
    numbers = len({entry.fit.text for entry in found})
    said = f": {', '.join(names)}" if named and len(names) > 1 else ""
    return SerialDoubtError(
        f"{numbers} different serial numbers can be read here{said}",
        hint="type one number only, as it stands on the label of the radio that is locked",
        readings=numbers,
    )


def readings(
    text: str, *, make: str | None = None, kinds: Collection[str] | None = None, as_printed: bool = False
) -> tuple[Reading, ...]:
    """Return every way to understand what a person copied, best first; none is an empty tuple.

    Takes what `parse` takes. Never raises for a `str`.
    """
    make = make or None
    found = _ranked(text, _Hints(make, kinds))
    if not found:
        printed = _printed(spell(text), make, kinds, as_printed=as_printed)
        return () if printed is None else (printed,)
    best = [entry for entry in found if entry.rank == found[0].rank]
    spelled = spell(text)
    spoken = _by_sound(text, _Hints(make, kinds), found[0])
    return tuple(_reading(entry, spelled, best, make) for entry in (*found, *spoken))


def _printed(
    spelled: Spelled, make: str | None, kinds: Collection[str] | None, *, as_printed: bool
) -> Reading | None:
    """Return the number that stands in a text as it is printed, where that is all that can be said of it.

    It is the number behind S/N or Serial; or all of the text, where no word is one; or the one word that can
    be a number. What else stands on labels is none.
    """
    if not (as_printed or (kinds is not None and AS_PRINTED in kinds)):
        return None
    others = words_of_items(spelled, make)
    words = [None if at in others else word for at, word in enumerate(spelled.words)]
    free = [word for word in words if word]
    marked = re.search(_MARK, spelled.text)
    after = [word for word in free if marked and word.start >= marked.end()]
    behind = _number_from(words, after)
    whole = _number_from(words, free)
    whole = whole if len(whole) == sum(len(word.text) for word in free) else ""
    for texts in ([behind], [whole], [word.text for word in free]):
        numbers = {
            text.upper() for text in texts if FORMATS[AS_PRINTED].shapes[0].fit(text.upper()) is not None
        }
        if len(numbers) == 1:
            number = SerialNumber(numbers.pop(), AS_PRINTED, FORMATS[AS_PRINTED].identity)
            return Reading(serial=number, label=spelled.text)
    return None


def _number_from(words: list[Word | None], after: list[Word]) -> str:
    """Return the words in a row, from the first of `after` on, that can be one number; a gap ends it."""
    row = words[words.index(after[0]) :] if after else []
    return "".join(word.text for word in takewhile(_may_be_of_a_number, row) if word)


def _may_be_of_a_number(word: Word | None) -> bool:
    return word is not None and (len(word.text) <= _LETTERS_MAX or not word.text.isalpha())


def makes_to_ask(text: str, *, kinds: Collection[str] | None = None) -> tuple[str, ...]:
    """Return the makes to choose from before `text` can be understood, sorted; none need be asked: ().

    >>> makes_to_ask("A2C 0012 3400 5678 1234")
    ('alfa romeo', 'citroen', 'fiat', 'peugeot')
    >>> makes_to_ask("V212")
    ()
    """
    found = _ranked(text, _Hints(None, kinds))
    if not found:
        return refusal.makes_of_digits(spell(text))
    best = [entry for entry in found if entry.rank == found[0].rank]
    return _asked(best, None)


def _reading(entry: _Decision, spelled: Spelled, best: list[_Decision], make: str | None) -> Reading:
    return Reading(
        serial=SerialNumber(entry.fit.text, entry.format.id, entry.format.identity),
        label=spelled.text,
        doubts=tuple(Doubt(slip.at, slip.read, slip.other) for slip in entry.fit.slips),
        repaired=entry.fit.repairs > 0,
        labelled=entry.strength is Strength.LABELLED,
        ask_makes=_asked(best if entry in best else [entry], make),
    )


def _asked(best: list[_Decision], make: str | None) -> tuple[str, ...]:
    """Return the makes to choose from among equally good findings."""
    if make is not None and any(entry.of_the_make for entry in best):
        return ()
    several = len({entry.format.id for entry in best}) > 1
    return _makes(best) if several or any(entry.format.asks_make for entry in best) else ()


def _makes(found: list[_Decision]) -> tuple[str, ...]:
    return tuple(sorted({make for entry in found for make in entry.format.makes}))


def _ranked(text: str, hints: _Hints) -> list[_Decision]:
    """Return what was found, best first: one entry per number and format, none inside a better one.

    The work grows with the text and not with its square: 500 characters that fit everywhere
    take no longer for each than a label.
    """
    spelled = spell(text)
    masked, digits = _words_of_other_things(spelled), _words_with_digits(spelled)
    found: dict[tuple[int, int], list[_Decision]] = {}
    for first, last, window in spelled.runs(_LONGEST):
        crowded = len(window) <= _SHORT and digits[first] + digits[-1] - digits[last] > 0
        found[first, last] = [
            entry
            for entry in _fits(window, hints, first, last, alone=_alone(spelled, first, last, masked))
            if entry.strength is not Strength.WEAK or not crowded
        ]
    whole = sorted(_wholes(found), key=lambda entry: entry.rank, reverse=True)
    kept: list[_Decision] = []
    numbers: set[tuple[str, str]] = set()
    best: dict[tuple[int, int], _Decision] = {}
    for entry in whole:  # one that says nothing beside a better one of another format is left out
        number, place = (entry.fit.text, entry.format.id), (entry.first, entry.last)
        better = best.setdefault(place, entry)
        if number not in numbers and (better.rank == entry.rank or better.format is entry.format):
            kept.append(entry)
            numbers.add(number)
    return kept


def _wholes(found: Mapping[tuple[int, int], list[_Decision]]) -> list[_Decision]:
    """Return those found, in their order, that are no part of a number in more words that tells more.

    The words of a run lie in one word more before it, or after it; so what lies around it is known from its
    two neighbours, the longest runs first.
    """
    within: dict[tuple[int, int], _Evidence] = {}
    around: dict[tuple[int, int], _Evidence] = {}
    for first, last in sorted(found, key=lambda run: run[0] - run[1]):
        wider = within.get((first - 1, last), _NOTHING).and_(within.get((first, last + 1), _NOTHING))
        around[first, last] = within[first, last] = wider
        for entry in found[first, last]:
            own = frozenset({entry.format.id}) if entry.is_open_ended else frozenset[str]()
            within[first, last] = within[first, last].and_(_Evidence(entry.strength, own))
    return [
        entry for run, entries in found.items() for entry in entries if not around[run].says_more_than(entry)
    ]


def _words_of_other_things(spelled: Spelled) -> frozenset[int]:
    """Return which words belong to a date, an approval number or the like."""
    covered = {at for start, end in printed_spans(spelled) for at in range(start, end)}
    return frozenset(
        at
        for at, word in enumerate(spelled.words)
        if word is not None and not covered.isdisjoint(range(word.start, word.end))
    )


def _words_with_digits(spelled: Spelled) -> list[int]:
    """Return how many words before each, and before the end, hold digits."""
    counts = [0]
    for word in spelled.words:
        counts.append(counts[-1] + (word is not None and any(map(str.isdigit, word.text))))
    return counts


def _alone(spelled: Spelled, first: int, last: int, masked: frozenset[int]) -> bool:
    """Tell whether a short number in these words would be a number of its own, not a part of something."""
    if masked.intersection(range(first, last)):
        return False
    return last - first == 1 or (first == 0 and last == len(spelled.words))


def _fits(window: str, hints: _Hints, first: int, last: int, *, alone: bool) -> Iterator[_Decision]:
    """Yield every number that the whole of `window`, the words `first` to `last`, is."""
    for entry, shapes in _shapes_for(len(window), window[0]):
        if hints.rules_out(entry):
            continue
        of_the_make = hints.is_of_the_make(entry)
        known = of_the_make or hints.names(entry)
        foreign = hints.make is not None and not known
        repaired: set[str] = set()
        for shape in shapes:
            if (shape.is_loose and not alone) or (shape.strength <= Strength.BARE and foreign):
                continue
            if shape.strength is Strength.WEAK and not hints.is_enough_for(entry):
                continue
            # Of digits that any maker may print none becomes a letter, whatever radio was said; and where
            # nothing but digits was copied, a letter would be invented: they are as likely the code itself.
            bare = shape.strength is Strength.BARE
            letters = shape.strength > Strength.BARE or (bare and known and not window.isdigit())
            fit = shape.fit(window, repair_letters=letters)
            if fit is None or fit.text in repaired or (repaired and fit.repairs):
                continue
            yield _Decision(fit, entry, shape.strength, of_the_make, first, last)
            if not fit.repairs:
                break
            repaired.add(fit.text)  # a looser shape may take the text as it was copied
    if len(window) != barcode.LENGTH:
        return
    number = barcode.blaupunkt_number(window)
    entry = FORMATS["bp12"]
    if number is not None and not hints.rules_out(entry):
        of_the_make = hints.is_of_the_make(entry)
        yield _Decision(Fit(number, ()), entry, Strength.LABELLED, of_the_make, first, last)
