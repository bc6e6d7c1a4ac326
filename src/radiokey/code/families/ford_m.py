"""Ford, serial numbers that begin with M: M and six digits to four digits. Tier A.

The mathematics stands in `radiokey.code.families.ford`; here is the square that belongs to M.

>>> from radiokey.serial.number import parse
>>> derive(parse("M123456").serial).reveal()
'2487'
>>> derive(parse("M030063").serial).reveal()
'0447'

Domain: M000000 to M999999, all of it; 9,840 of the 10,000 codes occur. The letter is part of the number:
the same six digits under V have another code, and six digits alone are refused.

Checked: the SHA-256 of the whole domain, equal to two separately stored tables of 1,000,000 rows. Known to
be wrong: the example M123456 -> 5807 of one calculator's page (its own table says 2487).

Right and refused all the same: six owners report that their radio did not take the code of its number
(M030063, M212365, M018464, M013109, M028202 and one without its number); one of them ended at LOCKED 13.
Sets are re-coded by dealers or swapped.

Sources: digital-kaos archive t-153206 (2010) and Scribd 456754025; OlegSmelov/ford-radio-codes (2019, formula
and table); DavidB445/fz_fordradiocodes (2025, table); an example of PELock/Radio-Code-Calculator-Python;
owners at freefordradiocode.co.uk, fordnews.org, fixfault.com and moneysavingexpert.com.
"""

import re
from typing import Final

from radiokey.code.families.ford import Square
from radiokey.code.value import Code
from radiokey.errors import OutsideDomainError
from radiokey.language.speech import gettext
from radiokey.serial.number import SerialNumber

_SERIAL: Final = re.compile(r"M[0-9]{6}", re.ASCII)

SQUARE: Final = Square(
    "9534872610",
    "2156937048",
    "0473196582",
    "5641280937",
    "6312054879",
    "4087619325",
    "7805321496",
    "1968745203",
    "3290468751",
    "8729503164",
)


def derive(serial: SerialNumber) -> Code:
    """Return the four-digit code of an M serial; raise `OutsideDomainError` for anything else."""
    if serial.kind != "ford-m" or _SERIAL.fullmatch(serial.text) is None:
        raise OutsideDomainError(
            gettext("this derivation takes a Ford serial number of the letter M and six digits"),
            hint=gettext(
                "the letter decides: after a V the same digits have another code; a Ford dealer looks it up"
            ),
            family="ford-m",
        )
    return Code(f"{SQUARE.code_of(int(serial.text[1:])):04d}")
