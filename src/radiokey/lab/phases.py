"""Counts of errors with the same future are one phase, so that a lock without an end is a finite chain."""

from radiokey.headunit.policy import WAIT_MS_MAX, Blocked, LockPolicy, Wait


def phase(policy: LockPolicy, errors: int) -> int:
    """Return the smallest count from which everything goes on as from `errors`.

    For every k >= 1: `policy.penalty_after(errors + k) == policy.penalty_after(phase(policy, errors) + k)`.

    >>> from radiokey.headunit.policy import ClockNeeds, PowerCutEffect, Rung
    >>> rungs = (Rung(3, Wait((60_000, 60_000)), every=3),)
    >>> three_a_minute = LockPolicy(rungs, ClockNeeds.SUPPLY, PowerCutEffect.NONE, power_gap_ms_min=3_000)
    >>> [phase(three_a_minute, errors) for errors in range(9)]
    [0, 1, 2, 3, 4, 5, 3, 4, 5]
    """
    if not policy.schedule:
        return 0
    last = policy.schedule[-1]
    every = last.penalty.tries if isinstance(last.penalty, Blocked) else last.every
    repeats_from = last.errors
    if isinstance(last.penalty, Wait) and last.penalty.doubles:
        repeats_from += every * WAIT_MS_MAX.bit_length()  # by then it has grown as far as it can
    if errors < repeats_from:
        return errors
    return repeats_from + (errors - repeats_from) % every
