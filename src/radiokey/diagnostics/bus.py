"""A CAN bus of python-can, and the one thread that owns it: it comes back by itself when the bus was lost.

Real hardware is a URI: `can://socketcan/can0`, `can://slcan//dev/ttyACM0`; `can://virtual/NAME` is a bus
within one process. An interface that is taken down and up again, an adapter that is pulled and put back: each
is said once, ends what was going on, and is tried again every second.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final, Protocol, Self

import can

from radiokey.errors import InputError, UsageError
from radiokey.headunit.pairing import Bus
from radiokey.language.speech import gettext, later

AGAIN_S: Final = 1.0
"""How long after a bus was lost it is opened again."""
SEND_S: Final = 1.0
"""How long the adapter may take to have room for a frame."""
LOST: Final = (can.CanError, OSError)
"""What an adapter raises when the bus is lost: python-can's errors, and those of a driver beneath it."""

_SCHEME: Final = "can://"
_HINT: Final = later("like can://socketcan/can0, can://slcan//dev/ttyACM0 or can://virtual/NAME")


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
            raise UsageError(gettext("this is no address of a CAN bus"), hint=gettext(_HINT))
        if interface not in can.VALID_INTERFACES:
            raise UsageError(
                gettext("there is no CAN interface called {interface}", interface=interface),
                hint=gettext(_HINT),
            )
        return cls(interface, channel)

    def open(self) -> can.BusABC:
        """Return the bus, opened; raise `InputError`."""
        try:
            return can.Bus(interface=self.interface, channel=self.channel)
        except (*LOST, ImportError, ValueError) as error:
            name = type(error).__name__
            no_driver = isinstance(error, ImportError | can.CanInterfaceNotImplementedError)
            raise InputError(
                gettext(
                    "the CAN bus {interface}/{channel} cannot be opened",
                    interface=self.interface,
                    channel=self.channel,
                ),
                hint=gettext("is what drives this adapter installed? ({name})", name=name)
                if no_driver
                else gettext("is it up, and the adapter plugged in? ({name})", name=name),
            ) from error


class Opens(Protocol):
    """Opens a bus, again and again: a `CanAddress`."""

    def open(self) -> can.BusABC:
        """Return the bus, opened; raise `InputError`."""
        ...


class BusUser(Protocol):
    """What the thread of a bus works for. All of it is called in that thread."""

    def take(self, frame: can.Message | None) -> float:
        """Take a frame, `None` where none came in time; return how long nothing else is due, in seconds."""
        ...

    def lose(self, why: str) -> None:
        """End what was going on: the bus is lost. Said once each time."""
        ...

    def regain(self) -> None:
        """Begin anew: the bus is there again."""
        ...

    def pass_time(self) -> None:
        """Do what is due without a bus, about every `AGAIN_S`."""
        ...


class BusThread:
    """One thread that owns a bus, so that a frame is answered without a hop.

    `failed` is called in that thread where it ends by a mistake of ours, and not because it was stopped.
    """

    def __init__(self, opens: Opens, user: BusUser, name: str, failed: Callable[[], None]) -> None:
        self._opens = opens
        self._user = user
        self._failed = failed
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self.bus = opens.open()

    def start(self) -> None:
        """Begin to take frames."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more, and close the bus."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._close()

    def _run(self) -> None:
        lost = False
        try:
            while not self._stop.is_set():
                try:
                    self._serve(lost=lost)
                except LOST as error:
                    if not lost:
                        self._user.lose(str(error) or type(error).__name__)
                    lost = True
                    self._open_again()
        finally:  # however it ended: nobody takes frames any more
            if not self._stop.is_set():
                self._failed()

    def _serve(self, *, lost: bool) -> None:
        """Take frames until the stop; raise one of `LOST`."""
        frame = self.bus.recv(0.0)  # an interface that is down says so here
        if lost:
            self._user.regain()
        patience_s = self._user.take(frame)
        while not self._stop.is_set():
            patience_s = self._user.take(self.bus.recv(patience_s))

    def _open_again(self) -> None:
        self._close()
        while not self._stop.wait(AGAIN_S):
            self._user.pass_time()
            with suppress(InputError):
                self.bus = self._opens.open()
                return

    def _close(self) -> None:
        with suppress(*LOST):  # what is lost may not close either
            self.bus.shutdown()


_ERROR_SIZE: Final = 8
_LOST_ARBITRATION, _NO_ACKNOWLEDGE, _BUS_OFF, _RESTARTED, _COUNTERS = 0x02, 0x20, 0x40, 0x100, 0x200
"""Classes of an error frame, in its identifier: Linux's `can/error.h`."""
_HARMLESS: Final = _LOST_ARBITRATION | _COUNTERS


def bus_in_error(frame: can.Message) -> Bus | None:
    """Return what an error frame says of the bus, `None` where it is nothing out of the way.

    Linux names the class of an error; a frame in the form of another adapter is noise.
    """
    kinds = frame.arbitration_id if len(frame.data) == _ERROR_SIZE else 0
    if kinds & _BUS_OFF:
        return Bus.OFF
    if kinds & _RESTARTED or (kinds & _NO_ACKNOWLEDGE and not kinds & ~(_NO_ACKNOWLEDGE | _HARMLESS)):
        return Bus.SILENT  # it is there, and nobody on it
    return None if kinds and not kinds & ~_HARMLESS else Bus.NOISY
