"""The car around a unit, at a real bus: it is asked for its VIN over and over, and the unit gets what comes.

No source that we know fixes a message in which a car says its VIN by itself, so none is made up: the unit
asks. Over CAN it is `22 F190` (ISO 14229-1) at the addresses that ISO 15765-4 gives the first control unit of
a car, 7E0 and 7E8; over DoIP it is the vehicle identification request (ISO 13400-2), one datagram to the
gateway's own address. What is heard is `VinHeard` or `BusChanged`; what follows from it is for
`radiokey.headunit.pairing` to say (docs/spec/pairing.md).

`SimulatedGateway` is a car of our own that answers. Pure but for the two that own a socket of an event loop.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from radiokey.clock import SECOND_MS
from radiokey.diagnostics.doip import (
    HEADER,
    VERSIONS,
    Identity,
    Occupancy,
    Payload,
    answer_datagram,
    encode,
)
from radiokey.diagnostics.names import NEGATIVE, POSITIVE, Did, Nrc, read_request
from radiokey.headunit.events import BusChanged, VinHeard
from radiokey.headunit.pairing import VIN_SIZE, Bus

ASK_EVERY_MS: Final = SECOND_MS
"""How often the car is asked."""
UNANSWERED_MAX: Final = 2
"""How many questions in a row may stay unanswered before the bus is silent."""

CAR_REQUEST_ID: Final = 0x7E0
CAR_ANSWER_ID: Final = 0x7E8
VIN_REQUEST: Final = read_request(Did.VIN)
VIN_ANSWER: Final = bytes((VIN_REQUEST[0] | POSITIVE,)) + VIN_REQUEST[1:]
_UNKNOWN: Final = (bytes(VIN_SIZE), b"\xff" * VIN_SIZE)
"""What a gateway without a VIN says in its place (ISO 13400-2)."""
_IDENTIFICATION_SIZES: Final = frozenset({32, 33})
_VERSION: Final = min(VERSIONS)
_INVERSE: Final = 0xFF

BusEvent = VinHeard | BusChanged
Notify = Callable[[BusEvent], None]
"""Takes what was heard."""


class Questions:
    """When the car is asked, and when it counts as silent."""

    __slots__ = ("_due_ms", "_unanswered")

    def __init__(self) -> None:
        self._due_ms: int | None = None
        self._unanswered = 0

    def ask(self, now_ms: int) -> tuple[bool, BusChanged | None]:
        """Say whether to ask now, and that the bus is silent where too many questions had no answer."""
        if self._due_ms is not None and now_ms < self._due_ms:
            return False, None
        silent = BusChanged(Bus.SILENT) if self._unanswered >= UNANSWERED_MAX else None
        self._due_ms = now_ms + ASK_EVERY_MS
        self._unanswered += 1
        return True, silent

    def take_answer(self) -> bool:
        """Note that something was heard; say whether it was waited for: one answer is, to a question."""
        waited, self._unanswered = self._unanswered > 0, 0
        return waited

    def give_up(self) -> None:
        """Note that nobody could be asked: who was not asked is not silent."""
        self._unanswered = 0


def vin_in_answer(data: bytes) -> BusEvent | None:
    """Return what the car said to `22 F190`; `None` where it says that it takes longer.

    A car that refuses says nothing of itself: that bus is silent. What is no answer to the question at all is
    heard as no VIN, which makes the bus noisy.
    """
    if data[:1] == bytes((NEGATIVE,)):
        pending = data[2:] == bytes((Nrc.REQUEST_CORRECTLY_RECEIVED_RESPONSE_PENDING,))
        return None if pending else BusChanged(Bus.SILENT)
    said = data.removeprefix(VIN_ANSWER)
    return VinHeard(said if len(said) != len(data) else b"")


def vin_in_datagram(data: bytes) -> BusEvent:
    """Return what a gateway said to an identification request; one that names no VIN is silent."""
    if len(data) < HEADER.size:
        return VinHeard(b"")
    version, inverse, kind, length = HEADER.unpack_from(data)
    payload = data[HEADER.size :]
    if version ^ inverse != _INVERSE or version not in VERSIONS or length != len(payload):
        return VinHeard(b"")
    if kind == Payload.NEGATIVE_ACKNOWLEDGE:
        return BusChanged(Bus.SILENT)
    if kind != Payload.IDENTIFICATION_RESPONSE or length not in _IDENTIFICATION_SIZES:
        return VinHeard(b"")
    vin = payload[:VIN_SIZE]
    return BusChanged(Bus.SILENT) if vin in _UNKNOWN else VinHeard(vin)


def identification_request() -> bytes:
    """Return the datagram that asks a gateway which car this is."""
    return encode(_VERSION, Payload.IDENTIFICATION_REQUEST, b"")


class CarOnDoip(asyncio.DatagramProtocol):
    """The gateway of the car at one address; an answer from elsewhere is not heard."""

    def __init__(self, notify: Notify, now_ms: Callable[[], int]) -> None:
        self._notify = notify
        self._now_ms = now_ms
        self._questions = Questions()
        self._transport: asyncio.DatagramTransport | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> None:
        """Begin to ask; raise `OSError` where there is no way to that address."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=(host, port))
        self._task = loop.create_task(self._ask_on())

    def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - asyncio's
        """Take an answer."""
        if self._questions.take_answer():
            self._notify(vin_in_datagram(data))

    def error_received(self, exc: Exception) -> None:
        """Take that a datagram did not leave: nobody listens there, or the network is gone."""
        self._questions.give_up()
        self._notify(BusChanged(Bus.SILENT if isinstance(exc, ConnectionRefusedError) else Bus.OFF))

    async def _ask_on(self) -> None:
        while True:
            self.ask()
            await asyncio.sleep(ASK_EVERY_MS / SECOND_MS)

    def ask(self) -> None:
        """Ask once, if it is time."""
        due, silent = self._questions.ask(self._now_ms())
        if silent is not None:
            self._notify(silent)
        if due and self._transport is not None:
            self._transport.sendto(identification_request())


class SimulatedGateway(asyncio.DatagramProtocol):
    """The gateway of a car of our own: says its VIN to who asks which car this is, and nothing else.

    `vin` may be changed at any time; an empty one is said as zeros, which is how a gateway says that it
    knows none. `silent`: it answers nobody.
    """

    ADDRESS: Final = 0x0001
    _ENTITY_ID: Final = bytes(6)

    def __init__(self, vin: str) -> None:
        self.vin = vin
        self.silent = False
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, host: str, port: int) -> int:
        """Begin to answer; return the port. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        return int(self._transport.get_extra_info("sockname")[1])

    def stop(self) -> None:
        """Answer no more."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer the one who asks."""
        who = Identity(self.vin, self._ENTITY_ID, self.ADDRESS)
        answer = None if self.silent else answer_datagram(data, who, Occupancy(0, 0))
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)
