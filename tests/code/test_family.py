"""What is said of the families, without their mathematics."""

import pytest

from radiokey.code.family import FAMILIES, Tier, families_of
from radiokey.serial.formats import FORMATS

ALL = [pytest.param(family, id=family.id) for family in FAMILIES.values()]


def test_five_families_ship():
    assert list(FAMILIES) == ["renault-precode", "ford-m", "nissan-bp", "toyota-erc-legacy", "fiat-vp"]


def test_only_two_are_confirmed_by_whole_tables():
    assert {family.id for family in FAMILIES.values() if family.tier is Tier.A} == {
        "renault-precode",
        "ford-m",
    }


@pytest.mark.parametrize("family", ALL)
def test_every_kind_of_a_family_is_a_format_and_every_make_is_one_of_its(family):
    for kind in family.kinds:
        assert kind in FORMATS
        assert family in families_of(kind)
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
    "kind", ["ford-v", "ford-travelpilot", "honda-8", "volkswagen-vwz", "nissan-clarion-cl12", "no-such-kind"]
)
def test_most_formats_have_no_family(kind):
    assert families_of(kind) == ()
