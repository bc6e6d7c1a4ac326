"""The record of a head unit a second time: written from docs/spec/record.md alone, from bytes to bytes.

Nothing of the product is imported here, and nothing may be: what this file says is what the text says.
What is done to a chip is a list of operations; who carries them out is somebody else.
"""

import hmac
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

MAGIC = b"RKR1"
LONG_MAGIC = b"RKR2"
GRANT_MAGIC = b"RKG1"
SIZE = 84
LONG_SIZE = 112
SECTOR = 128
CHIP = 4 * SECTOR
TOP = 0xFFFF_FFFF
STATES = ("playing", "code", "checking", "wait", "locked", "permanent")
LONG_STATES = (*STATES, "sync")
ASIDES = (None, "protected", "fault")
HOLDS = ("nothing", "power-cut", "key-cycle", "service")
FAULTS = ("none", "memory", "firmware", "bus", "tampered")


@dataclass(frozen=True)
class Erase:
    sector: int


@dataclass(frozen=True)
class Program:
    offset: int
    data: bytes


@dataclass(frozen=True)
class Sync:
    pass


@dataclass(frozen=True)
class ReadBack:
    """The bytes at this place are these, or the commit stops."""

    offset: int
    data: bytes


@dataclass(frozen=True)
class Advance:
    pass


Operation = Erase | Program | Sync | ReadBack | Advance


class WrongError(Exception):
    """What the unit finds instead of a record, or why it does not write one: `fault` names it."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class RefusedError(Exception):
    """A grant that is not this unit's."""


@dataclass(frozen=True)
class Record:
    sequence: int
    code: bytes
    state: str = "playing"
    aside: str | None = None
    hold: str = "nothing"
    fault: str = "none"
    errors: int = 0
    wait_left: int = 0
    wait: int = 0
    pending: bytes = b""
    epoch: int = 0
    asked: int = 0
    paired: int = 0
    car: bytes = bytes(16)

    @property
    def is_long(self) -> bool:
        return (self.epoch, self.asked, self.paired, self.car) != (0, 0, 0, bytes(16))


def digest(key: bytes, entry: str) -> bytes:
    return hmac.digest(key, b"code\n" + entry.encode("ascii"), "sha256")[:16]


