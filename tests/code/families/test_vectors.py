"""Every published pair, through the parser and the derivation; and nothing outside the domains."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.code.families import DERIVATIONS, derive
from radiokey.code.family import FAMILIES
from radiokey.errors import OutsideDomainError
from radiokey.serial.formats import FORMATS, Identity
from radiokey.serial.number import SerialNumber, parse
from tables import each

CODES = Path(__file__).parents[2] / "vectors" / "codes.csv"


def pairs():
    lines = [line for line in CODES.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        pytest.param(row["family"], row["serial"], row["code"], id=row["serial"])
        for row in csv.DictReader(lines)
    ]


def serial(text: str, kind: str) -> SerialNumber:
    return SerialNumber(text, kind, FORMATS[kind].identity)


@pytest.mark.parametrize(("family", "text", "code"), pairs())
def test_every_published_pair_is_reproduced(family, text, code):
    reading = parse(text, kinds=FAMILIES[family].kinds)
    derived = derive(family, reading.serial)
    assert derived.reveal() == code
    FAMILIES[family].shape.check(derived)


def test_every_family_has_a_derivation_and_a_vector():
    assert set(DERIVATIONS) == set(FAMILIES) == {pair.values[0] for pair in pairs()}


@given(st.sampled_from(list(FAMILIES)), st.data())
def test_every_code_fits_its_family_and_the_same_number_gives_the_same_code(family, data):
    kind = data.draw(st.sampled_from(FAMILIES[family].kinds))
    text = data.draw(st.from_regex(FORMATS[kind].pattern, fullmatch=True))
    number = serial(text, kind)
    try:
        code = derive(family, number)
    except OutsideDomainError as error:
        assert error.hint  # noqa: PT017 -- refusing is one of the two right answers
        return
    FAMILIES[family].shape.check(code)
    assert derive(family, number) == code


@each("family", list(FAMILIES))
@each("kind", list(FORMATS))
def test_a_number_of_another_format_is_refused_by_every_family(family, kind):
    if kind in FAMILIES[family].kinds:
        return
    with pytest.raises(OutsideDomainError):
        derive(family, serial(FORMATS[kind].number, kind))


@pytest.mark.parametrize(
    ("family", "kind", "text"),
    [
        ("renault-precode", "renault-precode", "V21"),
        ("renault-precode", "renault-precode", "v212"),
        ("renault-precode", "renault-precode", "V212\n"),
        ("renault-precode", "renault-precode", "V\u0662\u0661\u0662"),
        ("ford-m", "ford-m", "V123456"),
        ("ford-m", "ford-m", "123456"),
        ("ford-m", "ford-m", "M12345"),
        ("ford-m", "ford-m", "M1234567"),
        ("ford-v", "ford-v", "M123456"),
        ("ford-v", "ford-v", "123456"),
        ("ford-v", "ford-v", "V1234567"),
        ("ford-v", "ford-travelpilot", "1234567"),
        ("ford-v", "ford-travelpilot", "C7E3F0AB121234567"),
        ("opel-gm0203", "opel-gm", "GM02032826865"),
        ("toyota-erc-legacy", "toyota-erc", "10211376AB8E0D2"),
        ("toyota-erc-legacy", "toyota-erc", "10211376ab8e0d25"),
        ("fiat-vp", "fiat-last4", "206"),
        ("fiat-vp", "continental-a2c", "A2C2063"),
    ],
)
def test_a_number_of_the_wrong_form_is_refused_even_under_the_right_name(family, kind, text):
    """A SerialNumber can be built without the parser; the derivation looks for itself."""
    with pytest.raises(OutsideDomainError) as caught:
        derive(family, SerialNumber(text, kind, Identity.UNIT))
    assert caught.value.facts["family"] == family
    assert caught.value.hint
