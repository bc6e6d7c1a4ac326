"""Owners and their years: seeded lives of cars, the lock's promises checked after every event.

A life is what a car goes through: two or three trips a week, and now and then a battery swapped with and
without a memory saver, a fuse drawn, a contact that breaks for a moment, a battery that hardly turns the
engine, a supply that breaks off inside a write, a wrong code or two, the battery pulled in the middle of a
wait. The owner holds the right code, and makes at most two mistakes before it.

Checked, whatever happens (ARCHITECTURE, "Promises the code must keep"):

- the count never falls but by the right code, keyed in while the radio asked for it;
- after a gap it never plays before the right code;
- no wait ends before its whole time was served under supply, and a cut costs at most a minute of it;
- after the right code the radio plays, and an honest owner never meets the permanent lock.
"""

import hashlib
from typing import Final

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.headunit.events import KeyPressed, SupplyRestored, TimeWent, UnitEvent
from radiokey.headunit.lock import State
from radiokey.headunit.policy import Wait
from radiokey.headunit.status import Status
from radiokey.headunit.unit import WAIT_SAVED_EVERY_MS, Design
from radiokey.vehicle.acts import Connected, CutInWrite, Entered, Part, Turned, Which
from radiokey.vehicle.car import Car
from radiokey.vehicle.chance import Chance
from radiokey.vehicle.ignition import Position
from radiokey.vehicle.power import Supply
from radiokey.vehicle.watch import Watch

DAYS_A_YEAR: Final = 365
MISTAKES_MAX: Final = 2
_DRIVES: Final = frozenset({1, 4, 7, 9, 12})
"""The days of a fortnight on which this car is driven: 131 in a year, with eight events each."""
_PLAYS: Final = frozenset({State.PLAYING, State.DARK})
_TAKES: Final = frozenset({State.CODE, State.SCRAMBLED, State.ENTRY})


class BrokenPromiseError(AssertionError):
    """A promise of the lock was broken: our mistake. Names the seed and the moment that replay it."""


class JudgedCar(Car):
    """A car whose lock is judged after everything that happens to it. Made for the reference policy."""

    __slots__ = (
        "_cuts",
        "_lost_at_ms",
        "_must_serve_ms",
        "_owes_code",
        "_right_taken",
        "_served_ms",
        "events",
        "seed",
    )

    def __init__(self, design: Design, seed: int, digest: "hashlib._Hash") -> None:
        self.seed = seed
        self.events = 0
        self._right_taken = self._owes_code = False
        self._must_serve_ms = self._served_ms = self._cuts = 0
        self._lost_at_ms: int | None = None

        def observe(what: str) -> None:
            status = self.status
            digest.update(f"{self.now_ms} {what} {status.state} {status.errors}\n".encode())

        super().__init__(design, Chance(seed), Supply(), Watch(), observe)

    def _judge(self, was: Status, event: UnitEvent) -> None:
        now = self.status
        if type(event) is TimeWent:
            if was.state is State.PLAYING:
                return
            if was.state is State.WAIT and was.clock_runs:
                self._served_ms += event.ms
        else:
            self.events += 1
        whole = now.state not in _TAKES or not self.unit.around.supply
        if type(event) is KeyPressed and was.state in _TAKES and whole:
            self._right_taken = self._keyed == self.code
            self._owes_code = self._owes_code and not self._right_taken
        self._judge_supply(event)
        if now.errors < was.errors and (now.errors or not self._right_taken):
            self._broken(f"the count fell from {was.errors} to {now.errors}")
        if not self.unit.around.supply:
            return
        if self._owes_code and (now.state in _PLAYS):
            self._broken("it plays after a gap, before the right code")
        if now.state is State.PERMANENT or now.state is State.FAULT:
            self._broken("an honest owner meets the end")
        if now.state is State.WAIT and was.state is not State.WAIT and not self._must_serve_ms:
            penalty = self.unit.design.policy.penalty_after(now.errors)
            assert isinstance(penalty, Wait)
            self._must_serve_ms, self._served_ms, self._cuts = penalty.ms[1], 0, 0
        if now.state is State.CODE and self._must_serve_ms:
            over_ms = self._served_ms - self._must_serve_ms
            if not 0 <= over_ms <= self._cuts * WAIT_SAVED_EVERY_MS:
                self._broken(f"a wait of {self._must_serve_ms} ms ended after {self._served_ms} ms")
            self._must_serve_ms = 0

    def _judge_supply(self, event: UnitEvent) -> None:
        if not self.unit.around.supply:
            if self._lost_at_ms is None:
                self._lost_at_ms = self.now_ms
                self._cuts += 1
        elif type(event) is SupplyRestored and self._lost_at_ms is not None:
            gap_ms = self.now_ms - self._lost_at_ms
            self._lost_at_ms = None
            self._owes_code = self._owes_code or gap_ms >= self.unit.design.policy.power_gap_ms_min

    def _broken(self, what: str) -> None:
        raise BrokenPromiseError(f"seed {self.seed} at {self.now_ms} ms: {what}")


