"""What goes wrong on a CAN bus: lost and back, no frame taken, off the bus, late in a transfer. The unit goes on."""

import copy
import queue
import uuid
from contextlib import contextmanager
from threading import Event

import can
import pytest
from plugged import Plugged, RamFirmware, make_ecu

from radiokey.diagnostics import bus as buses
from radiokey.diagnostics.bus import CanAddress
from radiokey.diagnostics.can import CanServer
from radiokey.diagnostics.car_can import SimulatedCar
from radiokey.diagnostics.monotonic import now_ms
from radiokey.diagnostics.names import Session
from radiokey.diagnostics.server import Plug
from radiokey.diagnostics.troubles import Trouble
from radiokey.errors import InputError
from radiokey.headunit.lock import State

OFF_NOW, WAS_OFF = 0x29, 0x28


class Adapter:
    """A bus on a virtual channel; while the adapter is pulled it can be neither used nor opened."""

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex
        self.pulled = False
        self.tried = Event()

    def open(self) -> can.BusABC:
        if self.pulled:
            self.tried.set()
            raise InputError("there is no such adapter")
        self.bus = CanAddress("virtual", self.name).open()
        return self.bus

    def pull(self) -> None:
        self.pulled = True
        self.bus.shutdown()


class Log:
    """A log that a test can wait for."""

    def __init__(self) -> None:
        self._lines = queue.Queue()

    def __call__(self, about, what):
        self._lines.put(f"{about}: {what}")

    def next(self) -> str:
        return self._lines.get(timeout=20)

    def all(self) -> list[str]:
        return [self._lines.get() for _ in range(self._lines.qsize())]


class Full:
    """A bus on which nobody acknowledges: it takes so many frames, and then none."""

    def __init__(self, room: int = 0) -> None:
        self.room = room
        self.sent = []

    def send(self, frame, _timeout=None):
        if not self.room:
            raise can.CanOperationError("Transmit buffer full")
        self.room -= 1
        self.sent.append(frame.data.hex())

    def shutdown(self):
        """Do nothing."""


def request(data, identifier=0x7A0, **more):
    return can.Message(arbitration_id=identifier, data=bytes.fromhex(data), is_extended_id=False, **more)


@contextmanager
def unit_at(adapter, **more):
    """A unit with its server, whose thread the test starts if it wants it, and the log."""
    log = Log()
    plug = Plug(make_ecu(**more), now_ms, log=log)
    server = CanServer(plug, adapter)
    try:
        yield server, plug.ecu, log
    finally:
        server.stop()


def put_on(server, bus):
    """Put the server, whose thread does not run, on another bus."""
    server._thread.bus.shutdown()
    server._thread.bus = bus
    return bus


def bus_trouble(ecu):
    return dict(ecu.troubles())[Trouble.BUS]


def test_a_bus_that_was_lost_comes_back_and_what_a_tester_had_is_over(monkeypatch):
    """Serving ended with the bus, for all testers, and with the exit code of a good end."""
    monkeypatch.setattr(buses, "AGAIN_S", 0.001)
    adapter = Adapter()
    with unit_at(adapter) as (server, ecu, log), can.Bus(interface="virtual", channel=adapter.name) as tester:
        server.start()
        tester.send(request("021003"))
        assert tester.recv(20).data.hex() == "06500301f401f4"
        adapter.pull()
        assert log.next() == "can: the bus is off: Cannot operate on a closed bus"
        assert adapter.tried.wait(20)
        assert (server._tester.session, bus_trouble(ecu)) == (Session.DEFAULT, OFF_NOW)
        adapter.pulled = False
        assert log.next() == "can: the bus is back"
        tester.send(request("0322f186"))
        assert tester.recv(20).data.hex() == "0462f18601"
        assert bus_trouble(ecu) == WAS_OFF
        assert (ecu.state, log.all()) == (State.PLAYING, [])


def test_an_answer_that_nobody_takes_is_given_up_and_said_once():
    """A tester that is unplugged in the middle of an answer ended the unit."""
    with unit_at(Adapter()) as (server, ecu, log):
        full = put_on(server, Full(room=2))
        server.take(request("1010220102030405"))  # a long request, to which flow control goes out
        server.take(request("0322f190"))
        server.take(request("300000"))
        server.take(request("0322f190"))
        assert full.sent == ["300000", "101462f190534a4e"]
        assert log.all() == [
            "can: the bus is off: it takes no frame (Transmit buffer full)",
            "can: the bus is back",
            "can: the bus is off: it takes no frame (Transmit buffer full)",
        ]
        assert bus_trouble(ecu) == OFF_NOW
        full.room = 100
        server.take(None)
        server.take(request("023e00"))
        assert full.sent[2:] == ["027e00"], "nothing of an answer from before"
        assert bus_trouble(ecu) == WAS_OFF


