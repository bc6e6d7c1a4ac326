"""Cars and years: what a question by car can be answered from."""

import pytest

from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.vehicles import Vehicle, Years
from tables import each

MODELS = load_catalogue().models


@pytest.mark.parametrize(
    ("years", "text"),
    [
        (Years(1998, 2007), "1998-2007"),
        (Years(1998, 2007, about=True), "about 1998-2007"),
        (Years(2012, 2012), "2012"),
        (Years(2016), "from 2016"),
        (Years(None, 1990), "until 1990"),
        (Years(), ""),
    ],
)
def test_years_are_written_as_people_write_them(years, text):
    assert str(years) == text


def test_a_year_lies_inside_or_not_or_nobody_knows():
    """An end that is not known shuts no year out; a year that is about right reaches one further."""
    assert Years(1998, 2007).hold(2007) is True
    assert Years(1998, 2007).hold(2008) is False
    assert Years(1998, 2007, about=True).hold(2008) is True
    assert Years(2016).hold(2030) is True
    assert Years(2016).hold(2015) is False
    assert Years().hold(2015) is None


def test_a_car_is_written_with_its_make():
    assert str(Vehicle("nissan", "Qashqai", "J10", Years(2012, 2012))) == "Nissan Qashqai J10 2012"
    assert str(Vehicle("bmw", "Z3")) == "BMW Z3"


@each("model", MODELS.values(), ids=list(MODELS))
def test_every_radio_has_a_name_for_an_owner_and_says_how_it_differs(model):
    """It names what an owner sees: never an inner id, never a name of two radios."""
    assert len([one for one in MODELS.values() if one.short == model.short]) == 1
    assert model.tell_apart.endswith(".")
    assert not any(name in model.short + model.tell_apart for name in MODELS if "_" in name)


def test_the_cards_know_the_cars_as_the_models_do():
    for card in cards().values():
        model = MODELS[card.id]
        assert card.cars == (model.vehicles.value or ())
        assert card.years == model.years.value
        assert card.look_alikes == model.look_alikes
