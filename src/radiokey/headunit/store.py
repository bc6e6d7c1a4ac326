"""The record: what a unit remembers without supply. Every byte is specified in docs/spec/record.md.

Two banks hold the same record, each in two slots of one sector. A commit writes the bank's other slot (erase,
program, sync), first in bank 0, then in bank 1; only then is it done. So

- a cut at any byte leaves the old record or the new one, never a mixture;
- after a commit every bank holds the new count, and a flipped bit in one copy cannot bring an older one back;
- count, wait and digest are one record: there is no moment at which one is new and another old.

A record carries a CRC, which tells damage, and a MAC under a key that is in the device and not in the chip,
which tells forgery. A chip without a valid record is a failure and never "first boot": a unit is provisioned
once, in the factory.
"""

import hmac
import struct
import zlib
from dataclasses import dataclass
from typing import Final, Self

from radiokey.headunit.flash import Chip, ChipError
from radiokey.headunit.lock import Fault, Hold, Lock, State

SECTOR_SIZE: Final = 128
BANKS: Final = 2
SLOTS: Final = 2
CHIP_SIZE: Final = BANKS * SLOTS * SECTOR_SIZE
DIGEST_SIZE: Final = 16

_MAGIC: Final = b"RKR1"
_BODY: Final = struct.Struct("<4sIBBBBHHQQ16s16s")
_CRC: Final = struct.Struct("<I")
RECORD_SIZE: Final = _BODY.size + DIGEST_SIZE + _CRC.size

_STATES: Final = (State.PLAYING, State.CODE, State.CHECKING, State.WAIT, State.LOCKED, State.PERMANENT)
_KEPT_AS: Final = {State.DARK: State.PLAYING, State.SCRAMBLED: State.CODE, State.ENTRY: State.CODE}
_ASIDE: Final = (None, State.PROTECTED, State.FAULT)
_HOLDS: Final = tuple(Hold)
_FAULTS: Final = tuple(Fault)


class NoRecordError(Exception):
    """No bank of the chip holds a record that this device wrote."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered: the lock without what only lives under supply, and the digest of the code."""

    sequence: int
    lock: Lock
    code_digest: bytes


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


def digest(key: bytes, entry: str) -> bytes:
    """Return the keyed digest under which a code or an entry is kept; the code itself never is."""
    return hmac.digest(key, b"code\n" + entry.encode(), "sha256")[:DIGEST_SIZE]


def encode(record: Record, key: bytes) -> bytes:
    """Return the bytes of `record`, MAC and CRC included."""
    lock = record.lock
    aside = _ASIDE.index(lock.state) if lock.state in _ASIDE else 0
    body = _BODY.pack(
        _MAGIC,
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
    signed = body + _mac(key, body)
    return signed + _CRC.pack(zlib.crc32(signed))


def decode(data: bytes, key: bytes) -> Record | None:
    """Return the record in `data`, `None` where it is damaged or not this device's."""
    if len(data) != RECORD_SIZE or data[:4] != _MAGIC:
        return None
    body, mac = data[: _BODY.size], data[_BODY.size : -_CRC.size]
    if _CRC.unpack(data[-_CRC.size :]) != (zlib.crc32(body + mac),) or not hmac.compare_digest(
        mac, _mac(key, body)
    ):
        return None
    _, sequence, state, aside, hold, fault, errors, pending, left, wait, pending_digest, code_digest = (
        _BODY.unpack(body)
    )
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
    return Record(sequence, lock, code_digest)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"record\n" + body, "sha256")[:DIGEST_SIZE]


class Store:
    """The record on a chip."""

    __slots__ = ("_chip", "_key", "_record")

    def __init__(self, chip: Chip, key: bytes, record: Record) -> None:
        self._chip = chip
        self._key = key
        self._record = record

    @classmethod
    def load(cls, chip: Chip, key: bytes) -> Self:
        """Read the newest record and bring a bank that lags behind up to date.

        Raises `NoRecordError` where no valid record is, `ChipError` where the chip cannot be read or mended.
        """
        banks = [_newest(chip, key, bank) for bank in range(BANKS)]
        found = [record for record in banks if record is not None]
        if not found:
            raise NoRecordError
        store = cls(chip, key, max(found, key=lambda record: record.sequence))
        for bank, record in enumerate(banks):
            if record != store.record:
                store._write(bank, store.record)
        return store

    @classmethod
    def provision(cls, chip: Chip, key: bytes, code_digest: bytes) -> Self:
        """Write the first record of a new unit: playing, no errors. Only the factory does this."""
        store = cls(chip, key, Record(1, Lock(State.PLAYING), code_digest))
        for bank in range(BANKS):
            store._write(bank, store.record)
        return store

    @property
    def record(self) -> Record:
        """The record as last committed."""
        return self._record

    def commit(self, lock: Lock) -> None:
        """Make `lock` durable in every bank; raise `ChipError` if it is not. No change, no write."""
        remembered = kept(lock)
        if remembered == self._record.lock:
            return
        record = Record(self._record.sequence + 1, remembered, self._record.code_digest)
        for bank in range(BANKS):
            self._write(bank, record)
        self._record = record

    def _write(self, bank: int, record: Record) -> None:
        # The slot that holds the bank's current record is never touched: the sequence's last bit says which.
        sector = bank * SLOTS + record.sequence % SLOTS
        data = encode(record, self._key)
        self._chip.erase(sector)
        self._chip.program(sector * SECTOR_SIZE, data)
        self._chip.sync()
        if self._chip.read(sector * SECTOR_SIZE, len(data)) != data:
            raise ChipError("the chip does not hold what was written")


def _newest(chip: Chip, key: bytes, bank: int) -> Record | None:
    """Return the newest valid record of a bank."""
    sectors = (bank * SLOTS + slot for slot in range(SLOTS))
    slots = (decode(chip.read(sector * SECTOR_SIZE, RECORD_SIZE), key) for sector in sectors)
    return max((record for record in slots if record), key=lambda record: record.sequence, default=None)
