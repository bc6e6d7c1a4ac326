"""Schedules that the lab's tests share: some by name, and any that Hypothesis can think of."""

from hypothesis import strategies as st

from radiokey.clock import MINUTE_MS
from radiokey.headunit.policy import (
    REFERENCE,
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


def lock_of(*schedule, power_cut=PowerCutEffect.NONE):
    return LockPolicy(schedule, ClockNeeds.SUPPLY, power_cut, power_gap_ms_min=3_000)


def wait(minutes, *, doubles=False):
    return Wait((round(minutes * MINUTE_MS),) * 2, doubles=doubles)


DOUBLING = (wait(2, doubles=True),)
THREE = lock_of(Rung(1, wait(30)), Rung(2, wait(120)), Rung(3, Dead()))
"""The worked example of docs/spec/lab.md."""

POLICIES = {
    "reference": REFERENCE,
    "one try": lock_of(Rung(1, Dead())),
    "none": lock_of(),
    "three an hour": lock_of(Rung(3, wait(60), every=3)),
    "doubling": lock_of(Rung(1, wait(1, doubles=True))),
    "doubling, every second": lock_of(Rung(2, wait(1, doubles=True), every=2)),
    "blocked": lock_of(Rung(2, wait(1)), Rung(4, Blocked(3)), Rung(7, Dead())),
    "three per cut": lock_of(Rung(3, UntilPowerCut(), every=3), power_cut=PowerCutEffect.RESET_ATTEMPTS),
    "two per key": lock_of(Rung(2, UntilKeyCycle(), every=2)),
    "restarts": lock_of(Rung(1, wait(2)), Rung(4, Dead()), power_cut=PowerCutEffect.RESTART_WAIT),
    "asks again": lock_of(Rung(2, wait(60)), Rung(5, Dead()), power_cut=PowerCutEffect.REPROMPT),
    "forgives": lock_of(Rung(2, wait(60)), Rung(3, Dead()), power_cut=PowerCutEffect.RESET_ATTEMPTS),
    "a range": lock_of(Rung(1, Wait((15 * MINUTE_MS, 30 * MINUTE_MS)))),
}

PENALTIES = (
    wait(1),
    wait(30),
    Wait((60_000, 90_000)),
    UntilPowerCut(),
    UntilKeyCycle(),
    Blocked(1),
    Blocked(3),
)


@st.composite
def policies(draw, *, power_cut=None, also=()):
    """Any schedule of a few rungs; `also`: more penalties than the usual (a doubling wait has 54 phases)."""
    penalties = st.sampled_from((*PENALTIES, *also))
    errors, schedule = 0, []
    for gap, penalty, every in draw(
        st.lists(st.tuples(st.integers(1, 4), penalties, st.integers(1, 3)), max_size=3)
    ):
        errors += gap
        schedule.append(Rung(errors, penalty, every))
    if draw(st.booleans()):
        schedule.append(Rung(errors + draw(st.integers(1, 3)), Dead()))
    return lock_of(*schedule, power_cut=power_cut or draw(st.sampled_from(PowerCutEffect)))