def test_a_controller_that_is_off_the_bus_is_said_once_and_heard_when_it_is_back():
    off = can.Message(arbitration_id=0x40, data=bytes(8), is_error_frame=True)
    with unit_at(Adapter()) as (server, ecu, log):
        for _ in range(100):
            server.take(off)
        assert (log.all(), bus_trouble(ecu)) == (
            ["can: the bus is off: its controller is off the bus"],
            OFF_NOW,
        )
        server.take(can.Message(arbitration_id=0x100, data=bytes(8), is_error_frame=True))
        assert (log.all(), bus_trouble(ecu)) == (["can: the bus is back"], WAS_OFF)
        for kinds in (0x02, 0x08, 0x20):
            server.take(can.Message(arbitration_id=kinds, data=bytes(8), is_error_frame=True))
        assert (log.all(), ecu.state) == ([], State.PLAYING)


@pytest.mark.parametrize("how", ["error frame", "no room"])
def test_a_bus_that_fails_late_in_a_download_keeps_it_open_for_nobody(how):
    """Until S3 another tester was refused with 22, over whatever wire it came."""
    firmware = RamFirmware()
    with unit_at(Adapter(), firmware=firmware) as (server, ecu, _):
        here = Plugged(ecu, server._plug.now_ms())
        here.tester = server._tester
        there = here.another(number=9)
        for one in (here, there):
            assert one.ask("1002")[:4] == "5002"
            one.unlock_workshop()
        assert here.ask("340022100000000008")[:2] == "7F"
        assert here.ask("3400221000000800")[:2] == "7F"
        assert here.ask("34002210000008") == "74200FFF"
        assert here.ask("3601" + "00" * 7) == "7601"
        assert there.ask("34002210000008") == "7F3422"
        if how == "error frame":
            server.take(can.Message(arbitration_id=0x40, data=bytes(8), is_error_frame=True))
        else:
            put_on(server, Full())
            server.take(request("023e00"))
        assert firmware.aborted == 1
        assert there.ask("34002210000008") == "74200FFF"
        assert here.ask("3602" + "00") == "7F367F"


def test_a_flood_of_other_frames_keeps_no_request_waiting_for_ever():
    """And costs nothing that stays: no answer, no state, no line."""
    with unit_at(Adapter()) as (server, ecu, log):
        room = put_on(server, Full(room=10))
        before = bus_trouble(ecu)
        for number in range(2_000):
            server.take(request(f"{number % 256:02x}" * 8, 0x100 + number % 0x600))
        server.take(request("023e00"))
        assert room.sent[-1] == "027e00"
        assert all(frame.startswith("30") for frame in room.sent[:-1])
        assert (log.all(), bus_trouble(ecu), server._channel.unsent) == ([], before, 0)


def test_a_car_of_our_own_goes_on_after_its_bus_was_lost(monkeypatch):
    """Its thread ended without a word, and the car looked as if it were there."""
    monkeypatch.setattr(buses, "AGAIN_S", 0.001)
    adapter, log = Adapter(), Log()
    with can.Bus(interface="virtual", channel=adapter.name) as unit:
        car = SimulatedCar(adapter, "SJNFAAN16U0123456", log)
        car.start()
        adapter.pull()
        assert log.next().startswith("can: the bus is off")
        adapter.pulled = False
        assert log.next() == "can: the bus is back"
        unit.send(request("0322f190", 0x7E0))
        assert unit.recv(20).data.hex() == "101462f190534a4e"
        car.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_ends_the_thread_and_is_said():
    """A unit that nobody hears any more must not look as if it were served."""

    class Wrong(Full):
        def recv(self, _timeout):
            raise ValueError("ours")

        def open(self):
            return self

    said = Event()
    server = CanServer(Plug(make_ecu(), int), Wrong(), failed=said.set)
    server.start()
    try:
        assert said.wait(20)
    finally:
        server.stop()


def test_who_listens_has_a_frame_of_its_own():
    """A virtual bus makes a deep copy for each: the first has our frame, and may change it."""

    class TwoListen(Full):
        def send(self, frame, _timeout=None):
            self.heard = []
            for number in range(2):
                one = copy.deepcopy(frame)
                one.channel = number
                self.heard.append((one, one.arbitration_id, one.data.hex()))
                one.arbitration_id, one.data[:] = 0, b"changed"

    with unit_at(Adapter()) as (server, _, _):
        bus = put_on(server, TwoListen())
        server.take(request("023e00"))
    (first, *said), (second, *said_again) = bus.heard
    assert first is not second
    assert said == said_again == [0x7A8, "027e00"]
