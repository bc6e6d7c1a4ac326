"""A letter is never invented: what was typed as a digit stays one, unless the label around it says otherwise."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from radiokey.catalogue.index import cards
from radiokey.code.reading import read_number, read_numbers
from radiokey.errors import SerialError
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import parse, readings
from radiokey.serial.shapes import DIGITS, LOOK_ALIKES
from tables import each

TWINS = str.maketrans({other: read for read, other in LOOK_ALIKES.items() if read in DIGITS})
BEGINNINGS = sorted(
    {form.number.rstrip(DIGITS) for form in FORMATS.values()} | {"", "CM", "PP", "CN", "8E", "GM"}
)
SAID = st.one_of(
    st.fixed_dictionaries(
        {"make": st.sampled_from([None, *(make for form in FORMATS.values() for make in form.makes)])}
    ),
    st.fixed_dictionaries({"kinds": st.sampled_from([[kind] for kind in FORMATS])}),
)


def invented(reading) -> list[int]:
    """Return the places where a digit that was typed became a letter."""
    text = reading.serial.text
    return [doubt.at for doubt in reading.doubts if doubt.read in DIGITS and text[doubt.at] == doubt.other]


def may_invent(reading) -> bool:
    """Tell whether something else than the number says that a letter stands there.

    The label around a pre-code, or a number of digits alone behind BP, which nothing else can be.
    """
    return reading.labelled or (reading.serial.kind == "bp12" and invented(reading) == [0])


@settings(max_examples=10 * settings().max_examples)
@given(st.sampled_from(BEGINNINGS), st.text(DIGITS, min_size=3, max_size=16), SAID)
@example("CM", "123456", {})
@example("CN", "123456", {"make": "nissan"})
@example("PP", "300112345", {"make": "nissan"})
@example("T", "0123", {})
@example("T", "1123", {"make": "renault"})
@example("", "1123", {"make": "renault"})
@example("8E0035186", "", {})
@example("8E0035186D", "", {"make": "audi"})
def test_digits_alone_behind_any_beginning_never_gain_a_letter(beginning, digits, said):
    for reading in readings(beginning + digits, **said):
        assert not invented(reading) or may_invent(reading), reading


@each("form", FORMATS.values(), ids=lambda form: form.id)
@each("said", [False, True], ids=["nothing said", "the make said"])
def test_a_number_of_any_form_with_its_letters_read_as_digits_does_not_get_them_back(form, said):
    make = form.makes[0] if said and form.makes else None
    for at in range(len(form.number)):
        typed = form.number[:at] + form.number[at:].translate(TWINS)
        for reading in readings(typed, make=make):
            assert not invented(reading) or may_invent(reading), reading


@pytest.mark.parametrize("text", ["CM123456", "1123", "T0123", "8E0035186D", "5KZ12345678901"])
def test_no_radio_that_is_named_makes_a_letter_of_a_digit(text):
    wrong = [
        (model, reading)
        for model, card in cards().items()
        for reading in read_numbers(text, radio=card)
        if invented(reading)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("281155216RT1123", "I123"),
        ("8200607918T08123", "B123"),
        ("1123 SECURITY", "I123"),
        ("8P538761234567", "BP538761234567"),
    ],
)
def test_where_the_label_says_that_a_letter_stands_there_it_is_read_and_pointed_out(text, number):
    reading = parse(text)
    assert reading.serial.text == number
    assert reading.repaired
    assert invented(reading) == [0]


@pytest.mark.parametrize(
    ("text", "make", "hint"),
    [
        ("CM123456", "", "behind its first four digits stands a letter"),
        ("PP300112345", "nissan", "S and 5 look alike"),
        ("T1123", "renault", "I and 1"),
        ("T0123", "", "O and 0"),
    ],
)
def test_a_digit_where_a_letter_belongs_is_asked_about(text, make, hint):
    with pytest.raises(SerialError) as caught:
        read_number(text, make=make)
    assert hint in caught.value.hint
