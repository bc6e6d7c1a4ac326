"""How people spell, and what makes are called."""

import pytest

from radiokey.errors import SerialDoubtError
from radiokey.serial.makes import among, same_make
from radiokey.serial.number import parse, readings
from radiokey.serial.spelling import TEXT_LENGTH_MAX, spell


@pytest.mark.parametrize(
    "text",
    [
        "\u0412\u0420538761234567",  # Cyrillic letters that are drawn like B and P
        "\uff22\uff30\uff15\uff13\uff18\uff17\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17",  # full width
        "bp5387\u20136\u20131234567",
        "\u0421\u0435\u0440\u0438\u0439\u043d\u044b\u0439 \u043d\u043e\u043c\u0435\u0440: BP5387 6 1234567",
        "BP5387\u00a06\u20091234567",
    ],
)
def test_the_keyboard_and_the_typography_do_not_matter(text):
    assert parse(text).serial.text == "BP538761234567"


@pytest.mark.parametrize("letter", ["\u0412", "\u0421", "\u0420", "\u041d", "\u0423", "\u0425", "\u0432"])
@pytest.mark.parametrize(
    "label", ["{}212", "T {}212", "\u0422 {}212", "\u041f\u0440\u0435-\u043a\u043e\u0434: {}212"]
)
def test_a_cyrillic_letter_that_looks_like_one_letter_and_sounds_like_another_is_asked_about(letter, label):
    """The pre-code of V is that of another radio than that of B: the wrong one costs a try."""
    text = label.format(letter)
    with pytest.raises(SerialDoubtError, match="by its look or by its sound"):
        parse(text)
    assert len({reading.serial.text for reading in readings(text)}) == 2


@pytest.mark.parametrize("letter", ["\u0410", "\u0415", "\u041a", "\u041c", "\u041e", "\u0422"])
def test_a_cyrillic_letter_that_looks_and_sounds_alike_is_read(letter):
    assert parse(f"281155216RT {letter}212").serial.text[1:] == "212"


def test_a_word_in_another_script_does_not_join_its_neighbours():
    assert [word and word.text for word in spell("V \u0416 212").words] == ["V", None, "212"]


def test_abbreviations_of_number_are_no_part_of_it():
    assert [word.text for word in spell("S/N 123 p/n 45 SN: 6").words if word] == ["123", "45", "6"]


def test_a_text_that_is_too_long_is_not_read():
    assert spell("1" * (TEXT_LENGTH_MAX + 1)).cut
    assert not spell("1" * TEXT_LENGTH_MAX).cut


def test_runs_join_neighbouring_words():
    assert [run for _, _, run in spell("ab c d").runs(3)] == ["AB", "ABC", "C", "CD", "D"]
    assert [run for _, _, run in spell("a b c").runs(9, words=2)] == ["A", "AB", "B", "BC", "C"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VW", "volkswagen"),
        ("Mercedes-Benz", "mercedes"),
        ("Citro\u00ebn", "citroen"),
        ("Alfa-Romeo", "alfa romeo"),
        ("Vauxhall", "opel"),
    ],
)
def test_makes_are_the_same_however_they_are_spelled(one, other):
    assert same_make(one, other)
    assert among(one, [other, "ford"])
    assert not among(one, ["ford"])
