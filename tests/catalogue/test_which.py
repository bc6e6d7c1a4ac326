"""The question which radio it is."""

import pytest

from radiokey.catalogue.index import cards
from radiokey.catalogue.which import which_radio
from radiokey.serial.makes import among
from radiokey.serial.number import parse

BP = [f"BP{model}31987485" for model in ("2346", "5365", "5387", "0263", "0273", "4444")] + ["BP5511V1987485"]


def test_a_nissan_number_asks_which_of_the_nissan_radios_with_how_to_tell_them_apart():
    question = which_radio(parse("BP234631987485", make="Nissan"), "Nissan")
    assert [choice.id for choice in question.choices] == [
        "nissan_blaupunkt_bp",
        "nissan_connect_lcn",
        "unknown",
    ]
    assert [choice.name for choice in question.choices[:2]] == [
        cards()[choice.id].short for choice in question.choices[:2]
    ]
    assert all(choice.tell_apart for choice in question.choices[:2])


@pytest.mark.parametrize("number", BP)
def test_a_radio_of_another_make_is_never_a_choice(number):
    wrong = [
        (make, choice.id)
        for make in sorted({make for card in cards().values() for make in card.makes})
        for choice in which_radio(parse(number, make=make), make).choices
        if not (cards()[choice.id].default or among(make, cards()[choice.id].makes))
    ]
    assert wrong == []


@pytest.mark.parametrize("number", [number for number in BP if "4444" not in number])
def test_a_question_has_three_radios_at_most(number):
    """More could not be told apart at a glance: the make would have to be asked first."""
    assert 1 <= len(which_radio(parse(number)).choices) - 1 <= 3


def test_every_question_can_be_answered_with_i_cannot_tell():
    assert cards()[which_radio(parse("V123456", make="ford"), "ford").choices[-1].id].default
