"""One typing error: all of them, and only numbers that a unit can have."""

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from radiokey.serial.canonical import unit_numbers
from radiokey.serial.formats import FORMATS, Identity
from radiokey.serial.neighbours import LENGTH_MAX, Error, Slip, neighbours, slip_between

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NUMBERS = sorted(entry.number for entry in FORMATS.values() if entry.identity is Identity.UNIT)
texts = st.text("0123456789ABZ?", max_size=18) | st.sampled_from(NUMBERS)


def one_error_apart(a: str, b: str) -> bool:
    """Damerau's distance, restricted, by its textbook table; it knows nothing of the code under test."""
    table = {}
    for i, j in product(range(len(a) + 1), range(len(b) + 1)):
        if not i or not j:
            table[i, j] = i + j
            continue
        table[i, j] = min(
            table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
        )
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)] == 1


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_is_found_from_each_of_its_misspellings(number):
    """Every character wrong, every one missing, one more at every place, every two neighbours exchanged."""
    wrong = [number[:at] + "Q7"[number[at] == "Q"] + number[at + 1 :] for at in range(len(number))]
    missing = [number[:at] + number[at + 1 :] for at in range(len(number))]
    extra = [number[:at] + "X" + number[at:] for at in range(len(number) + 1)]
    swapped = [number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(len(number) - 1)]
    for typed in {*wrong, *missing, *extra, *swapped} - {number}:
        found = neighbours(typed)
        assert number in {near.text for near in found}, typed
        slip = slip_between(typed, number)
        assert slip is not None


@given(texts)
def test_only_units_numbers_one_error_away_and_each_once_per_format(text):
    found, apart = neighbours(text), edits(text)
    assert len(set(found)) == len(found)
    for near in found:
        assert near.text in apart
        assert near.kind in unit_numbers().kinds_of(near.text)
        assert near.identity is Identity.UNIT
        assert slip_between(text, near.text) is not None


def edits(text: str) -> set[str]:
    """Every text one error away, of whatever form."""
    cuts = [(text[:at], text[at:]) for at in range(len(text) + 1)]
    extra = {a + b[1:] for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    wrong = {a + one + b[1:] for a, b in cuts if b for one in CHARACTERS}
    missing = {a + one + b for a, b in cuts for one in CHARACTERS}
    return (extra | swapped | wrong | missing) - {text}


@given(texts | st.text(CHARACTERS, min_size=6, max_size=17))
@example("")
@example("TQ1AA1234")
@example("BP5387?1234567")
@example("B?P538712345678")
def test_they_are_exactly_the_texts_one_error_away_that_are_a_units_number(text):
    """Held against trying every character at every place."""
    wanted = {(edited, kind) for edited in edits(text) for kind in unit_numbers().kinds_of(edited)}
    assert {(near.text, near.kind) for near in neighbours(text)} == wanted


@given(texts, texts)
def test_a_slip_is_told_exactly_where_one_error_lies_between(typed, number):
    assert (slip_between(typed, number) is not None) == one_error_apart(typed, number)


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("12345679", Slip(Error.WRONG, 7)),
        ("X2345678", Slip(Error.WRONG, 0)),
        ("1234578", Slip(Error.MISSING, 5)),
        ("1234567", Slip(Error.MISSING, 7)),
        ("123456788", Slip(Error.EXTRA, 8)),
        ("012345678", Slip(Error.EXTRA, 0)),
        ("12346578", Slip(Error.SWAPPED, 4)),
        ("12345687", Slip(Error.SWAPPED, 6)),
        ("12345678", None),
        ("1234", None),
        ("21345687", None),
        ("", None),
    ],
)
def test_where_a_typed_number_differs(typed, slip):
    assert slip_between(typed, "12345678") == slip


def test_the_list_is_short_and_a_long_text_has_none():
    """One statement has to hold it."""
    assert max(len({near.text for near in neighbours(number)}) for number in NUMBERS) < 1_300
    assert neighbours("1" * (LENGTH_MAX + 1)) == ()
    assert neighbours("") == neighbours("4786") == ()
