"""Which radio is it: a forgiving search by car, make, year and the names that owners know.

`understand` says what the words of a text mean: exactly where they can, with a typing error in a longer word
otherwise, and never with another digit than the one that was typed. `search_models` ranks the models that
fit, each with its reasons. Where a make is said no radio of another make is found, however well the rest
fits. Pure; the time it takes is bounded (`folding.TEXT_LENGTH_MAX`, `folding.WORDS_MAX`).

>>> understand("VW golf 4").makes
('volkswagen',)
>>> [match.model for match in search_models("golf 4, vw")][:1]
['vw_premium_gamma']
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from radiokey.catalogue.folding import fold, words
from radiokey.catalogue.lexicon import Car, Lexicon, Listing, Means, lexicon
from radiokey.code.reading import read_number
from radiokey.errors import NotTheSerialError, SerialError
from radiokey.language.speech import gettext, later
from radiokey.serial.makes import among, spoken

EXAMPLE: Final = later("Nissan Qashqai 2012")
_JOINED_MAX: Final = 3
"""How many words in a row are tried as one: `range rover`, `x trail`, `f 150`."""

_SHORT: Final = 4
"""A shorter word is taken as it is typed: one letter more makes KIA of something else."""

_LONG: Final = 8
"""From here on two errors are forgiven."""

_WORD_LENGTH_MAX: Final = 30
"""A longer word is no name that anybody misspelt, and is not compared with any."""

_CAR: Final = 60
_DETAIL: Final = 15
_YEAR: Final = 12
_RADIO: Final = 40
_NAMED: Final = 80
"""A type with its number says more than the letters of it, which may be a car's."""
_SHOWS: Final = 100
"""What the display shows tells more than a list of cars, which is never whole."""
_FORGIVEN: Final = 0.8
"""What a word that had to be repaired is worth of one that had not."""

