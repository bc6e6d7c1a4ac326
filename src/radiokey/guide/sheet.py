"""The sheet: whom to ask for the code, with what in hand, at what cost, and how to tell an honest offer.

For most radios this is where the road ends, so it is complete in itself: an owner who prints it can go to the
dealer with it. It is data; a page, a terminal or a printer gives it its looks. Costs and times are reports
with their confidence and sources. Sites that sell codes are named as a kind and never linked; an address is
given only where the catalogue lists it as the maker's own or its support (STORY, "Not ours").
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.model import Binding, Model, Source
from radiokey.code.family import FAMILIES
from radiokey.guide.sheet_texts import (
    FIRST_LOOK,
    FOLK,
    HONEST,
    IN_HAND,
    NASTF,
    NO_PROMISE,
    OLD_RADIO,
    OWNER_SET,
    PHOTOGRAPH,
    RED_FLAGS,
    WHY,
)
from radiokey.headunit.display import Shows
from radiokey.language.speech import ENGLISH, Language, current, gettext, later, pgettext, speaking
from radiokey.serial.makes import spoken
from radiokey.serial.vin import Vin

_NOT_KNOWN: Final[Fact[str]] = Fact(None, Confidence.UNKNOWN)
_NORTH_AMERICA: Final = frozenset(
    {
        "acura",
        "buick",
        "cadillac",
        "chevrolet",
        "chrysler",
        "dodge",
        "gm",
        "gmc",
        "jeep",
        "oldsmobile",
        "pontiac",
    }
    | {"saturn"}
)


@dataclass(frozen=True, slots=True)
class Case:
    """What the owner said about the case, for the letter: number as typed, VIN, display, wrong codes.

    `shows` are the display's own words, `state` what they mean.
    """

    serial: str | None = None
    vin: Vin | None = None
    shows: str | None = None
    state: Shows | None = None
    errors: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who may have the code, in the order to ask: who, how, reported cost and wait, address.

    `link` is set only for an address the catalogue lists as the maker's own or its support.
    """

    who: str
    how: str
    cost: Fact[str]
    wait: Fact[str]
    confidence: Confidence
    sources: tuple[str, ...]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A short letter in the dealer's language; `blanks` names what the owner still has to fill in."""

    subject: str
    text: str
    blanks: tuple[str, ...]
    language: Language = field(default=ENGLISH)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything an owner takes along. Lists stand in the order to use them; texts are plain sentences.

    `papers` is the radio's own fact of which papers are wanted, `in_hand` the list that always holds.
    `number_first`: nobody has typed the number yet, and from some numbers of this make the code follows.
    """

    title: str
    make: str | None
    model: str | None
    radio: str
    why: str
    first_look: tuple[str, ...]
    ask: tuple[Contact, ...]
    papers: Fact[str]
    in_hand: tuple[str, ...]
    cost: Fact[str]
    wait: Fact[str]
    honest: tuple[str, ...]
    red_flags: tuple[str, ...]
    photograph: tuple[str, ...]
    letter: Letter
    notes: tuple[str, ...]
    code_exists: bool
    number_first: bool


def sheet(
    model: Model | None = None,
    make: str | None = None,
    *,
    case: Case | None = None,
    sources: Mapping[str, Source] | None = None,
    letter_in: Language | None = None,
) -> Sheet:
    """Return the sheet for a model, a make, both or neither.

    What is known of the `case` is filled into the letter, the rest stays a blank; `letter_in` is the language
    of the dealer, by default that of the owner. `sources` are the catalogue's; without them no address is
    given.
    """
    known = model if model is not None and not model.default else None
    name = _make(known, make)
    case = case or Case()
    exists = _may_exist(known, case.state)
    number_first = case.serial is None and exists and _some_follow(known, name)
    with speaking(letter_in or current()):
        letter = _letter(known, name, case, exists=exists)
    return Sheet(
        title=_title(known, name, case.state, exists=exists),
        make=name,
        model=None if known is None else known.id,
        radio=gettext("car radio") if known is None else gettext(known.name),
        why=gettext(WHY["number-first"]) if number_first else _why(known, case.state),
        first_look=() if not exists else _said(FIRST_LOOK),
        ask=_ask(known, name, sources or {}, exists=exists),
        papers=_NOT_KNOWN if known is None else known.ways.papers,
        in_hand=_said(IN_HAND),
        cost=_NOT_KNOWN if known is None else known.ways.cost,
        wait=_NOT_KNOWN if known is None else known.ways.wait,
        honest=_said(HONEST),
        red_flags=_said(RED_FLAGS),
        photograph=_said(PHOTOGRAPH),
        letter=letter,
        notes=_notes(known, name),
        code_exists=exists,
        number_first=number_first,
    )


def _said(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(gettext(line) for line in lines)


def _may_exist(model: Model | None, state: Shows | None) -> bool:
    """Tell whether a code may be what opens this radio: what is only said by weak sources shuts no way.

    A radio that its car does not know (`Shows.PROTECTED`) wants none now, whatever it is bound to.
    """
    if state is Shows.PROTECTED:
        return False
    if model is None or model.binding.value not in _WITHOUT_CODE:
        return True
    asks = any(word.shows is Shows.CODE for word in model.words.value or ())
    return asks or state is Shows.CODE or model.binding.confidence is Confidence.DOUBTFUL


_WITHOUT_CODE: Final = frozenset({Binding.VEHICLE, Binding.SERVER})


def _title(model: Model | None, make: str | None, state: Shows | None, *, exists: bool) -> str:
    radio = pgettext("which radio", "car radio")
    if make is not None:
        radio = pgettext("which radio", "{make} radio", make=_spoken(make))
    if state is Shows.PROTECTED:
        return gettext("Your {radio} and your car do not know each other", radio=radio)
    if exists:
        return gettext("The code for your {radio}", radio=radio)
    weak = model is not None and model.binding.confidence is Confidence.SINGLE
    return (
        gettext("By one source your {radio} needs no code", radio=radio)
        if weak
        else gettext("Your {radio} needs no code", radio=radio)
    )


def _some_follow(model: Model | None, make: str | None) -> bool:
    """Tell whether codes of this radio, or of some of this make, follow from their numbers in public."""
    if model is not None:
        return bool(model.families)
    return make is None or any(make in family.makes for family in FAMILIES.values())


def _make(model: Model | None, make: str | None) -> str | None:
    if make is not None and make.strip():
        return make.strip().lower()
    return model.makes[0] if model is not None and len(model.makes) == 1 else None


def _spoken(make: str | None) -> str:
    return gettext("car") if make is None else spoken(make)


def _why(model: Model | None, state: Shows | None) -> str:
    if state is Shows.PROTECTED:
        return gettext(WHY["protected"])
    if model is not None and model.binding.value in _WITHOUT_CODE and _may_exist(model, state):
        return gettext(WHY["contradicts"])
    if model is None:
        return gettext(WHY["no-derivation"])
    if model.families:
        return gettext(WHY["outside"])
    match model.binding.value:
        case Binding.VEHICLE:
            return gettext(WHY["vehicle"])
        case Binding.SERVER:
            return gettext(WHY["server"])
        case Binding.OWNER_CODE:
            return gettext(WHY["owner-code"])
        case _:
            return gettext(WHY["no-derivation"])


def _ask(
    model: Model | None, make: str | None, sources: Mapping[str, Source], *, exists: bool
) -> tuple[Contact, ...]:
    """Return whom to ask, the best first: the maker's own site, the dealer, and only then what is hearsay."""
    makes = {make} if make is not None else set(() if model is None else model.makes)
    routes = [route for route in _routes() if makes & set(route.makes)]
    dealer = next((route for route in routes if route.who == "dealer"), None) if len(makes) == 1 else None
    found = [_contact(route, sources) for route in routes if route.who != "dealer"]
    who = gettext("A dealer of the car's make")
    if make:
        one = gettext("An {make} dealer") if make[0] in "aeiou" else gettext("A {make} dealer")
        who = one.format(make=_spoken(make))
    by_dealer = Contact(
        who,
        gettext(_DEALER) if exists else gettext(_WORKSHOP),
        _NOT_KNOWN,
        _DEALER_WAIT,
        Confidence.DOUBTFUL,
        ("seed",),
    )
    if dealer is not None:
        by_dealer = _contact(dealer, sources, who=who)
    ways = None if model is None else model.ways
    if ways is None or ways.ask.value is None:
        found.append(by_dealer)
    else:
        own = Contact(
            who=gettext("What is known for this radio"),
            how=_sentence(gettext(ways.ask.value)),
            cost=ways.cost,
            wait=ways.wait,
            confidence=ways.ask.confidence,
            sources=ways.ask.sources,
        )
        # What a weak source says of this radio comes after the way that any radio of the make has.
        found.extend((by_dealer, own) if own.confidence is Confidence.DOUBTFUL else (own, by_dealer))
    if exists:
        found.extend(_contact(route, sources) for route in _routes() if not route.makes)
    return tuple(found)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


