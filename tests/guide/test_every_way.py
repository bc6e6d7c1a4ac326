"""One radio, one display, one answer: whichever way an owner comes, what is said is the same.

The ways: the radio named first; the display first, then the make and the radio; the number first; a radio that nobody
named until its number told it; and the commands `code`, `entry`, `wait` and `sheet`. New radios and new words of
the catalogue are taken in as they are.
"""

from itertools import product

import pytest

from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_catalogue
from radiokey.cli.code import presses
from radiokey.cli.road import command
from radiokey.cli.sheet import sheet_of
from radiokey.code.value import Code
from radiokey.errors import MissingFactError
from radiokey.guide.checklist import checklist
from radiokey.guide.coach import coach, stand_ins
from radiokey.guide.countdown import NEEDED_MS_MAX
from radiokey.guide.display_text import read_display
from radiokey.guide.load import load_guide
from radiokey.guide.model import Act, Facts
from radiokey.guide.sheet import Case, sheet
from radiokey.guide.waiting import Tried, begin_countdown, wait_answer
from radiokey.guide.walk import answer, answer_display, position, start, view, where
from radiokey.guide.words import remember
from radiokey.headunit.display import Shows
from tables import each

GUIDE = load_guide()
MODELS = {model.id: model for model in load_catalogue().models.values() if not model.default}
FILLED = {"{errors}": "2", "{left}": "3", "{wait}": "29:59"}
ASKED = ("which-radio", "what-does-it-show")
ODD = (
    "LOCKED 12",
    "5SAFE",
    "Lock10 blinking",
    "ERR2",
    "Lock 3000",
    "WAIT XYZ",
    "CODEW AIT",
    "KEBAB WAIT 4786",
)
SAID_ASIDE = ("", " blinking", " steady")


def shown(text):
    for hole, number in FILLED.items():
        text = text.replace(hole, number)
    return text


WORDS = sorted(
    {shown(word.text) for model in MODELS.values() for word in model.words.value or ()}
    | {says.replace("#:##", "29:59").replace("#", "2") for row in GUIDE.words for says in row.says}
)


def model_first(model, typed):
    """The radio, then what it shows."""
    return start(GUIDE, display=typed, model=model).position


def display_first(model, typed):
    """What it shows, then, where that is asked, the radio."""
    at = answer_display(GUIDE, GUIDE.start, typed)
    return answer(GUIDE, at, model) if where(GUIDE, at)[0].id == ASKED[0] else at


def named_later(model, typed):
    """The radio named in the middle of the road, as the number on its label names it: the display stays said."""
    at = position(ASKED[1], Facts(model=model))
    return answer_display(GUIDE, at, typed)


WAYS = (display_first, named_later)


def facts_of(at):
    """What a position says to its owner: the step, its warnings, what is known, what is shut."""
    here = view(GUIDE, at)
    return {
        "step": here.step,
        "shows": here.facts.shows,
        "errors": here.facts.errors,
        "danger": here.warnings,
        "known": here.known,
        "answers": tuple((offer.id, offer.shut) for offer in here.choices),
    }


def different(models, words):
    """Every radio and word for which a way says something else, with what it says."""
    found = []
    for model, typed in product(models, words):
        if not read_display(typed).tokens:  # too long for a display
            continue
        first = model_first(model, typed)
        for way in WAYS:
            other = way(model, typed)
            said, wanted = facts_of(other), facts_of(first)
            if where(GUIDE, other)[1].model is None:  # a word that says the same of every radio asks for none
                said, wanted = {"step": said["step"]}, {"step": wanted["step"]}
            if said != wanted:
                found.append((model, typed, way.__name__, other, first))
    return found


def test_each_way_to_one_radio_says_the_same_of_its_own_words():
    """Each radio with each of its words: as it is, blinking and steady."""
    found = []
    for model in MODELS.values():
        own = {shown(word.text) + aside for word in model.words.value or () for aside in SAID_ASIDE}
        found += different([model.id], sorted(own))
    assert found == []


