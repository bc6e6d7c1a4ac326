"""What the words of a search can mean: makes, cars and the names on radios, folded (`folding.py`).

It is built from the cards of the models (`index.py`) and from `spoken.toml`, which has what people say and no
model does: `VW`, `Chevy`, cars that tell a make and nothing about its radio.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from radiokey.catalogue.folding import fold, words
from radiokey.catalogue.index import Card, cards
from radiokey.catalogue.table import Table, parsed
from radiokey.catalogue.vehicles import Vehicle, Years
from radiokey.serial.makes import spoken

FILE: Final = "spoken.toml"
_YEAR: Final = re.compile(r"(?:19|20)\d\ds?")
_PHRASES: Final = re.compile(r"[,():/;]| and | or | to | of | by | with | that ")
_CODES: Final = re.compile(r"([A-Z])(\d)(?: to \1(\d))?", re.ASCII)
_RANGE: Final = re.compile(r"\b([A-Z]{2,3})[ -](\d{3}) to (\d{3})\b")
_OPEN: Final = re.compile(r"\b([A-Z]{2,3})-(\d?)(x{2,3})\b")
_SHOWS: Final = re.compile(r" that shows ([^(]+)")
_ASIDE: Final = frozenset({"and", "from", "series", "to"})


class Means(StrEnum):
    """What a word of a search can be; `DETAIL` is a generation or a body code and belongs to a car."""

    MAKE = "make"
    CAR = "car"
    DETAIL = "detail"
    YEAR = "year"
    RADIO = "radio"


@dataclass(frozen=True, slots=True)
class Car:
    """A car that a model is found in: as it is shown, its folded name, its generations, its years."""

    shown: str
    name: str
    details: frozenset[str]
    years: Years


@dataclass(frozen=True, slots=True)
class Listing:
    """A model as a search sees it; `radio` are the folded words on the set, with how they are written.

    `shows` are those of them that its display shows, and by which it differs from others.
    """

    card: Card
    cars: tuple[Car, ...]
    radio: Mapping[str, str]
    ranges: tuple[tuple[str, int, int], ...]
    shows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that a word can mean.

    `senses` has folded words. `makes_of` says which makes a car is of, as far as that is known; `shown` how
    a car's folded name is written.
    """

    listings: tuple[Listing, ...]
    senses: Mapping[str, frozenset[tuple[Means, str]]]
    makes_of: Mapping[str, frozenset[str]]
    shown: Mapping[str, str]
    stop: frozenset[str]


@dataclass(slots=True)
class _Builder:
    """Collects the senses; a name of several words is one word, for people write it both ways."""

    senses: dict[str, set[tuple[Means, str]]] = field(default_factory=dict)
    makes_of: dict[str, set[str]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)

    def add(self, spelling: str, means: Means, name: str) -> None:
        self.senses.setdefault(fold(spelling), set()).add((means, name))

    def car(self, name: str, makes: Iterable[str], shown: str) -> str:
        key = fold(name)
        self.add(name, Means.CAR, key)
        self.makes_of.setdefault(key, set()).update(makes)
        self.shown.setdefault(key, shown)
        return key


@cache
def lexicon() -> Lexicon:
    """Return what the words of a search can mean, from the models and from what people say."""
    table = parsed(Path(__file__).with_name(FILE).read_text(encoding="utf-8"), FILE)
    built = _Builder()
    stop = frozenset(fold(word) for word in table.table("stop").texts("words"))
    makes = _makes(table, built)
    other = table.table("cars")
    for make in other.values:
        for name in other.texts(make):
            built.car(name, [make], name.title() if name.isalpha() else name.upper())
    named = {fold(car.name) for card in cards().values() for car in card.cars}
    common = stop | makes | named | built.makes_of.keys()
    listings = tuple(_listing(card, common, built) for card in cards().values() if not card.default)
    same = table.table("same")
    for name in same.values:
        for spelling in same.texts(name):
            for means, key in tuple(built.senses.get(fold(name), ())):
                built.add(spelling, means, key)
    return Lexicon(
        listings,
        {word: frozenset(found) for word, found in built.senses.items()},
        {key: frozenset(found) for key, found in built.makes_of.items()},
        built.shown,
        stop,
    )


def _makes(table: Table, built: _Builder) -> frozenset[str]:
    """Add every make with its spellings and groups; return all words of these, folded."""
    found: set[str] = set()
    inner = table.table("makes")
    for make in inner.values:
        for spelling in (make, *inner.texts(make)):
            built.add(spelling, Means.MAKE, make)
            found.update(fold(word) for word in words(spelling))
    groups = table.table("groups")
    for group in groups.values:
        found.add(fold(group))
        for make in groups.texts(group):
            built.add(group, Means.MAKE, make)
    return frozenset(found)


def _listing(card: Card, common: frozenset[str], built: _Builder) -> Listing:
    radio: dict[str, str] = {}
    for phrase in _PHRASES.split(" and ".join((card.name, card.short, *card.makers))):
        parts = phrase.split()
        for part in (*parts, *(" ".join(two) for two in pairwise(parts))):
            key = fold(part)
            if len(key) > 1 and not _is_common(part, common):
                radio.setdefault(key, part.strip('"'))
    ranges = [(fold(name), int(low), int(high)) for name, low, high in _RANGE.findall(card.name)]
    for name, first, rest in _OPEN.findall(card.name):
        low, high = first or "1" + "0" * (len(rest) - 1), first or "9"
        ranges.append((fold(name), int(low.ljust(3, "0")), int(high.ljust(3, "9"))))
    for name, _, _ in ranges:
        radio.setdefault(name, name.upper())
    for key in radio:
        built.senses.setdefault(key, set()).add((Means.RADIO, key))
    shown = _SHOWS.search(card.short)
    shows = frozenset({fold(shown[1])} & radio.keys()) if shown else frozenset[str]()
    cars = tuple(_car(car, card, built) for car in card.cars if car.name)
    return Listing(card, cars, radio, tuple(ranges), shows)


def _is_common(part: str, common: frozenset[str]) -> bool:
    """Say whether a word of a radio's name tells nothing: a make, a car, a year, a word of every sentence."""
    return any(fold(word) in common or _YEAR.fullmatch(word) or not word for word in part.split())


def _car(car: Vehicle, card: Card, built: _Builder) -> Car:
    """Return a car, with every generation that its variant names: `V and VI`, `B5 to B7`, `II R20`."""
    details = {fold(word) for word in words(car.variant)} - _ASIDE
    if codes := _CODES.fullmatch(car.variant):
        letter, low, high = codes.groups()
        details = {fold(f"{letter}{digit}") for digit in range(int(low), int(high or low) + 1)}
    for detail in details:
        built.add(detail, Means.DETAIL, detail)
    shown = " ".join(part for part in (spoken(car.make), car.name, car.variant) if part)
    own = car.years.first is not None or car.years.last is not None
    return Car(
        shown,
        built.car(car.name, [car.make], car.name),
        frozenset(details),
        car.years if own or card.years is None else card.years,
    )
