"""Which radios a number can be of: those of the car's make, of the number's own type, and no others."""

from radiokey.catalogue.index import Card, cards
from radiokey.code.family import families_of
from radiokey.serial.formats import FORMATS
from radiokey.serial.makes import among
from radiokey.serial.number import SerialNumber


def radios_with(serial: SerialNumber, make: str = "", radio: Card | None = None) -> tuple[Card, ...]:
    """Return the cards of the radios that can have this number, in the order of their ids.

    A radio that was named is the one, if it can have it. Otherwise the make that was said leaves out other
    makes' radios, the type that such numbers are known from those of other types, and a number that belongs
    to the radios of certain makes those of all others.
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


def _makes_of(serial: SerialNumber) -> tuple[str, ...]:
    """Return the makes that a number's beginning belongs to; none where its beginning tells nothing."""
    gates = (family.gate_of(serial.text) for family in families_of(serial))
    return tuple(make for gate in gates if gate is not None for make in gate.makes)
