"""The unit on a CAN bus: requests on 7A0 and 7DF, answers on 7A8, ISO-TP by `isotp`, the bus by `bus`.

One thread owns the bus, so that a frame is answered without a hop. When the bus is lost, when its controller
is off the bus, and when it takes no frame any more, what the tester had is over as after any lost connection;
the unit says so, keeps the trouble code, and goes on when the bus is back.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import can

from radiokey.clock import US_IN_S
from radiokey.diagnostics import uds
from radiokey.diagnostics.bus import LOST, SEND_S, BusThread, Opens, bus_in_error
from radiokey.diagnostics.car import CAR_REQUEST_ID, BusEvent
from radiokey.diagnostics.car_can import CarOnCan
from radiokey.diagnostics.isotp import SINGLE_MAX, Channel
from radiokey.diagnostics.monotonic import now_us
from radiokey.diagnostics.server import JOBS_MAX, PENDING_AGAIN_S, PENDING_FIRST_S, Plug
from radiokey.headunit.events import BusChanged
from radiokey.headunit.pairing import Bus

REQUEST_ID: Final = 0x7A0
FUNCTIONAL_ID: Final = 0x7DF
ANSWER_ID: Final = 0x7A8

_OURS: Final = frozenset({REQUEST_ID, FUNCTIONAL_ID})
_ABOUT: Final = "can"
_TICK_US: Final = 50_000
_HEARD: Final = f"<{REQUEST_ID:03X}"
_HEARD_BY_ALL: Final = f"<{FUNCTIONAL_ID:03X}"
_SAID: Final = f">{ANSWER_ID:03X}"


class _Frame(can.Message):
    """A frame of ours, sent once and then nobody's.

    A virtual bus makes a deep copy for each that listens, of 15 microseconds, and names itself in the copy.
    The first may have the frame itself, since nobody else has it any more; each one after it gets another.
    """

    __slots__ = ("sent",)

    sent: tuple[int, bytes]
    """Identifier and data: who gets another does not see what the first makes of its own."""

    def __deepcopy__(self, _memo: object) -> can.Message:
        return self if self.channel is None else _frame(*self.sent)


def _frame(identifier: int, data: bytes) -> _Frame:
    frame = _Frame(arbitration_id=identifier, data=data, is_extended_id=False)
    frame.sent = identifier, data
    return frame


class CanServer:
    """A unit on one bus: all its testers are one, as the bus does not tell them apart.

    `car` asks on the same bus which car this is, where the unit wants to know. `failed`: see `BusThread`.
    """

    def __init__(
        self,
        plug: Plug,
        opens: Opens,
        car: CarOnCan | None = None,
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        self._plug = plug
        self._car = car
        self._thread = BusThread(opens, self, "can", failed)
        self._tester = plug.join()
        self._channel = Channel()
        self._heard: deque[BusEvent] = deque()
        self._off = False
        self._tick_due_us = 0
        self._pool = ThreadPoolExecutor(1, "can-work")

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is begun, and close the bus."""
        self._thread.stop()
        self._pool.shutdown()
        with self._plug.lock:
            self._plug.leave(self._tester)

    # --- the bus --------------------------------------------------------------------------------------------

    def take(self, frame: can.Message | None) -> float:
        """Take a frame; send what is due, and let time pass."""
        if frame is not None:
            self._take(frame)
        if self._car is not None:
            self._ask_car(self._car)
        return self._send_due()

    def lose(self, why: str) -> None:
        """End what the tester had: nothing of it goes on when the bus is back."""
        if self._off:
            return
        self._off = True
        self._channel = Channel()
        self._heard.append(BusChanged(Bus.OFF))
        with self._plug.lock:
            self._tester.hang_up()
            self._plug.ecu.note_bus(off=True)
        self._plug.log(_ABOUT, f"the bus is off: {why}")

    def regain(self) -> None:
        """Take that the bus is there again; whether somebody is on it will be heard."""
        if not self._off:
            return
        self._off = False
        self._heard.append(BusChanged(Bus.SILENT))
        with self._plug.lock:
            self._plug.ecu.note_bus(off=False)
        self._plug.log(_ABOUT, "the bus is back")

    def pass_time(self) -> None:
        """Let the time of the unit go on without a bus."""
        self._tell_unit()
        self._plug.tick()

    def _send_due(self) -> float:
        """Send the frames that are due, and let time pass; return how long nothing else is, in seconds."""
        at_us = now_us()
        frames = self._plug.frames
        for data in self._channel.take_frames(at_us):
            if frames is not None:
                frames.can(ANSWER_ID, data, to_unit=False)
            if not self._put(ANSWER_ID, data, SEND_S):
                break
        if at_us >= self._tick_due_us:
            self._tell_unit()
            self._plug.tick()
            self._tick_due_us = at_us + _TICK_US
        until_us = self._tick_due_us
        due_us = self._channel.due_us
        if due_us is not None and due_us < until_us:
            until_us = max(due_us, at_us)
        return (until_us - at_us) / US_IN_S

    def _put(self, identifier: int, data: bytes, patience_s: float) -> bool:
        """Put a frame on the bus; say whether it was taken. A bus that takes none is off."""
        try:
            self._thread.bus.send(_frame(identifier, data), patience_s)
        except LOST as error:
            self.lose(f"it takes no frame ({error})")
            return False
        if self._off:
            self.regain()
        return True

    # --- frames ---------------------------------------------------------------------------------------------

    def _take(self, frame: can.Message) -> None:
        if frame.is_error_frame:
            self._take_error(frame)
            return
        if self._off:
            self.regain()
        if frame.is_remote_frame or frame.is_extended_id or frame.is_fd:
            return
        identifier, data = frame.arbitration_id, frame.data
        if self._plug.frames is not None and identifier in _OURS:
            self._plug.frames.can(identifier, bytes(data), to_unit=True)
        if identifier == REQUEST_ID:
            request = self._channel.receive(data, now_us())
            if request:
                self._ask(request, functional=False)
        elif identifier == FUNCTIONAL_ID and data and 0 < data[0] <= min(SINGLE_MAX, len(data) - 1):
            # A request to all units is one frame: nobody else may answer it with flow control.
            self._ask(bytes(data[1 : 1 + data[0]]), functional=True)
        elif self._car is not None:
            self._heard.extend(self._car.hear(identifier, data))

    def _take_error(self, frame: can.Message) -> None:
        bus = bus_in_error(frame)
        if bus is Bus.OFF:
            self.lose("its controller is off the bus")
        elif bus is not None:
            self.regain()
            if self._car is not None:
                self._car.hear_error(bus)

    # --- requests -------------------------------------------------------------------------------------------

    def _ask(self, request: bytes, *, functional: bool) -> None:
        if self._channel.unsent >= JOBS_MAX:
            return  # this tester does not take what it asked for
        plug = self._plug
        plug.watch(_HEARD_BY_ALL if functional else _HEARD, request)
        answer, said = plug.answer_at_once(self._tester, request, functional=functional), False
        if answer is None:
            work = self._pool.submit(plug.work, self._tester, request, functional=functional)
            answer, said = self._wait_for(work, request)
        if answer.data and (said or not answer.quiet):
            self._say(answer.data)

    def _wait_for(self, work: Future[uds.Answer], request: bytes) -> tuple[uds.Answer, bool]:
        """Return the answer once it is there, and whether the tester heard meanwhile that it takes longer."""
        said = False
        while not work.done():
            try:
                work.result(PENDING_AGAIN_S if said else PENDING_FIRST_S)
            except TimeoutError:
                if uds.wants_answer(request):
                    said = True
                    self._say(uds.still_working(request))
                    self._send_due()
        return work.result(), said

    def _say(self, data: bytes) -> None:
        self._plug.watch(_SAID, data)
        self._channel.send(data)

    # --- the car --------------------------------------------------------------------------------------------

    def _ask_car(self, car: CarOnCan) -> None:
        """Send what is due to the car, and take what its silence says."""
        self._heard.extend(car.ask())
        for data in car.take_frames():
            if not self._put(CAR_REQUEST_ID, data, 0.0):
                car.give_up()
                break
        self._tell_unit()

    def _tell_unit(self) -> None:
        """Tell the unit what was heard of bus and car, unless somebody acts just now: then a moment later."""
        if self._heard and self._plug.lock.acquire(blocking=False):
            try:
                while self._heard:
                    self._plug.ecu.handle(self._heard.popleft())
            finally:
                self._plug.lock.release()
