"""The mathematics of Ford's M and V numbers, stated once: a ten by ten square and six digits to four digits.

The square L, each row and column a permutation of the digits, is walked with the digits from right to left
(n1 is the last). With g(a, b) = L[a][b] + 1::

    r1 = L[n1][5]  r2 = L[n2][3]  r3 = L[n3][8]  r4 = L[n4][2]  r5 = L[n5][1]  r6 = L[n6][6]  r7 = L[0][9]
    four mixed digits e1..e4 of g and L over r1..r7, each mod 10
    x1..x4: products of g over e1..e4, plus a constant each
    code = for x4, x3, x2, x1: (tens + units + r1) mod 10

The letter of the number chooses the square; the same six digits have one code under M and another under V.
"""

from typing import Final

# The columns that each digit of the serial is looked up in, last digit first.
_COLUMNS: Final = (5, 3, 8, 2, 1, 6)


class Square:
    """One square, ready to be walked: ten rows of ten digits each."""

    __slots__ = ("_columns", "_plus", "_r7", "rows")

    def __init__(self, *rows: str) -> None:
        self.rows = tuple(tuple(int(digit) for digit in row) for row in rows)
        self._plus = tuple(tuple(cell + 1 for cell in row) for row in self.rows)
        self._columns = tuple(tuple(row[column] for row in self.rows) for column in _COLUMNS)
        self._r7 = self.rows[0][9]

    def code_of(self, digits: int) -> int:
        """Return the code of the six `digits` (0 to 999,999) as a number from 0 to 9,999."""
        rest, n1 = divmod(digits, 10)
        rest, n2 = divmod(rest, 10)
        rest, n3 = divmod(rest, 10)
        rest, n4 = divmod(rest, 10)
        n6, n5 = divmod(rest, 10)
        of1, of2, of3, of4, of5, of6 = self._columns
        r1, r2, r3, r4, r5, r6, r7 = of1[n1], of2[n2], of3[n3], of4[n4], of5[n5], of6[n6], self._r7
        table, plus = self.rows, self._plus
        plus2, plus7 = plus[r2], plus[r7]
        common = plus2[r1]

        e1 = (common * plus[r6][r2] + plus[r4][r3] * plus7[r5] + table[r1][r4]) % 10
        e2 = (common * plus[r5][r4] + plus[r5][r2] * plus7[r3] + table[r1][r6]) % 10
        e3 = (common * plus[r4][r2] + plus[r3][r6] * plus7[r4] + table[r1][r5]) % 10
        e4 = (common * plus[r6][r3] + plus[r3][r7] * plus2[r5] + table[r4][r1]) % 10

        first, second, third, fourth = plus[e1][5], plus[e2][1], plus[e3][8], plus[e4][0]
        code = 0
        for x in (third * fourth + 108, first * third + 103, second * fourth + 102, first * second + 105):
            code = 10 * code + (x // 10 % 10 + x % 10 + r1) % 10
        return code