@dataclass(frozen=True, slots=True)
class _Route:
    makes: tuple[str, ...]
    who: str
    how: str
    cost: Fact[str]
    wait: Fact[str]
    confidence: Confidence
    sources: tuple[str, ...]
    site: str | None


@cache
def _routes() -> tuple[_Route, ...]:
    table = tomllib.loads(Path(__file__).with_name("ways.toml").read_text(encoding="utf-8"))
    return tuple(_route(row) for row in table["route"])


def _route(row: dict[str, Any]) -> _Route:
    confidence, sources = Confidence(row["confidence"]), tuple(row["sources"])
    paid = Confidence(row.get("cost_confidence", confidence)), tuple(row.get("cost_sources", sources))
    return _Route(
        makes=tuple(row["makes"]),
        who=row["who"],
        how=row["how"],
        cost=Fact(row["cost"], *paid) if "cost" in row else _NOT_KNOWN,
        wait=Fact(row["wait"], confidence, sources) if "wait" in row else _NOT_KNOWN,
        confidence=confidence,
        sources=sources,
        site=row.get("site"),
    )


def _contact(route: _Route, sources: Mapping[str, Source], *, who: str | None = None) -> Contact:
    link = None
    if route.site is not None:
        link = next(
            (
                s.url
                for s in sources.values()
                if s.kind.may_link and s.url is not None and route.site in s.url
            ),
            None,
        )
    return Contact(
        who or gettext(route.who),
        gettext(route.how),
        route.cost,
        route.wait,
        route.confidence,
        route.sources,
        link,
    )


