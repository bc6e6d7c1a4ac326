"""One event, whatever took the supply away: the guide asks for its cause before it asks for the code.

Claims 7, 8, 16, 18 and 20: battery, fuse, terminal and removal end in the same question on the display. The
cause changes nothing about the code, only what to look at before one is spent.
"""

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.guide import walk
from radiokey.guide.model import Act, Condition, Facts
from radiokey.guide.proof import arrows, reached
from radiokey.headunit.display import Shows

MODELS = tuple(model for model in load_catalogue().models.values() if not model.default)
ASKED = Facts(model="renault_86a", word="code", shows=Shows.CODE)
ENTRY, CAUSE, HELD = "before-entry", "cause", "hold-the-code"
CAUSES = {
    "battery": HELD,
    "contact": HELD,
    "radio": "radio-changed",
    "by-itself": "by-itself",
    "unknown": HELD,
}

# Steps that begin a road anew or end one. "It asks at every start" is one of them: the code was taken there,
# and the question is why it is not kept.
ANEW = frozenset({"stop", "what-does-it-show", "faq", "sheet", "asks-every-start"})


def chosen(guide, step, *answers, facts=ASKED):
    at = walk.position(step, facts)
    for answer in answers:
        at = walk.answer(guide, at, answer)
    return walk.view(guide, at)


def following(guide, begun):
    """Return the ids of all steps that the owner can come to from here before the cause is asked for."""
    seen, ahead = set(), [begun]
    while ahead:
        here = walk.view(guide, ahead.pop())
        if here.position in seen or here.step in ANEW | {CAUSE}:
            continue
        seen.add(here.position)
        offers = [offer.id for offer in here.choices if not offer.shut]
        if here.step == "how-many-wrong":
            offers = ["0", "1", "unknown"]
        ahead.extend(walk.answer(guide, here.position, offer) for offer in offers)
    return {walk.where(guide, at)[0].id for at in seen}


def test_the_cause_is_asked_for_on_every_way_from_a_display_that_asks_for_a_code(guide):
    """Row 1: by each model's own word for it, whatever other question that word needs first."""
    for model in MODELS:
        for at, word in enumerate(model.words.value or ()):
            if word.shows is not Shows.CODE:
                continue
            asking = walk.position("what-does-it-show", Facts(model=model.id))
            passed = following(guide, walk.answer(guide, asking, f"own-{at}"))
            assert not passed & {HELD, ENTRY, "enter"}, (model.id, word.text, sorted(passed))


def test_the_cause_is_asked_for_where_the_radio_is_not_known(guide):
    for row in guide.words:
        if row.shows is not Shows.CODE:
            continue
        at = walk.answer(guide, "what-does-it-show", row.id)
        if walk.view(guide, at).step == "which-radio":
            at = walk.answer(guide, at, "unknown")
        assert not following(guide, at) & {HELD, ENTRY, "enter"}, row.id


def test_whatever_says_that_the_display_asks_for_a_code_leads_to_the_cause(guide):
    """The arrows themselves: nobody else comes to the question for the code from a display."""
    before = {arrow.start for arrow in arrows(guide) if arrow.to == HELD}
    assert before == {CAUSE, "radio-changed", "by-itself", "wait-over", ENTRY}
    assert guide.shows[Shows.CODE] == CAUSE
    other = {
        "wait-over",
        "serial-shown",
    }  # the first asks by its refusals, the second shows a number, not CODE
    assert ENTRY not in reached(guide, "which-radio", without=ANEW | other | {CAUSE})


@pytest.mark.parametrize("answer", ["all-three", "not-checked"])
def test_a_road_that_began_with_a_wait_is_asked_once_the_wait_is_over(guide, answer):
    assert chosen(guide, "wait-over", answer).step == CAUSE


@pytest.mark.parametrize("answer", ["all-three", "not-checked"])
def test_after_a_refusal_nobody_is_asked_for_the_cause_again(guide, answer):
    """The wrong code is the cause of that wait, and the other was asked for before the entry."""
    refused = Facts(model="renault_86a", shows=Shows.CODE, errors=1, refused=1, evidence=True)
    assert chosen(guide, "wait-over", answer, facts=refused).step == HELD
    assert all(way.when in {None, Condition.REFUSED_BEFORE} for way in guide.steps["wait-over"].ways)


