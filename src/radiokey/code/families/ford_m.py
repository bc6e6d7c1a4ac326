"""Ford, serial numbers that begin with M: M and six digits to four digits. Tier A.

A ten by ten table L, each row and column a permutation of the digits, is walked with the digits from right
to left (n1 is the last). With g(a, b) = L[a][b] + 1::

    r1 = L[n1][5]  r2 = L[n2][3]  r3 = L[n3][8]  r4 = L[n4][2]  r5 = L[n5][1]  r6 = L[n6][6]  r7 = L[0][9]
    four mixed digits e1..e4 of g and L over r1..r7, each mod 10
    x1..x4: products of g over e1..e4, plus a constant each
    code = for x4, x3, x2, x1: (tens + units + r1) mod 10

>>> from radiokey.serial.number import parse
>>> derive(parse("M123456").serial).reveal()
'2487'
>>> derive(parse("M030063").serial).reveal()
'0447'

Domain: M000000 to M999999, all of it; 9,840 of the 10,000 codes occur. The letter is part of the number:
the same six digits under V belong to another family, and six digits alone are refused.

Checked: the SHA-256 of the whole domain, equal to two separately stored tables of 1,000,000 rows. Known to
be wrong: the example M123456 -> 5807 of one calculator's page (its own table says 2487).

Sources: digital-kaos archive t-153206 (2010) and Scribd 456754025; OlegSmelov/ford-radio-codes (2019, formula
and table); DavidB445/fz_fordradiocodes (2025, table); an example of PELock/Radio-Code-Calculator-Python;
owners at freefordradiocode.co.uk, fordnews.org and moneysavingexpert.com.
"""

import re
from typing import Final

from radiokey.code.value import Code
from radiokey.errors import OutsideDomainError
from radiokey.serial.number import SerialNumber

_SERIAL: Final = re.compile(r"M[0-9]{6}", re.ASCII)

_TABLE: Final = tuple(
    tuple(int(digit) for digit in row)
    for row in (
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
)
_PLUS: Final = tuple(tuple(cell + 1 for cell in row) for row in _TABLE)
_R7: Final = _TABLE[0][9]

# The columns that each digit of the serial is looked up in, last digit first.
_R1, _R2, _R3, _R4, _R5, _R6 = (tuple(row[column] for row in _TABLE) for column in (5, 3, 8, 2, 1, 6))


def derive(serial: SerialNumber) -> Code:
    """Return the four-digit code of an M serial; raise `OutsideDomainError` for anything else."""
    if serial.kind != "ford-m" or _SERIAL.fullmatch(serial.text) is None:
        raise OutsideDomainError(
            "this derivation takes a Ford serial number of the letter M and six digits",
            hint="the letter decides: after a V the same digits have another code; a Ford dealer looks it up",
            family="ford-m",
        )
    return Code(f"{number_of(int(serial.text[1:])):04d}")


def number_of(digits: int) -> int:
    """Return the code of serial M`digits` (0 to 999,999) as a number from 0 to 9,999."""
    rest, n1 = divmod(digits, 10)
    rest, n2 = divmod(rest, 10)
    rest, n3 = divmod(rest, 10)
    rest, n4 = divmod(rest, 10)
    n6, n5 = divmod(rest, 10)
    r1, r2, r3, r4, r5, r6 = _R1[n1], _R2[n2], _R3[n3], _R4[n4], _R5[n5], _R6[n6]
    plus = _PLUS
    plus2, plus7 = plus[r2], plus[_R7]
    common = plus2[r1]

    e1 = (common * plus[r6][r2] + plus[r4][r3] * plus7[r5] + _TABLE[r1][r4]) % 10
    e2 = (common * plus[r5][r4] + plus[r5][r2] * plus7[r3] + _TABLE[r1][r6]) % 10
    e3 = (common * plus[r4][r2] + plus[r3][r6] * plus7[r4] + _TABLE[r1][r5]) % 10
    e4 = (common * plus[r6][r3] + plus[r3][_R7] * plus2[r5] + _TABLE[r4][r1]) % 10

    first, second, third, fourth = plus[e1][5], plus[e2][1], plus[e3][8], plus[e4][0]
    code = 0
    for x in (third * fourth + 108, first * third + 103, second * fourth + 102, first * second + 105):
        code = 10 * code + (x // 10 % 10 + x % 10 + r1) % 10
    return code
