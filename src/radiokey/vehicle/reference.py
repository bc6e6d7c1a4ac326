"""Our own radio: the reference policy behind ten number keys and a plain display."""

from typing import Final

from radiokey.code.value import CodeShape
from radiokey.headunit.display import Colour, DisplayKind, DisplayWord, Shows, Technology
from radiokey.headunit.panel import Automatic, Direct, Key, Panel
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.unit import Design

_DIGITS: Final = "0123456789"

REFERENCE_DESIGN: Final = Design(
    shape=CodeShape.of(4, _DIGITS),
    panel=Panel(
        tuple(Key(digit, digit) for digit in _DIGITS),
        Direct(tuple((digit, digit) for digit in _DIGITS)),
        Automatic(),
    ),
    policy=REFERENCE,
    words=(
        DisplayWord("CODE", Shows.CODE, "It asks for the code."),
        DisplayWord("WAIT {wait}", Shows.WAIT, "It waits; minutes and seconds are left."),
        DisplayWord("LOCKED", Shows.PERMANENT, "The end: only a new memory chip helps."),
        DisplayWord("PROTECT", Shows.PROTECTED, "The car does not know it."),
    ),
    display=DisplayKind(Technology.DOT_MATRIX, Colour.AMBER, 12),
)
