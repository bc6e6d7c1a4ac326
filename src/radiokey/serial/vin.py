"""The vehicle identification number: 17 characters that name one car (ISO 3779).

Spaces, dashes and case do not matter. The letters I, O and Q are never in it: an O that was typed is a zero
and an I a one; a Q is refused. The check digit in the ninth place is asked only where the market has one -
North America (1 to 5) and China (L); elsewhere a maker may put anything there.

>>> Vin.parse("1M8GDM9A XKP042788")
Vin('1M8**********2788')
>>> Vin.parse("1M8GDM9A XKP042789")
Traceback (most recent call last):
    ...
radiokey.errors.VinError: the check digit of this vehicle identification number does not hold
>>> Vin.parse("SJN FAA N16 U 0123456").market is None  # constructed; Europe has no check digit
True
"""

import re
from dataclasses import dataclass, field
from typing import Final, Self

from radiokey.errors import VinError
from radiokey.language.speech import gettext, later
from radiokey.serial.spelling import Spelled, Word, spell

LENGTH: Final = 17
_CHECK_AT: Final = 8
_CANONICAL: Final = re.compile("[A-HJ-NPR-Z0-9]{17}")
_REPAIRS: Final = str.maketrans("OI", "01")
_VALUES: Final = {character: value for value, character in enumerate("0123456789")} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_MARKETS: Final = dict.fromkeys("12345", "North America") | {"L": "China"}
_HINT: Final = later(
    "it stands in the registration papers and behind the windscreen; O is always 0 and I always 1"
)


@dataclass(frozen=True, slots=True, repr=False)
class Vin:
    """A vehicle identification number. `text` is the whole of it; str and repr hide its middle."""

    text: str
    repaired: bool = field(default=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number in `text`, which may have other words around it; raise `VinError` otherwise."""
        copied = _copied(spell(text))
        plain = copied.translate(_REPAIRS)
        if "Q" in plain:
            raise VinError(
                gettext("a vehicle identification number never holds the letter Q"), hint=gettext(_HINT)
            )
        vin = cls(plain, repaired=plain != copied)
        if vin.market is not None and check_digit(plain) != plain[_CHECK_AT]:
            raise VinError(
                gettext("the check digit of this vehicle identification number does not hold"),
                hint=gettext(
                    "one character was misread, often B for 8 or S for 5; {hint}", hint=gettext(_HINT)
                ),
                market=vin.market,
            )
        return vin

    @property
    def wmi(self) -> str:
        """The first three characters, which name the maker."""
        return self.text[:3]

    @property
    def market(self) -> str | None:
        """The market whose rules ask for a check digit, or `None`."""
        return _MARKETS.get(self.text[0])

    def __str__(self) -> str:
        return f"{self.wmi}{'*' * (LENGTH - 7)}{self.text[-4:]}"

    def __repr__(self) -> str:
        return f"Vin('{self}')"


def check_digit(text: str) -> str:
    """Return the character that belongs in the ninth place of a VIN: 0 to 9 or X."""
    total = sum(_VALUES[character] * weight for character, weight in zip(text, _WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def _capital(word: Word | None) -> str:
    return "" if word is None else word.text.upper()


def _copied(spelled: Spelled) -> str:
    """Return the one run of words that has the length of a VIN and a digit in it."""
    runs = {
        run.upper()
        for _, _, run in spelled.runs(LENGTH)
        if len(run) == LENGTH and "?" not in run and any(map(str.isdigit, run))
    }
    # A number typed in one word is meant, whatever its neighbours add up to.
    single = {word for word in map(_capital, spelled.words) if word in runs}
    found = single or runs
    if len(found) == 1:
        return found.pop()
    came = len(spelled.compact)
    if spelled.cut:
        sentence = gettext("a vehicle identification number has 17 characters; the text is far longer")
    elif found:
        sentence = gettext(
            "{found} different vehicle identification numbers can be read here", found=len(found)
        )
    else:
        sentence = gettext(
            "a vehicle identification number has 17 characters, letters and digits; {came} given", came=came
        )
    raise VinError(sentence, hint=gettext(_HINT), given=came)


def flaw(text: str) -> str | None:
    """Say what keeps `text`, as it stands, from being a VIN in its canonical spelling; `None`: nothing.

    Quick, for lists of millions; `Vin.parse` is kind to people.

    >>> flaw("1M8GDM9AXKP042788") is None
    True
    >>> flaw("1M8GDM9AXKP042789")
    'its check digit does not hold'
    """
    if _CANONICAL.fullmatch(text) is None or text.isalpha():
        return gettext("not 17 capital letters and digits without I, O and Q")
    if text[0] in _MARKETS and check_digit(text) != text[_CHECK_AT]:
        return gettext("its check digit does not hold")
    return None
