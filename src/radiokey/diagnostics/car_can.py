"""The car on a CAN bus: the side that asks for its VIN, and a car of our own that answers.

Both are given the frames that came and the bus to send on; the owner of the bus calls them.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Final

import can

from radiokey.diagnostics.car import (
    CAR_ANSWER_ID,
    CAR_REQUEST_ID,
    VIN_REQUEST,
    Notify,
    Questions,
    vin_in_answer,
)
from radiokey.diagnostics.isotp import Channel
from radiokey.diagnostics.names import Nrc, negative
from radiokey.headunit.events import BusChanged
from radiokey.headunit.pairing import Bus

_PATIENCE_S: Final = 0.05
_NS_IN_US: Final = 1_000


def now_us() -> int:
    """Return the time of a clock that only goes forward, in microseconds."""
    return time.monotonic_ns() // _NS_IN_US


class _Talk:
    """ISO-TP between two addresses of a bus that somebody else reads."""

    def __init__(self, bus: can.BusABC, *, hears: int, says: int) -> None:
        self._bus = bus
        self._hears = hears
        self._says = says
        self._channel = Channel()

    def take(self, frame: can.Message) -> bytes | None:
        """Return the message that this frame completes."""
        if frame.is_error_frame or frame.is_remote_frame or frame.is_fd:
            return None
        if frame.is_extended_id or frame.arbitration_id != self._hears:
            return None
        message = self._channel.receive(frame.data, now_us())
        self.go_on()
        return message

    def go_on(self) -> None:
        """Send what is due."""
        for data in self._channel.take_frames(now_us()):
            self._bus.send(can.Message(arbitration_id=self._says, data=data, is_extended_id=False))

    def send(self, data: bytes) -> None:
        """Send a message."""
        self._channel.send(data)
        self.go_on()


class CarOnCan:
    """Asks the car for its VIN on the bus that the unit itself is on."""

    def __init__(self, bus: can.BusABC, notify: Notify, now_ms: Callable[[], int]) -> None:
        self._bus = bus
        self._notify = notify
        self._now_ms = now_ms
        self._questions = Questions()
        self._talk = _Talk(bus, hears=CAR_ANSWER_ID, says=CAR_REQUEST_ID)

    def take(self, frame: can.Message | None) -> None:
        """Take a frame of the bus, `None` where none came; ask where it is time."""
        if frame is not None and frame.is_error_frame:
            self._questions.answered()  # a bus that is noisy is not silent
            self._notify(BusChanged(Bus.NOISY))
        elif frame is not None:
            answer = self._talk.take(frame)
            if answer:
                self._questions.answered()
                heard = vin_in_answer(answer)
                if heard is not None:
                    self._notify(heard)
        due, silent = self._questions.ask(self._now_ms())
        if silent is not None:
            self._notify(silent)
        if not due:
            return
        if self._is_off():
            self._notify(BusChanged(Bus.OFF))
            return
        try:
            self._talk.send(VIN_REQUEST)
        except can.CanError:
            self._notify(BusChanged(Bus.OFF))

    def _is_off(self) -> bool:
        with suppress(NotImplementedError):  # an adapter that does not tell
            return bool(self._bus.state is can.BusState.ERROR)
        return False


class SimulatedCar:
    """A car of our own on a CAN bus: says its VIN to who asks `22 F190` at 7E0, and nothing else.

    `vin` may be changed at any time; an empty one is refused with 31. `silent`: it answers nobody.
    """

    def __init__(self, bus: can.BusABC, vin: str) -> None:
        self.vin = vin
        self.silent = False
        self._bus = bus
        self._talk = _Talk(bus, hears=CAR_REQUEST_ID, says=CAR_ANSWER_ID)
        self._stop = Event()
        self._thread = Thread(target=self._run, name="car", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more, and close the bus."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._bus.shutdown()

    def _run(self) -> None:
        with suppress(can.CanError):
            while not self._stop.is_set():
                frame = self._bus.recv(_PATIENCE_S)
                request = self._talk.take(frame) if frame is not None else None
                if request:
                    self._answer(request)
                self._talk.go_on()

    def _answer(self, request: bytes) -> None:
        if self.silent:
            return
        if request != VIN_REQUEST:
            self._talk.send(negative(request[0], Nrc.SERVICE_NOT_SUPPORTED))
        elif self.vin:
            self._talk.send(b"\x62" + VIN_REQUEST[1:] + self.vin.encode("ascii"))
        else:
            self._talk.send(negative(request[0], Nrc.REQUEST_OUT_OF_RANGE))
