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
from typing import Final

from radiokey.errors import SerialDoubtError
from radiokey.language.speech import gettext, ngettext
from radiokey.serial import barcode, refusal
from radiokey.serial.formats import AS_PRINTED, FORMATS, Identity, Needs, SerialFormat
from radiokey.serial.makes import among, spoken_all
from radiokey.serial.neighbourhood import Isolation, Neighbourhood
from radiokey.serial.printed import number_as_printed
from radiokey.serial.shapes import UNKNOWN, Fit, Shape, Strength
from radiokey.serial.spelling import Spelled, heard, spell

__all__ = ["Doubt", "Identity", "Reading", "SerialNumber", "makes_to_ask", "parse", "readings"]

_SHORT = 6
"""Numbers up to this length are not taken from among other words that hold digits."""

_SENTENCE: Final = 3
"""So many words beside a short number make a sentence of it."""
_BESIDE: Final = 30
"""How many characters beside a short number are looked at for a word that says what it is."""
_SAYS_NUMBER: Final = r"\bS ?/ ?N|\bSERI|PRE-?CODE|\bSECURITY\b|\bLABEL|\bSTICKER|\b(?:NO|NUMBER)\b"
_SAYS_IT: Final = r"\b(?:SAYS|SHOWS|READS|IS|CODE)\b[ :.=]*$"

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
    spelled = spell(text)
    around = Neighbourhood(spelled)
    found = _ranked(around, _Hints(make, kinds))
    if not found:
        if (printed := _printed(spelled, make, kinds, as_printed=as_printed)) is not None:
            return printed
        if _by_sound(text, _Hints(make, kinds)):
            raise _two_alphabets()
        fits_others = bool(_ranked(around, _Hints(make, None)) or _ranked(around, _Hints(None, None)))
        raise refusal.why(spelled, refusal.Said(make, kinds), of_another_kind=fits_others)
    best = [entry for entry in found if entry.rank == found[0].rank]
    if len({entry.fit.text for entry in best}) > 1:
        raise _several(best, named=make is None and kinds is None)
    if len(best) > 1:
        makes = _makes(best)
        raise SerialDoubtError(
            gettext("radios of several makes have a number of this form"),
            hint=gettext("say which model the radio is")
            if make
            else gettext("say which make the car is: {makes}", makes=spoken_all(makes)),
            makes=", ".join(makes),
            kinds=", ".join(entry.format.id for entry in best),
        )
    if _by_sound(text, _Hints(make, kinds), found[0]):
        raise _two_alphabets()
    if make is None and kinds is None and _is_in_a_sentence(found[0], spelled):
        raise SerialDoubtError(
            gettext(
                "a word of this text has the form of a pre-code; cars and types of radio are "
                "called so as well"
            ),
            hint=gettext("type the number alone, as it stands on the label, or say which make the car is"),
            readings=1,
        )
    return _reading(found[0], spelled, best, make)


def _two_alphabets() -> SerialDoubtError:
    return SerialDoubtError(
        gettext("a letter of this number is Cyrillic and can be two Latin ones, by its look or by its sound"),
        hint=gettext("type the number with the Latin keyboard, as it is printed on the label"),
        readings=2,
    )


def _by_sound(text: str, hints: _Hints, seen: _Decision | None = None) -> list[_Decision]:
    """Return the numbers that are as good as the one that was `seen`, if Cyrillic letters are read by sound.

    An owner with no V on the keyboard may type the Cyrillic letter that is spoken so, and it looks like a B.
    """
    if (spoken := heard(text)) == text:
        return []
    found = _ranked(Neighbourhood(spell(spoken)), hints)
    return [one for one in found if seen is None or (one.fit.text != seen.fit.text and one.rank >= seen.rank)]


def _is_in_a_sentence(entry: _Decision, spelled: Spelled) -> bool:
    """Tell whether a short number is a word among others, of which none beside it says that it is one."""
    others = len(spelled.words) - (entry.last - entry.first)
    first, last = spelled.words[entry.first], spelled.words[entry.last - 1]
    if entry.strength is not Strength.BARE or others < _SENTENCE or first is None or last is None:
        return False
    beside = spelled.text[max(0, first.start - _BESIDE) : last.end + _BESIDE]
    said = re.search(_SAYS_IT, spelled.text[: first.start])
    return said is None and re.search(_SAYS_NUMBER, beside) is None


