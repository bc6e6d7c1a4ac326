"""A policy is data; it works out what an error brings, and refuses nonsense when it is built."""

from dataclasses import replace

import pytest

from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.errors import CatalogueError
from radiokey.headunit.policy import (
    REFERENCE,
    WAIT_MS_MAX,
    Blocked,
    ClockNeeds,
    Dead,
    LockPolicy,
    PowerCutEffect,
    Rung,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)

A_MINUTE, AN_HOUR = Wait((MINUTE_MS, MINUTE_MS)), Wait((HOUR_MS, HOUR_MS))


def policy(*schedule, **changes):
    return replace(
        LockPolicy(schedule, ClockNeeds.SUPPLY, PowerCutEffect.NONE, power_gap_ms_min=3_000), **changes
    )


FORD = policy(Rung(3, A_MINUTE), Rung(10, Blocked(3)), Rung(13, Dead()))


def test_the_rung_in_force_is_the_last_one_reached():
    steps = policy(Rung(2, A_MINUTE), Rung(4, AN_HOUR), Rung(6, Dead()))
    found = [steps.penalty_after(errors) for errors in range(1, 8)]
    assert found == [None, A_MINUTE, A_MINUTE, AN_HOUR, AN_HOUR, Dead(), Dead()]


def test_a_rung_strikes_on_every_so_manieth_error():
    delco = policy(Rung(8, AN_HOUR, every=3))
    assert [errors for errors in range(1, 20) if delco.penalty_after(errors)] == [8, 11, 14, 17]


def test_a_doubling_wait_doubles_with_each_strike_and_keeps_its_range():
    doubling = policy(Rung(2, Wait((1_000, 3_000), doubles=True), every=2))
    found = [doubling.penalty_after(errors) for errors in (2, 3, 4, 6, 8)]
    assert found == [
        Wait((1_000, 3_000)),
        None,
        Wait((2_000, 6_000)),
        Wait((4_000, 12_000)),
        Wait((8_000, 24_000)),
    ]


def test_a_doubling_without_end_never_outgrows_what_a_record_holds():
    doubling = policy(Rung(1, Wait((1, 60_000), doubles=True)))
    waits = [doubling.penalty_after(errors).ms for errors in (*range(1, 90), 0xFFFF)]
    assert waits == sorted(waits)
    assert waits[-1] == (WAIT_MS_MAX, WAIT_MS_MAX)


def test_a_blocked_unit_strikes_again_only_when_the_granted_tries_are_used_up():
    assert [FORD.penalty_after(errors) for errors in (10, 11, 12, 13)] == [Blocked(3), None, None, Dead()]
    forever = policy(Rung(4, Blocked(2)))
    assert [errors for errors in range(1, 11) if forever.penalty_after(errors)] == [4, 6, 8, 10]


def test_nothing_is_ever_brought_by_no_schedule():
    assert all(policy().penalty_after(errors) is None for errors in range(1, 200))


def test_tries_left_counts_to_the_end_and_knows_where_there_is_none():
    assert [FORD.tries_left(errors) for errors in (0, 9, 10, 12, 13, 14)] == [13, 4, 3, 1, 0, 0]
    for endless in (
        policy(),
        policy(Rung(3, AN_HOUR)),
        policy(Rung(3, UntilPowerCut())),
        policy(Rung(3, Blocked(3))),
    ):
        assert endless.tries_left(0) is None


def test_tries_until_stop_counts_to_the_next_stop_that_waiting_does_not_end():
    assert [FORD.tries_until_stop(errors) for errors in (0, 3, 9, 10, 12, 13, 14)] == [10, 7, 1, 3, 1, 0, 0]
    assert REFERENCE.tries_until_stop(0) == 3
    assert policy(Rung(3, AN_HOUR)).tries_until_stop(2) is None
    assert policy(Rung(10, UntilKeyCycle(), every=10)).tries_until_stop(9) is None


@pytest.mark.parametrize("errors", range(5))
def test_the_reference_lock_is_the_articles(errors):
    """Claim 85, the longer of each wait; claim 19, more than a few seconds."""
    half_an_hour, two_hours = 30 * MINUTE_MS, 120 * MINUTE_MS
    wanted = [None, Wait((half_an_hour,) * 2), Wait((two_hours,) * 2), Dead(), Dead()]
    assert REFERENCE.penalty_after(errors) == wanted[errors]
    assert (REFERENCE.power_gap_ms_min, REFERENCE.power_cut) == (3_000, PowerCutEffect.NONE)
    assert REFERENCE.remembers_pending


NONSENSE = {
    "no error, and already a rung": (Rung(0, AN_HOUR),),
    "a rung below the one before": (Rung(3, AN_HOUR), Rung(2, A_MINUTE)),
    "two rungs of the same error": (Rung(3, AN_HOUR), Rung(3, A_MINUTE)),
    "a rung that never strikes": (Rung(1, AN_HOUR, every=0),),
    "no wait": (Rung(1, Wait((0, 0))),),
    "a wait that is longer before it is shorter": (Rung(1, Wait((2, 1))),),
    "a wait that no record holds": (Rung(1, Wait((1, WAIT_MS_MAX + 1))),),
    "a service that allows nothing": (Rung(1, Blocked(0)),),
    "life after death": (Rung(1, Dead()), Rung(2, AN_HOUR)),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_nonsense_schedule_is_refused_when_it_is_built(name):
    with pytest.raises(CatalogueError):
        policy(*NONSENSE[name])


@pytest.mark.parametrize("field", ["power_gap_ms_min", "scrambled_ms", "dark_ms"])
def test_a_negative_time_is_refused(field):
    with pytest.raises(CatalogueError):
        policy(**{field: -1})


def test_a_lock_that_forgives_a_cut_must_strike_on_every_error():
    """Else a cut in the middle of each third entry would make every wait fall out."""
    with pytest.raises(CatalogueError):
        policy(Rung(3, AN_HOUR, every=3), remembers_pending=True)
    assert policy(Rung(3, AN_HOUR), remembers_pending=True).penalty_after(4) == AN_HOUR
