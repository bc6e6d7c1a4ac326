"""What guessing is worth: the exact chance that somebody who only keys codes gets in, ever or within a time.

The thief of this arithmetic knows the lock and not the code. He keys a different code each time, `entry_ms`
apart, serves every wait to its *shorter* end under the condition that counts, cuts the supply or turns
the key at once where that helps him, and gets no more tries from the maker. All codes of the
space are equally likely; where a maker's codes are not, his chance is larger.

This judges a kind of lock, never a product: nothing of it is shown to an owner of a radio (docs/budget.md).
"""

from collections.abc import Iterator
from fractions import Fraction

from radiokey.headunit.policy import (
    Blocked,
    Dead,
    LockPolicy,
    PowerCutEffect,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)

FREEING = frozenset({PowerCutEffect.RESET_ATTEMPTS, PowerCutEffect.REPROMPT})
"""What a power cut may do that ends a wait."""


def chance_ever(policy: LockPolicy, codes: int) -> Fraction:
    """Return the chance that a thief ever gets in, however long he tries, where `codes` codes are possible.

    >>> from radiokey.headunit.policy import REFERENCE
    >>> chance_ever(REFERENCE, 10**4)
    Fraction(3, 10000)
    """
    return Fraction(sum(1 for _ in _moments(policy, codes, 0)), codes)


def chance_within(policy: LockPolicy, codes: int, ms: int, *, entry_ms: int) -> Fraction:
    """Return the chance that he gets in within `ms` milliseconds, an entry taking `entry_ms`.

    >>> from radiokey.clock import HOUR_MS
    >>> from radiokey.headunit.policy import REFERENCE
    >>> chance_within(REFERENCE, 10**4, HOUR_MS, entry_ms=10_000)
    Fraction(1, 5000)
    """
    guesses = 0
    for moment_ms in _moments(policy, codes, entry_ms):
        if moment_ms > ms:
            break
        guesses += 1
    return Fraction(guesses, codes)


def moments(policy: LockPolicy, codes: int, *, entry_ms: int) -> Iterator[int]:
    """Yield when each guess is compared, in milliseconds from the first key, until none is left to try."""
    return _moments(policy, codes, entry_ms)


def _moments(policy: LockPolicy, codes: int, entry_ms: int) -> Iterator[int]:
    assert codes > 0
    assert entry_ms >= 0
    now_ms = errors = 0
    for _ in range(codes):
        now_ms += entry_ms
        yield now_ms
        errors += 1
        match policy.penalty_after(errors):
            case Dead() | Blocked():
                return
            case Wait() if policy.power_cut in FREEING:
                errors = _after_cut(errors, policy)
            case Wait(ms=(shorter, _)):
                now_ms += shorter
            case UntilPowerCut():
                errors = _after_cut(errors, policy)
            case UntilKeyCycle() | None:
                pass


def _after_cut(errors: int, policy: LockPolicy) -> int:
    return 0 if policy.power_cut is PowerCutEffect.RESET_ATTEMPTS else errors