def test_each_way_to_one_radio_says_the_same_of_some_words_of_others():
    """A slice of what `make deep` looks through."""
    words = [word + aside for word in WORDS for aside in SAID_ASIDE]
    assert different(MODELS, [*words[::31], *ODD]) == []


@pytest.mark.deep
def test_each_way_to_one_radio_says_the_same_of_every_word():
    """Each radio with each word of any radio: as it is, blinking and steady."""
    assert different(MODELS, [word + aside for word in WORDS for aside in SAID_ASIDE]) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("lock10", "LOCK 10"), ("WAIT 29:59", "WAIT 9:59"), ("---- blinking", "-- BLINKING"), ("CODE WAIT", "CODEWAIT"),
     ("WAIT 4786", "WAIT 9:59"), ("V212 LOCKED", "V 9:59 LOCKED"),
     ("B212 LOCKED", "X 9:59 LOCKED"), ("# SAFE", "# SAFE"), ("0000", "0000")],
)  # fmt: skip
def test_what_was_typed_before_the_radio_was_named_is_kept_without_code_or_number(typed, kept):
    """It stands in an address: words, counts and signs of the table, and nothing else."""
    assert remember(GUIDE, read_display(typed)) == kept


def test_the_count_and_the_blinking_typed_first_are_not_asked_again():
    """Also where nobody knows the radio: the number counts what went wrong, and dashes stand still."""
    vw = answer(GUIDE, answer_display(GUIDE, GUIDE.start, "5 SAFE"), "unknown")
    assert where(GUIDE, answer(GUIDE, vw, "errors"))[1].errors == 5
    assert where(GUIDE, answer(GUIDE, vw, "left"))[1].errors == 5
    still = answer(GUIDE, answer_display(GUIDE, GUIDE.start, "---- steady"), "unknown")
    assert where(GUIDE, still)[0].id == "how-many-wrong"
    blinking = answer(GUIDE, answer_display(GUIDE, GUIDE.start, "---- blinking"), "unknown")
    assert where(GUIDE, blinking)[0].id == "dashes"
    named = answer(GUIDE, answer_display(GUIDE, GUIDE.start, "ERR3"), "honda_audio5")
    assert where(GUIDE, named)[0].id == "waiting"
    assert where(GUIDE, named)[1].errors == 3
    assert start(GUIDE, display="ERR3", model="honda_audio5").step == "waiting"


def test_a_step_that_was_asked_for_by_its_address_is_shown_though_its_question_is_answered():
    """An owner goes back to it to say another number; only the way forward leads past it."""
    at = position("how-many-wrong", Facts(model="honda_audio5", shows=Shows.WAIT, errors=3))
    assert view(GUIDE, at).step == "how-many-wrong"
    assert where(GUIDE, answer(GUIDE, at, "5"))[1].errors == 5


def keys_offered(model, kind, family):
    """Whose panels an owner is offered who has this number: with the radio named, or with `None`."""
    if model is None:
        fitting = (one for one in MODELS.values() if kind in one.kinds and family in one.families)
        return {one.id for one in fitting if one.panel is not None}
    return {model.id} if model.panel is not None else {alike.model_id for alike in stand_ins(model)}


def test_naming_a_set_of_keys_that_nobody_described_never_makes_it_worse():
    """V212 without a radio leads to a panel; so it does for who names the older sets of Renault and Dacia."""
    worse = []
    for model in MODELS.values():
        for kind, family in product(model.kinds, model.families):
            unnamed = keys_offered(None, kind, family)
            same_make = {one for one in unnamed if set(MODELS[one].makes) & set(model.makes)}
            buttons = (model.unit_type.value or "Buttons").startswith("Buttons")
            if buttons and same_make and not keys_offered(model, kind, family):
                worse.append((model.id, same_make))
    assert worse == []
    assert keys_offered(MODELS["renault_precode_old"], "renault-precode", "renault-precode") == {
        "renault_86a"
    }


def test_a_panel_that_stands_in_is_offered_after_its_question_only():
    for model in MODELS.values():
        offered = stand_ins(model)
        assert all(alike.question.endswith("?") and MODELS[alike.model_id].panel for alike in offered)
        if offered:
            with pytest.raises(MissingFactError) as caught:
                coach(model, Code("4786"))
            assert offered[0].question in caught.value.hint


