"""Ford, serial numbers that begin with V: V and six digits to four digits. Tier B, "probable".

The mathematics stands in `radiokey.code.families.ford` and is that of the M numbers; only the square differs.

>>> from radiokey.serial.number import parse
>>> derive(parse("V123456").serial).reveal()
'3067'
>>> derive(parse("V0001602").serial).reveal() == derive(parse("V001602").serial).reveal()  # a 0 too many
True

Domain: V000000 to V999999, all of it; the same 9,840 codes occur as for M. The letter is part of the number:
184 of the 1,000,000 numbers have one code under both letters. Six digits alone, numbers of a TravelPilot and
the letters C, L and A are refused.

Checked: the SHA-256 of the whole domain, equal to the one published table of 1,000,000 rows, and a
calculator's example that is two years older than that table. The square was solved from the table, so the
table does not confirm it a second time: a hundred digits that give a million rows in a construction known
for M since 2010 say that the table is real. No owner's pair was found; therefore tier B and not A.
Known to be wrong: that the table has no mathematical pattern; letter weights and sums of digits.

Sources: DavidB445/fz_fordradiocodes (2025, table; others have the same bytes); the V table of
erdesigns-eu/Delphi-OBD, of which two values were compared (2024; whether the two tables share an ancestor is
not known); an example of PELock/Radio-Code-Calculator-Python (2023).
"""

import re
from typing import Final

from radiokey.code.families.ford import Square
from radiokey.code.value import Code
from radiokey.errors import OutsideDomainError
from radiokey.language.speech import gettext
from radiokey.serial.number import SerialNumber

_SERIAL: Final = re.compile(r"V[0-9]{6}", re.ASCII)

SQUARE: Final = Square(
    "5836102947",
    "3109586274",
    "0518723469",
    "2980341756",
    "7321498605",
    "4097865123",
    "1243657098",
    "9672034581",
    "6754219830",
    "8465970312",
)


def derive(serial: SerialNumber) -> Code:
    """Return the four-digit code of a V serial; raise `OutsideDomainError` for anything else."""
    if serial.kind != "ford-v" or _SERIAL.fullmatch(serial.text) is None:
        raise OutsideDomainError(
            gettext("this derivation takes a Ford serial number of the letter V and six digits"),
            hint=gettext(
                "the letter decides: after an M the digits have another code; a Ford dealer looks it up"
            ),
            family="ford-v",
        )
    return Code(f"{SQUARE.code_of(int(serial.text[1:])):04d}")
