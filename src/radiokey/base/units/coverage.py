"""The coverage of a base, for anybody: models, and how many units of each, said so that no single one shows.

A number is rounded down to its first two digits, and below ten it is only "fewer than ten": a reader who
looks before and after an import of one unit hardly ever sees a difference.
"""

from typing import Final

FEW: Final = 10


def round_count(units: int) -> int:
    """Return a number of units as it may be shown: 0 for fewer than ten, otherwise rounded down.

    >>> round_count(9), round_count(14), round_count(1_299), round_count(10_123_456)
    (0, 14, 1200, 10000000)
    """
    if units < FEW:
        return 0
    step: int = 10 ** max(len(str(units)) - 2, 0)
    return units // step * step
