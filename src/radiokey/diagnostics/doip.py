"""DoIP on the wire (ISO 13400-2): headers, payloads, and a reader that takes a stream as it comes.

Pure. A `Reader` is given whatever a connection delivered, joined or split, and gives back whole messages, and
what was wrong with those that are none (`BadHeader`).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

UNIT_ADDRESS: Final = 0x00E0
FUNCTIONAL_ADDRESS: Final = 0xE400
TESTER_ADDRESSES: Final = range(0x0E00, 0x1000)
REQUEST_SIZE_MAX: Final = 32_768
ADDRESSES_SIZE: Final = 4
PAYLOAD_SIZE_MAX: Final = ADDRESSES_SIZE + REQUEST_SIZE_MAX
VERSIONS: Final = frozenset({0x02, 0x03})
ANY_VERSION: Final = 0xFF
"""What an identification request may come with, since it does not know the unit's version."""

HEADER: Final = struct.Struct(">BBHI")
_ADDRESSES: Final = struct.Struct(">HH")
_INVERSE: Final = 0xFF


class Payload(IntEnum):
    """Payload types."""

    NEGATIVE_ACKNOWLEDGE = 0x0000
    IDENTIFICATION_REQUEST = 0x0001
    IDENTIFICATION_REQUEST_EID = 0x0002
    IDENTIFICATION_REQUEST_VIN = 0x0003
    IDENTIFICATION_RESPONSE = 0x0004
    ACTIVATION_REQUEST = 0x0005
    ACTIVATION_RESPONSE = 0x0006
    ALIVE_REQUEST = 0x0007
    ALIVE_RESPONSE = 0x0008
    ENTITY_STATUS_REQUEST = 0x4001
    ENTITY_STATUS_RESPONSE = 0x4002
    POWER_MODE_REQUEST = 0x4003
    POWER_MODE_RESPONSE = 0x4004
    DIAGNOSTIC = 0x8001
    DIAGNOSTIC_POSITIVE = 0x8002
    DIAGNOSTIC_NEGATIVE = 0x8003


class HeaderNack(IntEnum):
    """Why a message is refused by its header."""

    INCORRECT_PATTERN = 0x00
    UNKNOWN_PAYLOAD_TYPE = 0x01
    MESSAGE_TOO_LARGE = 0x02
    INVALID_PAYLOAD_LENGTH = 0x04


class Activation(IntEnum):
    """The answers to a routing activation."""

    UNKNOWN_SOURCE = 0x00
    NO_SOCKET_LEFT = 0x01
    OTHER_SOURCE_HERE = 0x02
    ACTIVE_ELSEWHERE = 0x03
    UNKNOWN_TYPE = 0x06
    DONE = 0x10


class DiagnosticNack(IntEnum):
    """Why a diagnostic message is not passed on."""

    INVALID_SOURCE = 0x02
    UNKNOWN_TARGET = 0x03


CLOSING: Final = frozenset({HeaderNack.INCORRECT_PATTERN, HeaderNack.INVALID_PAYLOAD_LENGTH})
"""What ends a connection: what follows could not be read any more."""

TCP_LENGTHS: Final = {
    Payload.NEGATIVE_ACKNOWLEDGE: (1, 1),
    Payload.ACTIVATION_REQUEST: (7, 11),
    Payload.ALIVE_REQUEST: (0, 0),
    Payload.ALIVE_RESPONSE: (2, 2),
    Payload.DIAGNOSTIC: (ADDRESSES_SIZE + 1, PAYLOAD_SIZE_MAX),
}
"""What a connection takes, with the shortest and the longest payload."""

