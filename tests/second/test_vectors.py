"""The vectors of docs/spec/record.md, through an implementation that was written from its text alone."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from . import record as second
from .record import CHIP, SECTOR, SIZE, Erase, Record, RefusedError, Sync, Unit, WrongError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "record.json").read_text("utf-8"))
KEY = bytes.fromhex(VECTORS["key"])
CODE = second.digest(KEY, VECTORS["code"])
CHIP_ID = bytes(range(16))


def told(vector: dict) -> Record:
    return Record(
        sequence=vector["sequence"],
        code=CODE,
        state=vector["state"],
        aside=vector["aside"],
        hold=vector["hold"],
        fault=vector["fault"],
        errors=vector["errors"],
        wait_left=vector["wait_left_ms"],
        wait=vector["wait_ms"],
        pending=second.digest(KEY, vector["pending"]) if vector["pending"] else b"",
    )


def made() -> tuple[bytearray, Record]:
    """A chip that left the factory, with noise where nothing was ever written."""
    image = bytearray(b"\x5a" * CHIP)
    first, operations = second.factory(KEY, CODE)
    assert second.carry_out(image, operations) == 1
    return image, first


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_what_a_vector_tells_is_written_as_its_bytes(vector):
    assert second.write(KEY, told(vector)).hex() == vector["bytes"]


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_the_bytes_of_a_vector_are_read_as_what_it_tells(vector):
    assert second.parse(KEY, bytes.fromhex(vector["bytes"])) == told(vector)


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["why"])
def test_what_is_not_valid_is_no_record(vector):
    assert second.parse(KEY, bytes.fromhex(vector["bytes"])) is None


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS["invalid"] if len(vector["bytes"]) <= 2 * SIZE],
    ids=lambda v: v["why"],
)
def test_a_chip_with_nothing_valid_on_it_is_the_fault_memory(vector):
    """A byte behind the record means nothing on a chip: the record that is a byte too long is left out."""
    image = bytes.fromhex(vector["bytes"]).ljust(SECTOR, b"\xff") * 4
    with pytest.raises(WrongError, match="memory"):
        second.load(KEY, image, 2)


def test_the_factory_and_one_commit_leave_the_chip_of_the_vector():
    image = bytearray(b"\xff" * CHIP)
    first, operations = second.factory(KEY, CODE)
    second.carry_out(image, operations)
    _, operations = second.commit(KEY, first, replace(first, state="code"))
    assert second.carry_out(image, operations) == 1
    assert image.hex() == VECTORS["chip"]["bytes"]


def test_the_chip_of_the_vector_is_read_and_needs_nothing():
    newest, todo = second.load(KEY, bytes.fromhex(VECTORS["chip"]["bytes"]), 2)
    assert (newest.sequence, newest.state, todo) == (2, "code", [])


@pytest.mark.parametrize("counter", [0, 3, 4, 2**32 - 1])
def test_a_counter_elsewhere_is_the_fault_tampered(counter):
    with pytest.raises(WrongError, match="tampered"):
        second.load(KEY, bytes.fromhex(VECTORS["chip"]["bytes"]), counter)


def test_after_every_operation_of_a_commit_the_old_record_or_the_new_one_counts():
    image, first = made()
    new, operations = second.commit(KEY, first, replace(first, state="code", errors=1))
    counter, seen = 1, []
    for operation in operations:
        counter += second.carry_out(image, [operation])
        found, todo = second.load(KEY, bytes(image), counter)
        after = bytearray(image)
        assert counter + second.carry_out(after, todo) == found.sequence
        assert second.load(KEY, bytes(after), found.sequence) == (found, [])
        seen.append(found)
    assert seen == [first] + [new] * 8


def test_no_flipped_bit_brings_an_older_record_back():
    image, first = made()
    new, operations = second.commit(KEY, first, replace(first, state="code", errors=1))
    second.carry_out(image, operations)
    for bit in range(CHIP * 8):
        flipped = bytearray(image)
        flipped[bit // 8] ^= 1 << bit % 8
        found, todo = second.load(KEY, bytes(flipped), 2)
        assert found == new
        assert bool(todo) == (bit // 8 % (2 * SECTOR) < SIZE)
        assert second.carry_out(flipped, todo) == 0


def test_a_commit_touches_neither_sector_of_the_record_that_counts():
    _, first = made()
    _, operations = second.commit(KEY, first, replace(first, errors=1))
    assert [operation.sector for operation in operations if isinstance(operation, Erase)] == [0, 2]
    assert operations.count(Sync()) == 2


def test_an_equal_lock_is_not_written_and_the_last_sequence_is_the_end():
    _, first = made()
    assert second.commit(KEY, first, replace(first, sequence=9)) == (first, [])
    with pytest.raises(WrongError, match="memory"):
        second.commit(KEY, replace(first, sequence=2**32 - 1), replace(first, errors=1))


def unit(counter: int = 7, serial: bytes = b"V012345") -> Unit:
    return Unit(KEY, serial, counter, CHIP_ID, lambda said, signature: signature == bytes([len(said)]) * 64)


def grant(counter: int = 7, serial: bytes = b"V012345", chip: bytes = CHIP_ID) -> bytes:
    body = b"RKG1" + chip + counter.to_bytes(4, "little") + CODE + bytes([len(serial)]) + serial
    return body + bytes([len(b"radiokey grant\n" + body)]) * 64


@pytest.mark.parametrize("serial", [b"", b"V012345", b"V" * 32])
def test_a_grant_writes_the_state_code_and_the_counter_goes_on(serial):
    image = bytearray(b"\xff" * CHIP)
    new, operations = second.granted(unit(serial=serial), grant(serial=serial))
    assert 7 + second.carry_out(image, operations) == 8
    assert second.load(KEY, bytes(image), 8) == (new, [])
    assert new == Record(sequence=8, code=CODE, state="code")


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        grant()[:40],
        grant()[:-1],
        grant() + b"\0",
        b"RKG2" + grant()[4:],
        grant()[:-1] + b"\0",
        grant(counter=8),
        grant(serial=b"V012346"),
        grant(serial=b""),
        grant(serial=b"V" * 33),
        grant(chip=bytes(16)),
    ],
)
def test_a_grant_that_is_not_this_units_is_refused(wrong):
    with pytest.raises(RefusedError):
        second.granted(unit(), wrong)


def test_a_unit_at_its_end_is_granted_nothing():
    with pytest.raises(WrongError, match="memory"):
        second.granted(unit(2**32 - 1), grant(2**32 - 1))


@pytest.mark.parametrize("name", ["record.py", "model.py"])
def test_the_second_implementation_and_the_model_import_nothing_of_ours(name):
    """What they say is only worth something because they were not told by the product."""
    tree = ast.parse(Path(__file__).with_name(name).read_text("utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert named <= {"collections.abc", "dataclasses", "hmac", "typing", "zlib"}
