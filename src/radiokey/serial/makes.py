"""The names of car makes, however they are spelled: `VW` is Volkswagen, `Citroën` is citroen."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Final

_ALIASES: Final = {
    "alfa": "alfaromeo",
    "benz": "mercedes",
    "mb": "mercedes",
    "mercedesbenz": "mercedes",
    "mgrover": "mg",
    "rangerover": "landrover",
    "vauxhall": "opel",
    "vw": "volkswagen",
}


_SPOKEN: Final = {
    "bmw": "BMW",
    "citroen": "Citro\N{LATIN SMALL LETTER E WITH DIAERESIS}n",
    "gm": "GM",
    "gmc": "GMC",
    "mg": "MG",
    "seat": "SEAT",
    "skoda": "\N{LATIN CAPITAL LETTER S WITH CARON}koda",
    "vw": "VW",
}


def spoken(make: str) -> str:
    """Return a make as it is written to people.

    >>> spoken("bmw"), spoken("land rover")
    ('BMW', 'Land Rover')
    """
    return _SPOKEN.get(make) or make.title()


def same_make(one: str, other: str) -> bool:
    """Tell whether two spellings name one make.

    >>> same_make("Mercedes-Benz", "mercedes"), same_make("Citroën", "citroen"), same_make("Audi", "Opel")
    (True, True, False)
    """
    return _folded(one) == _folded(other)


def among(make: str, makes: Collection[str]) -> bool:
    """Tell whether `makes` holds `make`, in whatever spelling."""
    return any(same_make(make, other) for other in makes)


@lru_cache(maxsize=1_000)  # what is typed as a make comes from outside
def _folded(make: str) -> str:
    plain = unicodedata.normalize("NFKD", make).casefold()
    letters = re.sub(r"[^a-z0-9]", "", plain)
    return _ALIASES.get(letters, letters)
