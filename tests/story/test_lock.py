"""The lock, its causes and its waits (claims 1 to 23, 75, 76 and 85), on units made from the catalogue."""

from dataclasses import replace

import pytest

from radiokey.catalogue.load import load_model
from radiokey.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.code.value import Code
from radiokey.headunit.happenings import Ignition, IgnitionTurned, RadioSwitched, SupplyLost
from radiokey.headunit.policy import REFERENCE, ClockNeeds, Dead, LockPolicy, PowerCutEffect, Rung, Wait
from radiokey.headunit.unit import HeadUnit

ARTICLE = "nissan_terrano3_article"
KEY = b"a device key of these tests only"
HALF_HOUR = 30 * MINUTE_MS


def with_policy(radio, policy: LockPolicy):
    """Give the article's radio another lock, factory new."""
    made = radio(ARTICLE)
    made.unit = HeadUnit.made(replace(made.unit.design, policy=policy), Code("1234"), key=KEY)
    return made


def test_a_radio_that_was_without_supply_asks_for_its_code(playing):
    """Claims 1, 7, 8, 16, 18: battery, fuse, terminal or removal are one event to the unit."""
    radio = playing(ARTICLE)
    assert radio.state == "playing"
    radio.cut_supply()
    assert (radio.state, radio.shows, radio.errors) == ("code", "CODE", 0)


def test_a_loss_of_supply_forgets_the_session_and_keeps_code_and_count(radio):
    """Claim 9: what is volatile goes, the code and the number of errors stay."""
    ford = radio("ford_6000cd")
    ford.enter("9999")
    ford.press("1")
    assert ford.state == "entry"
    ford.cut_supply()
    assert (ford.state, ford.errors) == ("code", 1)
    ford.enter("1234")
    assert ford.unit.status.errors == 0


def test_only_a_gap_as_long_as_the_models_asks_for_the_code(playing):
    """Claim 19: more than a few seconds."""
    radio = with_policy(playing, REFERENCE)
    radio.cut_supply(REFERENCE.power_gap_ms_min - 1)
    assert radio.state == "playing"
    radio.cut_supply(REFERENCE.power_gap_ms_min)
    assert radio.state == "code"


def test_where_the_gap_is_disputed_the_shortest_contact_break_counts(playing):
    """Claims 19 and 20, conflict C-J: a range from 0 to 20 seconds, and the cautious end of it acts."""
    assert load_model(ARTICLE).power_gap_ms.value == (0, 20 * SECOND_MS)
    radio = playing(ARTICLE)
    radio.cut_supply(1)
    assert radio.state == "code"


def test_several_wrong_codes_bring_a_wait_with_a_countdown(radio):
    """Claim 14."""
    ford = radio("ford_6000cd")
    for wrong in ("9999", "9998"):
        ford.enter(wrong)
        assert ford.state == "code"
    ford.enter("9997")
    assert (ford.state, ford.shows) == ("wait", "WAIT 30:00")
    ford.wait(MINUTE_MS)
    assert ford.shows == "WAIT 29:00"


@pytest.mark.parametrize(("model_id", "tries"), [(ARTICLE, 1), ("ford_6000cd", 3), ("renault_86a", 1)])
def test_how_many_errors_bring_the_first_wait_is_the_models(radio, model_id, tries):
    """Conflict C-I: one error or several; never one rule for all."""
    unit = radio(model_id)
    unit.wait(HOUR_MS)  # past a scrambled start
    for error in range(1, tries + 1):
        assert unit.state == "code"
        unit.enter(f"99{error:02}")
    assert unit.state == "wait"


def test_a_radio_can_be_locked_without_any_time_that_ends_it(radio):
    """Claim 15: LOCKED is a state of its own, and no countdown."""
    audi = radio("audi_wiesbaden_delta")
    for wrong in ("9999", "9998", "9997"):
        audi.enter(wrong)
    assert (audi.state, audi.shows) == ("locked", "SAFE")
    audi.wait(24 * HOUR_MS)
    assert (audi.state, audi.unit.status.next_change_ms) == ("locked", None)


def test_nothing_keyed_during_a_wait_counts_not_even_the_right_code(radio):
    """Claim 21."""
    unit = radio(ARTICLE)
    unit.enter("9999")
    before = unit.unit.status
    unit.enter("1234")
    unit.enter("9998")
    assert unit.unit.status == before
    assert before.wait_left_ms == HALF_HOUR


@pytest.mark.parametrize(
    ("model_id", "keys", "confirm"),
    [(ARTICLE, "123", "OK"), ("ford_6000cd", "4", "5"), ("ford_6000cd", "13", "5")],
)
def test_nothing_incomplete_counts(radio, model_id, keys, confirm):
    """Claim 21: an entry with an open place and the confirm key are no code."""
    unit = radio(model_id)
    for key in keys:
        unit.press(key)
    unit.press(confirm, held_ms=10_000)
    assert (unit.state, unit.errors) == ("entry", 0)


def test_a_wait_counts_only_while_the_radio_is_on(radio):
    """Claim 22 is contradicted by nearly every maker: off, the clock stands still."""
    renault = radio("renault_86a")
    renault.enter("9999")
    renault.unit.happen(RadioSwitched(on=False))
    renault.wait(HOUR_MS)
    assert renault.unit.status.wait_left_ms == MINUTE_MS
    assert renault.unit.status.clock_lacks == ("radio",)
    renault.unit.happen(RadioSwitched(on=True))
    renault.wait(MINUTE_MS)
    assert renault.state == "code"


