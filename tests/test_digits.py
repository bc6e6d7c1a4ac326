"""Digits that people type: of one script, within bounds, and never an end of the program."""

import pytest

from radiokey.digits import parse_digits, read_digits
from radiokey.errors import UsageError


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("007", 7), ("250", 250), ("251", None), ("0250", None), ("4", 4)]
)
def test_a_number_is_one_within_its_bounds(text, number):
    assert read_digits(text, 250) == number


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "+1", "-1", "1_0", "1.0", "\u0661", "\u00b2", "x", "9" * 5_000]
)
def test_what_int_would_take_or_break_on_is_no_number(text):
    assert read_digits(text, 10**6) is None
    with pytest.raises(UsageError, match="a whole number from 2 to 99 is expected"):
        parse_digits(text, 99, least=2)


def test_the_caller_says_what_it_wanted():
    assert parse_digits("2", 9, least=2) == 2
    with pytest.raises(UsageError, match="how many") as refused:
        parse_digits("1", 9, least=2, says="how many", hint="two to nine")
    assert refused.value.hint == "two to nine"
