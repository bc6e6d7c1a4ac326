"""The unit on a CAN bus: requests on 7A0 and 7DF, answers on 7A8, ISO-TP by can-isotp, the bus by python-can.

Real hardware is a URI: `can://socketcan/can0`, `can://slcan//dev/ttyACM0`; `can://virtual/NAME` is a bus
within one process. One thread owns the bus, so that a frame is answered without a hop.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final, Self

import can
import isotp

from radiokey.diagnostics import uds
from radiokey.diagnostics.server import PENDING_AGAIN_S, PENDING_FIRST_S, Plug
from radiokey.errors import InputError, UsageError

REQUEST_ID: Final = 0x7A0
FUNCTIONAL_ID: Final = 0x7DF
ANSWER_ID: Final = 0x7A8
REQUEST_SIZE_MAX: Final = 4_095

_SCHEME: Final = "can://"
_SINGLE_FRAME_MAX: Final = 7
_BUSY_S: Final = 0.001
_IDLE_S: Final = 0.05
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


class CanServer:
    """A unit on one bus: all its testers are one, as the bus does not tell them apart."""

    def __init__(self, plug: Plug, bus: can.BusABC, failed: Callable[[], None] = lambda: None) -> None:
        self._plug = plug
        self._bus = bus
        self._failed = failed
        self._tester = plug.join()
        self._inbox: deque[isotp.CanMessage] = deque()
        self._layer = isotp.TransportLayerLogic(
            rxfn=self._next_frame,
            txfn=self._send_frame,
            address=isotp.Address(isotp.AddressingMode.Normal_11bits, rxid=REQUEST_ID, txid=ANSWER_ID),
            params={"max_frame_size": REQUEST_SIZE_MAX, "blocksize": 0, "stmin": 0},
        )
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
        try:
            while not self._stop.is_set():
                frame = self._bus.recv(self._patience_s())
                if frame is None:
                    self._plug.tick()
                else:
                    self._take(frame)
                self._layer.process(0.0)
                while self._layer.available():
                    request = self._layer.recv()
                    if request:
                        self._ask(bytes(request), functional=False)
        except can.CanError:
            self._failed()

    def _patience_s(self) -> float:
        """Return how long nothing but a frame is waited for: not at all where one of ours is due."""
        if self._layer.is_tx_transmitting_cf():
            return self._layer.next_cf_delay() or 0.0
        return _BUSY_S if self._layer.transmitting() else _IDLE_S

    def _take(self, frame: can.Message) -> None:
        if frame.is_error_frame or frame.is_remote_frame or frame.is_extended_id or not frame.data:
            return
        frames = self._plug.frames
        if frames is not None and frame.arbitration_id in {REQUEST_ID, FUNCTIONAL_ID}:
            frames.can(frame.arbitration_id, bytes(frame.data), to_unit=True)
        if frame.arbitration_id == REQUEST_ID:
            self._inbox.append(isotp.CanMessage(arbitration_id=REQUEST_ID, data=bytes(frame.data)))
        elif frame.arbitration_id == FUNCTIONAL_ID and 0 < frame.data[0] <= _SINGLE_FRAME_MAX:
            # A request to all units is one frame: nobody else may answer it with flow control.
            data = bytes(frame.data[1 : 1 + frame.data[0]])
            if len(data) == frame.data[0]:
                self._ask(data, functional=True)

    def _ask(self, request: bytes, *, functional: bool) -> None:
        plug = self._plug
        plug.watch(f"<{FUNCTIONAL_ID if functional else REQUEST_ID:03X}", request)
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
        return work.result(), said

    def _say(self, data: bytes) -> None:
        self._plug.watch(f">{ANSWER_ID:03X}", data)
        self._layer.send(data)
        self._layer.process(0.0, do_rx=False)

    def _next_frame(self, _timeout: float) -> isotp.CanMessage | None:
        return self._inbox.popleft() if self._inbox else None

    def _send_frame(self, frame: isotp.CanMessage) -> None:
        if self._plug.frames is not None:
            self._plug.frames.can(frame.arbitration_id, bytes(frame.data), to_unit=False)
        self._bus.send(
            can.Message(arbitration_id=frame.arbitration_id, data=frame.data, is_extended_id=False)
        )
