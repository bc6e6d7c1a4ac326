"""Blaupunkt, BP and twelve characters to four digits. Tier B, "probable"; each model as sure as its pairs.

The twelve are the model m1..m4, one character that does not count, and the serial b1..b7. The mathematics
stands in `radiokey.code.families.blaupunkt`; it takes m2 m3 m4 and b1..b7, so nothing was fitted.

>>> from radiokey.serial.number import parse
>>> derive(parse("BP2346 3 1991366").serial).reveal()
'6367'
>>> derive(parse("BP5387?9684801").serial).reveal()  # from the barcode: one digit is not in it
'6543'
>>> derive(parse("BP5511V0000000").serial).reveal()  # ACR 4250: a letter for the year
'1976'

Domain: models 2346, 5365, 5387 (Nissan), 0263 (MG Rover), 0273 (BMW Business), with a digit before the
serial, and 5511 (Blaupunkt ACR 4250) with a letter. Refused: every other model; and the 1.0 % of numbers
that the function leaves in doubt. That the radio is one of the model's make is for the caller to settle
(`Family.gates`): Alfa Romeo, Fiat and Peugeot carry numbers of the same shape, for which this mathematics
gives wrong codes.

Checked: seven of seven published pairs, four of Nissans, one of an MG Rover whose owner says that it works,
one of a BMW Business and one of an ACR 4250 of which nobody said so. There is no table of the domain; the
SHA-256 of each model's 10,000,000 numbers is one of this statement of the function, reached by two programs.
Known to be wrong: four-digit sums "(d + 3) * 7 mod 10" and the like; three times the digit sum plus 7777;
the last four digits times ten plus three; the number times 0x1F.

Sources: those of the function; pairs from killahs-aibot/radio-codes data/forum_pairs.csv (unfiltered, most
of it noise), moneysavingexpert.com 6188948, monitor.espec.ws 11363 and justanswer.com.
"""

import re
from typing import Final

from radiokey.code.families.blaupunkt import code_of
from radiokey.code.family import FAMILIES
from radiokey.code.value import Code
from radiokey.errors import OutsideDomainError
from radiokey.language.speech import gettext
from radiokey.serial.number import SerialNumber

_FAMILY: Final = FAMILIES["blaupunkt-bp"]
_NUMBER: Final = re.compile(r"BP([0-9]{4})[0-9A-Z?]([0-9]{7})", re.ASCII)
_KNOWN: Final = re.compile(r"BP(?:5511[A-Z]|(?!5511)[0-9]{4}[0-9?])[0-9]{7}", re.ASCII)


def derive(serial: SerialNumber) -> Code:
    """Return the four-digit code of a BP number; raise `OutsideDomainError` outside the domain."""
    match = _NUMBER.fullmatch(serial.text)
    if serial.kind != "bp12" or match is None:
        raise OutsideDomainError(
            gettext("this derivation takes BP and twelve characters; the number has another form"),
            hint=gettext(
                "compare the number with the label; if it is right, the make's dealer looks the code up"
            ),
            family=_FAMILY.id,
        )
    model, rest = match.groups()
    if _FAMILY.gate_of(serial.text) is None:
        known = ", ".join(begin.removeprefix("BP") for gate in _FAMILY.gates for begin in gate.begins)
        raise OutsideDomainError(
            gettext(
                "only Blaupunkt models {known} are known; this number begins with BP{model}",
                known=known,
                model=model,
            ),
            hint=gettext("the make's dealer looks the code up from the number and the papers"),
            family=_FAMILY.id,
        )
    if _KNOWN.fullmatch(serial.text) is None:
        raise OutsideDomainError(
            gettext(
                "the fifth character after BP is a letter on an ACR 4250 (BP5511) and a digit on the others"
            ),
            hint=gettext(
                "compare the number with the label; if it is right, the make's dealer looks the code up"
            ),
            family=_FAMILY.id,
        )
    code = code_of(model[1:], rest)
    if code is None:
        raise OutsideDomainError(
            gettext("this number is one of the 1 in 100 whose code the only source leaves in doubt"),
            hint=gettext("the make's dealer looks the code up from the number and the papers"),
            family=_FAMILY.id,
        )
    return Code(code)
