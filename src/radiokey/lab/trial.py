"""Owners and thieves on the real head unit, from a seed: panel, lock, record and all, and no formula in it.

It shares with the rest of the lab the habits of owners and nothing of how a cost is worked out. The radios
here have 100 codes, so that thieves get in often enough to be counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from typing import Final

from radiokey.code.value import Code, CodeShape
from radiokey.headunit.budget import FREEING
from radiokey.headunit.device import Device
from radiokey.headunit.events import (
    Ignition,
    IgnitionTurned,
    KeyPressed,
    SupplyLost,
    SupplyRestored,
    TimeWent,
)
from radiokey.headunit.lock import Hold, State
from radiokey.headunit.policy import LockPolicy, PowerCutEffect, Wait
from radiokey.headunit.unit import WAIT_SAVED_EVERY_MS, HeadUnit
from radiokey.lab.owner import Habits
from radiokey.vehicle.chance import Chance
from radiokey.vehicle.reference import REFERENCE_DESIGN

DIGITS: Final = 2
CODES: Final = 10**DIGITS
SURE: Final = 3.2905
"""Standard deviations on either side that hold 99.9 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class OwnerTried:
    """What one owner went through."""

    waiting_ms: int
    enquiries: int
    blocked: bool
    dead: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a figure lies, with 99.9 % confidence."""

    low: float
    high: float

    def holds(self, exact: Fraction) -> bool:
        """Say whether the exact figure is in it."""
        return self.low <= exact <= self.high


class _Bench:
    """One radio that asks for its code, and hands that know what they do; `now_ms` is the time since."""

    def __init__(self, policy: LockPolicy, code: int, chance: Chance) -> None:
        key = b"".join(chance.bits().to_bytes(8, "little") for _ in range(4))
        design = replace(REFERENCE_DESIGN, shape=CodeShape.of(DIGITS, "0123456789"), policy=policy)
        self.unit = HeadUnit.made(design, Code(f"{code:0{DIGITS}}"), device=Device(key))
        self.now_ms = 0
        self.unit.handle(IgnitionTurned(Ignition.ON))
        self.unit.handle(SupplyLost())
        self.unit.handle(TimeWent(policy.power_gap_ms_min))
        self.unit.handle(SupplyRestored())
        assert self.state is State.CODE

    @property
    def state(self) -> State:
        return self.unit.lock.state

    def key(self, code: int, entry_ms: int) -> bool:
        """Key a code in, and say whether it opens the radio."""
        for digit in f"{code:0{DIGITS}}":
            self.unit.handle(KeyPressed(digit))
        self.now_ms += entry_ms
        return self.state in {State.DARK, State.PLAYING}

    def wait(self, ms: int) -> None:
        self.unit.handle(TimeWent(ms))
        self.now_ms += ms

    def cut(self) -> None:
        self.unit.handle(SupplyLost())
        self.unit.handle(SupplyRestored())

    def free(self) -> bool:
        """Cut the supply or turn the key where that is what the lock waits for; say whether it was."""
        hold = self.unit.lock.hold
        if hold is Hold.POWER_CUT:
            self.cut()
        elif hold is Hold.KEY_CYCLE:
            self.unit.handle(IgnitionTurned(Ignition.OFF))
            self.unit.handle(IgnitionTurned(Ignition.ON))
        return hold in {Hold.POWER_CUT, Hold.KEY_CYCLE}


def try_owner(policy: LockPolicy, habits: Habits, chance: Chance) -> OwnerTried:
    """Let one owner get a radio playing, or not."""
    code = chance.below(CODES)
    wrong = (code + 1 + chance.below(CODES - 1)) % CODES
    bench = _Bench(policy, code, chance)
    enquiries = refusals = 0
    right = not _happens(habits.misread, chance)
    while True:
        if refusals >= habits.looks_after:
            enquiries, refusals, right = enquiries + 1, 0, not _happens(habits.misread, chance)
        keyed = code if right and not _happens(habits.typing, chance) else wrong
        if bench.key(keyed, habits.entry_ms):
            return OwnerTried(bench.now_ms, enquiries, blocked=False, dead=False)
        refusals += 1
        if bench.state is State.WAIT:
            _sit_out(bench, habits, chance)
        if bench.state is not State.CODE and not bench.free():
            dead = bench.state is State.PERMANENT
            return OwnerTried(bench.now_ms, enquiries, blocked=not dead, dead=dead)


def _sit_out(bench: _Bench, habits: Habits, chance: Chance) -> None:
    while True:
        left_ms = bench.unit.lock.wait_left_ms
        if not _happens(habits.cut, chance):
            break
        served_ms = chance.below(left_ms)
        # As its clock would go: what is saved once a minute is saved up to the last whole one.
        rest_ms = served_ms % WAIT_SAVED_EVERY_MS
        bench.wait(served_ms - rest_ms)
        bench.wait(rest_ms)
        bench.cut()
        if bench.unit.design.policy.power_cut is not PowerCutEffect.RESTART_WAIT:
            break  # a wait that does not start anew is cut once at most
    if bench.state is State.WAIT:
        bench.wait(bench.unit.lock.wait_left_ms)


def try_thief(policy: LockPolicy, entry_ms: int, chance: Chance) -> int | None:
    """Let one thief key one code after the other; return when he got in, `None`: he did not."""
    shorter = tuple(
        replace(rung, penalty=replace(rung.penalty, ms=(rung.penalty.ms[0],) * 2))
        if isinstance(rung.penalty, Wait)
        else rung
        for rung in policy.schedule
    )
    bench = _Bench(replace(policy, schedule=shorter), chance.below(CODES), chance)
    order = sorted(range(CODES), key=lambda _: chance.bits())
    for code in order:
        if bench.state is State.WAIT and policy.power_cut in FREEING:
            bench.cut()
        elif bench.state is State.WAIT:
            bench.wait(bench.unit.lock.wait_left_ms)
        if bench.state is not State.CODE and not bench.free():
            return None
        if bench.key(code, entry_ms):
            return bench.now_ms
    raise AssertionError  # one of all codes is the right one


def _happens(chance_of: Fraction, chance: Chance) -> bool:
    return chance.below(chance_of.denominator) < chance_of.numerator


def share_interval(hits: int, trials: int) -> Interval:
    """Return Wilson's interval for a share (Journal of the American Statistical Association 22, 1927)."""
    share, square = hits / trials, SURE * SURE
    middle = share + square / (2 * trials)
    half = SURE * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    # At the ends it is exact; a rounding must not leave 0 or 1 outside.
    return Interval(
        (middle - half) / scale if hits else 0.0, (middle + half) / scale if hits < trials else 1.0
    )


def mean_interval(values: Sequence[int]) -> Interval:
    """Return the interval for a mean by the normal distribution: for many values, not for a handful.

    It needs a variance, and waits that double without a cap have none where every fourth entry is refused.
    """
    count = len(values)
    mean = sum(values) / count
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    half = SURE * sqrt(variance / count)
    return Interval(mean - half, mean + half)
