"""Where a derivation must say no: numbers of other brands, unknown models, cases in doubt."""

import pytest

from radiokey.code.families import blaupunkt, blaupunkt_bp, derive, fiat_vp
from radiokey.errors import OutsideDomainError
from radiokey.serial.formats import Identity
from radiokey.serial.number import SerialNumber, parse


def bp(text):
    return SerialNumber(text, "bp12", Identity.UNIT)


@pytest.mark.parametrize(
    "text",
    [
        *("BP037822603159", "BP339241832537", "BP331857206813", "BP2774S7838642", "BP2775S9452352"),
        *("BP4836S3981823", "BP8146Y5935543", "BP051155464034"),
    ],
)
def test_numbers_of_other_blaupunkts_are_refused(text):
    """Published counter-examples (Alfa, Fiat, Peugeot, BMW Reverse, TravelPilot): the mathematics is wrong there."""
    with pytest.raises(OutsideDomainError):
        derive("blaupunkt-bp", parse(text).serial)


def test_only_six_models_are_known():
    known = [
        model
        for model in range(10_000)
        if not _refused(f"BP{model:04d}61234567", match="only Blaupunkt models")
    ]
    assert known == [263, 273, 2346, 5365, 5387, 5511]


def _refused(text, match):
    try:
        blaupunkt_bp.derive(bp(text))
    except OutsideDomainError as error:
        return match in error.sentence
    return False


@pytest.mark.parametrize(
    "text",
    [
        *("BP5387612345S7", "BPA387612345677", "BP5387S1234567", "BP538761234567 ", "5387612345677"),
        *("BP551161234567", "BP5511?1234567", "BP0263V1234567", "BP5511v1234567"),
    ],
)
def test_a_letter_where_the_model_has_none_is_refused_and_so_is_its_lack(text):
    with pytest.raises(OutsideDomainError, match=r"letter|another form"):
        blaupunkt_bp.derive(bp(text))


def test_the_fifth_digit_does_not_count():
    """The barcode leaves it out."""
    codes = {blaupunkt_bp.derive(bp(f"BP5387{fifth}9684801")).reveal() for fifth in "0123456789?"}
    assert codes == {"6543"}
    with pytest.raises(OutsideDomainError):
        blaupunkt_bp.derive(bp("BP538?69684801"))


def test_one_number_in_a_hundred_is_in_doubt_and_refused():
    """The source treats a leading 0 with u = 0 in a way whose intent is unclear."""
    texts = [f"BP23463{number:07d}" for number in range(0, 10_000_000, 1_009)]
    refused = sum(_refused(text, match="in doubt") for text in texts)
    assert 0.005 < refused / len(texts) < 0.015


def test_exactly_the_case_in_doubt_is_refused():
    """T is a Latin square, so the last digit of a code tells u: none of the answers has c1 = 0 and u = 0."""
    table = blaupunkt.SQUARE
    for number in range(0, 10_000_000, 4_999):
        text = f"BP53876{number:07d}"
        if _refused(text, match="in doubt"):
            continue
        code = blaupunkt_bp.derive(bp(text)).reveal()
        k = table[int(text[9])][int(text[3])]
        assert not (code[0] == "0" and int(code[3]) == table[0][k])


@pytest.mark.parametrize(
    "text",
    [
        "GM020411113927",
        "GM020531816196",
        "GM0203282686599",
        "GM02032826865",
        "GM030M33860319",
        "GM1300A1234567",
    ],
)
def test_other_gm_numbers_are_refused(text):
    with pytest.raises(OutsideDomainError, match="GM0203"):
        derive("opel-gm0203", SerialNumber(text, "opel-gm", Identity.UNIT))


@pytest.mark.parametrize(
    ("text", "year", "ours"), [("GM020317618588", "2003", "5363"), ("GM020332155422", "2014", "8868")]
)
def test_the_two_rows_that_were_set_aside_are_given_by_no_constant(text, year, ours):
    """The collector took a year or a model for a code; were one of them real, the family would fall."""
    assert derive("opel-gm0203", parse(text).serial).reveal() == ours
    assert year not in {blaupunkt.code_of(f"{model:03d}", text[7:]) for model in range(1_000)}


def test_opels_pair_has_one_constant_of_a_thousand():
    assert [n for n in range(1_000) if blaupunkt.code_of(f"{n:03d}", "8268659") == "2411"] == [200]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("GM020300000000", "2176"),
        ("GM020300000001", "1293"),
        ("GM020301234567", "9846"),
        ("GM020307654321", "8247"),
        ("BP026301234567", "7158"),
        ("BP027300000001", "8581"),
        ("BP5511V0000000", "1976"),
    ],
)
def test_the_function_gives_what_another_program_of_it_gives(text, code):
    family = "opel-gm0203" if text.startswith("GM") else "blaupunkt-bp"
    assert derive(family, parse(text).serial).reveal() == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("V000000", "8396"),
        ("V000002", "3870"),
        ("V654321", "7093"),
        ("V0095844", "6752"),
        ("V500000", "5714"),
    ],
)
def test_ford_v_gives_what_its_table_says(text, code):
    assert derive("ford-v", parse(text).serial).reveal() == code


@pytest.mark.parametrize(("text", "code"), [("M212365", "3633"), ("M013109", "7839")])
def test_codes_that_a_radio_refused_are_still_those_of_the_number(text, code):
    """Right and refused: the owners' sets were re-coded or swapped. The caution says so."""
    assert derive("ford-m", parse(text).serial).reveal() == code


@pytest.mark.parametrize(
    ("text", "code"), [("E69A0A0044900656", "7EF8F911"), ("AA112A00761437DB", "63FBF85D")]
)
def test_toyota_refuses_nothing_by_its_digits(text, code):
    """Nothing in the digits tells the 68 series apart; these two radios refused these very codes."""
    number = SerialNumber(text, "toyota-erc", Identity.UNIT)
    assert derive("toyota-erc-legacy", number).reveal() == code


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
