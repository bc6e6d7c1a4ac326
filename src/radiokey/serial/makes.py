"""The names of car makes, however they are spelled: `VW` is Volkswagen, `Citroën` is citroen."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

MAKES: Final = (
    "acura", "alfa romeo", "audi", "bmw", "buick", "cadillac", "chevrolet", "chrysler", "citroen", "dacia",
    "daewoo", "daihatsu", "dodge", "fiat", "ford", "gmc", "holden", "honda", "hyundai", "infiniti", "isuzu",
    "jaguar", "jeep", "kia", "lancia", "land rover", "lexus", "mazda", "mercedes", "mitsubishi", "nissan",
    "oldsmobile", "opel", "peugeot", "pontiac", "porsche", "renault", "rover", "saab", "skoda", "subaru",
    "suzuki", "toyota", "volkswagen", "volvo",
)  # fmt: skip
"""The makes that a text names without doubt: `seat`, `mini` and `smart` are words of every sentence."""

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


def spoken_all(makes: Iterable[str]) -> str:
    """Return makes as they are written to people, in one line.

    >>> spoken_all(["alfa romeo", "bmw"])
    'Alfa Romeo, BMW'
    """
    return ", ".join(map(spoken, makes))


def make_in(text: str) -> str:
    """Return the make that a text names, as `MAKES` has it; empty for none, and for several.

    >>> make_in("my Mercedes-Benz W203"), make_in("Nissan or Renault"), make_in("under the seat")
    ('mercedes', '', '')
    """
    bare = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text))
    plain = " ".join(bare.casefold().split())
    found = {_SAID[_letters(match[0])] for match in _NAMED.finditer(plain)}
    return found.pop() if len(found) == 1 else ""


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
    letters = _letters(make)
    return _ALIASES.get(letters, letters)


def _letters(make: str) -> str:
    plain = unicodedata.normalize("NFKD", make).casefold()
    return re.sub(r"[^a-z0-9]", "", plain)


_SAID: Final = {_letters(make): make for make in MAKES} | {
    "mercedesbenz": "mercedes", "rangerover": "land rover", "vauxhall": "opel", "vw": "volkswagen",
}  # fmt: skip
_NAMED: Final = re.compile(
    r"(?<![^\W\d_])(?:"
    + "|".join(
        sorted(
            (
                re.sub(r"[ -]", "[ -]?", name)
                for name in (*MAKES, "mercedes benz", "range rover", "vauxhall", "vw")
            ),
            key=len,
            reverse=True,
        )
    )
    + r")(?![^\W\d_])"
)
