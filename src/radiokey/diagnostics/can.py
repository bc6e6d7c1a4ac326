"""The unit on a CAN bus: requests on 7A0 and 7DF, answers on 7A8, ISO-TP by `isotp`, the bus by python-can.

Real hardware is a URI: `can://socketcan/can0`, `can://slcan//dev/ttyACM0`; `can://virtual/NAME` is a bus
within one process. One thread owns the bus, so that a frame is answered without a hop.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final, Self

import can

from radiokey.diagnostics import uds
from radiokey.diagnostics.car_can import CarOnCan, now_us
from radiokey.diagnostics.isotp import SINGLE_MAX, Channel
from radiokey.diagnostics.server import JOBS_MAX, PENDING_AGAIN_S, PENDING_FIRST_S, Plug
from radiokey.errors import InputError, UsageError

REQUEST_ID: Final = 0x7A0
FUNCTIONAL_ID: Final = 0x7DF
ANSWER_ID: Final = 0x7A8

_SCHEME: Final = "can://"
_US_IN_S: Final = 1_000_000
_TICK_US: Final = 50_000
_SEND_S: Final = 1.0
"""How long the adapter may take to have room for a frame."""
_HEARD: Final = f"<{REQUEST_ID:03X}"
_HEARD_BY_ALL: Final = f"<{FUNCTIONAL_ID:03X}"
_SAID: Final = f">{ANSWER_ID:03X}"
_HINT: Final = "like can://socketcan/can0, can://slcan//dev/ttyACM0 or can://virtual/NAME"


@dataclass(frozen=True, slots=True)
class CanAddress:
    """A bus: python-can's name of the interface, and the channel on it."""

    interface: str
    channel: str

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Return the bus that a URI names; raise `UsageError`."""
        interface, _, channel = uri.removeprefix(_SCHEME).partition("/")
        if not uri.startswith(_SCHEME) or not interface.isidentifier() or not channel:
            raise UsageError("this is no address of a CAN bus", hint=_HINT)
        if interface not in can.VALID_INTERFACES:
            raise UsageError(f"there is no CAN interface called {interface}", hint=_HINT)
        return cls(interface, channel)

    def open(self) -> can.BusABC:
        """Return the bus, opened; raise `InputError`."""
        try:
            return can.Bus(interface=self.interface, channel=self.channel)
        except (can.CanError, OSError, ImportError, ValueError) as error:
            raise InputError(
                f"the CAN bus {self.interface}/{self.channel} cannot be opened",
                hint=f"is it up, and the adapter plugged in? ({type(error).__name__})",
            ) from error


class _Frame(can.Message):
    """A frame of ours. A virtual bus copies each frame deeply, for each listener: this knows how."""

    __slots__ = ()

    def __deepcopy__(self, _memo: object) -> can.Message:
        return can.Message(arbitration_id=self.arbitration_id, data=bytes(self.data), is_extended_id=False)


class CanServer:
    """A unit on one bus: all its testers are one, as the bus does not tell them apart.

    `car` asks on the same bus which car this is, where the unit wants to know.
    """

    def __init__(
        self,
        plug: Plug,
        bus: can.BusABC,
        failed: Callable[[], None] = lambda: None,
        car: CarOnCan | None = None,
    ) -> None:
        self._plug = plug
        self._car = car
        self._bus = bus
        self._failed = failed
        self._tester = plug.join()
        self._channel = Channel()
        self._tick_due_us = 0
        self._stop = Event()
        self._thread = Thread(target=self._run, name="can", daemon=True)
        self._pool = ThreadPoolExecutor(1, "can-work")

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is begun, and close the bus."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown()
        with self._plug.lock:
            self._plug.leave(self._tester)
        self._bus.shutdown()

    def _run(self) -> None:
        patience_s = 0.0
        try:
            while not self._stop.is_set():
                frame = self._bus.recv(patience_s)
                if frame is not None:
                    self._take(frame)
                if self._car is not None:
                    self._car.take(frame)
                patience_s = self._send_due()
        except can.CanError:
            return
        finally:  # however it ended: nobody takes frames any more
            if not self._stop.is_set():
                self._failed()

    def _send_due(self) -> float:
        """Send the frames that are due, and let time pass; return how long nothing else is, in seconds."""
        at_us = now_us()
        for data in self._channel.take_frames(at_us):
            self._send(data)
        if at_us >= self._tick_due_us:
            self._plug.tick()
            self._tick_due_us = at_us + _TICK_US
        due_us = self._channel.due_us()
        until_us = self._tick_due_us if due_us is None else min(due_us, self._tick_due_us)
        return max(0, until_us - at_us) / _US_IN_S

    def _take(self, frame: can.Message) -> None:
        if frame.is_error_frame or frame.is_remote_frame or frame.is_extended_id or frame.is_fd:
            return
        data = frame.data
        frames = self._plug.frames
        if frames is not None and frame.arbitration_id in {REQUEST_ID, FUNCTIONAL_ID}:
            frames.can(frame.arbitration_id, bytes(data), to_unit=True)
        if frame.arbitration_id == REQUEST_ID:
            request = self._channel.receive(data, now_us())
            if request:
                self._ask(request, functional=False)
        elif frame.arbitration_id == FUNCTIONAL_ID and data and 0 < data[0] <= min(SINGLE_MAX, len(data) - 1):
            # A request to all units is one frame: nobody else may answer it with flow control.
            self._ask(bytes(data[1 : 1 + data[0]]), functional=True)

    def _ask(self, request: bytes, *, functional: bool) -> None:
        if self._channel.unsent >= JOBS_MAX:
            return  # this tester does not take what it asked for
        plug = self._plug
        plug.watch(_HEARD_BY_ALL if functional else _HEARD, request)
        if uds.is_quick(request) and plug.lock.acquire(blocking=False):
            try:
                answer, said = plug.handle(self._tester, request, functional=functional), False
            finally:
                plug.lock.release()
        else:
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

    def _send(self, data: bytes) -> None:
        if self._plug.frames is not None:
            self._plug.frames.can(ANSWER_ID, data, to_unit=False)
        self._bus.send(_Frame(arbitration_id=ANSWER_ID, data=data, is_extended_id=False), _SEND_S)
