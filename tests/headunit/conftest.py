"""An owner with a unit on the bench: fingers, ignition, supply and time, through the real `HeadUnit`."""

from dataclasses import replace
from itertools import islice

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.code.value import Code, CodeShape
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.display import Colour, DisplayKind, DisplayWord, Shows, Technology
from radiokey.headunit.events import (
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    RadioSwitched,
    SupplyLost,
    SupplyRestored,
    TimeWent,
)
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import State
from radiokey.headunit.panel import Automatic, Direct, Key, Panel, presses_for
from radiokey.headunit.policy import REFERENCE, ClockNeeds, LockPolicy
from radiokey.headunit.store import CHIP_SIZE, RECORD_SIZE, SECTOR_SIZE, decode
from radiokey.headunit.unit import Design, HeadUnit

DIGITS = "0123456789"
DEVICE_KEY = bytes(range(32))
NUMBER_KEYS = Panel(
    tuple(Key(digit, digit) for digit in DIGITS),
    Direct(tuple((digit, digit) for digit in DIGITS)),
    Automatic(),
)
WORDS = (
    DisplayWord("CODE", Shows.CODE, "it asks"),
    DisplayWord("WAIT {wait}", Shows.WAIT, "it waits"),
    DisplayWord("LOCKED", Shows.PERMANENT, "the end"),
)


def make_design(policy: LockPolicy = REFERENCE, panel: Panel = NUMBER_KEYS, **changes: object) -> Design:
    """A unit with number keys that confirms with the fourth digit, under `policy`."""
    display = DisplayKind(Technology.DOT_MATRIX, Colour.AMBER, 12)
    return replace(Design(CodeShape.of(4, DIGITS), panel, policy, WORDS, display), **changes)


class Owner:
    """One unit, the code it was made with, and a few that it was not made with."""

    def __init__(self, design: Design, key: bytes = DEVICE_KEY) -> None:
        self.design = design
        self.device = Device(key)
        wrong = list(islice(design.shape.all(), 40))
        self.code, self.others = wrong.pop(5), wrong
        self.unit = HeadUnit.made(design, self.code, device=self.device)

    @classmethod
    def of(cls, model_id: str) -> "Owner":
        """The model's own unit; with number keys where nobody described its panel."""
        model = load_catalogue().models[model_id]
        own = model.design()
        return cls(own or make_design(model.policy(), words=model.words.value or ()))

    @property
    def state(self) -> State:
        return self.unit.status.state

    @property
    def errors(self) -> int:
        return self.unit.status.errors

    def do(self, *happenings: object) -> None:
        for happening in happenings:
            self.unit.handle(happening)

    def wait(self, ms: int) -> None:
        self.do(TimeWent(ms))

    def cut(self, ms: int = HOUR_MS) -> None:
        """Take the supply away for `ms`."""
        self.do(SupplyLost(), TimeWent(ms), SupplyRestored())

    def asked(self) -> "Owner":
        """Let the unit ask for its code: an hour without supply."""
        self.cut()
        assert self.state in {State.CODE, State.SCRAMBLED}
        return self

    def key_in(self, code: Code) -> None:
        for press in presses_for(self.design.panel, self.design.shape, code):
            self.do(*[KeyPressed(press.key, press.hold_ms)] * press.times)

    def wrong(self, which: int = 0) -> None:
        self.key_in(self.others[which])

    def right(self) -> None:
        self.key_in(self.code)

    def qualify(self) -> None:
        """Bring about what this unit needs for a waiting second to count."""
        match self.design.policy.clock_needs:
            case ClockNeeds.ENGINE:
                self.do(EngineRan(running=True), RadioSwitched(on=True))
            case ClockNeeds.IGNITION_OFF:
                self.do(IgnitionTurned(Ignition.OFF))
            case _:
                self.do(IgnitionTurned(Ignition.ON), RadioSwitched(on=True))

    def wait_out(self) -> None:
        self.qualify()
        self.wait(self.unit.status.wait_left_ms)
        assert self.state is State.CODE

    def cycle_ignition(self) -> None:
        self.do(IgnitionTurned(Ignition.OFF), TimeWent(MINUTE_MS), IgnitionTurned(Ignition.ON))

    def put(self, chip: RamChip) -> RamChip:
        """Put `chip` in the unit, with a device whose counter is where that chip was left."""
        newest = max(
            record.sequence
            for at in range(0, CHIP_SIZE, SECTOR_SIZE)
            if (record := decode(chip.read(at, RECORD_SIZE), self.device.key))
        )
        self.device = replace(self.device, counter=RamCounter(newest))
        self.unit = HeadUnit(self.design, chip, self.device)
        return chip

    def device_now(self) -> Device:
        """The device as it is now, to look at a chip without the device's counter going on."""
        return replace(self.device, counter=RamCounter(self.device.counter.value))

    def rebooted(self, chip: object) -> HeadUnit:
        """The unit as it comes up with `chip` in place of its own, after an hour without supply."""
        around = replace(self.unit.around, supply=False, dark_for_ms=HOUR_MS)
        unit = HeadUnit(self.design, chip, self.device_now(), around)
        unit.handle(SupplyRestored())
        return unit


@pytest.fixture
def owner_of():
    """`owner_of(model_id)`: an owner with a factory-new unit of that catalogue model."""
    return Owner.of


@pytest.fixture
def owner_under():
    """`owner_under(policy)`: an owner with a number-key unit under that policy (the reference's)."""
    return lambda policy=REFERENCE, panel=NUMBER_KEYS, **changes: Owner(make_design(policy, panel, **changes))


@pytest.fixture
def design_under():
    """`design_under(policy)`: the design of such a unit."""
    return make_design
