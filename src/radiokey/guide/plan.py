"""The best next act: enter one of the codes at hand, wait, check something, or stop and ask elsewhere.

What is known: the lock's schedule, the wrong codes so far, the candidate codes (by a label such as "reading
with O", never the code itself), and for each the *interval* in which its chance to be the right one lies, as
the caller states it. There is no probability in here. What is minimised, in this order:

1. *the chance of a dead unit*. An entry after which a refusal would be final is advised only where the stated
   chances leave no room for a refusal. A caller may instead say what a dead unit is worth in waiting time
   (`unit_worth_ms`); then both are added up.
2. *the expected waiting time*: waits after refusals (the longer end of each range, and never less than the
   article's 15 minutes, conflict C-C), and `elsewhere_ms`, the time the other way takes (the dealer's days)
   when the plan ends without an open radio.

Rules that no number overrules: while the display shows a wait the act is to wait; no entry while a check that
costs nothing is open; a refused code is never entered again; after two refusals only a candidate that is new
since the last refusal may be entered.

Method: dynamic programming over (errors, candidates left). A plan is a list of entries and then a stop; its
cost is linear in the chances, so a state keeps the cost *per truth* of each plan that no other plan beats
under every truth. Which plan is best then depends on the chances only linearly, and whether an act is best
for some chances inside the stated intervals is a small linear programme, solved exactly in fractions. If one
act is best everywhere it is the advice; otherwise all that are best somewhere are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from radiokey.clock import DAY_MS
from radiokey.errors import UsageError
from radiokey.guide.simplex import maximum
from radiokey.guide.waiting import RETRY_MS
from radiokey.headunit.policy import Blocked, Dead, LockPolicy, UntilPowerCut, Wait
from radiokey.language.speech import gettext, later

ELSEWHERE_MS: Final = 3 * DAY_MS
"""What the other way takes: the longer end of the dealer's 1 to 3 days (claim 44)."""

CANDIDATES_MAX: Final = 6
REFUSALS_FREE: Final = 2

Chance = Fraction | float | int


