"""Where a derivation must say no: numbers of other brands, unknown models, cases in doubt."""

import pytest

from radiokey.code.families import derive, fiat_vp, nissan_bp
from radiokey.errors import OutsideDomainError
from radiokey.serial.formats import Identity
from radiokey.serial.number import SerialNumber, parse


def bp(text):
    return SerialNumber(text, "bp12", Identity.UNIT)


@pytest.mark.parametrize(
    "text",
    ["BP037822603159", "BP339241832537", "BP331857206813", "BP2774S7838642", "BP2775S9452352"],
)
def test_numbers_of_alfa_fiat_and_peugeot_are_refused(text):
    """Owners' counter-examples: for these the mathematics gives a wrong code."""
    with pytest.raises(OutsideDomainError):
        derive("nissan-bp", parse(text).serial)


def test_only_three_models_are_known():
    known = [
        model
        for model in range(10_000)
        if not _refused(f"BP{model:04d}61234567", match="only Blaupunkt models")
    ]
    assert known == [2346, 5365, 5387]


def _refused(text, match):
    try:
        nissan_bp.derive(bp(text))
    except OutsideDomainError as error:
        return match in error.sentence
    return False


@pytest.mark.parametrize(
    "text", ["BP5387612345S7", "BPA387612345677", "BP5387S1234567", "BP538761234567 ", "5387612345677"]
)
def test_a_letter_among_the_digits_is_refused(text):
    with pytest.raises(OutsideDomainError, match="letter"):
        nissan_bp.derive(bp(text))


def test_the_fifth_digit_does_not_count():
    """The barcode leaves it out."""
    codes = {nissan_bp.derive(bp(f"BP5387{fifth}9684801")).reveal() for fifth in "0123456789?"}
    assert codes == {"6543"}
    with pytest.raises(OutsideDomainError):
        nissan_bp.derive(bp("BP538?69684801"))


def test_one_number_in_a_hundred_is_in_doubt_and_refused():
    """The source treats a leading 0 with u = 0 in a way whose intent is unclear."""
    texts = [f"BP23463{number:07d}" for number in range(0, 10_000_000, 1_009)]
    refused = sum(_refused(text, match="in doubt") for text in texts)
    assert 0.005 < refused / len(texts) < 0.015


def test_exactly_the_case_in_doubt_is_refused():
    """T is a Latin square, so the last digit of a code tells u: none of the answers has c1 = 0 and u = 0."""
    table = nissan_bp._T
    for number in range(0, 10_000_000, 4_999):
        text = f"BP53876{number:07d}"
        if _refused(text, match="in doubt"):
            continue
        code = nissan_bp.derive(bp(text)).reveal()
        k = table[int(text[9])][int(text[3])]
        assert not (code[0] == "0" and int(code[3]) == table[0][k])


def test_nissans_table_is_a_latin_square():
    for line in (*nissan_bp._T, *zip(*nissan_bp._T, strict=True)):
        assert sorted(line) == list(range(10))


def test_toyota_refuses_nothing_by_its_digits():
    """Nothing in the digits tells the 68 series apart; one such radio refused this very code."""
    number = SerialNumber("E69A0A0044900656", "toyota-erc", Identity.UNIT)
    assert derive("toyota-erc-legacy", number).reveal() == "7EF8F911"


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ("0000", "1111"),
        ("5555", "6666"),
        ("6666", "1234"),
        ("7777", "1234"),
        ("8888", "1111"),
        ("9999", "2222"),
        ("0123", "3142"),
    ],
)
def test_fiat_folds_each_digit_by_its_place(last, code):
    """Worked by hand from the formula: f of 6 and 7 is the place, the code takes s3, s1, s4, s2."""
    assert fiat_vp.derive(SerialNumber(last, "fiat-last4", Identity.SHARED)).reveal() == code


def test_fiat_codes_use_the_six_keys_and_only_the_last_four_digits():
    codes = set()
    for last in range(10_000):
        code = fiat_vp.derive(SerialNumber(f"{last:04d}", "fiat-last4", Identity.SHARED)).reveal()
        assert set(code) <= set("123456")
        codes.add(code)
    assert len(codes) == 1_296
    whole = parse("A2C 9137 3600 0002 2063", make="fiat").serial
    assert fiat_vp.derive(whole).reveal() == "1341"
