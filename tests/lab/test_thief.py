"""The closed form against the walk of `headunit.budget`, which is itself held against the real lock."""

from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from schedules import DOUBLING, POLICIES, THREE, lock_of, policies, wait

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS
from radiokey.headunit.budget import chance_within, moments
from radiokey.headunit.policy import Dead, Rung, Wait
from radiokey.lab.thief import Thief, course

ENTRY_MS = 10_000


def thief(policy, codes=10**4):
    return Thief(course(policy), codes, ENTRY_MS)


def test_the_worked_example_of_the_spec():
    one = thief(THREE)
    assert one.guesses == 3
    assert one.chance_ever == Fraction(3, 10_000)
    assert one.chance_within(HOUR_MS) == Fraction(2, 10_000)
    assert [one.moment_ms(guess) for guess in (1, 2, 3)] == [10_000, 1_820_000, 9_030_000]
    assert one.mean_ms == 3_620_000
    assert one.time_for_ms(Fraction(1, 2)) is None


@given(policies(also=DOUBLING), st.integers(1, 90), st.integers(0, 40 * DAY_MS))
@example(POLICIES["doubling"], 90, 40 * DAY_MS)
@example(POLICIES["forgives"], 5, 0)
def test_every_guess_is_when_the_walk_has_it(policy, codes, ms):
    one = thief(policy, codes)
    walked = list(moments(policy, codes, entry_ms=ENTRY_MS))
    assert [one.moment_ms(guess) for guess in range(1, one.guesses + 1)] == walked
    assert one.mean_ms == Fraction(sum(walked), len(walked))
    assert one.chance_ever == Fraction(len(walked), codes)
    assert one.chance_within(ms) == chance_within(policy, codes, ms, entry_ms=ENTRY_MS)


@pytest.mark.parametrize("name", POLICIES)
def test_a_million_codes_cost_no_walk(name):
    one = thief(POLICIES[name], 10**6)
    last = list(islice(moments(POLICIES[name], 10**6, entry_ms=ENTRY_MS), 5_000))[-1]
    assert one.moment_ms(min(one.guesses, 5_000)) == last
    half = one.time_for_ms(Fraction(1, 2))
    assert half is None if one.guesses < 500_000 else one.chance_within(half) == Fraction(1, 2)


@given(
    policies(also=DOUBLING), st.integers(1, 60), st.integers(0, 10 * HOUR_MS), st.integers(0, 10 * HOUR_MS)
)
def test_more_time_and_fewer_codes_never_hurt_him(policy, codes, some_ms, more_ms):
    assert thief(policy, codes).chance_within(some_ms) <= thief(policy, codes).chance_within(
        some_ms + more_ms
    )
    assert thief(policy, codes + 1).chance_within(some_ms) <= thief(policy, codes).chance_within(some_ms)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=5), st.integers(0, 300), st.integers(1, 40))
def test_a_longer_wait_never_makes_a_guess_come_sooner(minutes, more, codes):
    """Also where it is only the first that grows."""
    short = lock_of(*(Rung(at, wait(one)) for at, one in enumerate(minutes, start=1)))
    long = lock_of(*(Rung(at, wait(one + more)) for at, one in enumerate(minutes, start=1)))
    first = lock_of(Rung(1, wait(minutes[0] + more)), *short.schedule[1:])
    for guess in range(1, codes + 1):
        at = thief(short, codes).moment_ms(guess)
        assert at <= thief(first, codes).moment_ms(guess) <= thief(long, codes).moment_ms(guess)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 40))
def test_more_tries_never_lower_his_chance(tries, more, codes):
    def ends_at(errors):
        return lock_of(*([Rung(1, wait(5))] if errors > 1 else []), Rung(errors, Dead()))

    assert thief(ends_at(tries), codes).chance_ever <= thief(ends_at(tries + more), codes).chance_ever


def test_the_shorter_end_of_a_range_is_his():
    policy = lock_of(Rung(1, Wait((15 * MINUTE_MS, 30 * MINUTE_MS))))
    assert thief(policy).moment_ms(2) == 15 * MINUTE_MS + 2 * ENTRY_MS