def _notes(model: Model | None, make: str | None) -> tuple[str, ...]:
    notes = [gettext(OLD_RADIO), gettext(NO_PROMISE)]
    if model is not None and model.binding.value is Binding.OWNER_CODE:
        notes.append(gettext(OWNER_SET))
    if make in FOLK:
        notes.append(gettext(FOLK[make]))
    if make in _NORTH_AMERICA:
        notes.append(gettext(NASTF))
    return tuple(notes)


def _letter(model: Model | None, make: str | None, case: Case, *, exists: bool) -> Letter:
    blanks: list[str] = []

    def fill(name: str, value: str | None) -> str:
        if value:
            return value
        blanks.append(name)
        return _BLANK

    lines = [
        gettext("Good day,"),
        "",
        *_asked_for(case.state, exists=exists),
        "",
        gettext(
            "Car: {make}model and year {year}, registration {registration}",
            make="" if make is None else f"{_spoken(make)}, ",
            year=fill("model and year", None),
            registration=fill("registration", None),
        ),
        gettext(
            "Car's number (VIN): {value}", value=fill("VIN", None if case.vin is None else case.vin.text)
        ),
        gettext("Radio: {value}", value=fill("radio", None if model is None else gettext(model.name))),
        gettext("Serial number on the unit: {value}", value=fill("serial number", case.serial)),
        gettext("The display shows: {value}", value=fill("display", case.shows)),
        gettext(
            "Wrong codes so far: {value}",
            value=fill("wrong codes", None if case.errors is None else str(case.errors)),
        ),
        "",
        gettext("I bring the registration, my identity card and a photo of the label."),
        gettext(
            "Tell me before you begin: the whole price, how long it takes, whether your records cover this\n"
            "number, and whether you need to see the car."
        ),
        "",
        gettext("Name and telephone: {value}", value=fill("name and telephone", None)),
    ]
    subject = gettext("Radio code for my {make}", make=_spoken(make))
    if case.state in {Shows.LOCKED, Shows.PERMANENT}:
        subject = gettext("Radio of my {make}: locked after wrong codes", make=_spoken(make))
    if not exists:
        subject = gettext("Radio of my {make}: part to be confirmed", make=_spoken(make))
    return Letter(subject, "\n".join(lines), tuple(blanks), current())


def _asked_for(state: Shows | None, *, exists: bool) -> tuple[str, str]:
    """Return the two sentences of the letter that say what happened and what is wanted."""
    if not exists:
        return (
            gettext("my car's radio lost its supply and no longer accepts this car. Car and radio are mine."),
            gettext("I ask you to confirm the part to the car."),
        )
    if state in {Shows.LOCKED, Shows.PERMANENT}:
        return (
            gettext("my car's radio is locked after wrong codes and takes none now. Car and radio are mine."),
            gettext("I ask you whether and how it can be made to ask again, and what belongs in it then."),
        )
    return (
        gettext(
            "my car's radio lost its supply and now asks for its anti-theft code. Car and radio are mine."
        ),
        gettext("I ask you for the code of this unit."),
    )


_BLANK: Final = "____________________"
_DEALER: Final = later("With papers and the radio's number the dealer asks the maker's records for the code.")
_WORKSHOP: Final = later(
    "A workshop with the maker's access confirms the part to the car online, with your papers."
)
_DEALER_WAIT: Final[Fact[str]] = Fact(later("1 to 3 days"), Confidence.DOUBTFUL, ("seed",))
