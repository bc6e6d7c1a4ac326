"""Cars for tests: our own radio in a car of ours, and everything that was told of it."""

from dataclasses import dataclass, field

import pytest

from radiokey.vehicle.car import Car
from radiokey.vehicle.chance import Chance
from radiokey.vehicle.power import Parts, Supply
from radiokey.vehicle.reference import REFERENCE_DESIGN
from radiokey.vehicle.watch import TOLERANCE, Watch


@dataclass
class Parked:
    """A car and what it told so far."""

    car: Car = field(init=False)
    told: list[str] = field(default_factory=list)

    def do(self, *acts):
        for act in acts:
            self.car.do(act)

    @property
    def state(self):
        return self.car.status.state.value


@pytest.fixture
def parked():
    """`parked(design, tolerance=..., charge_percent=..., **parts)`: a car with that radio, the key out."""

    def build(design=REFERENCE_DESIGN, *, tolerance=TOLERANCE, charge_percent=90, seed=1, **parts):
        made = Parked()
        supply = Supply(Parts(**parts), charge_percent=charge_percent)
        made.car = Car(design, Chance(seed), supply, Watch(tolerance), made.told.append)
        return made

    return build
