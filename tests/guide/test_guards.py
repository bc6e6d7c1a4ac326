"""Each dangerous mistake (facts/units.md, section 3) has its guard, and each guard its test, named for it.

A guard is a warning on the right step, an arrow that is not there, or an entry that is shut.
"""

from dataclasses import replace

import pytest

from radiokey.errors import InputError
from radiokey.guide import walk
from radiokey.guide.load import load_guide
from radiokey.guide.model import Act, Facts, Level
from radiokey.guide.proof import arrows, reached
from radiokey.headunit.display import Shows

GUIDE = load_guide()
ENTRY = "before-entry"
READY = Facts(model="renault_86a", word="code", shows=Shows.CODE, errors=0)


def warned(step: str) -> set[str]:
    return {warning.id for warning in walk.view(GUIDE, step).warnings}


def entry(facts: Facts) -> walk.Offer:
    seen = walk.view(GUIDE, walk.position(ENTRY, facts))
    return next(offer for offer in seen.choices if offer.id == "ready")


def test_guessing():
    for step in ("stop", "hold-the-code", "wait-over", "refused-once", "refused-twice", "owner-code", ENTRY):
        assert "guess" in warned(step)
    assert GUIDE.levels["guess"] is Level.RED
    # Nobody without a code is led to an entry: from "I have none" the code page or a find comes in between.
    without = frozenset({"get-the-code", "ever-changed", "source-of-code", "compare-the-number"})
    assert ENTRY not in reached(
        GUIDE, "search-papers", without=without | {"what-does-it-show", "cause", "hold-the-code"}
    )


@pytest.mark.parametrize(
    "shows",
    [
        Shows.WAIT,
        Shows.LOCKED,
        Shows.PERMANENT,
        Shows.PROTECTED,
        Shows.SERVER,
        Shows.SERVER_ERROR,
        Shows.ARMED_OR_WAIT,
    ],
)
def test_entering_while_it_waits(shows):
    shut = replace(READY, shows=shows)
    assert not entry(READY).shut
    assert "CODE is back" in entry(shut).shut
    with pytest.raises(InputError):
        walk.answer(GUIDE, walk.position(ENTRY, shut), "ready")
    assert walk.view(GUIDE, walk.position("enter", shut)).step == ENTRY
    assert walk.view(GUIDE, walk.position("enter", shut)).act is None
    assert "no-entry-while-waiting" in warned("waiting")


def test_switching_off_to_wait():
    waiting = walk.view(GUIDE, "waiting")
    assert "keep-it-on" in warned("waiting")
    assert "don't switch it off" in waiting.dont.lower()
    assert "radio on" in waiting.do.lower()


def test_pulling_battery_or_fuse_to_reset():
    for step in ("waiting", "still-waiting", "attempt-limit", "permanent", "faq-power-cut", "off-but-on"):
        assert "no-power-cut" in warned(step)
    said = " ".join(f"{text.do} {text.body}" for text in GUIDE.texts.values()).lower()
    assert "pull the battery" not in said
    assert "disconnect the battery to" not in said


def test_wrong_confirm_key_or_short_press():
    for step in (ENTRY, "enter", "which-keys", "not-stored", "refused-once"):
        assert "confirm-key" in warned(step)
    assert "which-keys" in {arrow.to for arrow in arrows(GUIDE) if arrow.start == ENTRY}


def test_direct_and_cycle_entry_mixed_up():
    assert "way-of-entering" in warned("enter")
    assert walk.view(GUIDE, walk.answer(GUIDE, walk.position(ENTRY, READY), "practise")).act is Act.PRACTICE


def test_code_of_another_unit():
    for step in ("radio-changed", "number-on-unit", "ever-changed", "compare-the-number", "refused-once"):
        assert "other-unit" in warned(step)
    asked = {arrow.start for arrow in arrows(GUIDE) if arrow.to == ENTRY}
    assert {"ever-changed", "compare-the-number"} <= asked
    # A code that somebody gave reaches the entry only after the numbers were compared (or read off the unit).
    compared = frozenset({"compare-the-number", "the-number", "sheet", "serial"})
    assert ENTRY not in reached(GUIDE, "source-of-code", without=compared)


def test_touching_the_battery_cables_together():
    assert "cables-together" in warned("battery-swap")
    assert GUIDE.levels["cables-together"] is Level.RED


def test_running_the_engine_while_swapping_the_battery():
    assert "engine-during-swap" in warned("battery-swap")
    assert "engine" in GUIDE.texts["battery-swap"].dont


def test_memory_saver_at_a_socket_live_only_with_ignition():
    assert "saver-socket" in warned("memory-saver")
    assert "Test the socket first" in GUIDE.texts["memory-saver"].do


def test_memory_saver_while_working_on_fuel_or_airbags():
    assert "saver-live" in warned("memory-saver")
    assert GUIDE.levels["saver-live"] is Level.RED


def test_nine_volt_gadget():
    assert "nine-volt" in warned("memory-saver")


def test_engine_in_a_closed_garage():
    """Claim 87 with W-RUN: carbon monoxide and the handbrake wherever an engine may run."""
    for step, text in GUIDE.texts.items():
        said = f"{text.body} {text.do} {text.more}".lower()
        may_run = "engine run" in said or "with the engine running" in said
        if may_run and step not in {"supply-fault", "faq"}:
            assert {"carbon-monoxide", "handbrake"} <= warned(step), step
    for step in ("waiting", "supply", "enter", "supply-missing", "faq-engine"):
        assert {"carbon-monoxide", "handbrake"} <= warned(step)


def test_one_hour_wait_on_a_weak_battery():
    assert "weak-battery" in warned("waiting")


