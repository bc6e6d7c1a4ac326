"""The record: what a unit remembers without supply. Every byte is specified in docs/spec/record.md.

Two banks hold the same record, each in two slots of one sector. A commit writes the bank's other slot (erase,
program, sync), first in bank 0, then in bank 1; only then is it done. So

- a cut at any byte leaves the old record or the new one, never a mixture;
- after a commit every bank holds the new count, and a flipped bit in one copy cannot bring an older one back;
- count, wait and digest are one record: there is no moment at which one is new and another old.

A record carries a CRC, which tells damage, and a MAC under a key that is in the device and not in the chip,
which tells forgery. Its sequence number is that of a counter in the device: when both banks are written the
counter goes one up, and only then is the commit done. So an older image of the chip is known for one, and
fails closed. A chip without a valid record is a failure and never "first boot": a unit is provisioned in the
factory, and again only by a signed grant.

A unit with a second lock or a car remembers more beside the lock, in the same record: version 2, longer.
One that has nothing to remember there writes version 1, byte for byte as before.
"""

import hmac
import struct
import zlib
from dataclasses import dataclass, replace
from typing import Final, Self

from radiokey.headunit.device import COUNTER_MAX, Device
from radiokey.headunit.flash import Chip, ChipError
from radiokey.headunit.lock import Fault, Hold, Lock, State

SECTOR_SIZE: Final = 128
BANKS: Final = 2
SLOTS: Final = 2
CHIP_SIZE: Final = BANKS * SLOTS * SECTOR_SIZE
DIGEST_SIZE: Final = 16

_MAGIC: Final = b"RKR1"
_LONG_MAGIC: Final = b"RKR2"
MAGICS: Final = (_MAGIC, _LONG_MAGIC)
_BODY: Final = struct.Struct("<4sIBBBBHHQQ16s16s")
_BESIDE: Final = struct.Struct("<III16s")
_CRC: Final = struct.Struct("<I")
RECORD_SIZE: Final = _BODY.size + DIGEST_SIZE + _CRC.size
LONG_SIZE: Final = RECORD_SIZE + _BESIDE.size
NO_CAR: Final = bytes(DIGEST_SIZE)

_STATES: Final = (
    State.PLAYING,
    State.CODE,
    State.CHECKING,
    State.WAIT,
    State.LOCKED,
    State.PERMANENT,
    State.SYNC,
)
_STATES_OF: Final = {_MAGIC: _STATES[:-1], _LONG_MAGIC: _STATES}
_KEPT_AS: Final = {State.DARK: State.PLAYING, State.SCRAMBLED: State.CODE, State.ENTRY: State.CODE}
_ASIDE: Final = (None, State.PROTECTED, State.FAULT)
_HOLDS: Final = tuple(Hold)
_FAULTS: Final = tuple(Fault)


class NoRecordError(Exception):
    """No bank of the chip holds a record that this device wrote."""


class OldRecordError(Exception):
    """The newest record of the chip is not the one this device wrote last: somebody put it there."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a unit with a second lock or a car remembers beside the lock; 0 and zeros where there is nothing.

    `epoch` is that of the newest answer of the base it took; `asked` the sequence number under which it began
    to want one, while it does; `paired` the one under which it took the car of digest `car` for its own.
    """

    epoch: int = 0
    asked: int = 0
    paired: int = 0
    car: bytes = NO_CAR


NOTHING_BESIDE: Final = Beside()


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered: the lock without what only lives under supply, and the digest of the code."""

    sequence: int
    lock: Lock
    code_digest: bytes
    beside: Beside = NOTHING_BESIDE


def kept(lock: Lock) -> Lock:
    """Return `lock` as it is remembered: a half-keyed entry and a running grace are not."""
    state, before = lock.state, lock.before
    return Lock(
        _KEPT_AS.get(state, state),
        errors=lock.errors,
        wait_left_ms=lock.wait_left_ms,
        wait_ms=lock.wait_ms,
        hold=lock.hold,
        fault=lock.fault,
        pending=lock.pending,
        before=_KEPT_AS.get(before, before),
    )


def car_digest(key: bytes, vin: str) -> bytes:
    """Return the keyed digest under which a car is kept: no plug and no chip tells which car it is."""
    return hmac.digest(key, b"car\n" + vin.encode(), "sha256")[:DIGEST_SIZE]


def same_car(known: bytes, heard: bytes) -> bool:
    """Tell whether two digests are of one car."""
    return hmac.compare_digest(known, heard)


def digest(key: bytes, entry: str) -> bytes:
    """Return the keyed digest under which a code or an entry is kept; the code itself never is."""
    return hmac.digest(key, b"code\n" + entry.encode(), "sha256")[:DIGEST_SIZE]


def encode(record: Record, key: bytes) -> bytes:
    """Return the bytes of `record`, MAC and CRC included."""
    lock, beside = record.lock, record.beside
    assert (beside.asked > 0) is (State.SYNC in {lock.state, lock.before})
    aside = _ASIDE.index(lock.state) if lock.state in _ASIDE else 0
    body = _BODY.pack(
        _MAGIC if beside == NOTHING_BESIDE else _LONG_MAGIC,
        record.sequence,
        _STATES.index(lock.before if aside else lock.state),
        aside,
        _HOLDS.index(lock.hold),
        _FAULTS.index(lock.fault),
        lock.errors,
        len(lock.pending),
        lock.wait_left_ms,
        lock.wait_ms,
        lock.pending,
        record.code_digest,
    )
    if beside != NOTHING_BESIDE:
        body += _BESIDE.pack(beside.epoch, beside.asked, beside.paired, beside.car)
    signed = body + _mac(key, body)
    return signed + _CRC.pack(zlib.crc32(signed))


def size_of(data: bytes) -> int:
    """Return how many bytes a record that begins like `data` has."""
    return LONG_SIZE if data.startswith(_LONG_MAGIC) else RECORD_SIZE


def decode(data: bytes, key: bytes) -> Record | None:
    """Return the record in `data`, `None` where it is damaged, another device's, or out of its tables."""
    states = _STATES_OF.get(data[:4])
    if states is None or len(data) != size_of(data):
        return None
    body, mac = data[: -DIGEST_SIZE - _CRC.size], data[-DIGEST_SIZE - _CRC.size : -_CRC.size]
    if _CRC.unpack(data[-_CRC.size :]) != (zlib.crc32(body + mac),) or not hmac.compare_digest(
        mac, _mac(key, body)
    ):
        return None
    _, sequence, state, aside, hold, fault, errors, pending, left, wait, pending_digest, code_digest = (
        _BODY.unpack_from(body)
    )
    known = zip((state, aside, hold, fault), (states, _ASIDE, _HOLDS, _FAULTS), strict=True)
    if any(number >= len(names) for number, names in known):
        return None
    if pending not in {0, DIGEST_SIZE} or any(pending_digest[pending:]):
        return None
    at = _STATES[state]
    lock = Lock(
        _ASIDE[aside] or at,
        errors=errors,
        wait_left_ms=left,
        wait_ms=wait,
        hold=_HOLDS[hold],
        fault=_FAULTS[fault],
        pending=pending_digest[:pending],
        before=at if aside else State.PLAYING,
    )
    beside = Beside(*_BESIDE.unpack(body[_BODY.size :])) if states is _STATES else NOTHING_BESIDE
    return Record(sequence, lock, code_digest, beside)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"record\n" + body, "sha256")[:DIGEST_SIZE]


