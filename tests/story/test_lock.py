"""The lock, its causes and its waits (claims 1 to 23, 75, 76 and 85), on units made from the catalogue."""

from dataclasses import replace

import pytest

from radiokey.catalogue.load import load_model
from radiokey.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.code.value import Code
from radiokey.headunit.device import Device
from radiokey.headunit.events import Ignition, IgnitionTurned
from radiokey.headunit.policy import REFERENCE, Dead, LockPolicy
from radiokey.headunit.unit import HeadUnit

ARTICLE = "nissan_terrano3_article"
KEY = b"a device key of these tests only"
HALF_HOUR = 30 * MINUTE_MS


def with_policy(radio, policy: LockPolicy):
    """Give the article's radio another lock, factory new."""
    made = radio(ARTICLE)
    made.unit = HeadUnit.made(replace(made.unit.design, policy=policy), Code("1234"), device=Device(KEY))
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


def test_the_articles_own_clock_runs_with_the_ignition_off_and_only_there(radio):
    """Claim 22, conflict C-E: it is the article's alone, and stays a fact of its model, marked doubtful."""
    unit = radio(ARTICLE)
    unit.enter("9999")
    unit.wait(HOUR_MS)
    assert unit.unit.status.wait_left_ms == HALF_HOUR
    unit.unit.handle(IgnitionTurned(Ignition.OFF))
    unit.wait(HALF_HOUR)
    assert unit.state == "code"
    assert load_model(ARTICLE).clock_needs.confidence.value == "doubtful"


def test_the_waits_of_the_article_grow_and_the_third_error_is_the_end(radio):
    """Claims 23, 75 and 85, conflict C-A: the longer end of each range is waited."""
    schedule = load_model(ARTICLE).schedule.value
    ranges = [(15 * MINUTE_MS, HALF_HOUR), (HOUR_MS, 2 * HOUR_MS)]
    assert [rung.penalty.ms for rung in schedule[:2]] == ranges
    assert isinstance(schedule[2].penalty, Dead)
    unit = radio(ARTICLE)
    unit.unit.handle(IgnitionTurned(Ignition.OFF))
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
    unit.unit.handle(IgnitionTurned(Ignition.OFF))
    for wrong in ("9999", "9998", "9997"):
        unit.enter(wrong)
        unit.wait(2 * HOUR_MS)
    for _ in range(2):
        unit.cut_supply()
        unit.wait(24 * HOUR_MS)
        unit.enter("1234")
        assert unit.state == "permanent"
    assert unit.unit.status.tries_left == 0


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
