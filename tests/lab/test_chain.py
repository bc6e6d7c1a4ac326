"""The solver against a second way to do it, and against chains whose totals are known."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.lab.chain import Move, totals

HALF = Fraction(1, 2)


def test_a_coin_that_is_thrown_until_it_shows_heads_is_thrown_twice():
    found = totals(["throw"], lambda _: [Move(HALF, None, (1,)), Move(HALF, "throw", (1,))])
    assert found["throw"] == (2,)


def test_the_ruined_gambler_loses_as_often_as_the_books_say():
    """From 3 of 10 with a fair coin: ruined with 7/10, after 3 * 7 games."""

    def moves(purse):
        return [
            Move(HALF, to if 0 < to < 10 else None, (Fraction(1), Fraction(to == 0)))
            for to in (purse - 1, purse + 1)
        ]

    assert totals([3], moves)[3] == (21, Fraction(7, 10))


def test_a_chain_that_need_not_end_is_a_mistake():
    with pytest.raises(AssertionError, match="need not end"):
        totals([0], lambda state: [Move(Fraction(1), 1 - state, (1,))])


def solved(matrix, right):
    """Gauss with the largest pivot: another method, for the same equations (I - Q) x = r."""
    size = len(matrix)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(size):
        pivot = max(range(at, size), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for other in range(size):
            if other != at:
                factor = rows[other][at] / rows[at][at]
                rows[other] = [one - factor * two for one, two in zip(rows[other], rows[at], strict=True)]
    return [rows[at][size] / rows[at][at] for at in range(size)]


@settings(max_examples=settings.default.max_examples // 4)
@given(st.data())
def test_the_totals_solve_the_linear_equations(data):
    size = data.draw(st.integers(1, 5))
    weight = st.integers(0, 5)
    weights = [[*(data.draw(weight) for _ in range(size)), data.draw(st.integers(1, 5))] for _ in range(size)]
    reward = [Fraction(data.draw(st.integers(0, 9))) for _ in range(size)]
    chances = [[Fraction(one, sum(row)) for one in row] for row in weights]

    def moves(state):
        return [
            Move(chance, to if to < size else None, (reward[state],))
            for to, chance in enumerate(chances[state])
        ]

    matrix = [[Fraction(row == to) - chances[row][to] for to in range(size)] for row in range(size)]
    found = totals(range(size), moves)
    assert [found[state][0] for state in range(size)] == solved(matrix, reward)