class Store:
    """The record on a chip."""

    __slots__ = ("_chip", "_device", "_record")

    def __init__(self, chip: Chip, device: Device, record: Record) -> None:
        self._chip = chip
        self._device = device
        self._record = record

    @classmethod
    def load(cls, chip: Chip, device: Device) -> Self:
        """Read the newest record and finish what a power cut left half-done: a lagging bank, the counter.

        Raises `NoRecordError` where no valid record is, `OldRecordError` where it is not the device's last
        one, `ChipError` where the chip cannot be read or mended. Nothing is written before it is known good.
        """
        banks = [read_newest(chip, device.key, bank) for bank in range(BANKS)]
        found = [record for record in banks if record is not None]
        if not found:
            raise NoRecordError
        store = cls(chip, device, max(found, key=lambda record: record.sequence))
        ahead = store.record.sequence - device.counter.value
        if ahead not in {0, 1}:
            raise OldRecordError
        for bank, record in enumerate(banks):
            if record != store.record:
                store._write(bank, store.record)
        if ahead:
            device.counter.advance()
        return store

    @classmethod
    def provision(cls, chip: Chip, device: Device, code_digest: bytes, state: State = State.PLAYING) -> Self:
        """Write the first record on a chip, without errors: the factory's, or that of a grant (asking)."""
        store = cls(chip, device, Record(device.counter.value, Lock(state), code_digest))
        store._put(Lock(state))
        return store

    @property
    def record(self) -> Record:
        """The record as last committed."""
        return self._record

    def commit(
        self, lock: Lock, *, again: bool = False, epoch: int | None = None, car: bytes | None = None
    ) -> None:
        """Make `lock` durable in every bank, with what changed beside it; raise `ChipError` if it is not.

        No change, no write; unless it is to be written `again`, under a number of its own. `epoch` is that of
        an answer that was taken, `car` the digest of the car it is paired to from now on (`NO_CAR`: none).
        """
        remembered, beside = kept(lock), self._record.beside
        if epoch is not None:
            beside = replace(beside, epoch=epoch)
        if car is not None and car != beside.car:
            beside = replace(beside, paired=0 if car == NO_CAR else self._record.sequence + 1, car=car)
        if (remembered, beside) == (self._record.lock, self._record.beside) and not again:
            return
        self._put(remembered, beside)

    def _put(self, lock: Lock, beside: Beside = NOTHING_BESIDE) -> None:
        """Write both banks, then count: the order by which an older image is recognised."""
        sequence = self._record.sequence + 1
        if sequence > COUNTER_MAX:
            raise ChipError("the counter is used up")
        # Asked for once, under one number, however often the unit is set aside meanwhile: an answer that is
        # carried by hand stays good for as long as it takes.
        wants = State.SYNC in {lock.state, lock.before}
        beside = replace(beside, asked=(beside.asked or sequence) if wants else 0)
        record = Record(sequence, lock, self._record.code_digest, beside)
        for bank in range(BANKS):
            self._write(bank, record)
        self._device.counter.advance()
        self._record = record

    def _write(self, bank: int, record: Record) -> None:
        # The slot that holds the bank's current record is never touched: the sequence's last bit says which.
        sector = bank * SLOTS + record.sequence % SLOTS
        data = encode(record, self._device.key)
        self._chip.erase(sector)
        self._chip.program(sector * SECTOR_SIZE, data)
        self._chip.sync()
        if self._chip.read(sector * SECTOR_SIZE, len(data)) != data:
            raise ChipError("the chip does not hold what was written")


def read_newest(chip: Chip, key: bytes, bank: int) -> Record | None:
    """Return the newest valid record of a bank; no commit put one in the other slot."""
    found = []
    for slot in range(SLOTS):
        at = (bank * SLOTS + slot) * SECTOR_SIZE
        record = decode(chip.read(at, size_of(chip.read(at, len(_MAGIC)))), key)
        if record is not None and record.sequence % SLOTS == slot:
            found.append(record)
    return max(found, key=lambda record: record.sequence, default=None)
