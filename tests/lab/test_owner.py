"""The owner's chain: figures worked by hand, every course of events by brute force, and what must always hold."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedules import POLICIES, THREE, lock_of, policies, wait

from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.headunit.policy import Blocked, Dead, PowerCutEffect, Rung, Wait
from radiokey.lab.owner import ENQUIRY_MS, REFUSALS_MAX, Habits, OwnerCost, least_cost, owner_cost

CAREFUL = Habits(typing=Fraction(0), misread=Fraction(0), cut=Fraction(0))
TENTH = replace(CAREFUL, typing=Fraction(1, 10))
QUARTER = replace(CAREFUL, misread=Fraction(1, 4))
CLUMSY = Habits(typing=Fraction(1, 5), misread=Fraction(1, 4), cut=Fraction(1, 3))
chances = st.sampled_from([Fraction(0), Fraction(1, 50), Fraction(2, 7), Fraction(1, 2), Fraction(9, 10)])
few = settings(max_examples=settings.default.max_examples // 4)


@st.composite
def habits(draw):
    return Habits(draw(chances), draw(chances), draw(chances), draw(st.integers(1, 3)))


def test_the_worked_examples_of_the_spec():
    cost = owner_cost(THREE, TENTH)
    assert cost == OwnerCost(Fraction(263_100), Fraction(1, 100), Fraction(0), Fraction(1, 1_000))
    assert owner_cost(POLICIES["one try"], QUARTER).dead == Fraction(1, 4)
    cost = owner_cost(THREE, QUARTER)
    assert (cost.dead, cost.enquiries) == (Fraction(1, 16), Fraction(1, 4))
    entries = 1 + Fraction(1, 4) + Fraction(1, 4)
    assert cost.waiting_ms == Fraction(75, 2) * MINUTE_MS + entries * 10 * SECOND_MS


@pytest.mark.parametrize("name", POLICIES)
def test_who_makes_no_mistake_loses_an_entry_of_time_and_nothing_else(name):
    assert owner_cost(POLICIES[name], CAREFUL) == OwnerCost(Fraction(10_000), *[Fraction(0)] * 3)


def test_a_block_is_no_death_and_ends_it_too():
    cost = owner_cost(lock_of(Rung(1, Blocked(3)), Rung(4, Dead())), TENTH)
    assert (cost.blocked, cost.dead) == (Fraction(1, 10), 0)


def test_the_four_effects_of_a_cut_in_a_wait():
    """A wait of an hour that half of them cut, after one mistyped entry in ten that only the first can be."""
    cut = replace(TENTH, cut=Fraction(1, 2))
    hour_ms, lost = 60 * MINUTE_MS, {}
    for effect in PowerCutEffect:
        policy = lock_of(Rung(1, wait(60)), Rung(2, Dead()), power_cut=effect)
        cost = owner_cost(policy, cut)
        lost[effect] = (cost.waiting_ms - Fraction(11, 10) * 10 * SECOND_MS) * 10
    served = Fraction(hour_ms - 1, 2)
    assert lost[PowerCutEffect.NONE] == hour_ms + Fraction(MINUTE_MS - 1, 2) / 2
    assert lost[PowerCutEffect.RESTART_WAIT] == hour_ms + served
    assert lost[PowerCutEffect.REPROMPT] == hour_ms / 2 + served / 2
    forgiven = owner_cost(
        lock_of(Rung(1, wait(60)), Rung(2, Dead()), power_cut=PowerCutEffect.RESET_ATTEMPTS), cut
    )
    # 1/10 waits; half of them start anew: x = 1/10 * (1/2 * 1/10 + 1/2 * x)
    assert forgiven.dead == Fraction(1, 10) * Fraction(1, 2) * Fraction(1, 10) / (1 - Fraction(1, 20))


def test_the_longer_end_of_a_range_is_his():
    cost = owner_cost(lock_of(Rung(1, Wait((MINUTE_MS, 30 * MINUTE_MS))), Rung(2, Dead())), TENTH)
    assert cost.waiting_ms == Fraction(1, 10) * 30 * MINUTE_MS + Fraction(11, 10) * 10 * SECOND_MS


# --- a second way to do it --------------------------------------------------------------------------------------


def enumerated(policy, habits, errors=0, refusals=0, right=None):
    """What the course of events costs, with the truth in the open: the reading is right, or it is not.

    Nothing of Bayes, of phases or of a solver; it ends where the lock does, so it is for locks with an end and no way
    back, and owners who cut nothing.
    """
    if right is None or refusals >= habits.looks_after:
        enquiry = Fraction(right is not None)
        branches = [
            (1 - habits.misread, enumerated(policy, habits, errors, 0, right=True)),
            (habits.misread, enumerated(policy, habits, errors, 0, right=False)),
        ]
        base = (Fraction(), enquiry, Fraction(), Fraction())
        return tuple(base[at] + sum(chance * one[at] for chance, one in branches if one) for at in range(4))
    refused = habits.typing if right else Fraction(1)
    entry = Fraction(habits.entry_ms)
    if not refused:
        return (entry, Fraction(), Fraction(), Fraction())
    match policy.penalty_after(errors + 1):
        case Dead():
            after = (Fraction(), Fraction(), Fraction(), Fraction(1))
        case Blocked():
            after = (Fraction(), Fraction(), Fraction(1), Fraction())
        case penalty:
            ms = penalty.ms[1] if isinstance(penalty, Wait) else 0
            on = enumerated(policy, habits, errors + 1, refusals + 1, right)
            after = (ms + on[0], *on[1:])
    return (entry + refused * after[0], *(refused * one for one in after[1:]))


@given(policies(power_cut=PowerCutEffect.NONE), habits(), st.integers(1, 7))
def test_the_chain_is_the_sum_over_every_course_of_events(policy, who, end):
    rungs = [rung for rung in policy.schedule if rung.errors < end and rung.penalty != Dead()]
    policy, who = lock_of(*rungs, Rung(end, Dead())), replace(who, cut=Fraction(0))
    assert owner_cost(policy, who) == OwnerCost(*enumerated(policy, who))


# --- what must always hold --------------------------------------------------------------------------------------


@few
@given(policies(), habits())
def test_what_it_costs_at_best_is_never_more_than_with_any_habit(policy, who):
    best, usual = least_cost(policy, who), owner_cost(policy, who)

    def weighed(cost):
        return cost.dead, cost.waiting_ms + (cost.enquiries + cost.blocked) * ENQUIRY_MS

    assert weighed(best) <= weighed(usual)
    for looks_after in range(1, REFUSALS_MAX + 1):
        assert weighed(best) <= weighed(owner_cost(policy, replace(who, looks_after=looks_after)))


@few
@given(st.integers(1, 12), st.integers(1, 12), habits())
def test_more_tries_never_cost_an_owner_more_radios(tries, more, who):
    def ends_at(errors):
        return lock_of(*([Rung(1, wait(5))] if errors > 1 else []), Rung(errors, Dead()))

    assert owner_cost(ends_at(tries), who).dead >= owner_cost(ends_at(tries + more), who).dead


@few
@given(st.lists(st.integers(1, 200), min_size=1, max_size=4), st.integers(1, 300), habits())
def test_longer_waits_never_cost_an_owner_less_time(minutes, more, who):
    short, long = (
        lock_of(*(Rung(at, wait(one + plus)) for at, one in enumerate(minutes, start=1)))
        for plus in (0, more)
    )
    assert owner_cost(short, who).waiting_ms <= owner_cost(long, who).waiting_ms


@few
@given(policies(), habits())
def test_chances_are_chances_and_no_cost_is_negative(policy, who):
    cost = owner_cost(policy, who)
    assert 0 <= cost.dead + cost.blocked <= 1
    assert cost.waiting_ms >= who.entry_ms
    assert cost.enquiries >= 0


def test_who_chooses_asks_before_the_last_try_and_not_before_a_free_one():
    """Half of the readings wrong, and a second entry would be the end: he goes for the code first."""
    half = replace(CAREFUL, misread=Fraction(1, 2), typing=Fraction(1, 10), looks_after=REFUSALS_MAX)
    last = lock_of(Rung(2, Dead()))
    assert least_cost(last, half).dead < owner_cost(last, half).dead
    free = lock_of()
    assert least_cost(free, half).enquiries < owner_cost(free, replace(half, looks_after=1)).enquiries


def test_what_opens_by_a_cut_or_the_key_costs_entries_and_no_wait():
    """As much as a lock without a schedule."""
    for name in ("three per cut", "two per key"):
        assert owner_cost(POLICIES[name], CLUMSY) == owner_cost(POLICIES["none"], CLUMSY), name
