"""What an owner types from a display: one reading, one decision."""

import pytest

from radiokey.guide.display_text import TEXT_LENGTH_MAX, read_display
from radiokey.guide.load import load_guide
from radiokey.guide.model import Facts
from radiokey.guide.walk import answer, answer_display, position, start, view
from radiokey.headunit.display import Shows

GUIDE = load_guide()


def typed(text, model):
    """Return the step and the facts that the text leads to on this radio."""
    seen = view(GUIDE, answer_display(GUIDE, position("what-does-it-show", Facts(model=model)), text))
    return seen.step, seen.facts


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("code", "CODE"), ("  COdE. ", "CODE"), ("'CODE'", "CODE"), ("Radio Code:", "RADIO CODE"),
        ("\u0421\u041eDE", "CODE"), ("S\u0410FE", "SAFE"), ("L\u041e\u0421\u041a\u0415D", "LOCKED"),
        ("\uff23\uff2f\uff24\uff25", "CODE"), ("CODEWAIT", "CODE WAIT"), ("CODE-WAIT", "CODE WAIT"),
        ("CODE/WAIT", "CODE WAIT"), ("LOCK10", "LOCK 10"), ("locked-12", "LOCKED 12"), ("5SAFE", "5 SAFE"),
        ("2cde", "2 CDE"), ("Err2", "ERR 2"), ("---", "----"), ("- - - -", "----"), ("\u2014", "----"),
        ("____", "----"), ("-----", "----"), ("CODE----", "CODE ----"), ("four dashes", "----"),
        ("4 dashes", "----"), ("(dashes)", "----"), ("10----", "10 ----"), ("WAIT  29:59", "wait 29:59"),
    ],
)  # fmt: skip
def test_spelling_does_not_matter(text, same):
    assert read_display(text).key == read_display(same).key


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("CODE", "CODE 1"), ("C0DE", "CODE"), ("\u041a\u041e\u0414", "CODE"), ("CODE\u200b", "CODE"),
        ("CODE \u0416", "CODE"), ("TEN", "TEN+"), ("10 00", "1000"), ("CODE ----", "----"), ("SAFE 2", "2 SAFE"),
    ],
)  # fmt: skip
def test_what_differs_stays_different(text, other):
    assert read_display(text).key != read_display(other).key


@pytest.mark.parametrize("text", ["the display is off", "display is off", "radio off", "it is off"])
def test_a_display_that_is_said_to_be_off_shows_no_off(text):
    assert typed(text, None)[0] == "what-does-it-show"
    assert typed("OFF", None)[1].shows is Shows.LOCKED


@pytest.mark.parametrize("model", [None, "", "ford_6000cd", "renault_86a", "opel_car300_siemens"])
@pytest.mark.parametrize("text", ["NO CODE", "no code", "NOCODE"])
def test_no_code_is_told_to_play_only_of_the_sets_that_say_so(text, model):
    step, facts = typed(text, model)
    assert step in {"no-code", "which-radio"}
    assert facts.shows is None
    assert typed(text, "vw_premium_gamma")[0] == "plays"


@pytest.mark.parametrize("text", ["M012345", "v001602", "U2200"])
def test_a_number_on_the_display_is_the_radios_own(text):
    assert typed(text, None)[0] == "serial-shown"


@pytest.mark.parametrize(
    ("text", "blinks"),
    [
        ("---- blinking", True), ("ERR (BLINKING)", True), ("flashing ----", True), ("---- steady", False),
        ("---- still", False), ("----", None), ("blinking", None), ("CODE (FLASH AT START)", None),
    ],
)  # fmt: skip
def test_blinking_is_read_where_it_stands_beside_a_word(text, blinks):
    assert read_display(text).blinks is blinks


