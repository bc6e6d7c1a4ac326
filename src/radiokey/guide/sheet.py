"""The sheet: whom to ask for the code, with what in hand, at what cost, and how to tell an honest offer.

For most radios this is where the road ends, so it is complete in itself: an owner who prints it can go to the
dealer with it. It is data; a page, a terminal or a printer gives it its looks. Costs and times are reports
with their confidence and sources. Sites that sell codes are named as a kind and never linked; an address is
given only where the catalogue lists it as the maker's own or its support (STORY, "Not ours").
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.model import Binding, Model, Source
from radiokey.code.family import FAMILIES
from radiokey.headunit.display import Shows
from radiokey.language.speech import gettext, later, pgettext
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
    """A short letter to the dealer; `blanks` names what the owner still has to fill in."""

    subject: str
    text: str
    blanks: tuple[str, ...]


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
) -> Sheet:
    """Return the sheet for a model, a make, both or neither.

    What is known of the `case` is filled into the letter, the rest stays a blank. `sources` are the
    catalogue's; without them no address is given.
    """
    known = model if model is not None and not model.default else None
    name = _make(known, make)
    case = case or Case()
    exists = _may_exist(known, case.state)
    number_first = case.serial is None and exists and _some_follow(known, name)
    return Sheet(
        title=_title(known, name, case.state, exists=exists),
        make=name,
        model=None if known is None else known.id,
        radio=gettext("car radio") if known is None else gettext(known.name),
        why=gettext(_WHY["number-first"]) if number_first else _why(known, case.state),
        first_look=() if not exists else _said(_FIRST_LOOK),
        ask=_ask(known, name, sources or {}, exists=exists),
        papers=_NOT_KNOWN if known is None else known.ways.papers,
        in_hand=_said(IN_HAND),
        cost=_NOT_KNOWN if known is None else known.ways.cost,
        wait=_NOT_KNOWN if known is None else known.ways.wait,
        honest=_said(HONEST),
        red_flags=_said(RED_FLAGS),
        photograph=_said(PHOTOGRAPH),
        letter=_letter(known, name, case, exists=exists),
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
        return gettext(_WHY["protected"])
    if model is not None and model.binding.value in _WITHOUT_CODE and _may_exist(model, state):
        return gettext(_WHY["contradicts"])
    if model is None:
        return gettext(_WHY["no-derivation"])
    if model.families:
        return gettext(_WHY["outside"])
    match model.binding.value:
        case Binding.VEHICLE:
            return gettext(_WHY["vehicle"])
        case Binding.SERVER:
            return gettext(_WHY["server"])
        case Binding.OWNER_CODE:
            return gettext(_WHY["owner-code"])
        case _:
            return gettext(_WHY["no-derivation"])


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
    notes = [gettext(_OLD_RADIO), gettext(_NO_PROMISE)]
    if model is not None and model.binding.value is Binding.OWNER_CODE:
        notes.append(gettext(_OWNER_SET))
    if make in _FOLK:
        notes.append(gettext(_FOLK[make]))
    if make in _NORTH_AMERICA:
        notes.append(gettext(_NASTF))
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
    return Letter(subject, "\n".join(lines), tuple(blanks))


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

_WHY: Final = {
    "number-first": later(
        "For some of these radios the code follows from the number on the label, and "
        "this program gives it: type the number before you ask or pay anybody. For the "
        "others this is the way."
    ),
    "no-derivation": later(
        "Too little evidence is public of how this radio's code follows from its "
        "number: a code from it could cost you a try. The maker's records are the way "
        "to it."
    ),
    "outside": later(
        "For this kind of radio a public way from number to code exists, but not for "
        "the number or unit you have: there it is undefined or in doubt, and a wrong "
        "code would cost you a try."
    ),
    "protected": later(
        "It does not recognise its car, or its car does not recognise it. While it "
        "shows that, it takes no code; the part has to be confirmed to the car."
    ),
    "contradicts": later(
        "Some sources say that this radio is paired to its car and wants no code; but "
        "radios like it ask for one, or the sources are weak. Ask first which it is, "
        "before you look or pay for a code."
    ),
    "vehicle": later("This radio is paired to its car. No code exists that you could key in."),
    "server": later("This radio is released by the maker's server. No code exists that you could key in."),
    "owner-code": later(
        "On this radio an owner sets the code. No number on the unit leads to it, and "
        "the maker's records may hold another one."
    ),
}

_FIRST_LOOK: Final = (
    later("The radio's card: Code Card, Car Pass, Radiopass, a blue card"),
    later("Handbook and service book, first and last pages"),
    later("Glovebox wall, trunk, underside of the bonnet, tag of the spare key"),
    later("Old invoices, the previous owner, the dealer who sold the car"),
)

IN_HAND: Final = (
    later("The car's registration papers"),
    later("Your identity card or passport"),
    later("The car's number (VIN)"),
    later("The radio's serial number, with a photo of its label"),
    later("If it was stolen once: the insurance claim or the police receipt"),
    later("If you bought the radio used: its bill, or what the seller wrote"),
)

HONEST: Final = (
    later("Says before you pay that numbers beginning like yours are covered"),
    later("Names one whole price, in writing"),
    later("Gives the money back when the radio refuses the code"),
    later("Asks for proof that car and radio are yours"),
    later("Wants to see a photo of the label, not only a typed number"),
    later("Tells you which keys to press and how many tries you have"),
)

RED_FLAGS: Final = (
    later("A number for every input, within a second, without asking for the make"),
    later("A guarantee of a hundred per cent"),
    later("No question about who owns the radio"),
    later("A universal code, a reset trick, or three wrong codes on purpose"),
    later("Payment before anybody says whether your number is covered"),
    later("A code of another length than yours, or with digits your keys do not have"),
)

PHOTOGRAPH: Final = (
    later("The display as it is now"),
    later("The whole label on the unit, straight and sharp, with its barcodes"),
    later("The front of the radio with all its keys"),
    later("The registration, and the car's number behind the windscreen"),
    later("The handbook's page about the radio code, if there is one"),
)

# Formulas that circulate and are known to be wrong (tests/code/families/test_deny_list.py), by make.
_LAST_FOUR: Final = later(
    "One formula that circulates is made up: the last four figures of the number "
    "plus a fixed figure. It does not give the one pair of number and code that "
    "was collected."
)
_FOLK: Final = {
    "ford": later(
        "One formula that circulates is made up: sums and differences of the number's "
        "digits. It gives figures below 0 and above 9, and for M123456 not the code of "
        "the known tables."
    ),
    "hyundai": _LAST_FOUR,
    "kia": _LAST_FOUR,
}
_OLD_RADIO: Final = later(
    "The car's number leads to the radio that was fitted first. If yours was "
    "replaced, only the number on the unit counts."
)
_NO_PROMISE: Final = later(
    "No source is sure in every case: units are swapped, changed by a workshop, or on a list of stolen ones."
)
_OWNER_SET: Final = later("Ask earlier owners and installers first: they may have set the code themselves.")
_NASTF: Final = later(
    "In the United States locksmiths and workshops use a registry of their own "
    "(NASTF). It is for professionals; they need your licence and proof of "
    "ownership for it."
)