def test_each_cause_leads_to_the_next_useful_thing(guide):
    seen = chosen(guide, CAUSE)
    assert [offer.id for offer in seen.choices] == list(CAUSES)
    assert {offer.id: chosen(guide, CAUSE, offer.id).step for offer in seen.choices} == CAUSES
    words = {offer.id: offer.text for offer in seen.choices}
    assert all(word in words["battery"] for word in ("off", "changed", "flat"))
    assert all(word in words["contact"] for word in ("fuse", "terminal", "cable"))
    assert all(word in words["radio"] for word in ("out", "replaced", "another car"))
    assert all(word in words["by-itself"] for word in ("by itself", "driving", "night"))


@pytest.mark.parametrize("cause", CAUSES)
def test_the_cause_changes_nothing_that_is_known_of_the_radio(guide, cause):
    """It is one event: no try is spent, none is counted, and the display still asks."""
    assert chosen(guide, CAUSE, cause).facts == ASKED


def test_the_cause_is_not_tried_out_by_pulling_the_battery(guide):
    """Claims 7 and 8: that is what locks a radio."""
    seen = chosen(guide, CAUSE)
    assert "no-power-cut" in {warning.id for warning in seen.warnings}
    assert "what locks a radio" in seen.dont


def test_for_a_radio_that_was_changed_the_number_on_the_unit_counts(guide):
    """Claim 18: the papers of the car give the code of the radio that was fitted first."""
    seen = chosen(guide, CAUSE, "radio")
    assert {"other-unit", "used-paired"} <= {warning.id for warning in seen.warnings}
    assert chosen(guide, "radio-changed", "same").step == HELD
    assert chosen(guide, "radio-changed", "code").step == "compare-the-number"
    seen = chosen(guide, "radio-changed", "none")
    assert seen.step == "number-on-unit"
    assert "papers that belong to the car" in seen.dont
    assert chosen(guide, "number-on-unit", "own-papers").act is Act.SERIAL
    assert chosen(guide, "number-on-unit", "sticker").step == "experience"
    assert chosen(guide, "compare-the-number", "cannot").step == "number-on-unit"


def test_a_changed_radio_comes_to_an_entry_only_by_its_own_number_or_its_own_code(guide):
    """Never by the papers of the car: neither the search through them nor the card that lay in it."""
    own = {"same": HELD, "code": "compare-the-number", "none": "number-on-unit"}
    ways = {way.id: way.to for way in guide.steps["radio-changed"].ways if way.when is None}
    assert ways == own
    ahead = ANEW | {HELD, "owner-code", "paired", "get-the-code"}
    passed = reached(guide, "radio-changed", without=ahead)
    assert not passed & {"search-papers", "the-number", "ever-changed"}
    assert ENTRY in passed


def test_keys_that_show_the_number_come_before_taking_the_radio_out(guide):
    """Claim 83, and only where the model lists them."""
    keyed = [offer.id for offer in chosen(guide, "number-on-unit").choices]
    assert keyed.index("own-papers") < keyed.index("keys") < keyed.index("sticker")
    plain = chosen(guide, "number-on-unit", facts=Facts(model="volvo_sc_hu"))
    assert "keys" not in {offer.id for offer in plain.choices}


def test_a_lock_that_came_by_itself_has_its_supply_looked_at_before_a_code_is_spent(guide):
    """Claims 9, 17, 20 and 66: a supply that gives way again makes the entry one for nothing."""
    seen = chosen(guide, CAUSE, "by-itself")
    assert "12.4 to 14.8" in seen.do
    assert "before you've looked" in seen.dont
    assert {offer.id: chosen(guide, "by-itself", offer.id).step for offer in seen.choices} == {
        "steady": HELD,
        "weak": "supply-missing",
        "each-start": "asks-every-start",
        "no-meter": HELD,
    }


def test_no_cause_takes_the_way_to_the_code_from_anybody(guide):
    """Whoever knows nothing, has nothing and measures nothing still comes to the code and to the sheet."""
    for cause in CAUSES:
        ahead = reached(guide, chosen(guide, CAUSE, cause).step, without=ANEW - {"sheet"} | {CAUSE})
        assert {"serial", "get-the-code", ENTRY, "sheet"} <= ahead, cause