class Life:
    """One owner with one car, from the day it was made; `day()` lives one more day."""

    __slots__ = ("_digest", "_mistakes", "car", "days")

    def __init__(self, design: Design, seed: int) -> None:
        self._digest = hashlib.sha256()
        self.car = JudgedCar(design, seed, self._digest)
        self.days = 0
        self._mistakes = 0

    @property
    def sha256(self) -> str:
        """The name of all that happened so far."""
        return self._digest.hexdigest()

    @property
    def events(self) -> int:
        """How many things happened to the radio so far, the passing of time not counted."""
        return self.car.events

    def day(self) -> None:
        """Live from one midnight to the next."""
        car, chance = self.car, self.car.chance
        start_ms = self.days * DAY_MS
        self.days += 1
        trouble = chance.one_in(40)
        if self.days % 14 not in _DRIVES and not trouble:
            return  # it stands; the time is caught up with on the next day that brings something
        car.wait(max(0, start_ms + chance.between(6 * HOUR_MS, 12 * HOUR_MS) - car.now_ms))
        if trouble:
            self._trouble(chance.below(5))
            car.wait(chance.between(1, HOUR_MS))
        self._trip()

    def _trip(self) -> None:
        car, chance = self.car, self.car.chance
        car.do(Turned(Position.START))
        while not car.supply.engine:
            car.supply.fit_battery(90)  # somebody helps with a lead
            car.do(Turned(Position.START))
        if car.status.state is not State.PLAYING:
            self._get_it_playing()
        if chance.one_in(60):
            self._shake(chance.between(1, 6 * SECOND_MS))
            if car.status.state is not State.PLAYING:
                self._get_it_playing()
        car.wait(chance.between(8, 70) * MINUTE_MS)
        car.do(Turned(Position.OFF))

    def _trouble(self, which: int) -> None:
        """Apply one of the troubles that owners report (claims 16 to 20)."""
        car, chance = self.car, self.car.chance
        away_ms = chance.between(1, 40) * MINUTE_MS
        match which:
            case 0:
                self._without(Part.BATTERY, away_ms)
            case 1:
                car.do(Connected(Part.SAVER, on=True))
                self._without(Part.BATTERY, away_ms)
                car.do(Connected(Part.SAVER, on=False))
            case 2:
                self._without(Part.FUSE, away_ms)
            case 3:
                self._without(Part.PLUG, away_ms)
            case _:
                car.supply.fit_battery(chance.between(1, 30))  # left standing with the lamps on

    def _without(self, part: Part, ms: int) -> None:
        self.car.do(Connected(part, on=False))
        self.car.wait(ms)
        self.car.do(Connected(part, on=True))

    def _shake(self, ms: int) -> None:
        """Break a contact for a moment (claim 20)."""
        self._without(Part.PLUG, ms)

    def _get_it_playing(self) -> None:
        """Key in the code as owners do: mostly right, sometimes wrong first, sometimes cut off in it."""
        car, chance = self.car, self.car.chance
        wrong = True
        while wrong:
            wrong = self._mistakes < MISTAKES_MAX and chance.one_in(4)
            self._mistakes += wrong
            self._key_in(Which.WRONG if wrong else Which.RIGHT)
            if car.status.state is State.WAIT:
                self._sit_it_out()
        car.wait(10 * SECOND_MS)
        if car.status.state is not State.PLAYING:
            raise BrokenPromiseError(f"seed {car.seed} at {car.now_ms} ms: the right code does not open it")
        self._mistakes = 0

    def _key_in(self, which: Which) -> None:
        """Key in a code; where the supply broke off in it, the same again, which costs nothing more."""
        car, chance = self.car, self.car.chance
        if chance.one_in(5):
            car.do(CutInWrite(chance.below(1_000), chance.between(1, 5 * SECOND_MS)))
        armed = car.chip.cut_after is not None
        car.do(Entered(which))
        cut = armed and car.chip.cut_after is None
        car.spare()
        if cut:
            car.do(Entered(Which.SAME))

    def _sit_it_out(self) -> None:
        car, chance = self.car, self.car.chance
        if chance.one_in(3):
            car.wait(chance.between(1, 25) * MINUTE_MS)
            self._without(Part.PLUG, chance.between(1, 20 * MINUTE_MS))  # the folk remedy (claim 85)
        if chance.one_in(3):
            car.do(Entered(Which.RIGHT))  # out of impatience: nothing keyed in a wait counts (claim 21)
        car.wait_for_code(DAY_MS)


def year(design: Design, seed: int) -> Life:
    """Return a life of one year."""
    life = Life(design, seed)
    for _ in range(DAYS_A_YEAR):
        life.day()
    return life