class Kind(StrEnum):
    """What an act is."""

    CHECK = "check"
    WAIT = "wait"
    ENTER = "enter"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code that could be entered, named by where it comes from; the code itself stays out of the plan.

    `chance` is the interval in which the caller states its chance to lie; `(0, 1)` says nothing at all.
    `new` says that it came up after the last refusal (another reading of the number, the maker's word).
    """

    label: str
    source: str
    chance: tuple[Chance, Chance] = (0, 1)
    new: bool = False


@dataclass(frozen=True, slots=True)
class FreeCheck:
    """A check that costs nothing and what it is about; `done` when the owner has made it."""

    id: str
    sentence: str
    done: bool


_FREE_CHECKS: Final = {
    "papers": later("Look through papers, card and stickers for the code of this unit."),
    "serial": later("Read the number on the photo again: O or 0, I or 1, B or 8, S or 5."),
    "unit": later("Compare the number the code was given for with the number on the unit."),
    "alphabet": later("Compare the code's length and digits with the keys of this radio."),
    "confirm": later("Look up which key confirms and how long it is held."),
    "display": later("Read the display: it asks for the code and shows no wait."),
}


def free_checks(done: Iterable[str] = ()) -> tuple[FreeCheck, ...]:
    """Return the checks that cost nothing, in the order to make them; `done` names those already made."""
    made = frozenset(done)
    return tuple(FreeCheck(id_, sentence, id_ in made) for id_, sentence in _FREE_CHECKS.items())


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a refusal of this entry would bring: a wait, the end, or a block that only the service lifts."""

    wait_ms: int
    dead: bool
    service: bool
    tries_left: int | None


@dataclass(frozen=True, slots=True)
class Act:
    """One next act; `candidate` and `if_refused` belong to an entry, `checks` and `wait_ms` to theirs."""

    kind: Kind
    candidate: Candidate | None = None
    if_refused: Consequence | None = None
    checks: tuple[FreeCheck, ...] = ()
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """The acts that are best for some chances inside the stated intervals, the safest first.

    One act: it is best for all of them. Several: which one is best depends on chances nobody has stated.
    """

    acts: tuple[Act, ...]
    elsewhere_ms: int
    unit_worth_ms: int | None

    @property
    def best(self) -> Act | None:
        """The one act that is best whatever the chances are, `None` where it depends."""
        return self.acts[0] if len(self.acts) == 1 else None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan costs under one truth: whether the unit is dead then, and how long the owner waited."""

    dead: bool
    ms: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Entries in order, then a stop; its cost for each candidate being right, last for none of them."""

    entries: tuple[int, ...]
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a plan rests on; see `best_act`."""

    policy: LockPolicy
    errors: int
    candidates: tuple[Candidate, ...]
    refusals: int = 0
    elsewhere_ms: int = ELSEWHERE_MS
    unit_worth_ms: int | None = None


def best_act(
    case: Case, *, checks: Iterable[FreeCheck] = (), waiting_ms: int = 0, asks_for_code: bool = True
) -> Advice:
    """Return the best next act, or all acts that could be.

    `waiting_ms`: what is left of a wait that runs; `asks_for_code`: the display shows the question for the
    code. Raises `UsageError` for chances that are no chances or too many candidates.
    """
    _check(case)
    if waiting_ms > 0 or not asks_for_code:
        return _advice(case, (Act(Kind.WAIT, wait_ms=max(0, waiting_ms)),))
    # Candidates that may not be entered at all leave nothing to check for.
    plans = plans_of(case)
    if not any(plan.entries for plan in plans):
        return _advice(case, (Act(Kind.STOP),))
    todo = tuple(check for check in checks if not check.done)
    if todo:
        return _advice(case, (Act(Kind.CHECK, checks=todo),))
    return _advice(case, tuple(_act(case, first) for first in _best_somewhere(case, plans)))


def plans_of(case: Case) -> tuple[Plan, ...]:
    """Return the plans that no other plan beats under every truth, by dynamic programming."""
    memo: dict[tuple[int, frozenset[int]], tuple[Plan, ...]] = {}
    everything = frozenset(range(len(case.candidates)))

    def plans(errors: int, left: frozenset[int]) -> tuple[Plan, ...]:
        key = (errors, left)
        if key not in memo:
            found = [_stop(case)]
            refusals = case.refusals + len(everything) - len(left)
            for entry in sorted(left):
                if _may_enter(case, entry, errors, refusals):
                    found.extend(_entered(case, entry, errors, plans(errors + 1, left - {entry})))
            memo[key] = _unbeaten(found)
        return memo[key]

    return plans(case.errors, everything)


def consequence(policy: LockPolicy, errors: int) -> Consequence:
    """Return what the refusal of one more code would bring to a unit with `errors` wrong codes."""
    penalty = policy.penalty_after(errors + 1)
    wait = penalty.ms[1] if isinstance(penalty, Wait) else 0
    return Consequence(
        wait_ms=max(wait, RETRY_MS),
        dead=isinstance(penalty, Dead),
        service=isinstance(penalty, Blocked | UntilPowerCut),
        tries_left=policy.tries_left(errors + 1),
    )


def _check(case: Case) -> None:
    if len(case.candidates) > CANDIDATES_MAX:
        raise UsageError(
            gettext(
                "a plan weighs up to {candidates_max} candidate codes; {candidates} given",
                candidates_max=CANDIDATES_MAX,
                candidates=len(case.candidates),
            ),
            hint=gettext("more candidates than that are a guess: read the number again"),
        )
    lows = [Fraction(candidate.chance[0]) for candidate in case.candidates]
    highs = [Fraction(candidate.chance[1]) for candidate in case.candidates]
    if any(not 0 <= low <= high <= 1 for low, high in zip(lows, highs, strict=True)) or sum(lows) > 1:
        raise UsageError(
            gettext(
                "a chance is an interval between 0 and 1, and together they cannot be surer than certain"
            ),
            hint=gettext("state (0, 1) where nothing is known"),
        )


def _may_enter(case: Case, entry: int, errors: int, refusals: int) -> bool:
    if case.policy.tries_left(errors) == 0 or _stuck(case.policy, errors, refusals - case.refusals):
        return False
    if refusals < REFUSALS_FREE:
        return True
    # What was new before a refusal inside the plan is not new after it.
    return refusals == case.refusals and case.candidates[entry].new


def _stuck(policy: LockPolicy, errors: int, planned: int) -> bool:
    """Say whether the last planned refusal led where no time leads out of."""
    return planned > 0 and isinstance(policy.penalty_after(errors), Blocked | UntilPowerCut)


def _stop(case: Case) -> Plan:
    return Plan((), (Cost(dead=False, ms=case.elsewhere_ms),) * (len(case.candidates) + 1))


def _entered(case: Case, entry: int, errors: int, after: tuple[Plan, ...]) -> list[Plan]:
    """Return the plans that begin with this entry: right costs nothing, refused the wait and the rest."""
    then = consequence(case.policy, errors)
    if then.dead:
        dead = Cost(dead=True, ms=case.elsewhere_ms)
        return [_with_right(Plan((entry,), (dead,) * (len(case.candidates) + 1)), entry)]
    return [
        _with_right(
            Plan(
                (entry, *plan.entries), tuple(Cost(cost.dead, cost.ms + then.wait_ms) for cost in plan.costs)
            ),
            entry,
        )
        for plan in after
    ]


def _with_right(plan: Plan, entry: int) -> Plan:
    costs = list(plan.costs)
    costs[entry] = Cost(dead=False, ms=0)
    return Plan(plan.entries, tuple(costs))


def _unbeaten(plans: list[Plan]) -> tuple[Plan, ...]:
    """Drop a plan that another with the same first act beats or equals under every truth."""
    kept: list[Plan] = []
    for plan in sorted(plans, key=lambda plan: len(plan.entries)):
        if not any(plan.entries[:1] == other.entries[:1] and _covers(other, plan) for other in kept):
            kept = [
                other for other in kept if other.entries[:1] != plan.entries[:1] or not _covers(plan, other)
            ]
            kept.append(plan)
    return tuple(kept)


def _covers(better: Plan, worse: Plan) -> bool:
    return all(
        mine.dead <= theirs.dead and mine.ms <= theirs.ms
        for mine, theirs in zip(better.costs, worse.costs, strict=True)
    )


def _best_somewhere(case: Case, plans: tuple[Plan, ...]) -> tuple[int | None, ...]:
    """Return the first entries (`None`: stop) that are best for some chances in the stated intervals."""
    if case.unit_worth_ms is None:
        plans = tuple(plan for plan in plans if not _could_die(case, plan))
    firsts = tuple(dict.fromkeys(_first(plan) for plan in plans))
    # An act goes when the others are as good as it wherever the chances may lie. The stop goes last.
    for first in reversed(firsts):
        if _margin(case, plans, first) <= 0:
            plans = tuple(plan for plan in plans if _first(plan) != first)
    return tuple(first for first in firsts if any(_first(plan) == first for plan in plans))


def _first(plan: Plan) -> int | None:
    return plan.entries[0] if plan.entries else None


def _could_die(case: Case, plan: Plan) -> bool:
    """Say whether the unit could be dead at the end: a truth with a dead unit is possible."""
    lows = [Fraction(candidate.chance[0]) for candidate in case.candidates]
    highs = [Fraction(candidate.chance[1]) for candidate in case.candidates]
    certain = sum(lows)
    for truth, cost in enumerate(plan.costs):
        if not cost.dead:
            continue
        none_of_them = truth == len(lows)
        if certain < 1 if none_of_them else highs[truth] > 0 and certain - lows[truth] < 1:
            return True
    return False


def _margin(case: Case, plans: tuple[Plan, ...], first: int | None) -> Fraction:
    """Return by how much the best plan that begins with `first` can beat all others."""
    others = [plan for plan in plans if _first(plan) != first]
    mine = [plan for plan in plans if _first(plan) == first]
    if not others:
        return Fraction(1)
    return max(_lead(case, plan, others) for plan in mine)


def _lead(case: Case, plan: Plan, others: list[Plan]) -> Fraction:
    """Return the largest t with: plan's cost + t <= each other's cost, for chances inside the intervals.

    The unknowns are the chances above their lower ends, and t + a constant that keeps it positive.
    """
    lows = [Fraction(candidate.chance[0]) for candidate in case.candidates]
    highs = [Fraction(candidate.chance[1]) for candidate in case.candidates]
    count = len(lows)
    rows: list[list[Fraction]] = []
    limits: list[Fraction] = []
    for index in range(count):
        rows.append([Fraction(index == at) for at in range(count)] + [Fraction(0)])
        limits.append(highs[index] - lows[index])
    rows.append([Fraction(1)] * count + [Fraction(0)])
    limits.append(1 - sum(lows, Fraction(0)))
    weights = [[_weight(case, cost) for cost in other.costs] for other in (plan, *others)]
    bias = 1 + max(abs(weight) for row in weights for weight in row) * 2
    own = weights[0]
    for other in weights[1:]:
        gap = [theirs - mine for theirs, mine in zip(other, own, strict=True)]
        # Sum over truths of chance * gap, with the chance of "none of them" being what is left of 1.
        fixed = gap[-1] + sum(((gap[at] - gap[-1]) * lows[at] for at in range(count)), Fraction(0))
        rows.append([gap[-1] - gap[at] for at in range(count)] + [Fraction(1)])
        limits.append(fixed + bias)
    return maximum([Fraction(0)] * count + [Fraction(1)], rows, limits) - bias


def _weight(case: Case, cost: Cost) -> Fraction:
    worth = case.unit_worth_ms if case.unit_worth_ms is not None else 0
    return Fraction(cost.ms + (worth if cost.dead else 0))


def _act(case: Case, first: int | None) -> Act:
    if first is None:
        return Act(Kind.STOP)
    return Act(Kind.ENTER, candidate=case.candidates[first], if_refused=consequence(case.policy, case.errors))


def _advice(case: Case, acts: tuple[Act, ...]) -> Advice:
    safest = sorted(acts, key=lambda act: act.kind is Kind.ENTER)
    return Advice(tuple(safest), case.elsewhere_ms, case.unit_worth_ms)
