"""The car at a real bus: asked for its VIN by frames and datagrams that are written out here, byte by byte (row 12)."""

import asyncio
import socket
import uuid
from contextlib import contextmanager
from dataclasses import replace

import can
import pytest
from plugged import Plugged, make_ecu

from radiokey.diagnostics.bus import CanAddress, bus_in_error
from radiokey.diagnostics.can import CanServer
from radiokey.diagnostics.car import (
    ASK_EVERY_MS,
    CarOnDoip,
    Questions,
    SimulatedGateway,
    identification_request,
    vin_in_answer,
    vin_in_datagram,
)
from radiokey.diagnostics.car_can import CarOnCan, SimulatedCar
from radiokey.diagnostics.monotonic import now_ms
from radiokey.diagnostics.server import Plug, log_nowhere
from radiokey.headunit.events import BusChanged, Ignition, IgnitionTurned, VinHeard
from radiokey.headunit.lock import State
from radiokey.headunit.pairing import Bus
from radiokey.headunit.policy import REFERENCE

OWN, OTHER = b"VF1LM1B0H35000001", b"VF1LM1B0H35000002"
PAIRS = replace(REFERENCE, pairs=True)
SILENT, OFF = BusChanged(Bus.SILENT), BusChanged(Bus.OFF)


# --- what is asked and what is heard


def test_the_car_is_asked_every_second_and_is_silent_once_two_questions_had_no_answer():
    questions, told = Questions(), []
    for at_ms in range(0, 5 * ASK_EVERY_MS, ASK_EVERY_MS // 2):
        due, silent = questions.ask(at_ms)
        told.append((due, silent))
        if at_ms == 3 * ASK_EVERY_MS:
            assert questions.take_answer()
            assert not questions.take_answer(), "nobody asked a second time"
    assert [due for due, _ in told] == [True, False] * 5
    assert [silent for due, silent in told if due] == [None, None, SILENT, SILENT, None]


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (b"\x62\xf1\x90" + OWN, VinHeard(OWN)),
        (b"\x62\xf1\x90" + OWN[:-1], VinHeard(OWN[:-1])),
        (b"\x62\xf1\x8c" + OWN, VinHeard(b"")),
        (b"", VinHeard(b"")),
        (b"\x7f\x22\x31", SILENT),
        (b"\x7f\x22\x78", None),
    ],
)
def test_what_a_car_says_to_22_f190(answer, heard):
    assert vin_in_answer(answer) == heard


def announcement(  # noqa: PLR0913 - each field of it
    vin=OWN, *, version=2, inverse=None, kind=4, length=None, tail=b"\x00\x01" + bytes(13)
):
    """A vehicle identification response, field by field as ISO 13400-2 has it."""
    body = vin + tail
    head = bytes((version, (version ^ 0xFF) if inverse is None else inverse)) + kind.to_bytes(2)
    return head + (len(body) if length is None else length).to_bytes(4) + body


@pytest.mark.parametrize(
    ("datagram", "heard"),
    [
        (announcement(), VinHeard(OWN)),
        (announcement(tail=b"\x00\x01" + bytes(14)), VinHeard(OWN)),
        (announcement(version=3), VinHeard(OWN)),
        (announcement(bytes(17)), SILENT),
        (announcement(b"\xff" * 17), SILENT),
        (b"\x02\xfd\x00\x00\x00\x00\x00\x01\x02", SILENT),
        (announcement(inverse=2), VinHeard(b"")),
        (announcement(length=31), VinHeard(b"")),
        (announcement(tail=b""), VinHeard(b"")),
        (announcement(kind=0x4004), VinHeard(b"")),
        (b"\x02\xfd", VinHeard(b"")),
        (b"", VinHeard(b"")),
    ],
)
def test_what_a_gateway_says_to_an_identification_request(datagram, heard):
    assert vin_in_datagram(datagram) == heard


def test_the_question_to_a_gateway_is_the_standards_and_our_own_car_answers_it():
    assert identification_request() == bytes.fromhex("02FD0001 00000000")
    car, sent = SimulatedGateway(OWN.decode()), []
    car._transport = type("Wire", (), {"sendto": lambda _self, data, _addr: sent.append(data)})()
    car.datagram_received(identification_request(), ("127.0.0.1", 1))
    assert sent == [announcement(tail=b"\x00\x01" + bytes(13))]
    car.silent = True
    car.datagram_received(identification_request(), ("127.0.0.1", 1))
    car.datagram_received(b"junk", ("127.0.0.1", 1))
    assert len(sent) == 1


# --- over a real socket


