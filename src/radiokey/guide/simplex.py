"""A linear programme in exact fractions: small, and certain of its answer.

`plan.py` asks whether an act is best for some chances inside an interval; rounding must not decide that. With
at most a handful of unknowns, the textbook tableau with Bland's rule (which cannot cycle) is all it takes.
Bland, "New finite pivoting rules for the simplex method", Mathematics of Operations Research 2 (1977).
"""

from collections.abc import Sequence
from fractions import Fraction


def maximum(
    goal: Sequence[Fraction], rows: Sequence[Sequence[Fraction]], limits: Sequence[Fraction]
) -> Fraction:
    """Return the largest value of goal.x with rows.x <= limits and x >= 0; `limits` are not negative.

    The programme must be bounded; one that is not is a mistake of ours.
    """
    assert all(limit >= 0 for limit in limits), "the origin has to be feasible"
    width = len(goal)
    table = [
        [*row, *(Fraction(at == other) for other in range(len(rows))), limit]
        for at, (row, limit) in enumerate(zip(rows, limits, strict=True))
    ]
    last = [*(-value for value in goal), *([Fraction(0)] * (len(rows) + 1))]
    basis = [width + at for at in range(len(rows))]
    while True:
        column = next((at for at, value in enumerate(last[:-1]) if value < 0), None)
        if column is None:
            return last[-1]
        ratios = [(row[-1] / row[column], basis[at], at) for at, row in enumerate(table) if row[column] > 0]
        assert ratios, "a chance has an upper end, so the programme is bounded"
        pivot = min(ratios)[2]
        _pivot(table, last, pivot, column)
        basis[pivot] = column


def _pivot(table: list[list[Fraction]], last: list[Fraction], pivot: int, column: int) -> None:
    scale = table[pivot][column]
    table[pivot] = [value / scale for value in table[pivot]]
    for at, row in enumerate(table):
        if at != pivot and row[column]:
            factor = row[column]
            table[at] = [value - factor * base for value, base in zip(row, table[pivot], strict=True)]
    if last[column]:
        factor = last[column]
        last[:] = [value - factor * base for value, base in zip(last, table[pivot], strict=True)]