def test_the_articles_own_clock_runs_with_the_ignition_off_and_only_there(radio):
    """Claim 22, conflict C-E: it is the article's alone, and stays a fact of its model, marked doubtful."""
    unit = radio(ARTICLE)
    unit.enter("9999")
    unit.wait(HOUR_MS)
    assert unit.unit.status.wait_left_ms == HALF_HOUR
    unit.unit.happen(IgnitionTurned(Ignition.OFF))
    unit.wait(HALF_HOUR)
    assert unit.state == "code"
    assert load_model(ARTICLE).clock_needs.confidence.value == "doubtful"


@pytest.mark.parametrize(
    ("needs", "lacking", "runs"),
    [
        (ClockNeeds.SUPPLY, RadioSwitched(on=False), True),
        (ClockNeeds.SUPPLY_AND_IGNITION, IgnitionTurned(Ignition.OFF), False),
        (ClockNeeds.RADIO_AND_IGNITION, IgnitionTurned(Ignition.OFF), False),
        (ClockNeeds.ENGINE, IgnitionTurned(Ignition.ON), False),
        (ClockNeeds.SUPPLY, SupplyLost(), False),
    ],
)
def test_only_qualified_seconds_count(playing, needs, lacking, runs):
    """Row 4: what must hold is the model's, and whatever lacks stops the clock."""
    radio = with_policy(playing, replace(REFERENCE, clock_needs=needs))
    radio.cut_supply()
    radio.enter("9999")
    radio.unit.happen(lacking)
    radio.wait(10 * MINUTE_MS)
    left = radio.unit.status.wait_left_ms
    assert left == (20 if runs else 30) * MINUTE_MS


def test_the_waits_of_the_article_grow_and_the_third_error_is_the_end(radio):
    """Claims 23, 75 and 85, conflict C-A: the longer end of each range is waited."""
    schedule = load_model(ARTICLE).schedule.value
    ranges = [(15 * MINUTE_MS, HALF_HOUR), (HOUR_MS, 2 * HOUR_MS)]
    assert [rung.penalty.ms for rung in schedule[:2]] == ranges
    assert isinstance(schedule[2].penalty, Dead)
    unit = radio(ARTICLE)
    unit.unit.happen(IgnitionTurned(Ignition.OFF))
    for wrong, wait in (("9999", HALF_HOUR), ("9998", 2 * HOUR_MS)):
        unit.enter(wrong)
        unit.wait(wait - 1)
        assert unit.state == "wait"
        unit.wait(1)
        assert unit.state == "code"
    unit.enter("9997")
    assert (unit.state, unit.shows) == ("permanent", "permanently locked")


def test_permanent_is_final_whatever_is_done(radio):
    """Claims 75 and 76, conflict C-B: no time, no supply cut and no right code ends it."""
    unit = radio(ARTICLE)
    unit.unit.happen(IgnitionTurned(Ignition.OFF))
    for wrong in ("9999", "9998", "9997"):
        unit.enter(wrong)
        unit.wait(2 * HOUR_MS)
    for _ in range(2):
        unit.cut_supply()
        unit.wait(24 * HOUR_MS)
        unit.enter("1234")
        assert unit.state == "permanent"
    assert unit.unit.status.tries_left == 0


@pytest.mark.parametrize(
    ("effect", "state", "errors", "left_ms"),
    [
        (PowerCutEffect.NONE, "wait", 1, 20 * MINUTE_MS),
        (PowerCutEffect.RESTART_WAIT, "wait", 1, HALF_HOUR),
        (PowerCutEffect.RESET_ATTEMPTS, "code", 0, 0),
        (PowerCutEffect.REPROMPT, "code", 1, 0),
    ],
)
def test_a_power_cut_during_a_wait_does_what_the_model_does(playing, effect, state, errors, left_ms):
    """Row 4, conflict C-B: four effects, told apart from "permanent is final"."""
    radio = with_policy(playing, replace(REFERENCE, power_cut=effect))
    radio.cut_supply()
    radio.enter("9999")
    radio.wait(10 * MINUTE_MS)
    radio.cut_supply()
    assert (radio.state, radio.errors, radio.unit.status.wait_left_ms) == (state, errors, left_ms)


def test_after_a_wait_the_budget_does_not_refill(radio):
    """Row 4: the count goes on through every wait; only the right code clears it."""
    renault = radio("renault_86a")
    waits = []
    for wrong in range(9001, 9009):
        renault.enter(str(wrong))
        waits.append(renault.unit.status.wait_left_ms // MINUTE_MS)
        renault.wait(32 * MINUTE_MS)
    assert waits == [1, 2, 4, 8, 16, 32, 32, 32]
    assert renault.errors == 8


def test_a_dip_is_no_error_and_does_not_lock_again(playing):
    """Claims 11 and 66: shorter than the model's gap, nothing happens; a half-keyed entry is only gone."""
    radio = with_policy(playing, REFERENCE)
    radio.cut_supply()
    radio.press("1")
    radio.cut_supply(500)
    assert (radio.state, radio.errors) == ("code", 0)
    radio.enter("1234")
    radio.wait(10 * SECOND_MS)
    radio.cut_supply(500)
    assert (radio.state, radio.errors) == ("playing", 0)


def test_a_wait_that_doubles_does_so_from_error_to_error():
    """Row 4: Rover and the like; a doubling without a cap is one rung."""
    policy = LockPolicy(
        (Rung(1, Wait((MINUTE_MS, MINUTE_MS), doubles=True)),), ClockNeeds.RADIO_ON, PowerCutEffect.NONE, 0
    )
    found = [policy.penalty_after(errors).ms[1] // MINUTE_MS for errors in range(1, 8)]
    assert found == [1, 2, 4, 8, 16, 32, 64]
