"""A base to try things on: made-up radios in made-up cars, and one of them reported stolen.

Nothing of it exists. The cars' numbers begin with ZZZ, which no maker has, the units' market is `demo`, and
the base is named under `.example`, so that nobody takes a receipt of it for one of a real base.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from radiokey.base.keys.keyring import KeyRing
from radiokey.base.ports.store import ImportStep, Randomness, Store, StoredAct
from radiokey.base.stolen.blacklist import Blacklist
from radiokey.base.units.factory import Factory
from radiokey.catalogue.model import Model
from radiokey.clock import Clock
from radiokey.serial.number import Reading, parse
from radiokey.serial.vin import Vin

ORGANISATION: Final = "demo.radiokey.example"
MARKET: Final = "demo"
BY: Final = "demo"


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A made-up radio: its number as its label would say it, its model and its car."""

    text: str
    model: str
    vin: Vin
    stolen: bool = False

    def reading(self, models: Mapping[str, Model]) -> Reading:
        """Return its number as it is read for its model."""
        return parse(self.text, kinds=models[self.model].kinds)


UNITS: Final = tuple(
    DemoUnit(text, model, Vin.parse(f"ZZZDEM0RAD{number:07}"), stolen=stolen)
    for number, (text, model, stolen) in enumerate(
        (
            ("VWZ1Z2A1234567", "vw_premium_gamma", False),
            ("VWZ1Z2A7654321", "vw_premium_gamma", True),
            ("SEZ1Z2B2345678", "vw_premium_gamma", False),
            ("AUZ1Z3C3456789", "audi_chorus_concert", False),
            ("22004711", "honda_audio5", False),
            ("D1234567", "becker_4star", False),
            ("DE12MA34RD567890", "nissan_terrano3_article", False),
        ),
        start=1,
    )
)


def fill(
    store: Store, ring: KeyRing, models: Mapping[str, Model], clock: Clock, randomness: Randomness
) -> None:
    """Make those of `UNITS` that are not there yet, as a registrar; run again it changes nothing.

    Raises `StoreError`, `SealError`.
    """
    readings = {unit: unit.reading(models) for unit in UNITS}
    serials = [reading.serial for reading in readings.values()]
    with ring.sealing() as key, store.concurrent_transaction() as transaction:
        cards = transaction.unit_cards({one.kind for one in serials}, {one.key for one in serials})
        there = {(card.kind, card.number) for card in cards}
        fresh = [unit for unit in UNITS if _of(readings[unit]) not in there]
        factory = Factory(key, randomness)
        if fresh:
            transaction.add_units(
                [factory.make(models[unit.model], readings[unit].serial, MARKET, unit.vin) for unit in fresh]
            )
            step = ImportStep(ORGANISATION, len(fresh), len(there), len(fresh), 0, clock.now_ms(), BY)
            transaction.add_import_step(step)
            transaction.add_coverage(step, Counter(unit.model for unit in fresh))
            made = f"{len(fresh)} made-up units"
            transaction.add_act(StoredAct(clock.now_ms(), BY, "unit:make", ORGANISATION, made))
    stolen_list = Blacklist(store, clock)
    for unit in fresh:
        if unit.stolen:
            stolen_list.add(readings[unit], vin=unit.vin, reason="made up, to try what then happens", by=BY)


def _of(reading: Reading) -> tuple[str, str]:
    return reading.serial.kind, reading.serial.key
