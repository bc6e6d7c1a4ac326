"""What small changes of the policy would go unseen without: the limits, each from both sides (docs/mutants.md)."""

import pytest

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
    Wait,
)


def policy(*schedule, remembers=False):
    return LockPolicy(schedule, ClockNeeds.SUPPLY, PowerCutEffect.NONE, 0, remembers_pending=remembers)


def test_the_longest_wait_is_what_a_number_of_any_language_holds():
    """2 to the 53rd: JSON's and JavaScript's largest exact whole number."""
    assert WAIT_MS_MAX == 9_007_199_254_740_992
    assert policy(Rung(1, Wait((1, WAIT_MS_MAX)))).schedule
    assert policy(Rung(1, Wait((WAIT_MS_MAX, WAIT_MS_MAX)))).schedule


def test_the_smallest_of_everything_is_allowed():
    assert policy(Rung(1, Wait((1, 1)), every=1), Rung(2, Blocked(1)), Rung(3, Dead())).schedule
    assert policy().dark_ms == 2_000, "claim 57: the screen is dark for a moment"
    assert policy().scrambled_ms == 0


@pytest.mark.parametrize(
    "schedule",
    [(Rung(1, Dead(), every=2),), (Rung(1, Dead()),) * 2, (Rung(1, Wait((1, 1)), every=2), Rung(2, Dead()))],
)
def test_one_rung_that_does_not_strike_on_every_error_is_enough_to_be_refused(schedule):
    with pytest.raises(CatalogueError):
        policy(*schedule, remembers=True)


def test_the_reference_waits_exactly_what_it_says():
    assert [rung.penalty for rung in REFERENCE.schedule] == [
        Wait((1_800_000, 1_800_000)),
        Wait((7_200_000, 7_200_000)),
        Dead(),
    ]
