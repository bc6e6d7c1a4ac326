"""Toyota ERC, older Japanese navigation units: 16 hexadecimal digits to eight. Tier B, "probable".

With A the first 32 bits and B the last 32 bits::

    code = ((A xor B with its bits reversed) - 0x0E010A11) mod 2^32

>>> from radiokey.serial.number import parse
>>> derive(parse("1021 1376 AB8E 0D25", kinds=("toyota-erc",)).serial).reveal()
'A6905892'
>>> derive(parse("0C44050000000000", kinds=("toyota-erc",)).serial).reveal()
'FE42FAEF'

Domain: all 2^64 numbers; nothing in the digits tells the generations apart. Units of the 68 series (W68, Y68,
Z68, X68) use another scheme: the caller asks for the model plate and refuses them. Two radios are known to
have refused the answer: E69A0A0044900656 -> 7EF8F911 and AA112A00761437DB -> 63FBF85D.

Checked: all four known pairs. There is no table of the domain. Known to be wrong: a "Toyota" calculator that
takes five decimal digits; nine digits, as one port gave before it was mended.

Sources: alexeyfadeev/erc-calculator (2015) and its ports, among them Berks/python_erc (issues 1 to 3);
muftypro/ERC-calculator-for-Toyota-66-68-radios (which generations differ); an example of
PELock/Radio-Code-Calculator-Python.
"""

import re
from typing import Final

from radiokey.code.value import Code
from radiokey.errors import OutsideDomainError
from radiokey.language.speech import gettext
from radiokey.serial.number import SerialNumber

_ERC: Final = re.compile(r"[0-9A-F]{16}", re.ASCII)
_OFFSET: Final = 0x0E01_0A11


def derive(serial: SerialNumber) -> Code:
    """Return the code, eight hexadecimal digits; raise `OutsideDomainError` for anything but 16 of them."""
    if serial.kind != "toyota-erc" or _ERC.fullmatch(serial.text) is None:
        raise OutsideDomainError(
            gettext("this derivation takes the 16 characters, 0 to 9 and A to F, of a Toyota ERC number"),
            hint=gettext("the unit shows them on its own screen"),
            family="toyota-erc-legacy",
        )
    high, low = int(serial.text[:8], 16), int(serial.text[8:], 16)
    reversed_low = int(f"{low:032b}"[::-1], 2)
    return Code(f"{((high ^ reversed_low) - _OFFSET) % 2**32:08X}")
