"""The car on a CAN bus: the side that asks for its VIN, and a car of our own that answers.

The side that asks owns no bus: it is given each frame of the unit's, and gives back what is to be sent.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import can

from radiokey.diagnostics.bus import LOST, SEND_S, BusThread, Opens
from radiokey.diagnostics.car import (
    CAR_ANSWER_ID,
    CAR_REQUEST_ID,
    VIN_ANSWER,
    VIN_REQUEST,
    BusEvent,
    Questions,
    vin_in_answer,
)
from radiokey.diagnostics.isotp import Channel
from radiokey.diagnostics.monotonic import now_us
from radiokey.diagnostics.names import Nrc, negative
from radiokey.diagnostics.server import Log
from radiokey.headunit.events import BusChanged
from radiokey.headunit.pairing import Bus

_PATIENCE_S: Final = 0.05


class CarOnCan:
    """Asks the car for its VIN on the bus that the unit itself is on."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._questions = Questions()
        self._channel = Channel()
        self._noise: Bus | None = None

    def hear(self, identifier: int, data: bytes | bytearray) -> list[BusEvent]:
        """Return what a data frame of the bus completed."""
        answer = self._channel.receive(data, now_us()) if identifier == CAR_ANSWER_ID else None
        heard = vin_in_answer(answer) if answer else None
        return [heard] if heard is not None and self._questions.take_answer() else []

    def hear_error(self, bus: Bus) -> None:
        """Take what an error frame said; it is passed on with the next question, however many come."""
        self._questions.take_answer()  # a bus that is noisy is not silent
        self._noise = bus

    def ask(self) -> list[BusEvent]:
        """Ask, if it is time; return what the bus was since the last question."""
        due, silent = self._questions.ask(self._now_ms())
        if not due:
            return []
        noise, self._noise = self._noise, None
        self._channel.send(VIN_REQUEST)
        return [BusChanged(noise)] if noise is not None else [silent] if silent is not None else []

    def take_frames(self) -> list[bytes]:
        """Return what is to be sent now."""
        return self._channel.take_frames(now_us())

    def give_up(self) -> None:
        """Take that nothing can be sent: a car that was not asked is not silent."""
        self._channel = Channel()
        self._questions.give_up()


class SimulatedCar:
    """A car of our own on a CAN bus: says its VIN to who asks `22 F190` at 7E0, and nothing else.

    `vin` may be changed at any time; an empty one is refused with 31. `silent`: it answers nobody. `failed`:
    see `BusThread`.
    """

    def __init__(self, opens: Opens, vin: str, log: Log, failed: Callable[[], None] = lambda: None) -> None:
        self.vin = vin
        self.silent = False
        self._log = log
        self._channel = Channel()
        self._thread = BusThread(opens, self, "car", failed)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more, and close the bus."""
        self._thread.stop()

    def take(self, frame: can.Message | None) -> float:
        """Take a frame, and answer what it completes."""
        if frame is not None and _is_asked(frame):
            request = self._channel.receive(frame.data, now_us())
            if request and not self.silent:
                self._channel.send(self._answer(request))
        for data in self._channel.take_frames(now_us()):
            with suppress(*LOST):  # nobody takes it; a bus that is lost is heard of when it is read
                self._thread.bus.send(
                    can.Message(arbitration_id=CAR_ANSWER_ID, data=data, is_extended_id=False), SEND_S
                )
        return _PATIENCE_S

    def lose(self, why: str) -> None:
        """Begin nothing new from what was begun."""
        self._channel = Channel()
        self._log("can", f"the bus is off: {why}")

    def regain(self) -> None:
        """Say that the bus is there again."""
        self._log("can", "the bus is back")

    def pass_time(self) -> None:
        """Do nothing: a car waits for who asks."""

    def _answer(self, request: bytes) -> bytes:
        if request != VIN_REQUEST:
            return negative(request[0], Nrc.SERVICE_NOT_SUPPORTED)
        if not self.vin:
            return negative(request[0], Nrc.REQUEST_OUT_OF_RANGE)
        return VIN_ANSWER + self.vin.encode("ascii")


def _is_asked(frame: can.Message) -> bool:
    odd = frame.is_error_frame or frame.is_remote_frame or frame.is_fd or frame.is_extended_id
    return frame.arbitration_id == CAR_REQUEST_ID and not odd
