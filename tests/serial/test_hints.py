"""What an answer to a number may say, whatever was typed: a next step, of the named car, with nothing made up.

`make test` looks at a slice of what may be typed, `make deep` at thirty times as much.
"""

import re
import string
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from radiokey.catalogue.index import cards
from radiokey.code.reading import read_number, read_numbers
from radiokey.errors import SerialError
from radiokey.serial.formats import FORMATS
from radiokey.serial.makes import among, same_make, spoken
from radiokey.serial.shapes import LOOK_ALIKES, UNKNOWN
from radiokey.serial.spelling import heard, spell

DEEP = settings().max_examples > 40
TIMES = 6 if DEEP else 2
MAKES = sorted(
    {make for card in cards().values() for make in card.makes}
    | {make for form in FORMATS.values() for make in form.makes}
)
LINES = (
    *(form.example for form in FORMATS.values()),
    *("FD 600A", "ACU CFG 820108", "50702000", "820108", "CDR 500 (E) 24 469 302", "A 451 906 94 00"),
    *("28115-5216R", "e13 029079", "12.05.2012", "Apr 14 2004", "SJNFAAN16U0123456", "DPMV5H255", "6000CD"),
)
SHOWN = " ".join(
    [form.example for form in FORMATS.values()]
    + [form.where + form.looks for form in FORMATS.values()]
    + ["281155216RT V212 TA123 M012345 BP5387 6 1234567 A2C U2200 L0055"]
)
KNOWN = set(re.findall(r"[A-Z0-9]+", SHOWN))


@st.composite
def typed(draw):
    """Draw what somebody may type: a line of a label, two of them, one with a slip, or the whole keyboard."""
    keyboard = st.text(string.printable, max_size=60)
    line = st.sampled_from(LINES)
    text = draw(
        st.one_of(
            line, keyboard, st.tuples(line, line).map(" / ".join), st.tuples(line, keyboard).map("".join)
        )
    )
    at = draw(st.integers(0, len(text)))
    slip = draw(st.sampled_from(["", "", "", "0", "O", "l", "|", "Z", "\u0412", " ", "7"]))
    return draw(st.sampled_from([text, text[:at] + slip + text[at + 1 :], text[:at], text.lower()]))


RADIOS = st.one_of(st.none(), st.sampled_from(list(cards().values())))
MAKE = st.sampled_from(["", *MAKES])


def said_of(text, make, radio):
    """Return sentence and hint of the refusal of a text, empty where a number was read."""
    try:
        read_number(text, make=make, radio=radio)
    except SerialError as error:
        assert error.sentence  # noqa: PT017 - most texts must fail
        assert error.hint, (text, make)  # noqa: PT017 - the next step
        return f"{error.sentence} {error.hint}"
    return ""


@settings(max_examples=TIMES * settings().max_examples)
@given(typed(), MAKE, RADIOS)
@example("", "ford", None)
@example("|" * 60, "", None)
@example("\ue000" * 20, "", None)
def test_whatever_the_keyboard_gives_there_is_a_reading_or_a_next_step(text, make, radio):
    said_of(text, make, radio)
    read_numbers(text, make=make, radio=radio)


@settings(max_examples=TIMES * settings().max_examples)
@given(typed(), MAKE, RADIOS)
@example("820108", "ford", None)
@example("M01234", "ford", None)
def test_no_hint_shows_a_number_that_nobody_typed_and_no_label_has(text, make, radio):
    """An owner types what is proposed: a letter that was made up is the code of another radio."""
    said = said_of(text, make, radio)
    shown = [word for word in re.findall(r"[A-Z0-9]+", said) if any(map(str.isdigit, word)) and len(word) > 2]
    assert set(shown) <= KNOWN | {"500"}


@settings(max_examples=TIMES * settings().max_examples)
@given(typed(), MAKE, RADIOS)
@example("V2l2", "", None)
@example("M0I2Z45", "ford", None)
@example("\N{CYRILLIC CAPITAL LETTER VE}000", "", None)
def test_every_character_of_a_reading_was_typed_or_looks_like_one_that_was(text, make, radio):
    came = Counter(spell(text).compact) | Counter(spell(heard(text)).compact)
    for reading in read_numbers(text, make=make, radio=radio):
        if UNKNOWN in reading.serial.text:
            continue  # out of a barcode, which does not hold the letters
        left = came.copy()
        alike = {(read.upper(), other) for read, other in LOOK_ALIKES.items()}
        for character in sorted(reading.serial.text, key=lambda one: one in came, reverse=True):
            source = next(
                (one for one in left if left[one] and (one == character or (one, character) in alike)), None
            )
            exact = character if left[character] else source
            assert exact is not None, reading
            left[exact] -= 1


def partners(make):
    """Return the makes that the names of this make's own formats name together with it."""
    names = " ".join(form.name + form.looks for form in FORMATS.values() if among(make, form.makes))
    return {other for other in MAKES if spoken(other) in names}


@settings(max_examples=(TIMES + DEEP * 4) * settings().max_examples)
@given(typed(), st.sampled_from(MAKES))
@example("FD 600A", "ford")
@example("12345678", "nissan")
@example("281155216R", "opel")
@example("1234567812345678", "volkswagen")
def test_where_the_make_was_said_no_other_make_is_named(text, make):
    said = said_of(text, make, None)
    named = {other for other in MAKES if re.search(rf"\b{re.escape(spoken(other))}\b", said)}
    assert all(same_make(make, other) for other in named - partners(make)), said


@pytest.mark.parametrize("text", ["FD 600A", "28115-5216R", "1234567812345678", "V21", "hello", "M01234"])
def test_where_the_radio_was_named_no_other_make_is(text):
    wrong = {}
    for card in (card for card in cards().values() if card.makes):
        said = said_of(text, "", card)
        named = {other for other in MAKES if re.search(rf"\b{re.escape(spoken(other))}\b", said)}
        own = {make for kind in card.kinds for make in FORMATS[kind].makes}
        allowed = {other for make in card.makes for other in partners(make)} | own
        if not all(among(other, card.makes) for other in named - allowed):
            wrong[card.id] = said
    assert wrong == {}
