"""The supply: battery, generator, starter, loads and memory saver make volts; a watch makes events of them.

Volts come from Ohm's law over sources in parallel (Millman): each source is an open voltage behind a
resistance, the loads draw a current, generator and memory saver only give. Everything is whole millivolts,
milliamperes, milliohms and milliseconds, so that a seed means the same on every machine.

Sourced are three numbers (facts/units.md, sections 1 and 2; claims 11 and 66): a radio loses its memory's
supply below 5 V; an entry wants 12.4 to 14.8 V. Every other number here is an assumption, named as such where
it stands, and can be set otherwise by a scenario.

A dip, a surge and an interruption are three things. A *dip* is low and over before the radio's own reserve is
used up: the radio does not notice. A *surge* is too high (claim 17): it is reported, and changes nothing,
unless this radio is one that shuts itself off. An *interruption* is what a radio's lock calls a loss of
supply.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LOST_BELOW_MV: Final = 5_000
"""Sourced: a maker's bulletin has a radio lock "below 5 V" (claim 11)."""
ENTRY_MV: Final = (12_400, 14_800)
"""Sourced: the supply for an entry (claim 66, facts/units.md section 2, step 5)."""

STEPS: Final = 10
"""The battery's open voltage follows its charge in steps of at most a tenth of it: some 0.1 V."""

_NANO: Final = 1_000_000_000
_MICRO: Final = 1_000_000
_HOUR_MS: Final = 3_600_000
_FOREVER_MS: Final = 2**53


def fit_for_entry(mv: int) -> bool:
    """Say whether a code may be keyed in at `mv` (claim 66)."""
    return ENTRY_MV[0] <= mv <= ENTRY_MV[1]


class Generator(StrEnum):
    """How the generator (alternator) is."""

    GOOD = "good"
    DEAD = "dead"
    SURGING = "surging"


@dataclass(frozen=True, slots=True)
class Parts:
    """One car's electrics; every number is an assumption of ours, typical for a small car, none is sourced.

    The battery: its size, its open voltage full and all but empty, its inner resistance giving and taking.
    The generator: what it regulates to; a bad one every `surge_every_ms` rises to `surge_mv` for
    `surge_ms`. The starter: the first gulp of current, then turning; the engine catches if
    `catches_above_mv` is left, and stops below `stalls_below_mv`. What the car draws with the key out, and
    more with the ignition on. The memory saver: a 12 V box behind a thin lead. Taking the battery off a
    running engine lets the generator jump to `load_dump_mv` for a moment.
    """

    capacity_mah: int = 60_000
    full_mv: int = 12_750
    empty_mv: int = 11_600
    battery_mohm: int = 7
    charging_mohm: int = 100
    regulated_mv: int = 14_200
    generator_mohm: int = 5
    surge_mv: int = 18_000
    surge_ms: int = 400
    surge_every_ms: int = 240_000
    gulp_ma: int = 450_000
    gulp_ms: int = 40
    turning_ma: int = 150_000
    turning_ms: int = 700
    catches_above_mv: int = 7_500
    stalls_below_mv: int = 6_000
    resting_ma: int = 30
    ignition_ma: int = 8_000
    saver_mv: int = 12_300
    saver_mohm: int = 1_500
    load_dump_mv: int = 24_000
    load_dump_ms: int = 100


PARTS: Final = Parts()


