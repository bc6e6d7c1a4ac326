"""What the ledger takes for a unit's number is what `parse` makes of it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.errors import SerialError
from radiokey.serial.canonical import UnitNumbers, canonical, unit_numbers
from radiokey.serial.formats import FORMATS, Identity
from radiokey.serial.number import SerialNumber, parse

UNITS = sorted(kind for kind, entry in FORMATS.items() if entry.identity is Identity.UNIT)
SHARED = sorted(set(FORMATS) - set(UNITS))


@pytest.mark.parametrize("kind", UNITS)
def test_the_number_of_every_example_is_canonical(kind):
    number = FORMATS[kind].number
    assert canonical(number, frozenset({kind})) == SerialNumber(number, kind, Identity.UNIT)
    assert kind in unit_numbers().kinds_of(number)


@pytest.mark.parametrize("kind", SHARED)
def test_a_number_that_many_radios_share_is_no_units(kind):
    assert not UnitNumbers({kind})
    assert UnitNumbers({kind}).kind_of(FORMATS[kind].number) is None


@given(st.sampled_from(UNITS), st.data())
def test_what_is_canonical_is_exactly_what_is_read_as_itself(kind, data):
    """By `parse`, told what radio it is: unrepaired, or refused by both."""
    text = data.draw(
        st.from_regex(FORMATS[kind].pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
    )
    number = canonical(text, frozenset({kind}))
    label = (
        f"815{text}" if kind == "bosch-cm7" else text
    )  # a number that stands on no label without its plant
    if number is None:
        with pytest.raises(SerialError):
            parse(label, kinds=frozenset({kind}))
    else:
        read = parse(label, kinds=frozenset({kind}))
        assert (read.serial, read.repaired) == (number, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "22000055 ",
        "2200 0055",
        "22000055\n",
        "\0",
        "2200005",
        "220000555",
        "2200OO55",
        "٢٢٠٠٠٠٥٥",
        "vwz1z2k0000001",
    ],
)
def test_nothing_is_repaired_and_nothing_is_left_over(text):
    assert canonical(text, frozenset({"honda-8", "volkswagen-vwz"})) is None


def test_a_number_of_two_formats_is_of_the_one_that_tells_more():
    """TQ1AA begins only Chrysler's numbers; ten characters and four digits may be anybody's."""
    both = frozenset({"jeep-14", "chrysler-tq"})
    number = canonical("TQ1AA123456789", both)
    assert number is not None
    assert number.kind == "chrysler-tq" == parse("TQ1AA123456789", kinds=both).serial.kind
    assert set(unit_numbers().kinds_of("TQ1AA123456789")) >= both


def test_a_number_without_digits_is_a_word():
    assert canonical("ABCDEFGHIJKLMNOP", frozenset({"nissan-16"})) is None
    assert canonical("ABCDEFGH12345678", frozenset({"nissan-16"})) is not None
    assert canonical("ABCDEFGHI1234567", frozenset({"nissan-16"})) is None
    assert canonical("BE1234ABCDEFGH", frozenset({"becker-be"})) is not None
    assert canonical("TQABCDEF1234", frozenset({"alpine-12"})) is None
