"""Radios of the catalogue as working units, and an owner's hand to key codes in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from radiokey.base.bootstrap import Base, open_base
from radiokey.base.release.request import ReleaseRequest
from radiokey.catalogue.load import load_model
from radiokey.code.value import Code
from radiokey.guide.load import load_guide
from radiokey.guide.model import Guide
from radiokey.headunit.device import Device
from radiokey.headunit.events import KeyPressed, SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.first_press import Opening
from radiokey.headunit.panel import presses_for
from radiokey.headunit.unit import HeadUnit
from radiokey.serial.number import parse


class Radio:
    """A unit of one model with the code 1234, and what an owner does to it."""

    def __init__(self, model_id: str, code: str = "1234", opening: Opening | None = None) -> None:
        design = load_model(model_id).design(opening)
        assert design is not None
        self.unit = HeadUnit.made(design, Code(code), device=Device(b"a device key of these tests only!"))

    def cut_supply(self, ms: int = 3_600_000) -> None:
        """Take the supply away for `ms`."""
        for happening in (SupplyLost(), TimeWent(ms), SupplyRestored()):
            self.unit.handle(happening)

    def wait(self, ms: int) -> None:
        self.unit.handle(TimeWent(ms))

    def press(self, key: str, held_ms: int = 0) -> None:
        self.unit.handle(KeyPressed(key, held_ms))

    def enter(self, code: str, held_ms: int | None = None) -> None:
        """Key `code` in and confirm it; `held_ms` instead of the hold that the panel wants, if given."""
        presses = presses_for(self.unit.design.panel, self.unit.design.shape, Code(code))
        for press in presses:
            held = press.hold_ms if held_ms is None or press is not presses[-1] else held_ms
            for _ in range(press.times):
                self.press(press.key, held)

    def place(self, at: int | None) -> str:
        """Return what one place of the entry shows; without a number the place that a knob is at."""
        keying = self.unit._keying
        return keying.shown[keying.at if at is None else at]

    @property
    def state(self) -> str:
        return self.unit.status.state.value

    @property
    def errors(self) -> int:
        return self.unit.status.errors

    @property
    def shows(self) -> str:
        return self.unit.screen.text


@pytest.fixture
def radio() -> Callable[..., Radio]:
    """Make a unit of a model that was without supply overnight, and now asks for its code."""

    def locked(model_id: str, code: str = "1234", opening: Opening | None = None) -> Radio:
        made = Radio(model_id, code, opening)
        made.cut_supply()
        return made

    return locked


@pytest.fixture
def playing() -> Callable[..., Radio]:
    """Make a unit of a model that plays."""
    return Radio


@pytest.fixture(scope="session")
def guide() -> Guide:
    return load_guide()


@pytest.fixture
def base(tmp_path: Path) -> Base:
    with open_base(tmp_path / "base.sqlite3") as opened:
        yield opened


@pytest.fixture
def ask() -> Callable[..., ReleaseRequest]:
    """Make a request for the code of a number, with a statement of ownership."""

    def request(text: str, model_id: str | None = None, request_id: str = "story") -> ReleaseRequest:
        model = None if model_id is None else load_model(model_id)
        kinds = frozenset(model.kinds) if model is not None and model.kinds else None
        reading = parse(text, kinds=kinds)
        return ReleaseRequest(request_id, "me", reading, model, vin=None, owns=True)

    return request
