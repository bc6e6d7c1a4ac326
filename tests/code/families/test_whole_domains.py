"""The two families with complete tables, over every number they have."""

import hashlib
from array import array
from string import ascii_uppercase
from sys import byteorder

import pytest

from radiokey.code.families import ford_m, renault_precode
from radiokey.errors import OutsideDomainError
from radiokey.serial.formats import Identity
from radiokey.serial.number import SerialNumber

RENAULT_SHA256 = "14dd9da6091cfeb2509acea76d8c6a77eca7a4cdb6593fb0f06c5deec363598d"
FORD_M_SHA256 = "2a49ef3354489d31aa675c092035a0daca77bdf46499b3fc634aed30ad2f0fcf"


def precode(text):
    return SerialNumber(text, "renault-precode", Identity.SHARED)


@pytest.fixture(scope="module")
def renault_codes():
    texts = [f"{letter}{number:03d}" for letter in ascii_uppercase for number in range(1000)]
    return {
        text: renault_precode.derive(precode(text)).reveal() for text in texts if not text.startswith("A0")
    }


def test_renault_equals_its_tables_on_the_whole_domain(renault_codes):
    listed = "".join(f"{text},{code}\n" for text, code in renault_codes.items())
    assert hashlib.sha256(listed.encode()).hexdigest() == RENAULT_SHA256
    assert len(renault_codes) == 25_900
    assert listed.startswith("A100,0070\n")


def test_renault_codes_keep_their_leading_zeros(renault_codes):
    assert all(len(code) == 4 for code in renault_codes.values())
    assert sum(code.startswith("0") for code in renault_codes.values()) == 5_800
    assert len(set(renault_codes.values())) == 10_000


@pytest.mark.parametrize("number", range(100))
def test_renault_a000_to_a099_are_refused_and_not_crashed_on(number):
    """P is 0 there; one public program divides by it, another changes it to 1."""
    with pytest.raises(OutsideDomainError) as caught:
        renault_precode.derive(precode(f"A{number:03d}"))
    assert "dealer" in caught.value.hint


def test_ford_m_equals_its_tables_on_the_whole_domain():
    codes = array("H", map(ford_m.number_of, range(1_000_000)))
    assert codes.itemsize == 2
    if byteorder == "big":
        codes.byteswap()
    assert hashlib.sha256(codes.tobytes()).hexdigest() == FORD_M_SHA256
    assert len(set(codes)) == 9_840


def test_ford_m_derives_with_the_function_that_was_checked():
    for digits in range(0, 1_000_000, 997):
        number = SerialNumber(f"M{digits:06d}", "ford-m", Identity.SHARED)
        assert ford_m.derive(number).reveal() == f"{ford_m.number_of(digits):04d}"


def test_fords_table_is_a_latin_square():
    for line in (*ford_m._TABLE, *zip(*ford_m._TABLE, strict=True)):
        assert sorted(line) == list(range(10))
