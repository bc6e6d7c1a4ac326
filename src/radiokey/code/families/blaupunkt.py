"""The Blaupunkt function, stated once: three digits of the model and seven of the serial to four digits.

T is a Latin square of the ten digits. The ten digits s0..s9, the model's three first, walk through it in two
chains of four and are folded together under a key digit::

    chain(a, b, c, d) = w1 = T[a][d],  w2 = T[b][w1],  w3 = T[c][w2],  w4 = T[d][w3]
    q = chain(s1, s2, s3, s4)     p = chain(s6, s7, s8, s9)     k = T[s5][s0]
    code = T[.][k] of  T[q4][p4],  T[q3][p3],  T[T[q4][q2]][T[p4][p2]],  u = T[T[q3][q1]][T[p3][p1]]

Where the first digit of the code and u are both 0, 1.0 % of the numbers, the only program published does
something whose intent is unclear: there is no code here for these.

Sources: Jackjan4/RadioCodeCalculator Program.cs (2022); ivorysky.com, February 2009 (which digits count);
digital-kaos archive t-154463 (2010). Twelve published pairs from six kinds of radio come out, twelve of
twelve; which kinds of label it holds for, and with which three digits, stands with the families.
"""

from typing import Final

SQUARE: Final = tuple(
    tuple(int(digit) for digit in row)
    for row in (
        "8057926143",
        "1249830657",
        "7894361025",
        "2980754361",
        "0415672938",
        "9601543782",
        "6738219504",
        "5362108479",
        "3176485290",
        "4523097816",
    )
)

_Four = tuple[int, int, int, int]


def code_of(model: str, serial: str) -> str | None:
    """Return the code of three digits of the model and seven of the serial; `None` where it is in doubt."""
    s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 = (int(digit) for digit in model + serial)
    return keyed(mixed(chain(s1, s2, s3, s4), chain(s6, s7, s8, s9)), SQUARE[s5][s0])


def chain(a: int, b: int, c: int, d: int) -> _Four:
    """Return the four digits that four digits walk through."""
    first = SQUARE[a][d]
    second = SQUARE[b][first]
    third = SQUARE[c][second]
    return first, second, third, SQUARE[d][third]


def mixed(q: _Four, p: _Four) -> _Four:
    """Return the four digits of the code before the key; the last is u."""
    t = SQUARE
    return t[q[3]][p[3]], t[q[2]][p[2]], t[t[q[3]][q[1]]][t[p[3]][p[1]]], t[t[q[2]][q[0]]][t[p[2]][p[0]]]


def keyed(four: _Four, key: int) -> str | None:
    """Return the code of the `mixed` four under a key digit; `None` where it is in doubt."""
    code = "".join(str(SQUARE[digit][key]) for digit in four)
    return None if code[0] == "0" and four[3] == 0 else code
