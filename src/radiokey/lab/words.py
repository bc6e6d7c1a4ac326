"""Shares and times as people read them."""

import math
from fractions import Fraction
from typing import Final

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.language.speech import gettext, later, number

LEAST_PERCENT: Final = 1e-4
_UNITS: Final = (
    (365 * DAY_MS, later("{n} years")),
    (DAY_MS, later("{n} d")),
    (HOUR_MS, later("{n} h")),
    (MINUTE_MS, later("{n} min")),
    (SECOND_MS, later("{n} s")),
)


def percent(share: Fraction) -> str:
    """Return a share as people read it, to two digits, and not where that is less than one in a million.

    >>> percent(Fraction(3, 10_000)), percent(Fraction(0)), percent(Fraction(1)), percent(Fraction(1, 10**9))
    ('0.03 %', '0 %', '100 %', '<0.0001 %')
    """
    value = float(share * 100)
    if 0 < value < LEAST_PERCENT:
        return f"<{number(LEAST_PERCENT, 4)} %"
    digits = 1 - math.floor(math.log10(value)) if 0 < value < 10 else 0  # noqa: PLR2004 - two digits
    needed = f"{value:.{max(0, digits)}f}".partition(".")[2].rstrip("0")
    return f"{number(value, len(needed))} %"


def span(ms: float) -> str:
    """Return a time to about two digits, in the unit that fits.

    >>> span(263_100), span(4_000), span(10**15)
    ('4.4 min', '4 s', '32,000 years')
    """
    unit_ms, words = next(((unit, words) for unit, words in _UNITS if ms >= unit), _UNITS[-1])
    value = ms / unit_ms
    shown = float(f"{value:.2g}")
    return gettext(words, n=number(int(shown) if shown == int(shown) else shown))