class Heard:
    """What a unit is told, and when it was the wanted thing."""

    def __init__(self) -> None:
        self.events, self._wanted = [], None

    def __call__(self, event) -> None:
        self.events.append(event)
        if self._wanted and event == self._wanted[0]:
            self._wanted[1].set()

    async def wait_for(self, event) -> None:
        self._wanted = (event, asyncio.Event())
        if event in self.events[-1:]:
            return
        await self._wanted[1].wait()


def test_over_doip_the_gateway_is_heard_at_its_own_address_and_its_absence_is_silence():
    async def run():
        told, clock = Heard(), iter(range(0, 10**9, ASK_EVERY_MS))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gateway:
            gateway.bind(("127.0.0.1", 0))
            gateway.setblocking(False)  # noqa: FBT003 - the name of socket's
            where = gateway.getsockname()
            car = CarOnDoip(told, lambda: next(clock))
            await car.start(*where)
            asked, unit = await asyncio.get_running_loop().sock_recvfrom(gateway, 100)
            assert asked == bytes.fromhex("02FD0001 00000000")
            gateway.sendto(announcement(), unit)
            await told.wait_for(VinHeard(OWN))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind(("127.0.0.1", 0))
                stranger.sendto(announcement(OTHER), unit)
            car.ask()
            await asyncio.get_running_loop().sock_recvfrom(gateway, 100)
            gateway.sendto(b"junk", unit)
            await told.wait_for(VinHeard(b""))
            assert VinHeard(OTHER) not in told.events, "whoever answers from elsewhere is not heard"
        car.ask()  # nobody is there any more
        await told.wait_for(SILENT)
        car.stop()

    asyncio.run(run())


def test_what_a_gateway_says_without_having_been_asked_is_not_heard():
    told, clock = [], Clock()
    car = CarOnDoip(told.append, clock)
    for _ in range(2):
        car.ask()
        for vin in (OWN, OTHER, OTHER):
            car.datagram_received(announcement(vin), ("127.0.0.1", 13400))
        clock.ms += ASK_EVERY_MS
    assert told == [VinHeard(OWN)] * 2


def test_a_network_that_is_gone_is_off_and_not_silent_too():
    """It was told twice a second, in turn: off, since nothing left, and silent, since nothing came."""

    class Gone:
        def sendto(self, _data):
            car.error_received(OSError(101, "Network is unreachable"))

    told, clock = [], Clock()
    car = CarOnDoip(told.append, clock)
    car._transport = Gone()
    for _ in range(5):
        car.ask()
        clock.ms += ASK_EVERY_MS
    assert told == [OFF] * 5


# --- over a bus


class Clock:
    """Says the time that the test makes it."""

    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        return self.ms


@contextmanager
def unit_on_a_bus():
    """A unit that pairs, and the frames of a car that are put on its bus by hand."""
    name = uuid.uuid4().hex
    plug = Plug(make_ecu(PAIRS), now_ms)
    clock = Clock()
    server = CanServer(plug, CanAddress.parse(f"can://virtual/{name}"), CarOnCan(clock))
    car = can.Bus(interface="virtual", channel=name)
    try:
        yield plug.ecu, server, car, clock
    finally:
        server.stop()
        car.shutdown()


def frame_of(bus, number):
    while True:
        frame = bus.recv(10)
        assert frame is not None, "nothing came"
        if frame.arbitration_id == number:
            return bytes(frame.data)


def send(bus, number, data, **other):
    bus.send(can.Message(arbitration_id=number, data=data, is_extended_id=False, **other))


def say_vin(bus, vin, clock):
    """Answer one question as ISO 15765-2 has it: a first frame, the unit's flow control, the rest."""
    clock.ms += ASK_EVERY_MS
    assert frame_of(bus, 0x7E0)[:4] == b"\x03\x22\xf1\x90"
    body = b"\x62\xf1\x90" + vin
    send(bus, 0x7E8, b"\x10" + bytes((len(body),)) + body[:6])
    assert frame_of(bus, 0x7E0)[0] >> 4 == 3
    for number, at in enumerate(range(6, len(body), 7), start=1):
        send(bus, 0x7E8, bytes((0x20 | number,)) + body[at : at + 7])


def test_over_can_the_unit_asks_hears_pairs_and_in_another_car_is_protected():
    with unit_on_a_bus() as (ecu, server, car, clock):
        server.start()
        assert frame_of(car, 0x7E0)[:4] == b"\x03\x22\xf1\x90"  # the first question, which nobody answers
        while not ecu.unit.paired:
            say_vin(car, OWN, clock)
        assert (ecu.unit.bus, ecu.unit.vin) == (Bus.HEARD, OWN.decode())
        one = Plugged(ecu)
        assert one.ask("22FD09FD0A") == f"62FD0903FD0A{OWN.hex().upper()}"
        with server._plug.lock:
            ecu.handle(IgnitionTurned(Ignition.OFF))
            ecu.handle(IgnitionTurned(Ignition.ON))
        assert one.ask("22FD09FD0A") == "62FD0901", (
            "nothing was heard yet, and a VIN of yesterday is not said"
        )
        while ecu.state is not State.PROTECTED:
            say_vin(car, OTHER, clock)
        assert ecu.unit.status.errors == 0


