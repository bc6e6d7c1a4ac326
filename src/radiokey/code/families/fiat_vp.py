"""Fiat and Alfa Romeo, Continental VP1 and VP2: the last four digits to four digits 1..6. Tier B, "probable".

With the last four digits s1 s2 s3 s4 of the serial number, and ::

    f_k(d) = d for d <= 5,   k - 1 for d = 6 or 7,   d - 8 for d = 8 or 9
    code   = 1 + f_1(s3),  1 + f_2(s1),  1 + f_3(s4),  1 + f_4(s2)

>>> from radiokey.serial.number import parse
>>> derive(parse("2063", kinds=("fiat-last4",)).serial).reveal()
'1341'
>>> derive(parse("A2C9137360000022063", make="fiat").serial).reveal()  # constructed: same last four
'1341'

Domain: all 10,000 endings; the radio has six keys, and 1,296 codes occur. That the radio is a VP1 or VP2 of a
Fiat or an Alfa Romeo is for the caller to settle: Peugeots and Citroens carry the same label.

Checked: one example from outside its line of programs. It was published in May 2024, the formula in June
2022, so the formula cannot have been fitted to it. There is no table of the domain; the SHA-256 of its 10,000
codes is one of the formula, equal in this statement and in two published programs.

Sources: mark0wnik/VP1-VP2-Toolkit (2022); erdesigns-eu/Delphi-OBD, the commit of April 2024 only (same
lineage); notesdeath/radio-code-calc; an example of PELock/Radio-Code-Calculator-Python.
"""

import re
from typing import Final

from radiokey.code.value import Code
from radiokey.errors import OutsideDomainError
from radiokey.language.speech import gettext
from radiokey.serial.number import SerialNumber

_NUMBER: Final = re.compile(r"(?:A2C[0-9]{12})?([0-9]{4})", re.ASCII)
_KINDS: Final = ("continental-a2c", "fiat-last4")


def derive(serial: SerialNumber) -> Code:
    """Return the four-digit code, each digit 1 to 6; raise `OutsideDomainError` for another number."""
    match = _NUMBER.fullmatch(serial.text)
    if serial.kind not in _KINDS or match is None:
        raise OutsideDomainError(
            gettext("this derivation takes A2C and sixteen digits, or the last four of them"),
            hint=gettext("the number stands on the label of the unit"),
            family="fiat-vp",
        )
    s1, s2, s3, s4 = (int(digit) for digit in match[1])
    return Code("".join(str(1 + _folded(digit, place)) for place, digit in enumerate((s3, s1, s4, s2))))


def _folded(digit: int, place: int) -> int:
    """Fold a digit 0..9 into 0..5 as the place (0..3) of the code does it."""
    if digit <= 5:  # noqa: PLR2004 -- the six keys, 0 to 5
        return digit
    return place if digit <= 7 else digit - 8  # noqa: PLR2004 -- the formula's own bounds
