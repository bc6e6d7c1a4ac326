"""Renault and Dacia: the pre-code, one letter and three digits, to four digits. Tier A.

With L the letter's index (A = 0) and the digits d1, d2, d3::

    P = 10 L + d1                     S = 10 d2 + d3
    z = 7 (P + S) mod 100
    code = two digits of (259 mod P) mod 100, then the digits of z in reverse

>>> from radiokey.serial.number import parse
>>> derive(parse("281155216RT A129").serial).reveal()
'0001'
>>> derive(parse("Z999").serial).reveal()
'0060'
>>> derive(parse("A050").serial)
Traceback (most recent call last):
    ...
radiokey.errors.OutsideDomainError: pre-codes A000 to A099 have no code: the derivation divides by zero there

Domain: everything but A000 to A099, where P = 0. 25,900 numbers, 5,800 of their codes begin with 0.

Checked: the SHA-256 of the whole list, equal to three published tables (23,400, 25,900 and 25,900 rows).
Known to be wrong and refused: P + 10 (a program of December 2025), the pre-code read as a number (its
variants V2 and V3), codes without their leading zeros.

Sources: lucasg.github.io, post of 2019-08-03 "Compute Renault radio code"; chunkster29/Radio-code (2013);
patgo25/RenaultRadioCodes; jglim/UnlockECU RenaultRadio.cs; the tables of Joyez/renault-radio-code-list
(2014), radcoderen/go-code-autoradio-renault and ExtraMobs/renault-radio-code-generator; an example of
PELock/Radio-Code-Calculator-Python. Where the number stands: Renault workshop manual MR-413-X44-86A.
"""

import re
from typing import Final

from radiokey.code.value import Code
from radiokey.errors import OutsideDomainError
from radiokey.language.speech import gettext
from radiokey.serial.number import SerialNumber

_PRECODE: Final = re.compile(r"[A-Z][0-9]{3}", re.ASCII)


def derive(serial: SerialNumber) -> Code:
    """Return the four-digit code of a pre-code; raise `OutsideDomainError` for A000 to A099."""
    text = serial.text
    if serial.kind != "renault-precode" or _PRECODE.fullmatch(text) is None:
        raise OutsideDomainError(
            gettext("this derivation takes a Renault pre-code: one letter and three digits"),
            hint=gettext("it follows the T on the sticker, e.g. 281155216RT V212"),
            family="renault-precode",
        )
    p = 10 * (ord(text[0]) - ord("A")) + int(text[1])
    if p == 0:
        raise OutsideDomainError(
            gettext("pre-codes A000 to A099 have no code: the derivation divides by zero there"),
            hint=gettext(
                "look at the sticker again; if it really says so, a Renault or Dacia dealer can help"
            ),
            family="renault-precode",
        )
    z = 7 * (p + int(text[2:])) % 100
    return Code(f"{259 % p % 100:02d}{z % 10}{z // 10}")
