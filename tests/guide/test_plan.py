"""The plan against brute force: every order of entries, every truth, added up the slow way."""

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS
from radiokey.errors import UsageError
from radiokey.guide.plan import (
    Candidate,
    Case,
    FreeCheck,
    Kind,
    best_act,
    consequence,
    free_checks,
    plans_of,
)
from radiokey.guide.simplex import maximum
from radiokey.headunit.policy import (
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


def policy(*rungs: Rung) -> LockPolicy:
    return LockPolicy(rungs, ClockNeeds.RADIO_ON, PowerCutEffect.NONE, 0)


def wait(minutes: int) -> Wait:
    return Wait((minutes * MINUTE_MS, minutes * MINUTE_MS))


ARTICLE = policy(
    Rung(1, Wait((15 * MINUTE_MS, 30 * MINUTE_MS))), Rung(2, Wait((HOUR_MS, 2 * HOUR_MS))), Rung(3, Dead())
)
FORD = policy(Rung(3, wait(30)), Rung(10, Blocked(3)), Rung(13, Dead()))
POLICIES = [
    ARTICLE,
    FORD,
    policy(),
    policy(Rung(1, Dead())),
    policy(Rung(2, Dead())),
    policy(*(Rung(n, wait(2**n)) for n in range(1, 6))),
    policy(Rung(3, wait(60), every=3)),
    policy(Rung(2, UntilKeyCycle(), every=2)),
    policy(Rung(3, UntilPowerCut(), every=3)),
    policy(Rung(1, wait(5)), Rung(2, Blocked(2)), Rung(4, Dead())),
]


def brute(case: Case, chances: list[Fraction]) -> dict[int | None, tuple[Fraction, Fraction]]:
    """The best (chance of a dead unit, expected waiting) that begins with each first entry."""
    best: dict[int | None, tuple[Fraction, Fraction]] = {}
    numbers = range(len(case.candidates))
    for length in range(len(case.candidates) + 1):
        for order in permutations(numbers, length):
            if not allowed(case, order) or (case.unit_worth_ms is None and could_kill(case, order)):
                continue
            cost = expected(case, order, chances)
            first = order[0] if order else None
            if first not in best or key(case, cost) < key(case, best[first]):
                best[first] = cost
    return best


def key(case: Case, cost: tuple[Fraction, Fraction]) -> tuple[Fraction, ...]:
    return cost if case.unit_worth_ms is None else (cost[0] * case.unit_worth_ms + cost[1],)


def allowed(case: Case, order: tuple[int, ...]) -> bool:
    errors, refusals = case.errors, case.refusals
    for place, entry in enumerate(order):
        if case.policy.tries_left(errors) == 0:
            return False
        if place and isinstance(case.policy.penalty_after(errors), Blocked | UntilPowerCut):
            return False
        if refusals >= 2 and not (place == 0 and case.candidates[entry].new):
            return False
        errors, refusals = errors + 1, refusals + 1
    return True


def could_kill(case: Case, order: tuple[int, ...]) -> bool:
    """Whether a refusal of the last of these could end the unit for any chances inside the intervals."""
    ends = bool(order) and isinstance(case.policy.penalty_after(case.errors + len(order)), Dead)
    return ends and sum(Fraction(case.candidates[entry].chance[0]) for entry in order) < 1


def expected(case: Case, order: tuple[int, ...], chances: list[Fraction]) -> tuple[Fraction, Fraction]:
    dead = waited = Fraction(0)
    for truth in range(len(chances) + 1):
        chance = chances[truth] if truth < len(chances) else 1 - sum(chances)
        spent, killed = 0, False
        for place, entry in enumerate(order):
            if entry == truth:
                break
            penalty = case.policy.penalty_after(case.errors + place + 1)
            if isinstance(penalty, Dead):
                killed = True
                break
            spent += max(penalty.ms[1] if isinstance(penalty, Wait) else 0, 15 * MINUTE_MS)
        if truth not in order or killed:
            spent += case.elsewhere_ms
        dead += chance * killed
        waited += chance * spent
    return dead, waited


def shares(draw, count):
    """Chances that together are at most 1, as fractions of a hundred."""
    left, found = 100, []
    for _ in range(count):
        share = draw(st.integers(0, left))
        found.append(Fraction(share, 100))
        left -= share
    return found


@st.composite
def cases(draw, *, points: bool):
    count = draw(st.integers(0, 3))
    lows = shares(draw, count)
    highs = (
        lows if points else [min(Fraction(1), low + Fraction(draw(st.integers(0, 60)), 100)) for low in lows]
    )
    candidates = tuple(
        Candidate(f"reading {at}", "label", (low, high), new=draw(st.booleans()))
        for at, (low, high) in enumerate(zip(lows, highs, strict=True))
    )
    return Case(
        draw(st.sampled_from(POLICIES)),
        draw(st.integers(0, 12)),
        candidates,
        refusals=draw(st.integers(0, 3)),
        elsewhere_ms=draw(st.sampled_from([20 * MINUTE_MS, DAY_MS, 3 * DAY_MS])),
        unit_worth_ms=draw(st.sampled_from([None, DAY_MS, 30 * DAY_MS])),
    )


@given(cases(points=True))
@settings(max_examples=2 * settings().max_examples, deadline=None, derandomize=True)
def test_with_known_chances_the_advice_is_what_brute_force_finds(case):
    chances = [Fraction(candidate.chance[0]) for candidate in case.candidates]
    best = brute(case, chances)
    least = min(key(case, cost) for cost in best.values())
    winners = {first for first, cost in best.items() if key(case, cost) == least}
    acts = best_act(case).acts
    assert len(acts) == 1
    assert first_of(case, acts[0]) in winners


@given(cases(points=False), st.data())
@settings(max_examples=2 * settings().max_examples, deadline=None, derandomize=True)
def test_with_intervals_whatever_is_best_for_a_chance_inside_is_shown(case, data):
    shown = {first_of(case, act) for act in best_act(case).acts}
    for _ in range(4):
        chances = inside(data, case)
        best = brute(case, chances)
        least = min(key(case, cost) for cost in best.values())
        winners = {first for first, cost in best.items() if key(case, cost) == least}
        assert winners & shown


def inside(data, case):
    """A point inside the intervals with a sum of at most 1."""
    left = 1 - sum(Fraction(candidate.chance[0]) for candidate in case.candidates)
    found = []
    for candidate in case.candidates:
        low, high = (Fraction(end) for end in candidate.chance)
        more = min(high - low, left) * Fraction(data.draw(st.integers(0, 10)), 10)
        left -= more
        found.append(low + more)
    return found


def first_of(case, act):
    assert act.kind in {Kind.STOP, Kind.ENTER}
    return None if act.candidate is None else case.candidates.index(act.candidate)


@given(cases(points=False))
@settings(max_examples=settings().max_examples, deadline=None, derandomize=True)
def test_several_acts_are_shown_only_where_each_is_best_somewhere(case):
    advice = best_act(case)
    if len(advice.acts) > 1:
        assert any(low != high for low, high in (candidate.chance for candidate in case.candidates))
        assert advice.best is None
    assert not (advice.best is None and len(advice.acts) == 1)


ONE = Candidate("reading with O", "label", (Fraction(1, 2), Fraction(9, 10)))
OTHER = Candidate("reading with 0", "label", (Fraction(1, 20), Fraction(1, 10)))


def test_one_likely_code_on_a_fresh_radio_is_entered():
    act = best_act(Case(ARTICLE, 0, (ONE,))).best
    assert act is not None
    assert act.kind is Kind.ENTER
    assert act.if_refused is not None
    assert act.if_refused.wait_ms == 30 * MINUTE_MS
    assert act.if_refused.tries_left == 2


def test_the_likelier_of_two_readings_comes_first():
    assert best_act(Case(ARTICLE, 0, (OTHER, ONE))).best.candidate is ONE


def test_where_nothing_is_known_of_the_chances_both_acts_are_shown():
    advice = best_act(Case(ARTICLE, 0, (Candidate("found in a drawer", "paper"),)))
    assert [act.kind for act in advice.acts] == [Kind.STOP, Kind.ENTER]
    assert advice.best is None


def test_an_entry_that_could_kill_is_not_advised_while_a_doubt_is_left():
    assert best_act(Case(ARTICLE, 2, (ONE,))).best.kind is Kind.STOP


def test_the_last_try_is_for_a_code_without_doubt():
    sure = Candidate("the radio's own card", "card", (1, 1))
    assert best_act(Case(ARTICLE, 2, (sure,))).best.kind is Kind.ENTER


def test_a_stated_worth_of_the_unit_weighs_the_last_try():
    case = Case(ARTICLE, 2, (ONE,), unit_worth_ms=HOUR_MS)
    assert best_act(case).best.kind is Kind.ENTER
    assert best_act(Case(ARTICLE, 2, (ONE,), unit_worth_ms=300 * DAY_MS)).best.kind is Kind.STOP


def test_never_an_entry_while_a_check_that_costs_nothing_is_open():
    checks = (
        FreeCheck("serial", "Read the number again", done=False),
        FreeCheck("alphabet", "Keys", done=True),
    )
    act = best_act(Case(ARTICLE, 0, (ONE,)), checks=checks).best
    assert (act.kind, [check.id for check in act.checks]) == (Kind.CHECK, ["serial"])


def test_while_it_waits_the_act_is_to_wait():
    assert best_act(Case(ARTICLE, 1, (ONE,)), waiting_ms=5).best.wait_ms == 5
    assert best_act(Case(ARTICLE, 1, (ONE,)), asks_for_code=False).best.kind is Kind.WAIT


def test_after_a_refusal_the_larger_of_the_two_waits_counts():
    """Conflict C-C: the article's 10 to 15 minutes against the radio's own."""
    short = policy(Rung(1, wait(1)))
    assert consequence(short, 0).wait_ms == 15 * MINUTE_MS
    assert consequence(ARTICLE, 0).wait_ms == 30 * MINUTE_MS


def test_after_two_refusals_only_new_evidence_opens_an_entry():
    assert best_act(Case(FORD, 2, (ONE,), refusals=2)).best.kind is Kind.STOP
    fresh = Candidate("confirmed by the maker", "dealer", (Fraction(1, 2), 1), new=True)
    assert best_act(Case(FORD, 2, (ONE, fresh), refusals=2)).best.candidate is fresh


def test_no_code_at_hand_means_stop_and_nothing_to_check():
    assert best_act(Case(ARTICLE, 0, ()), checks=(FreeCheck("a", "A", done=False),)).best.kind is Kind.STOP


def test_a_dead_unit_gets_no_entry():
    assert best_act(Case(ARTICLE, 3, (Candidate("card", "card", (1, 1)),))).best.kind is Kind.STOP


@pytest.mark.parametrize("chance", [(-1, 1), (0, 2), (Fraction(1, 2), Fraction(1, 4))])
def test_chances_that_are_none_are_refused(chance):
    with pytest.raises(UsageError):
        best_act(Case(ARTICLE, 0, (Candidate("x", "y", chance),)))


def test_surer_than_certain_and_too_many_candidates_are_refused():
    with pytest.raises(UsageError):
        best_act(Case(ARTICLE, 0, (Candidate("a", "a", (1, 1)), Candidate("b", "b", (1, 1)))))
    with pytest.raises(UsageError):
        best_act(Case(ARTICLE, 0, tuple(Candidate(str(n), "x") for n in range(7))))


def test_plans_never_enter_a_code_twice():
    for plan in plans_of(Case(policy(), 0, (ONE, OTHER))):
        assert len(set(plan.entries)) == len(plan.entries)


def test_the_linear_programme_finds_a_known_corner():
    rows = [[Fraction(1), Fraction(2)], [Fraction(3), Fraction(1)]]
    assert maximum([Fraction(1), Fraction(1)], rows, [Fraction(4), Fraction(6)]) == Fraction(14, 5)


def test_the_free_checks_are_named_and_an_entry_follows_only_when_all_are_done():
    names = [check.id for check in free_checks()]
    assert names == ["papers", "serial", "unit", "alphabet", "confirm", "display"]
    case = Case(ARTICLE, 0, (ONE,))
    for at in range(len(names)):
        assert best_act(case, checks=free_checks(names[:at])).best.kind is Kind.CHECK
    assert best_act(case, checks=free_checks(names)).best.kind is Kind.ENTER
