"""A base in a temporary folder, a clock that is set by hand, and requests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from house import House
from sqlite_base import fresh

from radiokey.base.bootstrap import Base, open_base
from radiokey.base.release.request import ReleaseRequest
from radiokey.serial.number import parse


class HandClock:
    """Says the time it was told."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "base.sqlite3"


@pytest.fixture
def reopen(database: Path, clock: HandClock) -> Iterator[Callable[[], Base]]:
    """Open the base once more, as another process would; all are closed at the end."""
    opened: list[Base] = []

    def another() -> Base:
        opened.append(open_base(fresh(database), clock))
        return opened[-1]

    yield another
    for base in opened:
        base.close()


@pytest.fixture
def base(reopen: Callable[[], Base]) -> Base:
    return reopen()


@pytest.fixture
def ask() -> Callable[..., ReleaseRequest]:
    """Make a request: by default an honest owner's for V212."""

    def make(request_id: str = "r1", text: str = "V212", **other) -> ReleaseRequest:
        reading = parse(text, kinds=other.pop("kinds", None))
        usual = {"client": "me", "model": None, "vin": None, "owns": True}
        return ReleaseRequest(request_id=request_id, serial=reading, **usual | other)

    return make


@pytest.fixture
def make_house(database, clock):
    opened = []

    def make(**other):
        opened.append(House(database, clock, **other))
        return opened[-1]

    yield make
    for house in opened:
        house.base.close()


@pytest.fixture
def house(make_house):
    return make_house()
