"""Which radios a number can be of, and which derivations can hold for it."""

from radiokey.catalogue.index import Card, cards
from radiokey.code.family import Family, families_of
from radiokey.code.reading import Radio
from radiokey.serial.formats import FORMATS
from radiokey.serial.makes import among
from radiokey.serial.number import SerialNumber


def radios_with(serial: SerialNumber, make: str = "", radio: Card | None = None) -> tuple[Card, ...]:
    """Return the cards of the radios that can have this number, in the order of their ids.

    A radio that was named is the one: the number was read as one of its own. Otherwise the make that was
    said leaves out other makes' radios, the type that such numbers are known from those of other types, and
    a number that belongs to the radios of certain makes those of all others.
    """
    if radio is not None and not radio.default:
        return (radio,)
    makes = _makes_of(serial)
    name = FORMATS[serial.kind].type_of(serial.text)
    return tuple(
        card
        for card in cards().values()
        if serial.kind in card.kinds
        and name in card.name
        and (not make or among(make, card.makes))
        and (not makes or any(among(one, card.makes) for one in makes))
    )


def families_for(serial: SerialNumber, radio: Radio | None, make: str = "") -> tuple[Family, ...]:
    """Return the public derivations that can hold for a number, surest first.

    A radio that was named decides, with its own makes; else the make of the car that was said.
    """
    if radio is None or radio.default:
        return families_of(serial, make)
    return tuple(
        family
        for family in families_of(serial)
        if family.id in radio.families
        and (not family.gates or any(among(one, family.makes_of(serial)) for one in radio.makes))
    )


def _makes_of(serial: SerialNumber) -> tuple[str, ...]:
    """Return the makes that a number's beginning belongs to; none where its beginning tells nothing."""
    return tuple(make for family in families_of(serial) if family.gates for make in family.makes_of(serial))
