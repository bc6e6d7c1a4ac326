"""Choosing a radio by its make, however its owner spells that."""

import pytest

from radiokey.catalogue.index import models_with, panel_suggestions


@pytest.mark.parametrize(
    ("spelled", "make"), [("VW", "volkswagen"), ("Mercedes-Benz", "mercedes"), ("Vauxhall", "opel")]
)
def test_a_make_has_its_radios_in_whatever_spelling(spelled, make):
    assert models_with(make=spelled) == models_with(make=make) != ()


def test_a_panel_is_suggested_in_whatever_spelling():
    assert panel_suggestions("D.A.C.I.A.", "Duster", "renault-precode")
