"""What may stand in a message, and that no code does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.requests.message import LENGTH_MAX, message_text
from radiokey.code.value import CodeShape
from radiokey.errors import UsageError

FOUR, FIVE, ERC = (
    CodeShape.of(4, "0123456789"),
    CodeShape.of(5, "123456"),
    CodeShape.of(8, "0123456789ABCDEF"),
)


@pytest.mark.parametrize(
    "text",
    [
        "Which page do you need?",
        "The VIN is VF1HSRBG645678901, the number BP538761234567.",
        "It cost 12.50, in 2 parts, on page 3 of 10.",
        "Pre-code V212; call 89123456789.",
        "12345 is one too many, 123 one too few.",
        "Здравствуйте. Вот фото.",
        "First line\nsecond line",
    ],
)
def test_what_people_write_is_kept(text):
    assert message_text(f"  {text} \r\n", FOUR) == text


@pytest.mark.parametrize("space", ["\t", "\u00a0", "\u202f", "\u3000"])
def test_the_spaces_of_keyboards_and_pages_are_spaces(space):
    """A French keyboard puts one before a question mark; what is pasted from a page is full of them."""
    assert message_text(f"Laquelle{space}?", FOUR) == "Laquelle ?"
    with pytest.raises(UsageError):
        message_text(space.join("1234"), FOUR)


@pytest.mark.parametrize(
    "text",
    [
        "1234",
        "It is 1234.",
        "code:1234",
        "code1234x",
        "1 2 3 4",
        "try 1-2-3-4",
        "1.2.3.4",
        "9 1 2 3 4 9",
        "in 2015",
    ],
)
def test_what_could_be_the_code_is_refused_and_not_repeated(text):
    """A year too: it can be said in words, and a code that was sent cannot be taken back."""
    with pytest.raises(UsageError) as caught:
        message_text(text, FOUR)
    assert not any(character.isdigit() for character in caught.value.sentence + caught.value.hint)
    assert caught.value.facts == {}


@given(
    st.text("0123456789", min_size=4, max_size=4), st.sampled_from(["{}", "a {} b", "({})", "{}.", "\n{}\n"])
)
def test_no_code_of_the_radio_passes_in_any_sentence(code, sentence):
    for spelled in (code, " ".join(code), "-".join(code)):
        with pytest.raises(UsageError):
            message_text(sentence.format(spelled), FOUR)


def test_only_what_the_radio_takes_is_a_code():
    assert message_text("In 2015 it was 12789.", FIVE)
    with pytest.raises(UsageError):
        message_text("12345", FIVE)
    with pytest.raises(UsageError):
        message_text("12ab34cd", ERC)


@pytest.mark.parametrize("text", ["123", "12345678", "0a1b2c3d"])
def test_where_nobody_knows_the_codes_every_shape_is_one(text):
    with pytest.raises(UsageError):
        message_text(f"x {text} y", None)
    assert message_text("12 of 123456789, deadbeef", None)


@pytest.mark.parametrize(
    "text", ["", "  \n ", "x" * (LENGTH_MAX + 1), "a\x00b", "a\x1b[31mb", "a\u202eb", "a\u200bb"]
)
def test_a_message_is_short_and_plain(text):
    """No control characters, and none that turn text around."""
    with pytest.raises(UsageError):
        message_text(text, FOUR)


@pytest.mark.parametrize("text", ["x", "x" * 1_000])
def test_the_shortest_and_the_longest_message_are_taken(text):
    assert message_text(text, FOUR) == text
