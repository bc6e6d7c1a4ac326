"""What the owner is told (claims 2 to 6, 59, 64 to 71, 74 to 82 and 86)."""

import pytest

from radiokey.guide.checklist import SUPPLY_VOLTS_MIN, checklist
from radiokey.guide.load import load_guide
from radiokey.guide.model import Act, Facts, Level, Stage
from radiokey.guide.walk import Offer, View, answer, position, start, view
from radiokey.headunit.display import Shows

GUIDE = load_guide()
READY = Facts(model="renault_86a", word="code", shows=Shows.CODE, errors=0)


def at(step: str, facts: Facts | None = None) -> View:
    return view(GUIDE, position(step, facts))


def offered(seen: View) -> dict[str, Offer]:
    return {offer.id: offer for offer in seen.choices}


def warned(step: str) -> set[str]:
    return {warning.id for warning in at(step).warnings}


def test_the_first_thing_an_owner_reads_is_that_nothing_is_broken():
    """Claim 2: protection, no defect."""
    first = start(GUIDE)
    assert (first.step, first.stage) == ("stop", Stage.STOP)
    assert "locked, not broken" in first.body


def test_the_usual_causes_are_named_before_anything_is_asked():
    """Claims 7, 8, 16 and 18: battery, fuse, removal."""
    assert all(cause in start(GUIDE).body for cause in ("battery", "fuse", "radio itself"))


def test_a_lock_is_asked_for_its_cause_before_its_code():
    """Claims 7, 8, 16, 18 and 20: battery, contact, removal or nothing anybody did; one question, one event."""
    seen = start(GUIDE, display="CODE", model="nissan_terrano3_article")
    assert seen.step == "cause"
    assert list(offered(seen)) == ["battery", "contact", "radio", "by-itself", "unknown"]
    to = {view(GUIDE, answer(GUIDE, seen.position, cause)).facts for cause in offered(seen)}
    assert to == {seen.facts}


def test_the_owner_looks_in_the_papers_before_a_dealer_is_named():
    """Claims 3, 37 and 86, conflict C-G: papers, notes, the maker, the dealer, a specialist."""
    assert at(answer(GUIDE, position("hold-the-code", READY), "none").split(".")[0]).step == "search-papers"
    order = at("faq-alone").do
    named = [
        order.lower().index(word)
        for word in ("papers", "notes", "maker's own website", "dealer", "specialist")
    ]
    assert named == sorted(named)


def test_the_number_comes_before_the_code():
    """Claims 24, 25 and 86: without papers the next thing asked for is the number of the radio."""
    seen = view(GUIDE, answer(GUIDE, position("search-papers", READY), "not-found"))
    assert (seen.step, seen.stage) == ("the-number", Stage.NUMBER)
    assert at("serial").act is Act.SERIAL
    assert "code" not in {offer.id for offer in seen.choices}


def test_the_radio_is_asked_for_because_its_keys_and_waits_are_its_own():
    """Claims 4 and 5: no procedure for all."""
    asked = view(GUIDE, answer(GUIDE, "what-does-it-show", "wait"))
    assert asked.step == "which-radio"
    assert "most careful reading" in asked.do


def test_guessing_is_warned_of_in_red_at_the_start_and_before_every_entry():
    """Claim 6."""
    assert GUIDE.levels["guess"] is Level.RED
    assert all("guess" in warned(step) for step in ("stop", "before-entry", "refused-once", "refused-twice"))


def test_a_lock_that_comes_back_leads_to_the_charging_voltage():
    """Claim 17: a surge of the alternator is another cause than a dip."""
    seen = at("supply-fault")
    assert "too high a voltage" in seen.more
    assert "charging voltage" in seen.do


def test_a_steady_supply_is_asked_for_before_the_entry():
    """Claim 66: 12.4 to 14.8 volts; a weak battery is dealt with first."""
    assert pytest.approx(12.4) == SUPPLY_VOLTS_MIN
    assert "supply" in {line.id for line in checklist(None)}
    assert "12.4 to 14.8" in at("supply").body
    assert at(answer(GUIDE, position("supply", READY), "weak").split(".")[0]).step == "supply-missing"


def test_after_a_refusal_the_owner_is_slowed_down_and_the_number_read_again():
    """Claims 67, 68, 71 and 74."""
    seen = view(GUIDE, answer(GUIDE, position("enter", READY), "refused"))
    assert (seen.step, seen.facts.errors, seen.facts.refused) == ("refused-once", 1, 1)
    assert "at once" in seen.dont
    assert all(pair in seen.more for pair in ("O or 0", "I or 1", "B or 8", "S or 5"))
    assert offered(at("before-entry", seen.facts))["ready"].shut


def test_a_radio_that_was_opened_leads_to_a_workshop():
    """Claims 69 and 70: the maker's own software, by a workshop, for somebody who proves ownership."""
    seen = view(GUIDE, answer(GUIDE, position("refused-once", READY), "opened"))
    assert (seen.step, seen.end) == ("tampered", True)
    assert "maker's own software" in seen.do


def test_a_factory_reset_is_advised_to_nobody_with_a_locked_radio():
    """Claim 71: the article advises it; a reset may itself bring the question for the code."""
    assert "opens nothing" in at("faq-reset").title
    assert "Don't reset a locked radio" in at("faq-reset").dont
    assert "reset" not in " ".join(offered(at("refused-once")))


def test_the_end_names_what_is_left_a_chip_or_another_radio():
    """Claims 73, 75 and 76."""
    seen = at("permanent")
    assert "new memory chip" in seen.body
    assert "another radio" in seen.body
    assert {"sheet", "used"} <= set(offered(seen))
    assert "no-power-cut" in warned("permanent")


def test_prevention_is_offered_while_the_radio_still_plays():
    """Claims 77 to 81: keep it away from the car, keep it powered, update by official files only."""
    seen = view(GUIDE, answer(GUIDE, "stop", "work"))
    assert seen.step == "prevention"
    assert set(offered(seen)) == {"keep", "saver", "battery", "garage", "update"}
    assert "card-in-car" in warned("keep-it-safe")
    assert "days" in seen.body
    assert {"saver-socket", "saver-live"} <= warned("memory-saver")


def test_an_update_can_cure_and_can_cause_a_lock():
    """Claims 10 and 80, conflict C-F: official files on a steady supply, or not at all."""
    seen = at("update")
    assert "cures" in seen.body
    assert "can cause one" in seen.body
    assert "maker's own files only" in seen.do
    assert "update-supply" in warned("update")


def test_a_forgotten_code_is_found_again_and_never_made_anew():
    """Claim 82, conflict C-M."""
    seen = at("faq-forgot")
    assert "never changes" in seen.title
    assert "only need to find it" in seen.body
    assert "only the same one again" in seen.dont


def test_the_engine_may_run_in_the_open_and_never_in_a_garage():
    """Claims 66 and 87, conflict C-E: for the entry, not for the wait of any radio."""
    assert {"carbon-monoxide", "handbrake"} <= warned("faq-engine") & warned("supply")
    assert "Never run the engine in a garage" in at("faq-engine").dont
