"""The real head unit, tried by owners and thieves, agrees with the exact figures within its interval.

Seeded, so that it is the same every time; the intervals are of 99.9 %.
"""

from fractions import Fraction

import pytest
from schedules import POLICIES

from radiokey.clock import HOUR_MS
from radiokey.lab.owner import Habits, owner_cost
from radiokey.lab.thief import Thief, course
from radiokey.lab.trial import CODES, Interval, mean_interval, share_interval, try_owner, try_thief
from radiokey.vehicle.chance import Chance

CLUMSY = Habits(typing=Fraction(1, 5), misread=Fraction(1, 4), cut=Fraction(1, 3))
CALM = Habits(typing=Fraction(1, 20), misread=Fraction(1, 10), cut=Fraction(1, 3))
"""For waits that double without a cap: with more mistakes their mean has no variance."""
SLICE = ("reference", "restarts", "forgives", "three per cut")
EVERY = tuple(POLICIES)


def habits_for(name):
    return CALM if name.startswith("doubling") else CLUMSY


def owners_agree(name, count, seed):
    policy, habits, chance = POLICIES[name], habits_for(name), Chance(seed)
    tried = [try_owner(policy, habits, chance) for _ in range(count)]
    exact = owner_cost(policy, habits)
    assert mean_interval([one.waiting_ms for one in tried]).holds(exact.waiting_ms), name
    assert mean_interval([one.enquiries for one in tried]).holds(exact.enquiries), name
    assert share_interval(sum(one.blocked for one in tried), count).holds(exact.blocked), name
    assert share_interval(sum(one.dead for one in tried), count).holds(exact.dead), name


def thieves_agree(name, count, seed):
    policy, chance = POLICIES[name], Chance(seed)
    moments = [try_thief(policy, 10_000, chance) for _ in range(count)]
    exact = Thief(course(policy), CODES, 10_000)
    got_in = [ms for ms in moments if ms is not None]
    assert share_interval(len(got_in), count).holds(exact.chance_ever), name
    for hours in (1, 3, 24):
        soon = share_interval(sum(ms <= hours * HOUR_MS for ms in got_in), count)
        assert soon.holds(exact.chance_within(hours * HOUR_MS)), (name, hours)
    possible = {exact.moment_ms(guess) for guess in range(1, exact.guesses + 1)}
    assert set(got_in) <= possible, "a guess is compared when the closed form says, to the millisecond"


@pytest.mark.parametrize("name", SLICE)
def test_owners_on_the_real_head_unit_agree(name):
    owners_agree(name, 150, seed=36)


@pytest.mark.parametrize("name", ["reference", "three an hour", "blocked", "two per key", "forgives"])
def test_thieves_on_the_real_head_unit_agree(name):
    thieves_agree(name, 25, seed=36)


@pytest.mark.deep
@pytest.mark.parametrize("name", EVERY)
def test_many_owners_and_thieves_agree(name):
    owners_agree(name, 2_000, seed=3_600)
    thieves_agree(name, 100, seed=3_601)


def test_the_same_seed_is_the_same_owner():
    first, second = (
        [try_owner(POLICIES["restarts"], CLUMSY, chance) for _ in range(5)]
        for chance in (Chance(7), Chance(7))
    )
    assert first == second


def test_a_wrong_figure_is_outside():
    """Else the interval would show nothing: the same trials do not agree with a lock that has one try more."""
    chance = Chance(36)
    tried = [try_owner(POLICIES["one try"], CLUMSY, chance) for _ in range(200)]
    dead = share_interval(sum(one.dead for one in tried), len(tried))
    assert dead.holds(owner_cost(POLICIES["one try"], CLUMSY).dead)
    assert not dead.holds(owner_cost(POLICIES["reference"], CLUMSY).dead)


def test_the_intervals_are_those_of_the_books():
    """Wilson: the shares from which 10 of 100 is just as far as that; at the ends a rounding leaves nothing out."""
    found = share_interval(10, 100)
    for share in (found.low, found.high):
        assert abs(share - 0.1) == pytest.approx(3.2905 * (share * (1 - share) / 100) ** 0.5)
    assert share_interval(0, 7).low == 0
    assert share_interval(7, 7).high == 1
    assert mean_interval([1, 2, 3, 4]) == Interval(
        2.5 - 3.2905 * (5 / 12) ** 0.5, 2.5 + 3.2905 * (5 / 12) ** 0.5
    )
