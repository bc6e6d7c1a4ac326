"""What a stranger's bytes meet first, each as one function of bytes: for the fuzzers of `tools/fuzz.py`.

A function raises where the bytes break a promise of docs/spec; seeds are messages that mean something, so that a
fuzzer begins behind the first checks. Bytes that stand for several messages are read as `pieces`: a length, then
as many bytes.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from plugged import CODE, KEY, PLATE, SIGNER, VIN, RamFirmware, make_ecu, trusts

from radiokey.code.signed import ImageHead, sign
from radiokey.diagnostics import uds
from radiokey.diagnostics.doip import (
    BadHeader,
    Identity,
    Occupancy,
    Payload,
    Reader,
    answer_datagram,
    encode,
    encode_diagnostic,
)
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.gateway import Ask, Close, Gateway, Send
from radiokey.diagnostics.isotp import BURST, MESSAGE_MAX, Channel
from radiokey.diagnostics.memory import Notes, RamNotebook
from radiokey.diagnostics.names import Nrc
from radiokey.diagnostics.tester import Tester
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.firmware import RECORDS, SLOTS, BootRecord, Firmware, RefusedImageError, Trial
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import State
from radiokey.headunit.unit import HeadUnit
from radiokey.vehicle.reference import REFERENCE_DESIGN

SECTOR, SLOT = 32, 256


@dataclass(frozen=True)
class Target:
    """A function of bytes, bytes to begin with, and how long they may be."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    longest: int


def pieces(data: bytes) -> Iterator[bytes]:
    """Yield what `joined` put together; what is cut off at the end is a piece too."""
    at = 0
    while at < len(data):
        end = at + 1 + data[at]
        yield data[at + 1 : end]
        at = end


def joined(*parts: bytes) -> bytes:
    return b"".join(bytes((len(part),)) + part for part in parts)


# --- DoIP ---------------------------------------------------------------------------------------------------

ACTIVATION = encode(2, Payload.ACTIVATION_REQUEST, b"\x0e\x00" + bytes(5))
READS_VIN = encode_diagnostic(2, 0x0E00, 0x00E0, b"\x22\xf1\x90")
IDENTITY, FREE = Identity(VIN, bytes(6)), Occupancy(64, 0)


def doip(data: bytes) -> None:
    """A stream says the same however it is cut; what is said back is a message; a datagram is answered once."""
    parts = list(pieces(data))
    whole, cut = Reader(), Reader()
    stream = b"".join(parts)
    assert list(whole.feed(stream)) == [one for part in parts for one in cut.feed(part)]
    gateway, now_ms = Gateway(), 0
    gateway.open(1, now_ms)
    gateway.open(2, now_ms)
    for part in parts:
        now_ms += len(part)
        for action in gateway.receive(1 + len(part) % 2, part, now_ms) + gateway.tick(now_ms):
            match action:
                case Send(data=said):
                    kind, length = int.from_bytes(said[2:4]), int.from_bytes(said[4:8])
                    assert (said[0] ^ said[1], length) == (0xFF, len(said) - 8)
                    assert Payload(kind) in ANSWERS
                case Ask(data=request, acknowledge=acknowledge):
                    assert request
                    assert acknowledge[2:4] == b"\x80\x02"
                case Close(why=why):
                    assert why
    answer = answer_datagram(stream, IDENTITY, FREE)
    assert answer is None or answer_datagram(answer, IDENTITY, FREE) is None
    for one in Reader().feed(stream):
        assert isinstance(one, BadHeader) or len(one.payload) <= len(stream)


ANSWERS = {
    Payload.NEGATIVE_ACKNOWLEDGE,
    Payload.ACTIVATION_RESPONSE,
    Payload.ALIVE_REQUEST,
    Payload.ALIVE_RESPONSE,
    Payload.DIAGNOSTIC_NEGATIVE,
}
DOIP_SEEDS = (
    joined(ACTIVATION, READS_VIN),
    joined(ACTIVATION[:5], ACTIVATION[5:] + READS_VIN),
    joined(ACTIVATION, ACTIVATION, encode(2, Payload.ALIVE_RESPONSE, b"\x0e\x00")),
    joined(
        ACTIVATION, encode_diagnostic(3, 0x0E00, 0xE400, b"\x3e\x80"), encode(3, Payload.ALIVE_REQUEST, b"")
    ),
    joined(encode(2, Payload.ACTIVATION_REQUEST, b"\x0e\x01\x01" + bytes(8)), READS_VIN),
    joined(bytes.fromhex("02fd123400000003"), b"abc", ACTIVATION),
    joined(bytes.fromhex("ff00000100000000")),
    joined(encode(2, Payload.IDENTIFICATION_REQUEST_VIN, VIN.encode())),
    joined(encode(2, Payload.ENTITY_STATUS_REQUEST, b"")),
    joined(encode(2, Payload.POWER_MODE_REQUEST, b"")),
)

# --- ISO-TP -------------------------------------------------------------------------------------------------


def iso_tp(data: bytes) -> None:
    """Frames at any time: messages that can be, frames that fit, and an end of every answer."""
    channel, now_us = Channel(), 0
    channel.send(bytes(40))
    channel.send(b"\x7e\x00")
    for frame in pieces(data):
        now_us += 0 if len(frame) <= 8 else int.from_bytes(frame[8:11]) * 100
        message = channel.receive(frame[:8], now_us)
        assert message is None or 0 < len(message) <= MESSAGE_MAX
        going = channel.take_frames(now_us)
        assert len(going) <= BURST + 2
        assert all(0 < len(one) <= 8 for one in going)
        due_us = channel.due_us
        assert due_us is None or due_us <= now_us + 1_000_000
    for _ in range(4):
        now_us += 1_000_001
        channel.take_frames(now_us)
        channel.receive(b"\x30\x00\x00", now_us)
    channel.take_frames(now_us)
    assert (channel.due_us, channel.unsent) == (None, 0)


