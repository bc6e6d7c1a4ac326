"""docs/spec/record.md is what the store writes: vectors made from its text, and its own numbers."""

import hashlib
import hmac
import json
import re
import struct
import zlib
from pathlib import Path

import pytest

from radiokey.headunit import store
from radiokey.headunit.device import Device
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import Fault, Hold, Lock, State

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "docs" / "spec" / "record.md").read_text(encoding="utf-8")
VECTORS = json.loads((ROOT / "tests" / "vectors" / "record.json").read_text(encoding="utf-8"))
LONG = json.loads((ROOT / "tests" / "vectors" / "record-2.json").read_text(encoding="utf-8"))
KEY = bytes.fromhex(VECTORS["key"])

STATES = ("playing", "code", "checking", "wait", "locked", "permanent")
ASIDE = (None, "protected", "fault")
HOLDS = ("nothing", "power-cut", "key-cycle", "service")
FAULTS = ("none", "memory", "firmware", "bus", "tampered")


def keyed(label: bytes, text: bytes) -> bytes:
    return hmac.new(KEY, label + b"\n" + text, hashlib.sha256).digest()[:16]


def by_hand(row: dict) -> bytes:
    """The bytes of a record, put together from the specification's table without the product."""
    pending = keyed(b"code", row["pending"].encode()) if row["pending"] else b""
    body = b"RKR1" + struct.pack("<L", row["sequence"])
    body += bytes([STATES.index(row["state"]), ASIDE.index(row["aside"])])
    body += bytes([HOLDS.index(row["hold"]), FAULTS.index(row["fault"])])
    body += struct.pack("<HH", row["errors"], len(pending))
    body += struct.pack("<QQ", row["wait_left_ms"], row["wait_ms"])
    body += pending.ljust(16, b"\0") + keyed(b"code", VECTORS["code"].encode())
    body += keyed(b"record", body)
    return body + struct.pack("<L", zlib.crc32(body))


def long_by_hand(row: dict) -> bytes:
    """A record of version 2, put together from its table without the product."""
    body = b"RKR2" + by_hand(row | {"state": "playing"})[4:8]
    body += bytes([(*STATES, "sync").index(row["state"])]) + by_hand(row | {"state": "playing"})[9:64]
    body += struct.pack("<LLL", row["epoch"], row["asked"], row["paired"])
    body += keyed(b"car", row["vin"].encode()) if row["vin"] else bytes(16)
    body += keyed(b"record", body)
    return body + struct.pack("<L", zlib.crc32(body))


def beside_of(row: dict) -> store.Beside:
    car = store.car_digest(KEY, row["vin"]) if row["vin"] else store.NO_CAR
    return store.Beside(row["epoch"], row["asked"], row["paired"], car)


def record_of(row: dict) -> store.Record:
    state, before = State(row["aside"] or row["state"]), State(row["state"] if row["aside"] else "playing")
    lock = Lock(
        state,
        errors=row["errors"],
        wait_left_ms=row["wait_left_ms"],
        wait_ms=row["wait_ms"],
        hold=Hold(row["hold"]),
        fault=Fault(row["fault"]),
        pending=store.digest(KEY, row["pending"]) if row["pending"] else b"",
        before=before,
    )
    beside = beside_of(row) if "epoch" in row else store.NOTHING_BESIDE
    return store.Record(row["sequence"], lock, store.digest(KEY, VECTORS["code"]), beside)


@pytest.mark.parametrize("row", VECTORS["valid"], ids=lambda row: row["name"])
def test_the_store_writes_what_the_specification_says(row):
    data = bytes.fromhex(row["bytes"])
    assert by_hand(row) == data
    assert store.encode(record_of(row), KEY) == data
    assert store.decode(data, KEY) == record_of(row)


@pytest.mark.parametrize("row", LONG["valid"], ids=lambda row: row["name"])
def test_so_is_version_2(row):
    data = bytes.fromhex(row["bytes"])
    assert long_by_hand(row) == data
    assert store.encode(record_of(row), KEY) == data
    assert store.decode(data, KEY) == record_of(row)
    for at in range(0, 8 * len(data), 5):  # no bit of it can be changed unnoticed
        flipped = bytearray(data)
        flipped[at // 8] ^= 1 << at % 8
        assert store.decode(bytes(flipped), KEY) is None


@pytest.mark.parametrize("row", VECTORS["invalid"], ids=lambda row: row["why"])
def test_the_store_reads_nothing_that_the_specification_calls_invalid(row):
    """One fault each, so that no other check hides the one that is meant."""
    assert store.decode(bytes.fromhex(row["bytes"]), KEY) is None


def test_a_whole_chip_is_laid_out_as_the_specification_says():
    chip = RamChip(store.CHIP_SIZE, store.SECTOR_SIZE)
    device = Device(KEY)
    made = store.Store.provision(chip, device, store.digest(KEY, VECTORS["code"]))
    made.commit(Lock(State.CODE))
    assert bytes(chip.cells) == bytes.fromhex(VECTORS["chip"]["bytes"])
    assert store.Store.load(chip, device).record == made.record


def test_every_value_of_every_field_is_in_a_vector():
    for field, values in {"state": STATES, "aside": ASIDE, "hold": HOLDS, "fault": FAULTS}.items():
        assert {row[field] for row in VECTORS["valid"]} == set(values)
    assert set(HOLDS) == set(Hold)
    assert set(FAULTS) == set(Fault)
    under_supply_alone = {"dark", "scrambled", "entry"}
    assert {row["state"] for row in LONG["valid"]} >= {"sync", "playing", "wait"}
    assert set(State) == {*STATES, "sync", *filter(None, ASIDE), *under_supply_alone}


def test_the_table_of_the_specification_adds_up():
    rows = [tuple(map(int, row)) for row in re.findall(r"^\| (\d+) \| (\d+) \| ", SPEC, re.MULTILINE)]
    after = [tuple(map(int, row)) for row in re.findall(r"^\| \+(\d+) \| (\d+) \| ", SPEC, re.MULTILINE)]
    beside = after[: after.index((108, 4)) + 1]
    assert [at for at, _ in beside] == [64 + sum(size for _, size in beside[:n]) for n in range(len(beside))]
    assert sum(size for _, size in beside) + 64 == store.LONG_SIZE == 112
    at = 0
    for offset, size in rows:
        assert offset == at
        at += size
    assert at == store.RECORD_SIZE == 84
    assert f"The other {store.SECTOR_SIZE - at} bytes" in SPEC
    assert f"{store.CHIP_SIZE} bytes, four sectors of {store.SECTOR_SIZE}" in SPEC
