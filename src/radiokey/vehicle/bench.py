"""The bench: one car, one radio, one clock; a scenario comes in as data, what happened goes out as a log.

A run is a pure function of its scenario. Its log is one line of JSON per moment, keys in the order of the
fields of `Moment`, ASCII, no blanks; a moment is written when everything that follows from it is durable in
the unit. The SHA-256 over those lines, each ended by LF, names the run: the same scenario has the same name
everywhere.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields

from radiokey.headunit.unit import Design
from radiokey.vehicle.acts import Act, TesterAsked, TesterSentCode
from radiokey.vehicle.bus import BusMessage, BusTester, Sender
from radiokey.vehicle.car import Car
from radiokey.vehicle.chance import Chance
from radiokey.vehicle.maker import BENCH_MAKER, Maker
from radiokey.vehicle.power import PARTS, Parts, Supply
from radiokey.vehicle.watch import TOLERANCE, Tolerance, Watch


@dataclass(frozen=True, slots=True)
class Expected:
    """What a scenario says must be so at one moment; what is `None` is not asked.

    `dips`, `surges` and `losses` (of the supply) count from the beginning.
    """

    state: str | None = None
    errors: int | None = None
    display: str | None = None
    sound: str | None = None
    fault: str | None = None
    tries_left: int | None = None
    dips: int | None = None
    surges: int | None = None
    losses: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """After `after_ms` the act is done, said as `note` where there is one; then `expected` must be so."""

    after_ms: int
    act: Act
    note: str = ""
    expected: Expected | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A car, a radio and what happens to them, in order; at the end `expected` must be so.

    `seed` decides the radio's code and every wrong one. `claims` are numbers of the article's claims.
    """

    id: str
    title: str
    story: str
    claims: tuple[int, ...]
    model: str
    design: Design
    seed: int
    steps: tuple[Step, ...]
    expected: Expected
    parts: Parts = PARTS
    tolerance: Tolerance = TOLERANCE
    charge_percent: int = 90


@dataclass(frozen=True, slots=True)
class Moment:
    """What is so right after something happened, `at_ms` after the beginning.

    `mv` is what arrives at the radio; `supply`: it is enough for the radio. Without it `state` is what the
    unit will remember; where a cut fell into a commit, what it was before that. `wait_left_ms` is 0 outside a
    wait.
    """

    at_ms: int
    what: str
    mv: int
    supply: bool
    key: str
    engine: bool
    display: str
    sound: str
    state: str
    errors: int
    tries_left: int | None
    wait_left_ms: int
    fault: str


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario that was run: its moments, and what was not as it should be, in sentences.

    `bus` is what was said on the bus, in words. It is beside the log, which names the run.
    """

    scenario: Scenario
    moments: tuple[Moment, ...]
    unmet: tuple[str, ...]
    bus: tuple[BusMessage, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The log, a line for each moment."""
        return tuple(canonical(moment) for moment in self.moments)

    @property
    def sha256(self) -> str:
        """The name of the log."""
        return hashlib.sha256("".join(f"{line}\n" for line in self.lines).encode()).hexdigest()


def canonical(moment: Moment) -> str:
    """Return the one way to write a moment down."""
    return json.dumps(asdict(moment), separators=(",", ":"))


def run(
    scenario: Scenario, maker: Maker = BENCH_MAKER, tester: Callable[[Car], BusTester] | None = None
) -> Run:
    """Run a scenario from its beginning to its end; `maker` is whom the radio trusts to grant it a chip.

    `tester` brings who asks at the plug; a scenario in which somebody does cannot be run without.
    """
    supply = Supply(scenario.parts, charge_percent=scenario.charge_percent)
    moments: list[Moment] = []
    unmet: list[str] = []
    bus: list[BusMessage] = []

    def hear(sender: Sender, words: str) -> None:
        bus.append(BusMessage(len(moments), sender, words))

    def observe(what: str) -> None:
        moments.append(moment_of(car, what))

    watch = Watch(scenario.tolerance)
    car = Car(scenario.design, Chance(scenario.seed), supply, watch, observe, maker=maker, hear=hear)
    if tester is not None and any(
        isinstance(step.act, TesterAsked | TesterSentCode) for step in scenario.steps
    ):
        car.tester = tester(car)
    observe("the car is parked")
    for number, step in enumerate(scenario.steps, start=1):
        car.wait(step.after_ms)
        car.do(step.act, step.note)
        if step.expected:
            unmet += (f"after act {number}: {lack}" for lack in lacks(step.expected, moments, car))
    observe("the end")
    unmet += (f"at the end: {lack}" for lack in lacks(scenario.expected, moments, car))
    return Run(scenario, tuple(moments), tuple(unmet), tuple(bus))


def moment_of(car: Car, what: str) -> Moment:
    """Return what is so now."""
    status, screen = car.status, car.unit.screen
    return Moment(
        at_ms=car.now_ms,
        what=what,
        mv=car.supply.radio_mv,
        supply=car.unit.around.supply,
        key=car.position.value,
        engine=car.supply.engine,
        display=screen.text if screen.lit else "",
        sound=screen.sound.value,
        state=status.state.value,
        errors=status.errors,
        tries_left=status.tries_left,
        wait_left_ms=status.wait_left_ms,
        fault=status.fault.value,
    )


def lacks(expected: Expected, moments: list[Moment], car: Car) -> list[str]:
    """Return what is not as expected now, each as a sentence."""
    now = moment_of(car, "")
    there = {
        "state": now.state,
        "errors": now.errors,
        "display": now.display,
        "sound": now.sound,
        "fault": now.fault,
        "tries_left": now.tries_left,
        "dips": _count(moments, "dip"),
        "surges": _count(moments, "surge"),
        "losses": _count(moments, "supply lost"),
    }
    asked = {field.name: getattr(expected, field.name) for field in fields(expected)}
    return [
        f"{name} should be {wanted!r} and is {there[name]!r}"
        for name, wanted in asked.items()
        if wanted is not None and wanted != there[name]
    ]


def _count(moments: list[Moment], what: str) -> int:
    return sum(moment.what == what for moment in moments)
