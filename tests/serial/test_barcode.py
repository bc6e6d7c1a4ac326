"""The Blaupunkt barcode: strict, and honest about the digit it leaves out."""

import pytest

from radiokey.errors import SerialError
from radiokey.serial.barcode import blaupunkt_number, check_digit
from radiokey.serial.number import parse, readings

GOOD = "123456776453870002"


def test_the_four_digits_after_bp_are_digits_four_to_seven_of_the_device_number():
    assert blaupunkt_number(GOOD) == "BP5387?1234567"
    assert parse(GOOD).serial.kind == "bp12"


@pytest.mark.parametrize("at", range(18))
def test_one_misread_digit_is_refused(at):
    """The check digit held on every barcode that was decoded."""
    for digit in "0123456789":
        if digit != GOOD[at]:
            wrong = GOOD[:at] + digit + GOOD[at + 1 :]
            assert blaupunkt_number(wrong) is None
            assert readings(wrong) == ()


def test_another_series_of_device_numbers_is_refused():
    """Only for 7 64x is it known which of its digits are the printed ones."""
    body = "1234567" + "7607387000"
    with pytest.raises(SerialError, match="barcode") as caught:
        parse(body + str(check_digit(body)))
    assert "BP" in caught.value.hint


@pytest.mark.parametrize("text", ["", "12345677645387000", GOOD + "0", "x" * 18, "\u0661" * 18])
def test_anything_but_eighteen_digits_is_no_barcode(text):
    assert blaupunkt_number(text) is None