def _several(found: list[_Decision], *, named: bool) -> SerialDoubtError:
    """Return the error for several numbers in one text: a paste of two labels, or a stray digit.

    What they are is `named` where no make was said.
    """
    names = dict.fromkeys(gettext(entry.format.name) for entry in found)
    numbers = len({entry.fit.text for entry in found})
    said = f": {', '.join(names)}" if named and len(names) > 1 else ""
    return SerialDoubtError(
        ngettext(
            "{n} different serial numbers can be read here",
            "{n} different serial numbers can be read here",
            numbers,
        )
        + said,
        hint=gettext("type one number only, as it stands on the label of the radio that is locked"),
        readings=numbers,
    )


def readings(
    text: str, *, make: str | None = None, kinds: Collection[str] | None = None, as_printed: bool = False
) -> tuple[Reading, ...]:
    """Return every way to understand what a person copied, best first; none is an empty tuple.

    Takes what `parse` takes. Never raises for a `str`.
    """
    make = make or None
    spelled = spell(text)
    found = _ranked(Neighbourhood(spelled), _Hints(make, kinds))
    if not found:
        printed = _printed(spelled, make, kinds, as_printed=as_printed)
        return () if printed is None else (printed,)
    best = [entry for entry in found if entry.rank == found[0].rank]
    spoken = _by_sound(text, _Hints(make, kinds), found[0])
    return tuple(_reading(entry, spelled, best, make) for entry in (*found, *spoken))


def _printed(
    spelled: Spelled, make: str | None, kinds: Collection[str] | None, *, as_printed: bool
) -> Reading | None:
    """Return the number that stands in a text as it is printed, where that is all that can be said of it."""
    if not (as_printed or (kinds is not None and AS_PRINTED in kinds)):
        return None
    text = number_as_printed(spelled, make)
    if text is None:
        return None
    return Reading(serial=SerialNumber(text, AS_PRINTED, FORMATS[AS_PRINTED].identity), label=spelled.text)


def makes_to_ask(text: str, *, kinds: Collection[str] | None = None) -> tuple[str, ...]:
    """Return the makes to choose from before `text` can be understood, sorted; none need be asked: ().

    >>> makes_to_ask("A2C 0012 3400 5678 1234")
    ('alfa romeo', 'citroen', 'fiat', 'peugeot')
    >>> makes_to_ask("V212")
    ()
    """
    found = _ranked(Neighbourhood(spell(text)), _Hints(None, kinds))
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


def _ranked(around: Neighbourhood, hints: _Hints) -> list[_Decision]:
    """Return what was found, best first: one entry per number and format, none inside a better one.

    The work grows with the text and not with its square: 500 characters that fit everywhere
    take no longer for each than a label.
    """
    found: dict[tuple[int, int], list[_Decision]] = {}
    for first, last, window in around.spelled.runs(_LONGEST):
        crowded = len(window) <= _SHORT and around.has_digits_beside(first, last)
        found[first, last] = [
            entry
            for entry in _fits(window, hints, first, last, isolation=around.isolation(first, last))
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


def _fits(window: str, hints: _Hints, first: int, last: int, *, isolation: Isolation) -> Iterator[_Decision]:
    """Yield every number that the whole of `window`, the words `first` to `last`, is."""
    for entry, shapes in _shapes_for(len(window), window[0]):
        if hints.rules_out(entry):
            continue
        of_the_make = hints.is_of_the_make(entry)
        known = of_the_make or hints.names(entry)
        foreign = hints.make is not None and not known
        repaired: set[str] = set()
        for shape in shapes:
            least = Isolation.APART if shape.strength > Strength.BARE else Isolation.ALONE
            if (shape.is_loose and isolation < least) or (shape.strength <= Strength.BARE and foreign):
                continue
            if shape.strength is Strength.WEAK and not hints.is_enough_for(entry):
                continue
            if shape.begins_otherwise(window) and not hints.names(entry):
                continue
            fit = shape.fit(window)
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