def test_levering_the_trim_with_screwdrivers():
    """Conflict C-K: removal stands behind the question of experience."""
    assert {arrow.start for arrow in arrows(GUIDE) if arrow.to == "removal"} == {"experience"}
    assert {"levering", "airbag"} <= warned("experience") & warned("removal")


def test_keeping_the_card_in_the_car():
    for step in ("plays", "keep-it-safe", "armed"):
        assert "card-in-car" in warned(step)


def test_paying_a_site_before_checking_format_support():
    for step in ("source-of-code", "doubtful-source", "sheet", "faq-cost"):
        assert "fraud" in warned(step)
    # A website's code never goes straight into the radio.
    assert ENTRY not in {
        arrow.to for arrow in arrows(GUIDE) if arrow.start in {"source-of-code", "doubtful-source"}
    }


def test_updating_firmware_on_a_weak_supply():
    assert "update-supply" in warned("update")
    assert GUIDE.levels["update-supply"] is Level.RED


def test_market_switch_on_multi_region_units():
    assert "market" in warned("compare-the-number")
    assert "market setting" in GUIDE.texts["update"].dont


def test_buying_a_used_paired_unit():
    for step in ("used-unit", "paired"):
        assert "used-paired" in warned(step)


def test_three_wrong_codes_to_show_the_serial():
    """A seller's tip (frc_micra) that spends the tries."""
    for step in ("the-number", "number-on-unit", "keys-combination"):
        assert "three-wrong-codes" in warned(step)


def test_a_menu_is_not_offered_while_the_radio_is_locked():
    """Conflict C-L."""
    assert all(way.id != "menu" for way in GUIDE.steps["the-number"].ways)
    assert "While it's locked, leave that out" in GUIDE.texts["the-number"].more


def test_keys_for_the_serial_only_where_the_model_lists_them():
    keyed = walk.view(GUIDE, walk.position("the-number", Facts(model="renault_86a")))
    plain = walk.view(GUIDE, walk.position("the-number", Facts(model="volvo_sc_hu")))
    assert "keys" in {offer.id for offer in keyed.choices}
    assert "keys" not in {offer.id for offer in plain.choices}


def test_after_a_refusal_an_entry_needs_new_evidence_and_a_wait_first():
    """Units.md step 5: refused once, then one more try with new evidence only; conflict C-C."""
    at = walk.answer(GUIDE, walk.position("enter", READY), "refused")
    seen = walk.view(GUIDE, at)
    assert (seen.step, seen.facts.errors) == ("refused-once", 1)
    assert entry(seen.facts).shut
    at = walk.answer(GUIDE, at, "found")
    seen = walk.view(GUIDE, at)
    assert (seen.act, seen.facts.evidence) == (Act.WAITING, True)
    assert "CODE is back" in entry(seen.facts).shut
    at = walk.answer(GUIDE, at, "code")
    assert not entry(walk.view(GUIDE, at).facts).shut


def test_after_two_refusals_there_is_no_third_entry_without_new_evidence():
    facts = replace(READY, refused=1, evidence=True, errors=1)
    at = walk.answer(GUIDE, walk.position("enter", facts), "refused")
    seen = walk.view(GUIDE, at)
    assert (seen.step, seen.facts.refused, seen.facts.evidence) == ("refused-twice", 2, False)
    assert entry(seen.facts).shut
    assert walk.view(GUIDE, walk.position("enter", seen.facts)).step == ENTRY


def test_accepted_but_asks_again_is_not_a_refusal():
    """Claim 64: not stored, supply, navigation."""
    at = walk.answer(GUIDE, walk.position("enter", READY), "asks-again")
    seen = walk.view(GUIDE, at)
    assert seen.step == "accepted-asks-again"
    assert seen.facts.refused == 0
    to = {offer.id: walk.view(GUIDE, walk.answer(GUIDE, at, offer.id)).step for offer in seen.choices}
    assert to["not-held"] == "not-stored"
    assert to["supply"] == "supply-missing"
    assert to["navigation"] == "sync"


@pytest.mark.parametrize(
    ("answer", "step"),
    [("bleeps", "which-radio"), ("blank", "blank"), ("asks-once", "asks-once"), ("asks-every-start", "asks-every-start"),
     ("server", "server"), ("car-alarm", "not-the-radio"), ("protected", "which-radio")],
)  # fmt: skip
def test_what_it_does_leads_to_its_step(answer, step):
    assert walk.view(GUIDE, walk.answer(GUIDE, "what-does-it-show", answer)).step == step


def test_an_alarm_or_immobiliser_gets_a_plain_no():
    seen = walk.view(GUIDE, walk.answer(GUIDE, "stop", "car"))
    assert seen.end
    assert "Nothing in this guide opens one" in seen.body


def test_a_protected_unit_has_no_code_and_no_entry():
    ahead = {arrow.to for arrow in arrows(GUIDE) if arrow.start in {"protected", "paired"}}
    assert ENTRY not in ahead
    assert "no-proof-offers" in warned("paired")


def test_no_step_names_a_bypass():
    """STORY, "Not ours": master codes, dealer sequences, memory chips, resets."""
    for text in GUIDE.texts.values():
        assert "universal" not in text.do.lower()
        assert "reset" not in text.do.lower() or "Leave the reset" in text.do


@pytest.mark.parametrize(
    "step", ["faq-forgot", "faq-without-code", "faq-wait", "faq-removal", "faq-engine", "faq-alone"]
)
def test_each_question_of_the_article_is_answered(step):
    """Claims 82 to 87."""
    assert step in {arrow.to for arrow in arrows(GUIDE) if arrow.start == "faq"}


def test_nothing_is_promised():
    """Conflict C-H."""
    for text in GUIDE.texts.values():
        assert "guarantee" not in f"{text.body} {text.do} {text.more}".lower()
