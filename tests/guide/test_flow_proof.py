"""The guide proves itself: `faults` finds each kind of fault when it is planted, and none in the real guide."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import CountsShown, Model
from radiokey.guide import walk
from radiokey.guide.model import Act, Choice, Condition, Facts, Guide, Special, Stage, Step, StepText
from radiokey.guide.proof import arrows, faults, reached
from radiokey.guide.words import errors_shown, leads, row_of, words_of
from radiokey.headunit.display import DisplayWord, Shows


@pytest.fixture(scope="module")
def models() -> tuple[Model, ...]:
    return tuple(load_catalogue().models.values())


def with_step(guide: Guide, step: Step) -> Guide:
    text = StepText(
        "Title", "It happens.", "this", "not that", "", {way.id: "An answer" for way in step.ways}
    )
    return replace(guide, steps={**guide.steps, step.id: step}, texts={**guide.texts, step.id: text})


def with_way(guide: Guide, step: str, way: Choice) -> Guide:
    old = guide.steps[step]
    text = replace(guide.texts[step], choices={**guide.texts[step].choices, way.id: "An answer"})
    steps = {**guide.steps, step: replace(old, ways=(*old.ways, way))}
    return replace(guide, steps=steps, texts={**guide.texts, step: text})


def test_the_guide_that_ships_has_no_fault(guide, models):
    assert faults(guide, models) == ()


def test_a_step_that_no_way_leads_to_is_found(guide):
    planted = with_step(guide, Step("factory-reset", Stage.ASIDE, (), end=True))
    assert faults(planted) == ("no way leads to factory-reset",)


def test_an_arrow_to_nowhere_is_found(guide):
    planted = with_way(guide, "stop", Choice("nowhere", "atlantis"))
    assert "stop, 'nowhere': leads to 'atlantis', which is no step" in faults(planted)


def test_a_dead_end_is_found(guide):
    planted = with_way(with_step(guide, Step("cellar", Stage.ASIDE, ())), "stop", Choice("down", "cellar"))
    assert faults(planted) == ("cellar: a dead end: no way out is always open",)


def test_a_step_whose_ways_are_all_conditional_is_a_dead_end(guide):
    way = Choice("maybe", "stop", when=Condition.ERRORS_KNOWN)
    planted = with_way(
        with_step(guide, Step("cellar", Stage.ASIDE, (way,))), "stop", Choice("down", "cellar")
    )
    assert faults(planted) == ("cellar: a dead end: no way out is always open",)


def test_going_round_in_circles_is_found(guide):
    there, back = (
        Step("there", Stage.ASIDE, (Choice("a", "back"),)),
        Step("back", Stage.ASIDE, (Choice("b", "there"),)),
    )
    planted = with_way(with_step(with_step(guide, there), back), "stop", Choice("round", "there"))
    assert set(faults(planted)) == {f"{name}: no end can be reached from here" for name in ("there", "back")}


def test_a_step_without_text_and_a_text_without_a_step_are_found(guide):
    texts = {name: text for name, text in guide.texts.items() if name != "plays"}
    planted = replace(guide, texts={**texts, "old-step": guide.texts["plays"]})
    assert set(faults(planted)) == {"plays: no text", "text old-step.md belongs to no step"}


def test_an_answer_without_words_and_words_without_an_answer_are_found(guide):
    text = replace(guide.texts["dark"], choices={"plays": "It plays", "gone": "Gone"})
    found = faults(replace(guide, texts={**guide.texts, "dark": text}))
    assert "dark: the answer 'asks-again' has no words" in found
    assert "dark: words for 'gone', no such answer" in found


def test_a_warning_without_words_or_without_a_step_is_found(guide):
    less = {name: text for name, text in guide.warnings.items() if name != "guess"}
    found = faults(replace(guide, warnings={**less, "spare": "Spare."}))
    assert found == ("the warning 'guess' has no words or no level", "the warning 'spare' stands at no step")


def test_a_state_without_a_step_is_found(guide):
    shows = {state: step for state, step in guide.shows.items() if state is not Shows.PROTECTED}
    assert "the state 'protected' has no step" in faults(replace(guide, shows=shows))


def test_a_display_word_that_the_table_does_not_know_is_found(guide, radio: Callable[..., Model]):
    model = radio("new_radio", words=(DisplayWord("KAPUTT", Shows.LOCKED, "A new word."),))
    assert faults(guide, (model,)) == (
        "new_radio: 'KAPUTT' is in no row of the table, for who does not know the radio",
    )


def test_a_radio_that_asks_with_a_word_of_a_lock_is_found(guide, radio: Callable[..., Model]):
    """An owner who typed WAIT and then named that radio would be led to the entry."""
    model = radio("new_radio", words=(DisplayWord("WAIT", Shows.CODE, "It wants the code."),))
    assert faults(guide, (model,)) == (
        "new_radio: asks with 'WAIT', but the row 'wait' is a lock and not whole",
    )


def test_a_spelling_in_two_rows_is_found(guide):
    twice = replace(guide.words[1], says=(*guide.words[1].says, "CODE"))
    found = faults(replace(guide, words=(guide.words[0], twice, *guide.words[2:])))
    assert found == ("'CODE' stands in two rows: 'code' and 'wait'",)


def test_a_special_that_leads_nowhere_is_found(guide):
    planted = replace(guide, specials=(*guide.specials, Special("x", "nowhere")))
    assert "which-radio, 'x': leads to 'nowhere', which is no step" in faults(planted)


def test_every_display_word_of_every_model_leads_to_a_step_for_its_model(guide, models):
    for model in models:
        if model.default:
            continue  # it stands for "I do not know": the table decides, the next test
        for at, word in enumerate(model.words.value or ()):
            facts = Facts(model=model.id)
            asking = walk.position("what-does-it-show", facts)
            to = walk.view(guide, walk.answer(guide, asking, f"own-{at}"))
            assert to.step == leads(guide, model, word)
            assert to.facts.shows is word.shows


def test_every_display_word_leads_to_a_step_for_who_does_not_know_the_radio(guide, models):
    """The "don't know which radio" case goes through the table of units.md section 2, step 1."""
    for model in models:
        for word in model.words.value or ():
            seen = walk.start(guide, display=word.text, model=None)
            if seen.step == "which-radio":
                seen = walk.view(guide, walk.answer(guide, seen.position, "unknown"))
            row = row_of(guide.words, word.text)
            assert row is not None
            assert seen.step == row.to


def test_a_row_chosen_before_the_radio_resolves_to_the_radios_own_meaning(guide, models):
    for model, row in product(models, guide.words):
        if not row.asks_model or not row.says or model.default:
            continue
        seen = walk.view(guide, walk.answer(guide, "what-does-it-show", row.id))
        seen = walk.view(guide, walk.answer(guide, seen.position, model.id))
        own = {leads(guide, model, word) for word in words_of(model, row, guide.words)}
        expected = own if len(own) == 1 else {row.unsure or row.to} if own else {row.to}
        assert {seen.step} == expected


def test_a_radio_that_shows_one_word_for_two_states_is_asked_about(guide):
    """Renault shows CODE while it waits, too (ren_86a)."""
    assert walk.start(guide, display="code", model="renault_86a").step == "same-word"


def test_an_unknown_word_leads_to_the_table_and_never_to_a_guess(guide):
    assert walk.start(guide, display="HOKUSPOKUS").step == "what-does-it-show"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("code", "code"), ("COdE", "code"), ("1 CDE", "code"), ("3 cde", "number"), ("10 ----", "code"),
        ("7 ----", "code"), ("WAIT 29:59", "wait"), ("wait 30", "wait"), ("2 SAFE", "number"), ("SAFE 2", "number"),
        ("{errors} SAFE", "number"), ("SAFE", "safe"), ("LOCKED", "locked"), ("LOCKED 10", "locked"),
        ("LOCKED 13", "end"), ("LOC", "loc"), ("LOCK", "locked"), ("ErrE", "locked"), ("ErrA", "number"),
        ("HELP", "end"), ("OFF", "off"), ("PROTECT", "protected"), ("SEC", "sec"), ("0000", "code"), ("----", "dashes"),
        ("ERR2", "number"), ("LOCK13", "end"), ("5SAFE", "number"), ("CANCHECK", "protected"),
    ],
)  # fmt: skip
def test_the_display_table_reads_words_as_the_facts_do(guide, text, row):
    assert row_of(guide.words, text).id == row


def test_every_step_of_the_road_is_reached_and_the_entry_only_through_its_checklist(guide):
    entries = {arrow.start for arrow in arrows(guide) if arrow.to == "enter"}
    assert entries == {"before-entry"}
    assert "enter" not in reached(guide, guide.start, without=frozenset({"before-entry"}))


def test_only_one_step_can_use_up_a_try(guide):
    assert [step.id for step in guide.steps.values() if step.act is Act.COACH] == ["enter"]


@pytest.mark.parametrize(
    ("counts", "text", "errors"),
    [
        (CountsShown.ERRORS, "2 SAFE", 2), (CountsShown.ATTEMPT, "2 CDE", 1), (CountsShown.LEFT, "7 SAFE", 3),
        (CountsShown.LEFT, "10 ----", 0), (CountsShown.ERRORS, "WAIT 30", None), (CountsShown.ERRORS, "1000", None),
        (CountsShown.ERRORS, "WAIT 29:59", None), (CountsShown.LEFT, "12 SAFE", None), (None, "2 SAFE", None),
        (CountsShown.ATTEMPT, "0 CDE", None), (CountsShown.ERRORS, "SAFE", None),
    ],
)  # fmt: skip
def test_the_number_on_the_display_is_counted_as_the_radio_counts(radio, counts, text, errors):
    """Units.md section 2: Hyundai and VW count errors or tries, Opel what is left."""
    known = {} if counts is None else {"counts_shown": counts}
    assert errors_shown(radio(attempts_total=10, **known), text) == errors


def test_a_typed_display_word_brings_its_count_along(guide):
    assert walk.start(guide, display="7 SAFE", model="opel_car300_siemens").facts.errors == 3
