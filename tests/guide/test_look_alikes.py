"""Radios that nobody can be sure to tell apart: both are said, and the cautious act is the one to do."""

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code
from radiokey.errors import MissingFactError
from radiokey.guide.coach import coach
from radiokey.guide.waiting import Ends, wait_answer

MODELS = load_catalogue().models
LUMPS = [model for model in MODELS.values() if model.look_alikes]


@pytest.mark.parametrize("errors", [4, 8, 12])
def test_a_tribute_is_not_told_that_it_is_locked_for_ever(errors):
    """Four wrong codes are the end of one Mazda set and 30 minutes on another."""
    answer = wait_answer(MODELS["mazda_panasonic"], errors)
    assert (answer.ends, answer.minutes, answer.final) == (Ends.TIME, (30, 30), False)
    text = " ".join(answer.sentences)
    assert "Lock 3000" in text
    assert "blinks Err" in text or "that shows Err" in text
    assert "what it shows tells which" in text


def test_the_end_is_said_where_all_of_them_end():
    assert wait_answer(MODELS["vw_heidelberg"], 3).final


@pytest.mark.parametrize("errors", [3, 5, 9])
def test_no_wrong_code_of_a_mazda_is_not_called_final_while_a_tribute_goes_on(errors):
    answer = wait_answer(MODELS["mazda_panasonic"], errors)
    assert (answer.ends, answer.final, answer.may_be_over) == (Ends.TIME, False, True)
    assert answer.minutes == (30, 30), "as long as the Tribute waits if more codes were wrong"
    assert answer.sentences[0].endswith("enter nothing: that is right whichever it is.")


@pytest.mark.parametrize("model", LUMPS, ids=[model.id for model in LUMPS])
def test_no_set_that_is_known_to_end_speaks_for_one_that_goes_on(model):
    for errors in range(1, 12):
        said = wait_answer(model, errors)
        goes_on = [one for one in said.possible if not one.ends.asks_others]
        if said.known and goes_on:
            assert not said.ends.asks_others, errors
            assert said.minutes is not None or said.ends is Ends.NOTHING_TO_WAIT


@pytest.mark.parametrize("model", LUMPS, ids=[model.id for model in LUMPS])
def test_no_look_alike_waits_longer_than_is_said(model):
    """For any number of wrong codes: who waits as long as is said has waited for all of them."""
    for errors in range(1, 12):
        said = wait_answer(model, errors)
        for one in said.possible:
            if one.minutes is not None and said.minutes is not None:
                assert said.minutes[1] >= one.minutes[1]
            if said.final:
                assert one.ends is Ends.NEVER


def test_a_radio_that_takes_no_code_has_nothing_to_wait_for_and_nothing_to_key_in():
    """Nissan's own manuals: SECURE wants no code, because there is none."""
    model = MODELS["nissan_nats_audio"]
    answer = wait_answer(model, 2)
    assert "takes no code" in answer.sentences[0]
    assert answer.minutes is None
    with pytest.raises(MissingFactError, match="takes no code") as caught:
        coach(model, Code("1234"))
    assert "Nissan workshop" in caught.value.hint


def test_where_the_keys_are_not_known_both_possibilities_are_said_in_words():
    with pytest.raises(MissingFactError) as caught:
        coach(MODELS["mazda_panasonic"], Code("1234"))
    assert "AUTO-M" in caught.value.hint
    assert "SEARCH" in caught.value.hint
    assert "Lock 3000" in caught.value.hint