def little(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little")


def number(data: bytes, offset: int, size: int) -> int:
    return int.from_bytes(data[offset : offset + size], "little")


# --- the record -------------------------------------------------------------------------------------------


def write(key: bytes, record: Record) -> bytes:
    body = b"".join(
        (
            LONG_MAGIC if record.is_long else MAGIC,
            little(record.sequence, 4),
            little((LONG_STATES if record.is_long else STATES).index(record.state), 1),
            little(ASIDES.index(record.aside), 1),
            little(HOLDS.index(record.hold), 1),
            little(FAULTS.index(record.fault), 1),
            little(record.errors, 2),
            little(len(record.pending), 2),
            little(record.wait_left, 8),
            little(record.wait, 8),
            record.pending.ljust(16, b"\0"),
            record.code,
        )
    )
    if record.is_long:
        body += little(record.epoch, 4) + little(record.asked, 4) + little(record.paired, 4) + record.car
    sealed = body + hmac.digest(key, b"record\n" + body, "sha256")[:16]
    return sealed + little(zlib.crc32(sealed), 4)


def told_by_the_tables(data: bytes) -> bool:
    pending = number(data, 14, 2)
    return (
        data[8] < len(LONG_STATES if data[:4] == LONG_MAGIC else STATES)
        and data[9] < len(ASIDES)
        and data[10] < len(HOLDS)
        and data[11] < len(FAULTS)
        and (pending == 16 or (pending == 0 and data[32:48] == bytes(16)))
    )


def size_for(data: bytes) -> int:
    return LONG_SIZE if data[:4] == LONG_MAGIC else SIZE


def valid(key: bytes, data: bytes) -> bool:
    size = size_for(data)
    mac, crc = size - 20, size - 4
    return (
        len(data) == size
        and data[:4] in (MAGIC, LONG_MAGIC)
        and told_by_the_tables(data)
        and zlib.crc32(data[:crc]) == number(data, crc, 4)
        and hmac.compare_digest(hmac.digest(key, b"record\n" + data[:mac], "sha256")[:16], data[mac:crc])
    )


def parse(key: bytes, data: bytes) -> Record | None:
    if not valid(key, data):
        return None
    is_long = data[:4] == LONG_MAGIC
    return Record(
        sequence=number(data, 4, 4),
        code=data[48:64],
        state=LONG_STATES[data[8]],
        aside=ASIDES[data[9]],
        hold=HOLDS[data[10]],
        fault=FAULTS[data[11]],
        errors=number(data, 12, 2),
        wait_left=number(data, 16, 8),
        wait=number(data, 24, 8),
        pending=data[32 : 32 + number(data, 14, 2)],
        epoch=number(data, 64, 4) if is_long else 0,
        asked=number(data, 68, 4) if is_long else 0,
        paired=number(data, 72, 4) if is_long else 0,
        car=data[76:92] if is_long else bytes(16),
    )


# --- the chip ---------------------------------------------------------------------------------------------


def place(bank: int, sequence: int) -> int:
    """The sector of a bank in which the record of this sequence stands."""
    return 2 * bank + sequence % 2


def bank_written(key: bytes, bank: int, record: Record) -> Iterator[Operation]:
    sector, data = place(bank, record.sequence), write(key, record)
    yield Erase(sector)
    yield Program(sector * SECTOR, data)
    yield Sync()
    yield ReadBack(sector * SECTOR, data)


def written(key: bytes, record: Record) -> list[Operation]:
    return [*bank_written(key, 0, record), *bank_written(key, 1, record), Advance()]


def commit(  # noqa: PLR0913 - as the text has it
    key: bytes,
    remembered: Record,
    lock: Record,
    *,
    again: bool = False,
    epoch: int | None = None,
    car: bytes | None = None,
) -> tuple[Record, list[Operation]]:
    """The record that follows, and how the chip gets it. Of `lock`, what is beside the lock means nothing."""
    same = replace(
        lock,
        sequence=remembered.sequence,
        code=remembered.code,
        epoch=remembered.epoch if epoch is None else epoch,
        asked=remembered.asked,
        paired=remembered.paired,
        car=remembered.car if car is None else car,
    )
    if same == remembered and not again:
        return remembered, []
    if remembered.sequence == TOP:
        raise WrongError("memory")
    new = replace(same, sequence=remembered.sequence + 1)
    new = replace(new, asked=(new.asked or new.sequence) if new.state == "sync" else 0)
    if new.car != remembered.car:
        new = replace(new, paired=new.sequence if any(new.car) else 0)
    return new, written(key, new)


def load(
    key: bytes, image: bytes, counter: int, unreadable: Collection[int] = ()
) -> tuple[Record, list[Operation]]:
    """The record that counts, and what is to be done to the chip and the counter before anything else."""
    if unreadable:
        raise WrongError("memory")
    sectors = [image[start : start + size_for(image[start:])] for start in range(0, CHIP, SECTOR)]
    newest: Record | None = None
    for sector, data in enumerate(sectors):
        found = parse(key, data)
        if (
            found
            and found.sequence % 2 == sector % 2
            and (newest is None or found.sequence > newest.sequence)
        ):
            newest = found
    if newest is None:
        raise WrongError("memory")
    if newest.sequence not in (counter, counter + 1):
        raise WrongError("tampered")
    todo: list[Operation] = []
    for bank in (0, 1):
        if sectors[place(bank, newest.sequence)] != write(key, newest):
            todo += bank_written(key, bank, newest)
    if newest.sequence == counter + 1:
        todo.append(Advance())
    return newest, todo


# --- the first record, and a chip made the unit's own again -----------------------------------------------


def factory(key: bytes, code: bytes) -> tuple[Record, list[Operation]]:
    """The counter stands at 0."""
    first = Record(sequence=1, code=code)
    return first, written(key, first)


class Unit(NamedTuple):
    """What a grant is held against."""

    key: bytes
    serial: bytes
    counter: int
    chip: bytes
    signed: Callable[[bytes, bytes], bool]


def granted(unit: Unit, grant: bytes) -> tuple[Record, list[Operation]]:
    length = grant[40] if len(grant) > 40 else 33
    if length > 32 or len(grant) != 41 + length + 64:
        raise RefusedError
    body, signature = grant[:-64], grant[-64:]
    if body[:4] != GRANT_MAGIC or not unit.signed(b"radiokey grant\n" + body, signature):
        raise RefusedError
    if (body[4:20], number(body, 20, 4), body[41:]) != (unit.chip, unit.counter, unit.serial):
        raise RefusedError
    if unit.counter == TOP:
        raise WrongError("memory")
    again = Record(sequence=unit.counter + 1, code=body[24:40], state="code")
    return again, written(unit.key, again)


# --- somebody to carry it out -----------------------------------------------------------------------------


def carry_out(image: bytearray, operations: list[Operation]) -> int:
    """Do it all to an image that does not fail; return by how much the counter went up."""
    advanced = 0
    for operation in operations:
        match operation:
            case Erase(sector):
                image[sector * SECTOR : (sector + 1) * SECTOR] = b"\xff" * SECTOR
            case Program(offset, data):
                for at, byte in enumerate(data, offset):
                    image[at] &= byte
            case ReadBack(offset, data):
                if image[offset : offset + len(data)] != data:
                    raise WrongError("memory")
            case Advance():
                advanced += 1
    return advanced