def test_a_text_longer_than_any_display_is_none():
    assert read_display("CODE" * (TEXT_LENGTH_MAX // 4)).tokens
    assert read_display("CODE" * (TEXT_LENGTH_MAX // 4) + "X").tokens == ()
    assert read_display("CODE" + " " * 5 * TEXT_LENGTH_MAX).tokens == ()


@pytest.mark.parametrize(
    ("model", "text", "step", "shows", "errors"),
    [
        ("ford_6000cd", "LOCKED 12", "no-wait", Shows.LOCKED, 12),  # between 10 and 13
        ("ford_6000cd", "LOCKED12", "no-wait", Shows.LOCKED, 12),
        ("ford_6000cd", "Lock10", "no-wait", Shows.LOCKED, 10),
        ("ford_6000cd", "Lock13", "permanent", Shows.PERMANENT, 13),
        ("ford_6000cd", "LOCKED 14", "permanent", Shows.PERMANENT, 14),
        ("ford_6000cd", "LOCKED 30 MIN", "how-many-wrong", Shows.WAIT, None),
        ("ford_6000cd", "LOCKED 1800", "how-many-wrong", Shows.WAIT, None),
        ("mazda_panasonic", "Lock 3000", "how-many-wrong", Shows.WAIT, None),
        ("honda_audio5", "ERR2", "waiting", Shows.WAIT, 2),
        ("honda_audio5", "ERR3", "waiting", Shows.WAIT, 3),
        ("hyundai_cde", "2CDE", "cause", Shows.CODE, 1),
        ("hyundai_cde", "5CDE", "number-counts", Shows.WAIT, 4),
        ("opel_car300_siemens", "5SAFE", "waiting", Shows.WAIT, 5),
        ("opel_car300_siemens", "7----", "cause", Shows.CODE, 3),
        ("vag_rcd_rns", "3SAFE", "attempt-limit", Shows.LOCKED, None),
        ("vw_premium_gamma", "2 1000", "cause", Shows.CODE, 2),
    ],
)
def test_a_number_on_the_display_decides_by_the_radios_own_levels(model, text, step, shows, errors):
    """Of two listed levels the lower one holds until the higher is reached; a time is no level."""
    here, facts = typed(text, model)
    assert (here, facts.shows, facts.errors) == (step, shows, errors)


def test_between_two_levels_the_tries_left_are_said():
    seen = start(GUIDE, display="LOCKED 12", model="ford_6000cd")
    assert "one more and it is locked for good" in seen.known[0].text
    assert not any(
        "locked for good" in one.text for one in start(GUIDE, display="LOCKED", model="ford_6000cd").known
    )


@pytest.mark.parametrize(
    ("text", "step", "shows"),
    [
        ("----", "dashes", Shows.WAIT),
        ("---", "dashes", Shows.WAIT),
        ("---- steady", "how-many-wrong", Shows.WAIT),
        ("---- blinking", "cause", Shows.CODE),
        ("CODE ----", "cause", Shows.CODE),
    ],
)
def test_blinking_dashes_and_still_dashes_lead_to_different_steps(text, step, shows):
    """On an older Ford still dashes are the wait and blinking ones the entry."""
    here, facts = typed(text, "ford_6000cd")
    assert (here, facts.shows) == (step, shows)


@pytest.mark.parametrize(
    ("choice", "step"),
    [("still", "how-many-wrong"), ("unknown", "how-many-wrong"), ("ford", "cause"), ("by-itself", "cause")],
)
def test_the_question_about_dashes_has_a_safe_answer_for_who_does_not_know(choice, step):
    at = answer_display(GUIDE, position("what-does-it-show", Facts(model="")), "----")
    assert view(GUIDE, at).step == "dashes"
    assert view(GUIDE, answer(GUIDE, at, choice)).step == step


@pytest.mark.parametrize(
    ("model", "text", "shows"),
    [
        ("ford_6000cd", "CODE WAIT", Shows.WAIT),
        ("honda_audio5", "CODE ERROR E", Shows.WAIT),
        ("renault_86a", "LOCKED PLEASE WAIT", Shows.LOCKED),  # the longer word
        ("bmw_early5", "WAIT SAFE", Shows.WAIT),
        ("bmw_bavaria_c_reverse", "OFF WAIT", Shows.WAIT),
        ("volvo_sc_hu", "OFF XX", Shows.LOCKED),
    ],
)
def test_inside_a_longer_text_the_longest_lock_decides(model, text, shows):
    assert typed(text, model)[1].shows is shows


@pytest.mark.parametrize(
    "text",
    ["\u041a\u041e\u0414", "CODE KAPUTT", "PLEASE ENTER CODE", "KEBAB", "12", "HELP ME", "#", "+", "\u0000"],
)
def test_what_no_list_has_is_another_word(text):
    assert typed(text, None)[0] == "what-does-it-show"
