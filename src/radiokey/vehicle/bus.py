"""What is on the bus between the radio and the rest: what the car says of it, what a tester asks at the plug.

The bench does not know diagnostics. A scenario with a tester is run with one that is
brought along (`BusTester`): `radiokey.diagnostics.on_bench` has the real one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from radiokey.code.value import Code
from radiokey.headunit.events import UnitEvent


class Sender(StrEnum):
    """Who says something, or that nobody does."""

    CAR = "car"
    TESTER = "tester"
    RADIO = "radio"
    NOBODY = "bus"


Hearer = Callable[[Sender, str], None]
"""Called with what is said on the bus, right before the moment in which it is."""


def hear_nothing(_sender: Sender, _words: str) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True)
class BusMessage:
    """One message in words; `moment` is the place of its moment in the run."""

    moment: int
    sender: Sender
    words: str


class BusTester(Protocol):
    """A tester at the plug of one radio."""

    def handle(self, event: UnitEvent) -> None:
        """Let something happen to the radio, and end what it ends at the plug."""
        ...

    def ask(self, request: bytes, mv: int) -> bytes:
        """Return the answer to a request while `mv` arrive at the radio; empty where there is none."""
        ...

    def seed_request(self) -> bytes:
        """Return the request for a seed of the lock."""
        ...

    def key_request(self, code: Code, answer: bytes) -> bytes:
        """Return what sends a code as the key to the seed in `answer`; empty where that has none."""
        ...

    def words(self, data: bytes) -> str:
        """Return a request or an answer in words."""
        ...
