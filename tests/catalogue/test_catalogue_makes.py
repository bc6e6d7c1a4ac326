"""Choosing a radio by its make, however its owner spells that."""

import pytest

from radiokey.catalogue.index import cards, panel_suggestions
from radiokey.serial.makes import among


@pytest.mark.parametrize(
    ("spelled", "make"), [("VW", "volkswagen"), ("Mercedes-Benz", "mercedes"), ("Vauxhall", "opel")]
)
def test_a_make_has_its_radios_in_whatever_spelling(spelled, make):
    def radios(said):
        return [card.id for card in cards().values() if among(said, card.makes)]

    assert radios(spelled) == radios(make) != []


def test_a_panel_is_suggested_in_whatever_spelling():
    assert panel_suggestions("D.A.C.I.A.", "Duster", "renault-precode")
