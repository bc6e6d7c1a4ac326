"""A number as this radio can have it: the answer that the command line and the site share.

What was said decides. A radio that is named has its own numbering or none, and a number is never taken for
another make's; where nobody knows its numbering, or all of it, the number is read as it is printed. Only
where a code may follow is the form insisted on: there a slip of the pen costs an attempt. Where neither radio
nor make was said, the make that the text itself names is (`make_said`).

>>> read_number("12345678", make="volvo").serial
SerialNumber(text='12345678', kind='as-printed', identity=<Identity.SHARED: 'shared'>)
>>> read_number("12345678")
Traceback (most recent call last):
    ...
radiokey.errors.SerialDoubtError: 8 characters without more do not say which radio they belong to
"""

from dataclasses import dataclass
from typing import Protocol

from radiokey.code.family import FAMILIES
from radiokey.serial.makes import among, make_in
from radiokey.serial.number import Reading, parse, readings


class Radio(Protocol):
    """What reading a number needs of a model of the catalogue: its file's card or the model itself."""

    @property
    def makes(self) -> tuple[str, ...]:
        """The makes of car it is found in."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """The formats its number can have; none where nobody knows."""
        ...

    @property
    def families(self) -> tuple[str, ...]:
        """The public derivations that hold for it; none for most."""
        ...

    @property
    def default(self) -> bool:
        """Whether it stands for a radio that nobody can name."""
        ...


@dataclass(frozen=True, slots=True)
class _Said:
    make: str | None
    kinds: tuple[str, ...] | None
    as_printed: bool


def make_said(text: str, make: str = "", radio: Radio | None = None) -> str:
    """Return the make that was said: by itself, or where no radio was named in the text with the number."""
    return make.strip() or (make_in(text) if radio is None or radio.default else "")


def _said(make: str, radio: Radio | None) -> _Said:
    if radio is None or radio.default:
        follows = any(among(make, family.makes) for family in FAMILIES.values())
        return _Said(make or None, None, as_printed=bool(make) and not follows)
    # The radio's own make speaks where the car's was not said.
    own = make or next(iter(radio.makes), None)
    return _Said(own, radio.kinds, as_printed=not radio.families)


def read_number(text: str, *, make: str = "", radio: Radio | None = None) -> Reading:
    """Return the one reading of what a person copied, for the radio or make that was said, if any.

    Raises `SerialError` and what is below it (`radiokey.serial.number.parse`).
    """
    said = _said(make_said(text, make, radio), radio)
    return parse(text, make=said.make, kinds=said.kinds, as_printed=said.as_printed)


def read_numbers(text: str, *, make: str = "", radio: Radio | None = None) -> tuple[Reading, ...]:
    """Return every reading, best first, as `read_number` reads; none is an empty tuple. Never raises."""
    said = _said(make_said(text, make, radio), radio)
    return readings(text, make=said.make, kinds=said.kinds, as_printed=said.as_printed)