UDP_LENGTHS: Final = {
    Payload.IDENTIFICATION_REQUEST: 0,
    Payload.IDENTIFICATION_REQUEST_EID: 6,
    Payload.IDENTIFICATION_REQUEST_VIN: 17,
    Payload.ENTITY_STATUS_REQUEST: 0,
    Payload.POWER_MODE_REQUEST: 0,
}
"""What a datagram may ask, with the length of its payload."""


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message, its length and type known to fit."""

    version: int
    kind: Payload
    payload: bytes


@dataclass(frozen=True, slots=True)
class BadHeader:
    """A message that is none, and the version to answer in."""

    nack: HeaderNack
    version: int


def encode(version: int, kind: Payload, payload: bytes) -> bytes:
    """Return a message."""
    return HEADER.pack(version, version ^ _INVERSE, kind, len(payload)) + payload


def encode_diagnostic(version: int, source: int, target: int, data: bytes) -> bytes:
    """Return a diagnostic message."""
    return encode(version, Payload.DIAGNOSTIC, _ADDRESSES.pack(source, target) + data)


def encode_acknowledge(version: int, source: int, target: int, nack: DiagnosticNack | None = None) -> bytes:
    """Return the acknowledge of a diagnostic message, from the address that was asked."""
    kind = Payload.DIAGNOSTIC_POSITIVE if nack is None else Payload.DIAGNOSTIC_NEGATIVE
    return encode(version, kind, _ADDRESSES.pack(source, target) + bytes((nack or 0,)))


def addresses(payload: bytes) -> tuple[int, int]:
    """Return source and target of a diagnostic message."""
    source, target = _ADDRESSES.unpack_from(payload)
    return source, target


class Reader:
    """Reads a stream of messages. After a `BadHeader` that closes, nothing more is read."""

    __slots__ = ("_buffer", "_skip", "closed")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip = 0
        self.closed = False

    def feed(self, data: bytes) -> Iterator[Message | BadHeader]:
        """Yield the messages that `data` completes, in order; what is not asked for stays unread."""
        if self.closed:
            return
        self._buffer += data
        while not self.closed:
            if self._skip:
                skipped = min(self._skip, len(self._buffer))
                del self._buffer[:skipped]
                self._skip -= skipped
            if self._skip or len(self._buffer) < HEADER.size:
                break
            one = self._next()
            if one is None:
                break
            yield one

    def _next(self) -> Message | BadHeader | None:
        version, inverse, kind, length = HEADER.unpack_from(self._buffer)
        nack = _judge(version, inverse, kind, length)
        if nack is not None:
            if nack in CLOSING:
                self.closed = True
                self._buffer.clear()
            else:
                del self._buffer[: HEADER.size]
                self._skip = length
            return BadHeader(nack, version if version in VERSIONS else max(VERSIONS))
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[HEADER.size : end])
        del self._buffer[:end]
        return Message(version, Payload(kind), payload)


def _judge(version: int, inverse: int, kind: int, length: int) -> HeaderNack | None:
    """Return what is wrong with a header on a connection, in the order of ISO 13400-2."""
    if version ^ inverse != _INVERSE or version not in VERSIONS:
        return HeaderNack.INCORRECT_PATTERN
    lengths = TCP_LENGTHS.get(Payload(kind)) if kind in _KNOWN else None
    if lengths is None:
        return HeaderNack.UNKNOWN_PAYLOAD_TYPE
    if length > PAYLOAD_SIZE_MAX:
        return HeaderNack.MESSAGE_TOO_LARGE
    shortest, longest = lengths
    exact = kind == Payload.ACTIVATION_REQUEST and length not in lengths
    return HeaderNack.INVALID_PAYLOAD_LENGTH if exact or not shortest <= length <= longest else None


_KNOWN: Final = frozenset(Payload)


# --- datagrams ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity:
    """What a unit says of itself to one who asks: its VIN (empty: none), an id of 6 bytes, its address."""

    vin: str
    entity_id: bytes
    address: int = UNIT_ADDRESS


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How many testers a unit can have, and has."""

    most: int
    now: int


_READY: Final = 0x01
_NODE: Final = 0x01
_NO_FURTHER_ACTION: Final = 0x00
_VIN_SIZE: Final = 17
_ANSWERS: Final = frozenset(
    {
        Payload.NEGATIVE_ACKNOWLEDGE,
        Payload.IDENTIFICATION_RESPONSE,
        Payload.ENTITY_STATUS_RESPONSE,
        Payload.POWER_MODE_RESPONSE,
    }
)
_IDENTIFYING: Final = frozenset(
    {
        Payload.IDENTIFICATION_REQUEST,
        Payload.IDENTIFICATION_REQUEST_EID,
        Payload.IDENTIFICATION_REQUEST_VIN,
    }
)


def answer_datagram(datagram: bytes, identity: Identity, occupancy: Occupancy) -> bytes | None:
    """Return the answer to a datagram, `None` where there is none: it is an answer, or for another unit."""
    if len(datagram) < HEADER.size:
        return None
    version, inverse, kind, length = HEADER.unpack_from(datagram)
    payload = datagram[HEADER.size :]
    if kind in _ANSWERS:
        return None
    spoken = VERSIONS | ({ANY_VERSION} if kind in _IDENTIFYING else set())
    reply = version if version in VERSIONS else max(VERSIONS)
    if version ^ inverse != _INVERSE or version not in spoken:
        return _refused(reply, HeaderNack.INCORRECT_PATTERN)
    wanted = UDP_LENGTHS.get(Payload(kind)) if kind in _KNOWN else None
    if wanted is None:
        return _refused(reply, HeaderNack.UNKNOWN_PAYLOAD_TYPE)
    if length != wanted or len(payload) != wanted:
        return _refused(reply, HeaderNack.INVALID_PAYLOAD_LENGTH)
    return _answer(Payload(kind), payload, reply, identity, occupancy)


def _answer(
    kind: Payload, payload: bytes, version: int, identity: Identity, occupancy: Occupancy
) -> bytes | None:
    vin = identity.vin.encode("ascii").ljust(_VIN_SIZE, b"\0")
    match kind:
        case Payload.POWER_MODE_REQUEST:
            return encode(version, Payload.POWER_MODE_RESPONSE, bytes((_READY,)))
        case Payload.ENTITY_STATUS_REQUEST:
            status = struct.pack(">BBBI", _NODE, occupancy.most, occupancy.now, PAYLOAD_SIZE_MAX)
            return encode(version, Payload.ENTITY_STATUS_RESPONSE, status)
        case Payload.IDENTIFICATION_REQUEST_EID if payload != identity.entity_id:
            return None
        case Payload.IDENTIFICATION_REQUEST_VIN if payload != vin:
            return None
        case _:
            ids = identity.entity_id * 2  # the group's id is the unit's own: it is in no group
            said = vin + identity.address.to_bytes(2) + ids + bytes((_NO_FURTHER_ACTION,))
            return encode(version, Payload.IDENTIFICATION_RESPONSE, said)


def _refused(version: int, nack: HeaderNack) -> bytes:
    return encode(version, Payload.NEGATIVE_ACKNOWLEDGE, bytes((nack,)))