def test_over_can_silent_noisy_and_off_are_states_of_their_own():
    with unit_on_a_bus() as (ecu, server, car, clock):

        def after(frame=None):
            """Return the state of the bus a second after a frame came, or none."""
            server.take(frame)
            clock.ms += ASK_EVERY_MS
            server.take(None)
            return ecu.unit.bus

        assert [after() for _ in range(3)][-1] is Bus.SILENT
        assert after(can.Message(is_error_frame=True)) is Bus.NOISY
        assert after(answer(b"\x03\x7f\x22\x31")) is Bus.SILENT
        assert after(answer(b"\x04\x62\xf1\x90?")) is Bus.NOISY
        for ignored in (
            answer(b"\x03\x7f\x22\x31", arbitration_id=0x7E9),
            answer(b"\x03\x7f\x22\x31", is_extended_id=True),
        ):
            server.take(ignored)
            assert ecu.unit.bus is Bus.NOISY
        server._thread.bus.shutdown()  # the adapter is gone
        assert {after() for _ in range(4)} == {Bus.OFF}, "and never silent as well"
        assert (ecu.state, ecu.unit.status.errors) == (State.PLAYING, 0)
        assert car.recv(0) is not None


def answer(data, **other):
    return can.Message(**{"arbitration_id": 0x7E8, "data": data, "is_extended_id": False, **other})


def test_who_answers_without_having_been_asked_is_not_heard():
    """A flood of answers is as good as one: each question takes one."""
    with unit_on_a_bus() as (ecu, server, _, clock):
        server.take(None)
        for _ in range(1_000):
            server.take(answer(b"\x04\x62\xf1\x90?"))
        assert len(server._heard) <= 1
        clock.ms += ASK_EVERY_MS
        server.take(answer(b"\x03\x7f\x22\x31"))
        server.take(None)
        assert ecu.unit.bus is Bus.NOISY


def test_what_is_heard_waits_while_somebody_acts_and_keeps_nobody_waiting():
    with unit_on_a_bus() as (ecu, server, _, _):
        server.take(None)
        with server._plug.lock:
            server.take(answer(b"\x04\x62\xf1\x90?"))
            assert ecu.unit.bus is Bus.SILENT
        server.take(None)
        assert ecu.unit.bus is Bus.NOISY


@pytest.mark.parametrize(
    ("kinds", "bus"),
    [
        (0x40, Bus.OFF),
        (0x44, Bus.OFF),
        (0x100, Bus.SILENT),
        (0x20, Bus.SILENT),
        (0x02, None),
        (0x202, None),
        (0x08, Bus.NOISY),
        (0x28, Bus.NOISY),
        (0x00, Bus.NOISY),
    ],
)
def test_an_error_frame_says_what_went_wrong(kinds, bus):
    """Classes of Linux's can/error.h. A controller off the bus was taken for noise, and a lost arbitration, which is everyday, too."""
    assert bus_in_error(can.Message(arbitration_id=kinds, is_error_frame=True, data=bytes(8))) is bus
    assert bus_in_error(can.Message(arbitration_id=kinds, is_error_frame=True, data=b"")) is Bus.NOISY


def test_a_car_of_our_own_says_its_vin_and_nothing_else():
    name = uuid.uuid4().hex
    address = CanAddress.parse(f"can://virtual/{name}")
    car, mine = SimulatedCar(address, OWN.decode(), log_nowhere), can.Bus(interface="virtual", channel=name)
    car.start()
    send(mine, 0x7E0, b"\x03\x22\xf1\x90")
    first = frame_of(mine, 0x7E8)
    assert first == b"\x10\x14\x62\xf1\x90" + OWN[:3]
    send(mine, 0x7E0, b"\x30\x00\x00")
    rest = frame_of(mine, 0x7E8)[1:] + frame_of(mine, 0x7E8)[1:]
    assert first[5:] + rest == OWN
    send(mine, 0x7E0, b"\x02\x10\x03")
    assert frame_of(mine, 0x7E8)[:4] == b"\x03\x7f\x10\x11"
    car.vin = ""
    send(mine, 0x7E0, b"\x03\x22\xf1\x90")
    assert frame_of(mine, 0x7E8)[:4] == b"\x03\x7f\x22\x31"
    car.stop()
    mine.shutdown()
