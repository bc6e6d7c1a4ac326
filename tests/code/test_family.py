"""What is said of the families, without their mathematics."""

import pytest

from radiokey.code.family import FAMILIES, Tier, families_of
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import SerialNumber


def serial(number, kind):
    return SerialNumber(number, kind, FORMATS[kind].identity)


ALL = [pytest.param(family, id=family.id) for family in FAMILIES.values()]


def test_seven_families_ship():
    assert list(FAMILIES) == [
        *(
            "renault-precode",
            "ford-m",
            "ford-v",
            "blaupunkt-bp",
            "opel-gm0203",
            "toyota-erc-legacy",
            "fiat-vp",
        )
    ]


def test_only_two_are_confirmed_by_whole_tables():
    assert {family.id for family in FAMILIES.values() if family.tier is Tier.A} == {
        "renault-precode",
        "ford-m",
    }


@pytest.mark.parametrize("family", ALL)
def test_every_kind_of_a_family_is_a_format_and_every_make_is_one_of_its(family):
    for kind in family.kinds:
        assert kind in FORMATS
        numbers = [gate.begins[0] for gate in family.gates] or [FORMATS[kind].number]
        assert all(family in families_of(serial(number, kind)) for number in numbers)
    assert set(family.makes) <= {make for kind in family.kinds for make in FORMATS[kind].makes}


@pytest.mark.parametrize("family", ALL)
def test_trust_counts_independent_lines_of_sources(family):
    """At least three for tier A, two for tier B; ten copies of a program are one."""
    names = {lineage.name for lineage in family.lineages}
    assert len(names) == len(family.lineages) >= (3 if family.tier is Tier.A else 2)
    assert all(lineage.what for lineage in family.lineages)


@pytest.mark.parametrize("family", ALL)
def test_every_family_says_what_was_checked_and_what_to_mind(family):
    assert family.name
    assert family.checked
    assert family.caution.endswith(".")
    if family.tier is Tier.B:
        assert "Probable, not proven" in family.caution
        assert family.needs_model


def test_makes_that_share_a_format_make_the_model_needed():
    """A BP number stands on Alfas too, an A2C number on Peugeots: there the mathematics gives wrong codes."""
    for family in FAMILIES.values():
        for kind in family.kinds:
            if FORMATS[kind].asks_make:
                assert family.needs_model


@pytest.mark.parametrize(
    "kind", ["ford-travelpilot", "honda-8", "volkswagen-vwz", "nissan-clarion-cl12", "opel-gm"]
)
def test_most_formats_have_no_family(kind):
    assert families_of(serial(FORMATS[kind].number, kind)) == ()


@pytest.mark.parametrize(
    ("number", "kind", "makes"),
    [
        ("BP538761234567", "bp12", ["nissan"]),
        ("BP026301234567", "bp12", ["mg", "Rover", "MG Rover"]),
        ("BP027300000001", "bp12", ["BMW"]),
        ("BP5511V0000000", "bp12", ["Blaupunkt"]),
        ("GM020328268659", "opel-gm", ["Opel", "Vauxhall"]),
    ],
)
def test_a_gate_opens_for_its_own_makes_and_no_other(number, kind, makes):
    asked = ["nissan", "mg", "Rover", "MG Rover", "BMW", "Blaupunkt", "Opel", "Vauxhall", "Fiat", "Peugeot"]
    assert [make for make in asked if families_of(serial(number, kind), make)] == makes


@pytest.mark.parametrize(
    ("number", "kind"),
    [("BP037822603159", "bp12"), ("BP051155464034", "bp12"), ("GM020411113927", "opel-gm")],
)
def test_a_number_that_comes_in_by_no_gate_has_no_family(number, kind):
    assert families_of(serial(number, kind)) == ()


def test_each_gate_says_how_sure_it_is():
    for family in FAMILIES.values():
        assert set(family.makes) == {make for gate in family.gates for make in gate.makes} or not family.gates
        for gate in family.gates:
            assert {family.checked_for(begin) for begin in gate.begins} == {gate.checked}
        assert family.checked_for("") == family.checked