def test_no_step_says_that_a_key_is_unknown_which_another_line_names():
    """The checks of an entry and the facts beside them speak of one confirm key."""
    for model in MODELS.values():
        why = next(check.why for check in checklist(model) if check.id == "confirm")
        assert not (model.confirm_text.value and "not known here" in why), model.id


def entry_of(model):
    """What the coach says of an entry on this radio, without the digits of the code."""
    if model.panel is None or model.shape is None:
        return None
    code = Code("".join(place[-1] for place in model.shape.places))
    steps = coach(model, code)
    return code, [line for step in steps for line in step.presses], [step.sentence for step in steps]


@each("model_id", sorted(MODELS))
def test_code_and_entry_of_the_command_line_key_as_the_coach_does(model_id, cli):
    """Presses, confirm key and warnings are the coach's, whoever asks."""
    said = entry_of(MODELS[model_id])
    ran = cli("entry", model_id, "-", "--json", stdin=f"{said[0].reveal() if said else '1234'}\n")
    if said is None:
        assert (ran.code, ran.document["error"]) == (69, "missing-fact")
        return
    keyed = [(line["key"], line["times"], line["until"]) for line in ran.document["presses"]]
    assert keyed == [(one.key, getattr(one, "times", None), getattr(one, "until", None)) for one in said[1]]
    told = " ".join(cli("entry", model_id, "-", stdin=f"{said[0].reveal()}\n").out.split())
    assert all(" ".join(sentence.split()) in told for sentence in said[2])
    card = cards()[model_id]
    assert presses(card, said[0])["entry"] == ran.document["presses"]


@each("model_id", sorted(MODELS))
def test_the_wait_of_the_command_line_is_that_of_the_step_and_of_the_countdown(model_id, cli):
    """With the radio named, after none, one and two refusals; and the sheet where no time ends it."""
    model = MODELS[model_id]
    for errors, refused in product((None, 1, 2, 3), (0, 1, 2)):
        at = position("waiting", Facts(model=model_id, errors=errors, refused=refused, shows=Shows.WAIT))
        here, said = view(GUIDE, at), wait_answer(model, errors, refused=refused)
        if here.step != "waiting":
            assert said.ends.asks_others
            continue
        assert [fact.text for fact in here.known] == list(said.sentences)
        asked = cli(*command(Act.WAITING, here.facts).split()[1:], "--json").document
        assert (asked["wait_ms"], asked["final"]) == (said.wait_ms, said.final)
        if 0 < said.wait_ms <= NEEDED_MS_MAX:
            begun = begin_countdown(model, Tried(errors, refused), now_ms=0)
            assert begun.needed_ms == said.wait_ms


@each("model_id", sorted(MODELS))
def test_the_contact_is_the_same_on_every_sheet_of_one_radio(model_id, cli):
    """`code` without a derivation, and the sheet of the site, name the same people in the same order."""
    model = MODELS[model_id]
    refused = sheet_of(model, None, None)
    shown_on_page = sheet(model, None, sources=load_catalogue().sources)
    assert refused == shown_on_page
    at = position("sheet", Facts(model=model_id))
    printed = cli(*command(Act.SHEET, view(GUIDE, at).facts).split()[1:], "--json").document
    assert [one["who"] for one in printed["ask"]] == [one.who for one in shown_on_page.ask]
    assert (printed["title"], printed["why"]) == (shown_on_page.title, shown_on_page.why)


@pytest.mark.parametrize("state", [Shows.PROTECTED, Shows.LOCKED, Shows.PERMANENT])
def test_the_sheet_of_the_road_knows_what_the_display_showed(state, cli):
    """A prepared sheet after PROTECTED or a last lock does not ask for the code."""
    facts = Facts(model="", shows=state)
    printed = cli(*command(Act.SHEET, facts).split()[1:], "--json").document
    assert printed["letter"]["text"].splitlines()[2] in sheet(case=Case(state=state)).letter.text
    assert "I ask you for the code" not in printed["letter"]["text"]
