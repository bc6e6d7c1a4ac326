"""Invented or wrong "algorithms" that circulate: their answers are known, and are never ours.

Each is written out here as it was published, shown to give the wrong value it is known for, and compared
with ours over a domain wide enough that an accident could not hide a copy.
"""

import pytest

from radiokey.code.families import derive
from radiokey.code.family import FAMILIES, families_of
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


def ford_digit_sums(number):
    """Four sums and differences of single digits (a forum, 2010)."""
    d1, d2, _, _, d5, d6 = map(int, number)
    return d1 - d2, d1 - (d2 + d6), d5 - d2, d1 + d6


@pytest.mark.parametrize(
    ("text", "wrong", "folded", "right"),
    [
        ("M123456", (-1, -7, 3, 7), "9337", "2487"),
        ("M763412", (1, -1, -5, 9), "1959", "9174"),
        ("M036972", (-3, -5, 4, 2), "7542", "6471"),
    ],
)
def test_ford_is_not_a_sum_of_its_digits(text, wrong, folded, right):
    assert ford_digit_sums(text[1:]) == wrong
    assert "".join(str(digit % 10) for digit in wrong) == folded
    assert ours("ford-m", text) == right


@pytest.mark.parametrize("letter", "MV")
def test_ford_agrees_with_the_sum_of_digits_no_more_often_than_chance(letter):
    numbers = [f"{number:06d}" for number in range(7, 1_000_000, 997)]
    agreed = sum(
        "".join(str(digit % 10) for digit in ford_digit_sums(number))
        == ours(f"ford-{letter.lower()}", letter + number)
        for number in numbers
    )
    assert agreed <= 4


# --- Nissan --------------------------------------------------------------------------------------------


def four_digits(digits):
    factors = ((3, 7), (5, 3), (7, 5), (1, 9))
    return "".join(str((int(d) + plus) * by % 10) for d, (plus, by) in zip(digits[-4:], factors, strict=True))


def best_guess(digits):
    return f"{(3 * sum(int(d, 16) for d in digits) + 7777) % 10_000:04d}"


def ten_times_plus_three(digits):
    return f"{(int(digits[-4:]) * 10 + 3) % 10_000:04d}"


def times_31(digits):
    """What a generated page gives out as the maker's algorithm: (number * 0x1F) & 0xFFFF, its last four."""
    return f"{(int(digits) * 0x1F & 0xFFFF) % 10_000:04d}"


@pytest.mark.parametrize(
    ("formula", "text", "wrong", "right"),
    [
        (four_digits, "BP234631991366", "8453", "6367"),
        (four_digits, "BP538769684801", "9958", "6543"),
        (best_guess, "BP234631991366", "7936", "6367"),
        (best_guess, "BP538769684801", "7972", "6543"),
        (ten_times_plus_three, "BP234631991366", "3663", "6367"),
        (ten_times_plus_three, "BP538769684801", "8013", "6543"),
        (times_31, "BP234631991366", "3610", "6367"),
    ],
)
def test_nissan_is_none_of_the_formulas_that_circulate(formula, text, wrong, right):
    assert formula(text[2:]) == wrong
    assert ours("blaupunkt-bp", text) == right


@pytest.mark.parametrize("formula", [four_digits, best_guess, ten_times_plus_three])
def test_nissan_agrees_with_them_no_more_often_than_chance(formula):
    texts = [f"BP53876{number:07d}" for number in range(13, 10_000_000, 19_997)]
    agreed = asked = 0
    for text in texts:
        try:
            agreed += formula(text[2:]) == ours("blaupunkt-bp", text)
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


# --- makes that no derivation is given for ---------------------------------------------------------------


def last_four_plus(digits, constant):
    """What circulates for Hyundai and Kia: the last four figures and a fixed figure."""
    return f"{(int(digits[-4:]) + constant) % 10_000:04d}"


def peugeot_c7(digits):
    """Add 1, 2, 3, 4; take 6 off what is above 6."""
    added = ((int(digit) + place) % 10 for place, digit in enumerate(digits, 1))
    return "".join(str(digit - 6 if digit > 6 else digit) for digit in added)


def daiichi(digits):
    """The published steps; a first digit of 0 gives five digits."""
    s1, s2, s3, s4 = map(int, digits)
    return f"{9 - s4}{9 - s3}{9 - s2}{10 - s1}"


def test_the_last_four_figures_and_a_fixed_one_do_not_give_the_one_collected_pair():
    """M0674077020 has 0210."""
    assert last_four_plus("0674077020", 1212) == "8232"
    assert last_four_plus("0674077020", 1222) == "8242"


def test_peugeots_sum_gives_digits_that_no_key_has():
    assert [peugeot_c7(digits) for digits in ("0000", "1234", "9642")] == ["1234", "2462", "0216"]


def test_the_steps_for_a_daiichi_give_five_digits_for_a_first_digit_of_zero():
    assert [daiichi(digits) for digits in ("0000", "6461")] == ["99910", "8354"]


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("M0674077020", "hyundai"),
        ("7020", "hyundai"),
        ("7020", "kia"),
        ("0000", "peugeot"),
        ("BP2774S7838642", "peugeot"),
        ("0000", "lancia"),
        ("6461", "lancia"),
    ],
)
def test_none_of_them_is_ever_answered(text, make):
    assert not [family for reading in readings(text) for family in families_of(reading.serial, make)]


# --- bulk pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("renault-precode", "V212"),
        ("ford-m", "M123456"),
        ("blaupunkt-bp", "BP538769684801"),
        ("fiat-vp", "2063"),
    ],
)
def test_no_family_is_a_product_or_an_xor_of_its_digits(family, text):
    """ "Serial * 0x0F XOR 0xA7C2" and "(last four * 10 + 3) mod 10000" are invented."""
    number = int("".join(filter(str.isdigit, text)))
    code = ours(family, text)
    assert code != f"{(number * 0x0F ^ 0xA7C2) % 10_000:04d}"
    assert code != f"{(number % 10_000 * 10 + 3) % 10_000:04d}"
