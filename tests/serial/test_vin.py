"""The car's number: read kindly, checked where its market has a check digit."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from radiokey.errors import VinError
from radiokey.serial.vin import Vin, check_digit, flaw

# The two that every description of the check digit shows.
CHECKED = ["1M8GDM9AXKP042788", "11111111111111111"]


@pytest.mark.parametrize("text", CHECKED)
def test_a_check_digit_that_holds_is_accepted(text):
    assert Vin.parse(text).text == text


@pytest.mark.parametrize("first", "12345L")
def test_north_america_and_china_have_a_check_digit(first):
    text = f"{first}M8GDM9A0KP042788"
    right = text[:8] + check_digit(text) + text[9:]
    assert Vin.parse(right).market in {"North America", "China"}
    wrong = text[:8] + ("1" if right[8] != "1" else "2") + text[9:]
    with pytest.raises(VinError, match="check digit"):
        Vin.parse(wrong)


@pytest.mark.parametrize("first", "SVWZXJKM6789")
def test_elsewhere_any_character_may_stand_in_the_ninth_place(first):
    """Calling a valid number invalid is worse than the reverse."""
    for ninth in "0Z7":
        vin = Vin.parse(f"{first}JNFAAN1{ninth}U0123456")
        assert vin.market is None


@pytest.mark.parametrize(
    "text",
    [
        "sjnfaan16u0123456",
        "SJN FAAN16 U0123456",
        "SJN-FAAN16U-0123456",
        "VIN: SJNFAAN16U0123456 (Terrano)",
        "VIN SJN FAAN16U 0123456",
    ],
)
def test_spaces_dashes_case_and_words_around_it_do_not_matter(text):
    assert Vin.parse(text).text == "SJNFAAN16U0123456"


def test_an_o_is_a_zero_and_an_i_a_one():
    vin = Vin.parse("SJNFAANI6UO123456")
    assert vin.text == "SJNFAAN16U0123456"
    assert vin.repaired
    assert vin == Vin.parse("SJNFAAN16U0123456")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "0 given"),
        ("SJNFAAN16U012345", "16 given"),
        ("SJNFAAN16U01234567", "18 given"),
        ("SJNFAAN16UQ123456", "never holds the letter Q"),
        ("SJNFAAN16U0123456 SJNFAAN16U0123457", "2 different"),
        ("A" * 17, "17 given"),
        ("1" * 600, "far longer"),
    ],
)
def test_anything_else_is_refused_with_what_came(text, sentence):
    with pytest.raises(VinError, match=sentence) as caught:
        Vin.parse(text)
    assert caught.value.hint


def test_its_middle_is_hidden():
    vin = Vin.parse("SJNFAAN16U0123456")
    for shown in (repr(vin), str(vin), f"{vin}"):
        assert "AAN16U" not in shown
        assert "SJN" in shown
        assert "3456" in shown
    assert vin.wmi == "SJN"


@given(
    st.text(max_size=40) | st.text(alphabet="0123456789ABCDEFGHJKLMNPRSTUVWXYZ ", min_size=17, max_size=19)
)
@example("?" * 17)
@example("0" * 17)
def test_parsing_fails_only_with_our_error_and_reads_its_own_text_again(text):
    try:
        vin = Vin.parse(text)
    except VinError:
        return
    assert Vin.parse(vin.text) == vin


@given(
    st.text("01234ABIOQLX9 -?z\u041a\n", max_size=18) | st.from_regex("[1-5LS][A-Z0-9]{16}", fullmatch=True)
)
@example("1M8GDM9AXKP042788")
@example("1M8GDM9AXKP042789")
@example("ABCDEFGHJKLMNPRST")
@example("SJNFAAN16U0123456")
def test_a_vin_without_flaw_is_exactly_one_that_is_read_as_itself(text):
    """The quick check for lists of millions, held against the one for people."""
    try:
        read = Vin.parse(text)
    except VinError:
        assert flaw(text) is not None
    else:
        assert (flaw(text) is None) == (read.text == text)