ISO_TP_SEEDS = tuple(
    joined(*map(bytes.fromhex, frames))
    for frames in (
        ("0322f190",),
        ("300000",),
        ("300205", "300201", "30007f"),
        ("310000", "300000"),
        ("100a010203040506", "2107080910"),
        ("1010010203040506", "2107080910111213", "22141516"),
        ("1010010203040506", "023e00", "2107080910111213"),
        ("1000000010000102", "320000", "1008000102030405", "210607"),
        ("300000000000000000c350", "300000"),
    )
)

# --- UDS ----------------------------------------------------------------------------------------------------


def _image_that_asks() -> bytes:
    ecu = make_ecu()
    for event in (SupplyLost(), TimeWent(60_000), SupplyRestored()):
        ecu.handle(event)
    return ecu.unit.image()


IMAGE = _image_that_asks()
_KEY_SIZE = 18


def requests(data: bytes) -> None:
    """Requests of one tester: an answer of the standard or none, and nothing of the lock but by a whole key."""
    unit = HeadUnit.from_image(REFERENCE_DESIGN, IMAGE, key=KEY)
    unit.device = Device(KEY, PLATE.serial, unit.device.counter, trusts)
    chance = random.Random(7).randbytes  # noqa: S311 - the same each time
    ecu = Ecu(unit, PLATE, RamNotebook(Notes(vin=VIN)), chance, firmware=RamFirmware())
    tester, now_ms, keys, lock = Tester(ecu, 1, 0), 0, 0, unit.lock
    for request in pieces(data):
        now_ms += 10
        functional = len(request) % 5 == 4  # some of them
        keys += request[:1] == b"\x27" and len(request) == _KEY_SIZE
        said = uds.handle(tester, request, now_ms, functional=functional).data
        assert len(said) <= MESSAGE_MAX
        if said[:1] == b"\x7f":
            assert said[1] == request[0]
            assert Nrc(said[2]) in Nrc
        elif said:
            assert said[0] == request[0] | 0x40
        uds.is_quick(request)
        uds.wants_answer(request)
    assert unit.status.errors <= keys
    assert keys or unit.lock == lock
    assert unit.lock.state is not State.PLAYING


def _uds(*texts: str) -> bytes:
    return joined(*map(bytes.fromhex, texts))


UDS_SEEDS = (
    _uds("22f190", "22f18cfd01fd08", "22ffff", "22"),
    _uds("1003", "2701", "2702" + "00" * 16, "2701", "2702" + CODE.reveal().encode().ljust(16, b"\0").hex()),
    _uds("1003", "2703", "2704" + "00" * 64, "2702" + "11" * 16),
    _uds("1003", "2ef19041", "310103010000", "31010301", "31010302", "31010303", "31010304", "31030301"),
    _uds("1002", "2703", "34002210000100", "3601aabb", "37", "1101"),
    _uds("1001", "190209", "1901ff", "190a", "14ffffff", "14056200"),
    _uds("1003", "8502", "280301", "3e00", "3e80", "8501", "1103"),
    _uds("7f2233", "5003", "99", "1083", "1104", "280300"),
)

# --- firmware -----------------------------------------------------------------------------------------------


def firmware(data: bytes) -> None:
    """A head reads back; a download is refused by name or starts; the unit starts something or says that nothing can."""
    found = ImageHead.parse(data)
    if found is not None:
        head, end = found
        assert data[: end - 64] == head.body()
    record = BootRecord.parse(data)
    assert record is None or record.encode() == data[: len(record.encode())]
    slots = Firmware(RamChip(RECORDS * SECTOR + SLOTS * SLOT, SECTOR), "reference", _anybody, RamCounter(1))
    try:
        slots.install(data)
    except RefusedImageError:
        assert slots.boot() is None
        return
    assert found is not None
    assert slots.boot() == found[0]


def _anybody(_message: bytes, _signature: bytes) -> bool:
    """Trust everybody, so that a fuzzer comes behind the signature."""
    return True


def _signed(model: str, floor: int, payload: bytes, **other: object) -> bytes:
    fields = {"size": len(payload), "sha256": sha256(payload).digest()} | other
    return sign(ImageHead(model, 2, floor, fields["size"], fields["sha256"]), SIGNER) + payload


FIRMWARE_SEEDS = (
    _signed("reference", 1, b"player"),
    _signed("reference", 0, b"player"),
    _signed("renault_86a", 9, b"player"),
    _signed("reference", 1, b"player", size=5),
    _signed("reference", 1, b"player", sha256=bytes(32)),
    _signed("reference", 1, b"player")[:60],
    BootRecord(7, 1, Trial.TRIED).encode(),
)

TARGETS = {
    "DoIP messages": Target(doip, DOIP_SEEDS, 512),
    "ISO-TP frames": Target(iso_tp, ISO_TP_SEEDS, 256),
    "UDS requests": Target(requests, UDS_SEEDS, 512),
    "firmware images": Target(firmware, FIRMWARE_SEEDS, SLOT + 16),
}
