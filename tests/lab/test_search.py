"""The grid is what the spec says, and the front is what comparing every pair leaves."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schedules import THREE

from radiokey.clock import DAY_MS
from radiokey.headunit.policy import Dead, LockPolicy, Wait
from radiokey.lab.load import Schedule
from radiokey.lab.owner import Habits, OwnerCost
from radiokey.lab.search import ENDS, GROWTHS, STRIKES, WAITS_MIN, Judged, front, grid, judge
from radiokey.lab.sensitivity import TIMES, sensitivity


def judged(costs):
    thief, waiting_ms, dead = map(Fraction, costs)
    return Judged(Schedule("any", THREE), thief, OwnerCost(waiting_ms, Fraction(), Fraction(), dead))


def dominates(one, other):
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), max_size=30))
def test_the_front_is_what_comparing_every_pair_leaves(costs):
    left = {one for one in costs if not any(dominates(other, one) for other in costs)}
    found = [tuple(map(int, one.costs)) for one in front(map(judged, costs))]
    assert sorted(found) == sorted(left)


def test_the_grid_has_every_combination_once():
    schedules = list(grid())
    impossible = sum(end is not None and end <= strike for strike in STRIKES for end in ENDS)
    every = len(STRIKES) * len(WAITS_MIN) * len(GROWTHS) * len(ENDS) - impossible * len(WAITS_MIN) * len(
        GROWTHS
    )
    assert len(schedules) == every + len(ENDS)
    assert len({one.name for one in schedules}) == len(schedules)


def test_a_schedule_of_the_grid_does_what_its_name_says():
    named = {one.name: one.policy for one in grid()}
    policy = named["15 min from error 2, doubling to a day, dead at 20"]
    minutes = [policy.penalty_after(errors) for errors in range(1, 21)]
    assert minutes[0] is None
    assert [one.ms[0] // 60_000 for one in minutes[1:9]] == [15, 30, 60, 120, 240, 480, 960, 1440]
    assert minutes[18] == Wait((DAY_MS, DAY_MS))
    assert minutes[19] == Dead()


def test_judging_is_one_thief_and_one_owner():
    one = judge(Schedule("three", THREE), Habits(Fraction(1, 10), Fraction(0), Fraction(0)), 10_000, DAY_MS)
    assert one.costs == (Fraction(3, 10_000), 263_100, Fraction(1, 1_000))
    assert isinstance(one.schedule.policy, LockPolicy)


@pytest.mark.parametrize("habit", ["typing", "misread"])
def test_each_habit_alone_is_varied_and_more_mistakes_cost_more(habit):
    found = [one for one in sensitivity(THREE, Habits()) if one.habit == habit]
    assert [one.value for one in found] == [times * getattr(Habits(), habit) for times in TIMES]
    costs = [(one.cost.waiting_ms, one.cost.dead) for one in found]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]


def test_a_habit_that_would_be_certain_is_left_out():
    often = Habits(cut=Fraction(7, 10))
    values = [one.value for one in sensitivity(THREE, often) if one.habit == "cut"]
    assert values == [times * often.cut for times in TIMES if times * often.cut < 1]
    assert len(values) < len(TIMES)
