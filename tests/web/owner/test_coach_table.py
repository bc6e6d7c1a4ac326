"""The coach as a table says what the coach says, for every character at every place."""

from random import Random

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code
from radiokey.errors import CodeShapeError
from radiokey.guide.coach import coach
from radiokey.web.owner.coach_table import Entry, code_lengths

KEYED = [model for model in load_catalogue().models.values() if model.panel is not None]


def codes(model, length, random):
    """Return codes with every character at every place, the others by chance."""
    alphabets = model.code.value.places[-length:]
    for at, alphabet in enumerate(alphabets):
        for character in alphabet:
            others = [random.choice(one) for one in alphabets]
            yield "".join((*others[:at], character, *others[at + 1 :]))


def told(entry, places, code):
    """Return the steps that the table has for a code."""
    steps = [(step.sentence, step.presses) for step in entry.steps]
    for at, place in zip(entry.digits, places, strict=True):
        step = place.steps[code[place.first : place.end]]
        steps[at] = (step.sentence, step.presses)
    shown = [
        None if shows is None else "".join(code[one] if isinstance(one, int) else one for one in shows)
        for shows in entry.shows
    ]
    return [(*step, text) for step, text in zip(steps, shown, strict=True)]


@pytest.mark.parametrize("model", KEYED, ids=lambda model: model.id)
def test_the_table_is_the_coach(model):
    random = Random(model.id)  # noqa: S311 - codes that are the same each time
    for length in code_lengths(model):
        entry = Entry(model, length)
        places = entry.places()
        for code in codes(model, length, random):
            steps = coach(model, Code(code))
            assert told(entry, places, code) == [
                (step.sentence, step.presses, step.display) for step in steps
            ]
            assert [step.warnings for step in entry.steps] == [step.warnings for step in steps]


def test_a_radio_has_every_length_that_a_code_of_it_can_have():
    for model in KEYED:
        for length in range(1, 17):
            code = Code("".join(one[0] for one in model.code.value.places).ljust(length, "0")[:length])
            if length in code_lengths(model):
                continue
            with pytest.raises(CodeShapeError):
                coach(model, code)


@pytest.mark.parametrize(
    "address",
    [
        "/coach/table/another",
        "/coach/frame/another?model=renault_86a&length=4",
    ],
)
def test_of_another_build_there_is_none(visitor, address):
    assert visitor.get(address).status_code == 404


def test_without_a_network_typed_the_code_is_asked_for_again(visitor):
    """The address of the keys that a phone showed by itself; nobody kept the code."""
    answer = visitor.get("/coach/keys")
    assert "the code is not here any more" in answer.text.lower()