_YEARS: Final = re.compile(r"(?:19[5-9]|20[0-4])\d")
_GLUED: Final = re.compile(r"[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a model fits: what kind of thing (`make`, `car`, `year`, `radio`), and in words."""

    kind: Means
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A model that fits: its id, why, and a score that only says which of two fits better."""

    model: str
    why: tuple[Reason, ...]
    score: int


@dataclass(frozen=True, slots=True)
class Understood:
    """What the words of a text mean.

    `makes` are those that were said, `unread` the words that say nothing here.
    `cars` and `radio` have folded names with how surely each was read (1.0: as it is typed).
    """

    makes: tuple[str, ...]
    cars: dict[str, float]
    details: frozenset[str]
    years: tuple[int, ...]
    radio: dict[str, float]
    numbers: tuple[tuple[str, int], ...]
    unread: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was understood, in words; empty where nothing was."""
        shown = lexicon().shown
        written = {key: name for one in lexicon().listings for key, name in one.radio.items()}
        parts = (
            ("make", [spoken(make) for make in self.makes]),
            ("car", [shown[key] for key in self.cars]),
            ("generation", [detail.upper() for detail in sorted(self.details)] if self.cars else []),
            ("year", [str(year) for year in self.years]),
            ("radio", [written.get(key, key) for key in self.radio]),
        )
        return ", ".join(f"{name} {' or '.join(values)}" for name, values in parts if values)


def understand(text: str) -> Understood:
    """Return what the words of `text` mean."""
    known = lexicon()
    read = _settled(list(_read(words(text), known)), known)
    makes: dict[str, float] = {}
    for _, senses, sure in read:
        for means, name in senses:
            if means is Means.MAKE:
                makes[name] = max(sure, makes.get(name, 0))
    cars, radio = _surest(read, Means.CAR), _surest(read, Means.RADIO)
    years = tuple(
        dict.fromkeys(int(name) for _, senses, _ in read for means, name in senses if means is Means.YEAR)
    )
    if 1.0 in makes.values():  # a make that is written right makes no make of another word that is misspelt
        of = {make for car in cars for make in known.makes_of[car]}
        makes = {make: sure for make, sure in makes.items() if sure == 1 or make in of}
    meant = _cars_meant(cars, makes, radio, known)
    return Understood(
        tuple(sorted(makes)),
        meant,
        frozenset(name for _, senses, _ in read for means, name in senses if means is Means.DETAIL),
        tuple(year for year in years if str(year) not in meant),
        radio,
        tuple(_numbers(words(text))),
        tuple(dict.fromkeys(word for word, senses, _ in read if not senses)),
    )


def search_models(text: str, display: str = "") -> tuple[Match, ...]:
    """Return the models that fit `text`, the best first; none where it says nothing that is known here.

    `display` is what the radio shows, if that was said: a model that differs from others by it fits better.
    """
    said, known = understand(text), lexicon()
    of = said.makes or _makes_of_cars(said, known)
    listings = [one for one in known.listings if _of_makes(one, of)]
    if not said.makes:  # a car's name can be a radio's as well: SC-901 is no Saturn
        listings.extend(one for one in known.listings if one not in listings and _is_named(one, said))
    found = [match for one in listings if (match := _match(one, said, known, fold(display))) is not None]
    if not found and not _contradicts(said, known):
        makes = said.makes or sorted({make for key in said.cars for make in known.makes_of[key]})
        found = [
            Match(one.card.id, (_make_reason(one, makes),), 1)
            for one in listings
            if makes and _of_makes(one, makes)
        ]
    return tuple(sorted(found, key=lambda match: (-match.score, match.model)))


def next_step(said: Understood, text: str = "") -> str:
    """Return the one thing to do where nothing was found in `text`."""
    known = lexicon()
    makes = " and ".join(spoken(make) for make in said.makes)
    if _contradicts(said, known):
        car = next(iter(said.cars))
        of = " or ".join(spoken(make) for make in sorted(known.makes_of[car]))
        return gettext(
            "{shown} is a car of {of}: leave out {makes} or {shown}",
            shown=known.shown[car],
            of=of,
            makes=makes,
        )
    if said.makes:
        return gettext(
            "no radio of {makes} is known here: go on without a radio, by what its display shows", makes=makes
        )
    if said.years:
        return gettext("add the make and the car, for example {example}", example=EXAMPLE)
    asked = gettext(
        "type the make and the car, for example {example}, or the name on the radio, for example 6000 CD",
        example=EXAMPLE,
    )
    return _number(text, asked)


def _number(text: str, asked: str) -> str:
    """Say what is asked; first that a text is a number, which belongs in another field."""
    try:
        read_number(text)
    except NotTheSerialError as error:
        return gettext("{sentence}; here {asked}", sentence=error.sentence, asked=asked)
    except SerialError:
        return asked
    return gettext(
        "this has the form of a radio's number, which is asked for by itself; here {asked}", asked=asked
    )


# --- reading ----------------------------------------------------------------------------------------------

_Senses = frozenset[tuple[Means, str]]
_Read = tuple[str, _Senses, float]


def _read(typed: tuple[str, ...], known: Lexicon) -> Iterator[_Read]:
    """Yield each word or run of words with what it means and how surely."""
    at = 0
    while at < len(typed):
        for length in range(min(_JOINED_MAX, len(typed) - at), 0, -1):
            run = typed[at : at + length]
            if senses := _exact("".join(run), known, alone=length == 1):
                yield " ".join(run), senses | _makes_in(run, senses, known), 1.0
                at += length
                break
        else:
            length, read = _forgiving(typed, at, known)
            yield from read
            at += length


def _makes_in(run: tuple[str, ...], senses: _Senses, known: Lexicon) -> _Senses:
    """Return the makes that a run such as `Nissan Connect` names and means something else by."""
    if any(means is Means.MAKE for means, _ in senses):
        return frozenset()
    return frozenset(
        sense for word in run for sense in known.senses.get(fold(word), ()) if sense[0] is Means.MAKE
    )


def _exact(word: str, known: Lexicon, *, alone: bool) -> _Senses:
    """Return what a word means as it is typed."""
    senses = known.senses.get(fold(word), frozenset())
    return senses | {(Means.YEAR, word)} if alone and _YEARS.fullmatch(word) else senses


def _forgiving(typed: tuple[str, ...], at: int, known: Lexicon) -> tuple[int, list[_Read]]:
    """Read a word that means nothing as it is typed: glued, cut in two or misspelt; say how many it takes."""
    word = typed[at]
    if fold(word) in known.stop:
        return 1, []
    if len(word) > _WORD_LENGTH_MAX:
        return 1, [(word, frozenset(), 0.0)]
    parts = [(part, _glued(part, known)) for part in _GLUED.findall(word)]
    if len(parts) > 1 and any(senses for _, senses in parts):
        return 1, [(part, senses, 1.0) for part, senses in parts]
    for cut in range(3, len(word) - 2):
        halves = word[:cut], word[cut:]
        if all(known.senses.get(fold(half)) for half in halves):
            return 1, [(half, known.senses[fold(half)], _FORGIVEN) for half in halves]
    way, senses = _near(word, known)
    if at + 1 < len(typed):
        joined_way, joined = _near(word + typed[at + 1], known)
        if joined and (not senses or joined_way < way or fold(typed[at + 1]) not in known.senses):
            return 2, [(f"{word} {typed[at + 1]}", joined, _FORGIVEN)]
    return 1, [(word, senses, _FORGIVEN if senses else 0.0)]


def _glued(part: str, known: Lexicon) -> _Senses:
    """Return what a part of a word means; a letter beside digits is no Roman number but the V of `V212`."""
    return frozenset() if part.isalpha() and len(part) == 1 else _exact(part, known, alone=True)


def _near(word: str, known: Lexicon) -> tuple[int, _Senses]:
    """Return how many errors the nearest known words are away, and what they mean.

    None is near if a digit differs or too many letters do.
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - a tenth of a second, for a word that is misspelt
    from rapidfuzz.process import extract  # noqa: PLC0415 - the same

    folded = fold(word)
    if len(folded) < _SHORT:
        return 0, frozenset()
    most = 2 if len(folded) >= _LONG else 1
    near = extract(folded, known.senses.keys(), scorer=OSA.distance, score_cutoff=most, limit=None)
    digits = re.sub(r"\D", "", folded)
    fitting = [
        (way, other) for other, way, _ in near if len(other) >= _SHORT and re.sub(r"\D", "", other) == digits
    ]
    nearest = min((way for way, _ in fitting), default=0)
    senses = frozenset(sense for way, other in fitting if way == nearest for sense in known.senses[other])
    return nearest, senses


def _settled(read: list[_Read], known: Lexicon) -> list[_Read]:
    """Decide what a word means that can be a make or something else: a make shuts all others out.

    A misspelt one is the make if another word is a car of it. One that is written right is the make if there
    is a radio of it, as `Mini` is not: a car of Rover, too.
    """
    settled = []
    for word, senses, sure in read:
        makes = frozenset(sense for sense in senses if sense[0] is Means.MAKE)
        rest = senses - makes
        if makes and rest:
            if sure < 1:
                of = _makes_beside(word, read, known)
                kept = frozenset(sense for sense in makes if sense[1] in of)
                senses = kept or rest  # noqa: PLW2901 - the settled ones
            else:
                own = {make for one in known.listings for make in one.card.makes}
                senses = rest | frozenset(sense for sense in makes if sense[1] in own)  # noqa: PLW2901 - the same
        settled.append((word, senses, sure))
    return settled


def _makes_beside(word: str, read: Iterable[_Read], known: Lexicon) -> set[str]:
    """Return the makes of the cars that the other words name."""
    cars = {
        name for other, senses, _ in read if other != word for means, name in senses if means is Means.CAR
    }
    return {make for car in cars for make in known.makes_of[car]}


def _surest(read: Iterable[_Read], wanted: Means) -> dict[str, float]:
    found: dict[str, float] = {}
    for _, senses, sure in read:
        for means, name in senses:
            if means is wanted:
                found[name] = max(sure, found.get(name, 0))
    return found


def _cars_meant(
    cars: dict[str, float], makes: Collection[str], radio: Collection[str], known: Lexicon
) -> dict[str, float]:
    """Return the cars that are meant: a bare number only with its make, or on its own."""
    named = {key: sure for key, sure in cars.items() if not key.isdigit()}
    if not makes and (named or radio):
        return named
    return {
        key: sure
        for key, sure in cars.items()
        if key in named or not makes or known.makes_of[key] & set(makes) or not known.makes_of[key]
    }


def _numbers(typed: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield each word of letters with the number of three or four digits behind it: `RCD 310`, `SC901`."""
    parts = [part for word in typed for part in _GLUED.findall(word)]
    for name, number in pairwise(parts):
        if name.isalpha() and number.isdigit() and len(number) in {3, 4}:
            yield fold(name), int(number)


# --- ranking ----------------------------------------------------------------------------------------------


def _of_makes(one: Listing, makes: Collection[str]) -> bool:
    return not makes or any(among(make, one.card.makes) for make in makes)


def _makes_of_cars(said: Understood, known: Lexicon) -> tuple[str, ...]:
    """Return the makes of the cars that were said, where all of these are known."""
    of = [known.makes_of[key] for key in said.cars]
    return tuple(sorted(frozenset().union(*of))) if all(of) else ()


def _contradicts(said: Understood, known: Lexicon) -> bool:
    """Say whether make and car were said and belong to different makes."""
    of = {make for key in said.cars for make in known.makes_of[key]}
    return bool(said.makes and of) and not of & set(said.makes)


def _match(one: Listing, said: Understood, known: Lexicon, display: str) -> Match | None:
    """Return how well a model fits, `None` where neither its cars nor its names were said."""
    fits = [_car_fits(car, said) for car in one.cars if _is_meant(car, said)]
    score, why = max(fits, key=lambda fit: fit[0], default=(0.0, ()))
    for word, sure in said.radio.items():
        if word in one.radio:
            shared = sum(word in other.radio for other in known.listings)
            score += _SHOWS * sure if word in one.shows else _RADIO * sure / shared
            why += (Reason(Means.RADIO, gettext("the radio is called {radio}", radio=one.radio[word])),)
    for name, number in said.numbers:
        if _ranges(one, name, number):
            score += _NAMED
            why += (
                Reason(
                    Means.RADIO,
                    gettext("the radio is called {name} {number}", name=name.upper(), number=number),
                ),
            )
    if display in one.shows and display not in said.radio and (why or said.makes or said.cars):
        score += _SHOWS
        why += (Reason(Means.RADIO, gettext("its display shows {radio}", radio=one.radio[display])),)
    if not why:
        return None
    if said.makes and not fits:
        why += (_make_reason(one, said.makes),)
    return Match(one.card.id, tuple(dict.fromkeys(why)), max(2, round(score)))


def _ranges(one: Listing, name: str, number: int) -> bool:
    """Say whether a radio of this model is called so: `SC 901` is one of SC-9xx."""
    return any(name == called and low <= number <= high for called, low, high in one.ranges)


def _is_named(one: Listing, said: Understood) -> bool:
    return any(_ranges(one, name, number) for name, number in said.numbers)


def _is_meant(car: Car, said: Understood) -> bool:
    """Say whether a car is named, or its body code alone (`E36`, `W124`) where no car is."""
    codes = {detail for detail in car.details & said.details if len(detail) >= len("E36")}
    return car.name in said.cars or bool(codes and not said.cars)


def _car_fits(car: Car, said: Understood) -> tuple[float, tuple[Reason, ...]]:
    score = _CAR * said.cars.get(car.name, _FORGIVEN)
    why: tuple[Reason, ...] = (Reason(Means.CAR, gettext("it is in the {shown}", shown=car.shown)),)
    if car.details and said.details:
        score += _DETAIL * (1 if car.details & said.details else -1)
    holds = [holds for year in said.years if (holds := car.years.hold(year)) is not None]
    if holds:
        score += _YEAR if any(holds) else -_YEAR
        why += (
            Reason(
                Means.YEAR,
                gettext("its years are {years}", years=car.years)
                if any(holds)
                else gettext("but its years are {years}", years=car.years),
            ),
        )
    return score, why


def _make_reason(one: Listing, makes: Collection[str]) -> Reason:
    of = " and ".join(spoken(make) for make in one.card.makes if among(make, makes))
    return Reason(Means.MAKE, gettext("it is in cars of {of}", of=of))
