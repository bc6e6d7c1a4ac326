"""Opel and Vauxhall CAR 2003: GM0203 and eight digits to four digits. Tier B, "probable".

The first of the eight digits does not count. The mathematics is that of `radiokey.code.families.blaupunkt`,
with 200 for the digits of the model. That Blaupunkt made the set is inferred from this.

>>> from radiokey.serial.number import parse
>>> derive(parse("GM020328268659").serial).reveal()
'2411'

Domain: GM020300000000 to GM020399999999, but for the 1.0 % of numbers that the function leaves in doubt.
Every other GM number is refused (0204, 0205, 0206, 0400, 0670, 0804, 1670, 1681 and the rest): it is of
another maker, or no pair of it is known; the CAR 300's (030M, 1300) have two pairs, which is too little.

Checked: of the 1,000 values that the constant can have, exactly one gives the code of each of the three
published pairs that stand, and it is 200 for all three. The SHA-256 of the 10,000,000 numbers is one of this
statement of the function, reached by two programs; there is no outside table.
Set aside, so that it is known: the same collection has two more rows of this label, GM020317618588 with 2003
and GM020332155422 with 2014, which no constant gives (the function says 5363 and 8868). Rows beside them pair
GM0204... with 2004 and GM0205... with 2005: the collector took a model name or a year for a code. If one of
the two were real, this family would fall.

Sources: those of the function; killahs-aibot/radio-codes data/forum_pairs.csv (unfiltered, most of it noise).
"""

import re
from typing import Final

from radiokey.code.families.blaupunkt import code_of
from radiokey.code.value import Code
from radiokey.errors import OutsideDomainError
from radiokey.language.speech import gettext
from radiokey.serial.number import SerialNumber

_NUMBER: Final = re.compile(r"GM0203[0-9]([0-9]{7})", re.ASCII)
MODEL_DIGITS: Final = "200"
"""What stands for the digits of the model: one constant of a thousand."""


def derive(serial: SerialNumber) -> Code:
    """Return the four-digit code of a GM0203 number; raise `OutsideDomainError` outside the domain."""
    match = _NUMBER.fullmatch(serial.text)
    if serial.kind != "opel-gm" or match is None:
        raise OutsideDomainError(
            gettext("this derivation takes GM0203 and eight digits; other GM numbers have none"),
            hint=gettext(
                "compare the number with the label; if it is right, an Opel or Vauxhall dealer looks it up"
            ),
            family="opel-gm0203",
        )
    code = code_of(MODEL_DIGITS, match[1])
    if code is None:
        raise OutsideDomainError(
            gettext("this number is one of the 1 in 100 whose code the only source leaves in doubt"),
            hint=gettext("an Opel or Vauxhall dealer looks the code up from the number and the papers"),
            family="opel-gm0203",
        )
    return Code(code)
