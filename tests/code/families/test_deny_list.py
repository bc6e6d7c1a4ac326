"""Invented or wrong "algorithms" that circulate: their answers are known, and are never ours.

Each is written out here as it was published, shown to give the wrong value it is known for, and compared
with ours over a domain wide enough that an accident could not hide a copy.
"""

import pytest

from radiokey.code.families import derive
from radiokey.code.family import FAMILIES
from radiokey.errors import OutsideDomainError
from radiokey.serial.number import parse, readings


def ours(family, text):
    return derive(family, parse(text, kinds=FAMILIES[family].kinds).serial).reveal()


# --- Renault -------------------------------------------------------------------------------------------


def p_plus_ten(text):
    """A program's version since December 2025: P + 10, and never 0."""
    p = 10 * (ord(text[0]) - ord("A")) + int(text[1]) + 10
    z = 7 * (p + int(text[2:])) % 100
    return f"{259 % p % 100:02d}{z % 10}{z // 10}"


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("A100", "0677", "0070"),
        ("A129", "0608", "0001"),
        ("S053", "6910", "7913"),
        ("Z999", "5967", "0060"),
        ("D123", "1384", "1187"),
    ],
)
def test_renault_is_not_p_plus_ten(text, wrong, right):
    assert p_plus_ten(text) == wrong
    assert ours("renault-precode", text) == right


def test_p_plus_ten_is_right_for_no_pre_code_at_all():
    texts = [f"{letter}{number:03d}" for letter in "BFKPTZ" for number in range(0, 1000, 3)]
    assert not any(p_plus_ten(text) == ours("renault-precode", text) for text in texts)


@pytest.mark.parametrize("text", ["A100", "S053", "Z999", "D123"])
def test_renault_is_not_one_constant_for_all(text):
    """Variants "V2" and "V3" read the pre-code as a number, fail at its letter, and go on with 0."""
    assert ours("renault-precode", text) not in {"3175", "7316"}


def test_renault_codes_keep_their_zeros():
    """One calculator gives one to three digits for 5,800 pre-codes."""
    assert ours("renault-precode", "A129") == "0001"


def test_a_wrong_example_in_somebodys_notes():
    assert ours("renault-precode", "A106") == "0094"


def test_a0_is_refused_where_others_crash():
    with pytest.raises(OutsideDomainError):
        ours("renault-precode", "A050")


# --- Ford ----------------------------------------------------------------------------------------------


def test_ford_is_not_the_example_that_contradicts_its_own_table():
    """A calculator's page says 5807; its table says what ours says."""
    assert ours("ford-m", "M123456") == "2487"


def test_a_ford_serial_is_not_asked_to_have_five_characters():
    """A validator that circulates rejects every real serial."""
    assert len(parse("M123456").serial.text) == 7


def test_a_v_serial_gets_no_m_code():
    with pytest.raises(OutsideDomainError):
        derive("ford-m", parse("V123456").serial)


# --- Nissan --------------------------------------------------------------------------------------------


def four_digits(digits):
    factors = ((3, 7), (5, 3), (7, 5), (1, 9))
    return "".join(str((int(d) + plus) * by % 10) for d, (plus, by) in zip(digits[-4:], factors, strict=True))


def best_guess(digits):
    return f"{(3 * sum(int(d, 16) for d in digits) + 7777) % 10_000:04d}"


def ten_times_plus_three(digits):
    return f"{(int(digits[-4:]) * 10 + 3) % 10_000:04d}"


@pytest.mark.parametrize(
    ("formula", "text", "wrong", "right"),
    [
        (four_digits, "BP234631991366", "8453", "6367"),
        (four_digits, "BP538769684801", "9958", "6543"),
        (best_guess, "BP234631991366", "7936", "6367"),
        (best_guess, "BP538769684801", "7972", "6543"),
        (ten_times_plus_three, "BP234631991366", "3663", "6367"),
        (ten_times_plus_three, "BP538769684801", "8013", "6543"),
    ],
)
def test_nissan_is_none_of_the_formulas_that_circulate(formula, text, wrong, right):
    assert formula(text[2:]) == wrong
    assert ours("nissan-bp", text) == right


@pytest.mark.parametrize("formula", [four_digits, best_guess, ten_times_plus_three])
def test_nissan_agrees_with_them_no_more_often_than_chance(formula):
    texts = [f"BP53876{number:07d}" for number in range(13, 10_000_000, 19_997)]
    agreed = asked = 0
    for text in texts:
        try:
            agreed += formula(text[2:]) == ours("nissan-bp", text)
        except OutsideDomainError:
            continue
        asked += 1
    assert asked > 450
    assert agreed <= 4


# --- Toyota --------------------------------------------------------------------------------------------


def test_toyota_is_not_five_digits_in_four_out():
    """A real ERC number has 16 hexadecimal digits, its code eight."""
    assert readings("12345", kinds=["toyota-erc"]) == ()
    assert len(ours("toyota-erc-legacy", "10211376AB8E0D25")) == 8


# --- bulk pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("renault-precode", "V212"),
        ("ford-m", "M123456"),
        ("nissan-bp", "BP538769684801"),
        ("fiat-vp", "2063"),
    ],
)
def test_no_family_is_a_product_or_an_xor_of_its_digits(family, text):
    """ "Serial * 0x0F XOR 0xA7C2" and "(last four * 10 + 3) mod 10000" are invented."""
    number = int("".join(filter(str.isdigit, text)))
    code = ours(family, text)
    assert code != f"{(number * 0x0F ^ 0xA7C2) % 10_000:04d}"
    assert code != f"{(number % 10_000 * 10 + 3) % 10_000:04d}"