class Supply:
    """The electrics at one moment. Switches are set by the car, and take effect with `settle()`.

    `mv` is then what the network has, `radio_mv` what arrives at the radio's permanent supply.

    `saver_switched`: the memory saver hangs on a socket that is live only with the ignition on.
    """

    __slots__ = (
        "_charge",
        "_full",
        "_running_ms",
        "_taken_ma",
        "battery_on",
        "dumping",
        "engine",
        "fused",
        "generator",
        "ignition_on",
        "load_ma",
        "mv",
        "parts",
        "plugged",
        "radio_mv",
        "saver_on",
        "saver_switched",
        "starter_ma",
    )

    def __init__(self, parts: Parts = PARTS, *, charge_percent: int = 90) -> None:
        self.parts = parts
        self._full = parts.capacity_mah * _HOUR_MS
        self.generator = Generator.GOOD
        self.battery_on = self.fused = self.plugged = True
        self.saver_on = self.saver_switched = self.engine = self.ignition_on = self.dumping = False
        self.load_ma = self.starter_ma = self._running_ms = 0
        self.fit_battery(charge_percent)

    def fit_battery(self, charge_percent: int) -> None:
        """Put in a battery that is charged so far."""
        assert 0 <= charge_percent <= 100  # noqa: PLR2004 - per cent
        self._charge = self._full // 100 * charge_percent
        self.settle()

    @property
    def charge_percent(self) -> int:
        """How full the battery is."""
        return self._charge * 100 // self._full

    def settle(self) -> int:
        """Work out the volts again, and return those at the radio; the network's are never below 0."""
        self.mv, self._taken_ma = self._millman()
        self.radio_mv = self.mv if self.fused and self.plugged else 0
        return self.radio_mv

    def pass_time(self, ms: int) -> None:
        """Let the battery give or take for `ms`, which is not longer than `steady_ms`."""
        self._charge = max(0, min(self._full, self._charge - self._taken_ma * ms))
        self._running_ms = self._running_ms + ms if self.engine else 0
        self.settle()

    def steady_ms(self) -> int:
        """Return how long the volts stay as they are, to within a tenth of the battery's charge."""
        taken_ma = self._taken_ma
        full, step = self._full, self._full // STEPS
        steady = _FOREVER_MS
        if taken_ma > 0 and self._charge:
            steady = -(-min(self._charge, step) // taken_ma)
        elif taken_ma < 0 and self._charge < full:
            steady = -(-min(full - self._charge, step) // -taken_ma)
        if self.engine and self.generator is Generator.SURGING:
            into = self._running_ms % self.parts.surge_every_ms
            begins = self.parts.surge_every_ms - self.parts.surge_ms
            steady = min(steady, begins - into if into < begins else self.parts.surge_every_ms - into)
        return max(1, steady)

    def _millman(self) -> tuple[int, int]:
        """Return the volts of the network and the current that the battery gives (negative: takes)."""
        parts = self.parts
        drawn_ma = self.load_ma + parts.resting_ma + self.starter_ma
        if self.ignition_on:
            drawn_ma += parts.ignition_ma
        open_mv = 0
        if self.battery_on and self._charge:
            span_mv = parts.full_mv - parts.empty_mv
            open_mv = parts.empty_mv + span_mv * self._charge // self._full
        giver_mv, giver_s = self._giver(open_mv)
        if open_mv and giver_mv <= open_mv:
            battery_s = _NANO // parts.battery_mohm
            mv = (open_mv * battery_s - drawn_ma * _MICRO) // battery_s
            given_ma = 0
            if mv < giver_mv:
                total = open_mv * battery_s + giver_mv * giver_s - drawn_ma * _MICRO
                mv = total // (battery_s + giver_s)
                given_ma = (giver_mv - max(0, mv)) * giver_s // _MICRO
            # What is drawn and not given comes out of the battery, up to what a short circuit would draw.
            return max(0, mv), drawn_ma - given_ma if mv > 0 else open_mv * battery_s // _MICRO
        if open_mv:
            battery_s = _NANO // parts.charging_mohm
            total = open_mv * battery_s + giver_mv * giver_s - drawn_ma * _MICRO
            mv = max(0, total // (battery_s + giver_s))
            return mv, (open_mv - mv) * battery_s // _MICRO
        if giver_mv:
            return max(0, (giver_mv * giver_s - drawn_ma * _MICRO) // giver_s), 0
        return 0, 0

    def _giver(self, open_mv: int) -> tuple[int, int]:
        """Return open voltage and conductance of what helps the battery: generator or memory saver."""
        parts = self.parts
        if self.engine and self.generator is not Generator.DEAD:
            mv = parts.regulated_mv
            if self.dumping and not open_mv:
                mv = parts.load_dump_mv
            elif self.generator is Generator.SURGING:
                into = self._running_ms % parts.surge_every_ms
                if into >= parts.surge_every_ms - parts.surge_ms:
                    mv = parts.surge_mv
            return mv, _NANO // parts.generator_mohm
        if self.saver_on and (self.ignition_on or not self.saver_switched):
            return parts.saver_mv, _NANO // parts.saver_mohm
        return 0, 0
