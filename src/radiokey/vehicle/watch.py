"""What a radio's own supply makes of the volts: dips, surges and interruptions, each with its hysteresis.

A radio holds its memory up for a moment out of a reserve of its own. Low for less than that is a *dip*,
reported when it is over; low for longer is an *interruption*. Too high is a *surge*. A threshold is left only
at its other edge, so that volts that tremble around it are one event and not many.
"""

from dataclasses import dataclass
from typing import Final

from radiokey.vehicle.power import LOST_BELOW_MV


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What one radio bears. Only `lost_below_mv` is sourced; the others are assumptions of ours.

    `hold_up_ms` is its reserve; `shuts_above_mv` the surge at which it takes itself off the supply, as the
    article has it for the Terrano's (claim 17); `None`: it bears every surge.
    """

    lost_below_mv: int = LOST_BELOW_MV
    back_above_mv: int = 6_500
    hold_up_ms: int = 100
    dip_below_mv: int = 9_000
    dip_over_mv: int = 10_000
    surge_above_mv: int = 16_000
    surge_over_mv: int = 15_500
    shuts_above_mv: int | None = None

    def __post_init__(self) -> None:
        rising = (
            0,
            self.lost_below_mv,
            self.back_above_mv,
            self.dip_below_mv,
            self.dip_over_mv,
            self.surge_over_mv,
            self.surge_above_mv,
        )
        assert list(rising) == sorted(set(rising)), "the thresholds stand in order, each edge apart"
        assert self.hold_up_ms >= 0
        assert self.shuts_above_mv is None or self.shuts_above_mv >= self.surge_above_mv


@dataclass(frozen=True, slots=True)
class Dipped:
    """The volts were low and are back; the radio lived on its reserve where they were very low."""

    lowest_mv: int
    ms: int


@dataclass(frozen=True, slots=True)
class Surged:
    """The volts were too high and are back."""

    highest_mv: int
    ms: int


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The radio's supply is gone: below its threshold for longer than its reserve, or shut off by a surge."""

    mv: int


@dataclass(frozen=True, slots=True)
class Restored:
    """The radio's supply is back."""

    mv: int
    after_ms: int


Noticed = Dipped | Surged | Interrupted | Restored
TOLERANCE: Final = Tolerance()
_QUIET: Final[tuple[Noticed, ...]] = ()


class Watch:
    """Turns volts over time into what is noticed. It is shown the volts whenever they may have changed."""

    __slots__ = ("_dip", "_low_ms", "_out_ms", "_surge", "low", "out", "tolerance")

    def __init__(self, tolerance: Tolerance = TOLERANCE) -> None:
        self.tolerance = tolerance
        self.out = False
        self.low = False
        self._low_ms = 0
        self._out_ms = 0
        self._dip: tuple[int, int] | None = None
        self._surge: tuple[int, int] | None = None

    @property
    def calm(self) -> bool:
        """Say whether nothing is under way: no dip, no surge, no interruption."""
        return self._dip is None and self._surge is None and not self.out

    def due_ms(self) -> int | None:
        """Return after how long a low supply becomes an interruption; `None`: none is under way."""
        return self.tolerance.hold_up_ms - self._low_ms if self.low and not self.out else None

    def pass_time(self, ms: int) -> None:
        """Let `ms` go by at the volts last seen."""
        if self.out:
            self._out_ms += ms
        elif self.low:
            self._low_ms += ms
        if self._dip:
            self._dip = (self._dip[0], self._dip[1] + ms)
        if self._surge:
            self._surge = (self._surge[0], self._surge[1] + ms)

    def see(self, mv: int) -> tuple[Noticed, ...]:
        """Return what is noticed at `mv`, in the order in which it happened."""
        bears = self.tolerance
        if bears.dip_over_mv < mv < bears.surge_over_mv and self.calm:
            self.low, self._low_ms = False, 0  # by far the most frequent case
            return _QUIET
        surged = self._see_surge(mv)
        shut = bears.shuts_above_mv is not None and mv >= bears.shuts_above_mv
        if self.out:
            return surged + (_QUIET if shut or mv < bears.back_above_mv else self._restore(mv))
        self.low = mv < bears.lost_below_mv or (self.low and mv < bears.back_above_mv)
        if shut or (self.low and self._low_ms >= bears.hold_up_ms):
            self._dip, self.out, self._out_ms = None, True, 0
            return (*surged, Interrupted(mv))
        return surged + self._see_dip(mv)

    def _restore(self, mv: int) -> tuple[Noticed, ...]:
        self.out, self.low, self._low_ms = False, False, 0
        if mv < self.tolerance.dip_over_mv:
            self._dip = (mv, 0)  # back, and still low: what follows is a dip
        return (Restored(mv, self._out_ms),)

    def _see_dip(self, mv: int) -> tuple[Noticed, ...]:
        if self._dip is None:
            if mv < self.tolerance.dip_below_mv:
                self._dip = (mv, 0)
        elif mv > self.tolerance.dip_over_mv:
            dipped = Dipped(*self._dip)
            self._dip, self._low_ms = None, 0
            return (dipped,)
        else:
            self._dip = (min(mv, self._dip[0]), self._dip[1])
        return _QUIET

    def _see_surge(self, mv: int) -> tuple[Noticed, ...]:
        if self._surge is None:
            if mv > self.tolerance.surge_above_mv:
                self._surge = (mv, 0)
        elif mv < self.tolerance.surge_over_mv:
            surged = Surged(*self._surge)
            self._surge = None
            return (surged,)
        else:
            self._surge = (max(mv, self._surge[0]), self._surge[1])
        return _QUIET
