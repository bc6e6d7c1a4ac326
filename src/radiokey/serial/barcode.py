"""The Blaupunkt barcode: Interleaved 2 of 5, eighteen digits.

It holds the last seven digits of the serial number, the device number of ten digits (7 64x xxx xxx) and a
check digit, modulo 10 with the weights 3 and 1 as is usual for Interleaved 2 of 5. The four digits after BP
are digits 4 to 7 of the device number; the fifth is not in the barcode and stays unknown (`?`).
"""

from typing import Final

from radiokey.serial.shapes import UNKNOWN

LENGTH: Final = 18
_SERIES: Final = "764"


def check_digit(digits: str) -> int:
    """Return the check digit of `digits`: the last one weighs 3, the one before it 1, and so on.

    >>> check_digit("629104150021")
    3
    """
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def blaupunkt_number(scanned: str) -> str | None:
    """Return the BP number that a barcode of eighteen digits stands for, its fifth digit `?`.

    `None` where the check digit does not hold or the device number is not of the 7 64x series, whose digits
    alone are known to be the printed ones.

    >>> blaupunkt_number("123456776453870002")
    'BP5387?1234567'
    """
    if len(scanned) != LENGTH or not (scanned.isascii() and scanned.isdigit()):
        return None
    body, check = scanned[:-1], scanned[-1]
    serial, device = body[:7], body[7:]
    if check_digit(body) != int(check) or not device.startswith(_SERIES):
        return None
    return f"BP{device[3:7]}{UNKNOWN}{serial}"
