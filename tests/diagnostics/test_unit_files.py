"""A unit in two files: a chip that behaves like flash, a device that is replaced as a whole, disks that fail."""

import json
import os
import stat
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from radiokey.diagnostics import unit_files
from radiokey.diagnostics.memory import Nameplate, Notes, NotesNotKeptError
from radiokey.diagnostics.troubles import Trouble
from radiokey.diagnostics.unit_files import DeviceFile, FileChip, Floor, Locks
from radiokey.errors import InputError
from radiokey.headunit.flash import ChipError, RamChip
from radiokey.headunit.store import CHIP_SIZE, SECTOR_SIZE

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PLATE = Nameplate("RK1", "renault_86a", "P", "1", "2", signer=True)


@pytest.fixture(params=["file", "ram"])
def chip(request, tmp_path):
    """The chip in a file, and the one in RAM that stands for it in tests."""
    if request.param == "ram":
        yield RamChip(CHIP_SIZE, SECTOR_SIZE)
        return
    one = FileChip(tmp_path / "chip", bytes(16))
    yield one
    one.close()


def test_programming_clears_bits_and_erasing_sets_them(chip):
    assert chip.read(0, CHIP_SIZE) == b"\xff" * CHIP_SIZE
    chip.program(130, b"\x0f\xf0")
    chip.program(130, b"\xff\x3f")
    assert chip.read(130, 2) == b"\x0f\x30"
    chip.erase(1)
    assert chip.read(0, CHIP_SIZE) == b"\xff" * CHIP_SIZE
    chip.sync()


@pytest.mark.parametrize(
    "act",
    [
        lambda chip: chip.read(-1, 2),
        lambda chip: chip.read(511, 2),
        lambda chip: chip.program(511, b"ab"),
        lambda chip: chip.erase(4),
        lambda chip: chip.erase(-1),
    ],
)
def test_there_is_nothing_outside_the_chip(chip, act):
    with pytest.raises(ChipError):
        act(chip)


def test_the_chip_is_there_again(tmp_path):
    one = FileChip(tmp_path / "chip", bytes(16))
    one.program(0, b"abc")
    one.close()
    one = FileChip(tmp_path / "chip", bytes(16))
    assert one.read(0, 4) == b"abc\xff"
    one.close()


def test_another_file_is_no_chip(tmp_path):
    (tmp_path / "text").write_text("hello")
    with pytest.raises(InputError, match="is not a memory chip"):
        FileChip(tmp_path / "text", bytes(16))
    with pytest.raises(InputError, match="cannot be opened"):
        FileChip(tmp_path / "no" / "chip", bytes(16))


def test_a_chip_is_in_one_unit_at_a_time(tmp_path):
    one = FileChip(tmp_path / "chip", bytes(16))
    with pytest.raises(InputError, match="in a unit that runs"):
        FileChip(tmp_path / "chip", bytes(16))
    one.close()
    FileChip(tmp_path / "chip", bytes(16)).close()


def fails(*_args, **_more):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("call", "act"),
    [
        ("pread", lambda chip: chip.read(0, 1)),
        ("pwrite", lambda chip: chip.erase(0)),
        ("fsync", lambda chip: chip.sync()),
    ],
)
def test_a_disk_that_fails_is_a_chip_that_fails(tmp_path, monkeypatch, call, act):
    one = FileChip(tmp_path / "chip", bytes(16))
    with monkeypatch.context() as patched:
        patched.setattr(unit_files.os, call, fails)
        with pytest.raises(ChipError):
            act(one)
    one.close()


def test_half_a_write_and_half_a_chip_are_failures(tmp_path, monkeypatch):
    one = FileChip(tmp_path / "chip", bytes(16))
    with monkeypatch.context() as patched:
        patched.setattr(unit_files.os, "pwrite", lambda *_: 3)
        with pytest.raises(ChipError, match="full"):
            one.erase(0)
    os.truncate(tmp_path / "chip", 100)
    with pytest.raises(ChipError, match="shorter"):
        one.read(90, 20)
    one.close()


# --- the device ---------------------------------------------------------------------------------------------


@pytest.fixture
def device(tmp_path):
    return DeviceFile.made(
        tmp_path / "device",
        PLATE,
        bytes,
        vin="SJNFAAN16U0123456",
        signer=SIGNER.public_key().public_bytes_raw(),
    )


def loaded(path):
    """What the device says, let go again."""
    one = DeviceFile.taken(path)
    one.close()
    return one


def test_a_device_is_its_owners_alone_and_is_there_again(device, tmp_path):
    assert stat.S_IMODE((tmp_path / "device").stat().st_mode) == 0o600
    device.advance()
    device.write(Notes("WVWZZZ1JZXW000001", "Garage", frozenset({Trouble.BUS})))
    again = loaded(tmp_path / "device")
    assert (again.value, again.read(), again.plate) == (1, device.read(), PLATE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["device"]


def test_a_device_trusts_its_signer_and_no_other(device):
    own = device.device
    assert own.verify(b"message", SIGNER.sign(b"message"))
    assert not own.verify(b"another", SIGNER.sign(b"message"))
    assert not own.verify(b"message", b"short")


def test_a_device_without_a_signer_trusts_nobody(tmp_path):
    own = DeviceFile.made(tmp_path / "device", replace(PLATE, signer=False), bytes, vin="").device
    assert not own.verify(b"message", SIGNER.sign(b"message"))


def test_a_count_that_did_not_last_did_not_happen(device, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(unit_files.os, "fsync", fails)
        with pytest.raises(ChipError):
            device.advance()
        with pytest.raises(NotesNotKeptError):
            device.write(Notes("", "Garage"))
    with monkeypatch.context() as patched:
        patched.setattr(unit_files.os, "write", lambda _file, data: len(data) - 1)
        with pytest.raises(ChipError):
            device.advance()
    assert (device.value, device.read().workshop) == (0, "")
    assert loaded(tmp_path / "device").value == 0


def test_a_device_is_in_one_unit_at_a_time_however_often_it_is_replaced(device, tmp_path):
    path = tmp_path / "device"
    one = DeviceFile.taken(path)
    for _ in range(3):
        with pytest.raises(InputError, match="in a unit that runs"):
            DeviceFile.taken(path)
        one.advance()
        one.write(Notes("", "Garage"))
    one.close()
    again = DeviceFile.taken(path)
    assert again.value == 3
    again.close()
    assert device.value == 0, "who only made it is not asked any more"


def test_a_device_that_is_replaced_while_it_is_opened_is_the_new_one(device, tmp_path, monkeypatch):
    path, samestat, old = tmp_path / "device", os.path.samestat, []

    def first_replaced(here, there):
        if not old:
            old.append(here)
            device.advance()
            return samestat(here, path.stat())
        return samestat(here, there)

    monkeypatch.setattr(unit_files.os.path, "samestat", first_replaced)
    one = DeviceFile.taken(path)
    assert (one.value, len(old)) == (1, 1)
    one.close()


def test_the_floor_goes_up_as_far_as_it_has_to_at_once(device, tmp_path, monkeypatch):
    floor = Floor(device)
    floor.advance_to(2**32 - 1)
    assert loaded(tmp_path / "device").floor_value == floor.value == 2**32 - 1
    other = Floor(DeviceFile.made(tmp_path / "other", PLATE, bytes, vin=""))
    with monkeypatch.context() as patched:
        patched.setattr(unit_files.os, "fsync", fails)
        with pytest.raises(ChipError):
            other.advance_to(7)
    assert loaded(tmp_path / "other").floor_value == other.value == 0


@pytest.mark.parametrize(
    "change",
    [
        {"form": 2}, {"key": "00"}, {"key": 5}, {"chip": "zz"}, {"counter": -1}, {"counter": 2**32},
        {"counter": "1"}, {"vin": "short"}, {"serial": "\u00e9"}, {"serial": 5}, {"troubles": [1]}, {"troubles": None},
    ],
)  # fmt: skip
@pytest.mark.usefixtures("device")
def test_a_file_that_is_no_device_is_refused(tmp_path, change):
    path = tmp_path / "device"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match="is not a device"):
        loaded(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{" * 5_000, "[" * 70_000])
def test_text_that_is_no_device_is_refused(tmp_path, text):
    (tmp_path / "device").write_text(text)
    with pytest.raises(InputError, match="is not a device"):
        loaded(tmp_path / "device")


def test_a_device_that_is_not_there_or_cannot_be_made_is_said_to_be(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        loaded(tmp_path / "device")
    with pytest.raises(InputError, match="cannot be made"):
        DeviceFile.made(tmp_path / "no" / "device", PLATE, bytes, vin="")


def test_the_locks_that_a_unit_was_made_with_stay_and_an_older_device_has_none(tmp_path):
    """A second lock that a restart takes away is none; a device of the version before has no such field."""
    path = tmp_path / "device"
    locks = Locks(pairs=True, second_lock=True)
    DeviceFile.made(path, PLATE, os.urandom, vin="", locks=locks).advance()
    assert loaded(path).locks == locks
    fields = json.loads(path.read_text())
    for name in ("pairs", "second_lock"):
        del fields[name]
    path.write_text(json.dumps(fields))
    assert loaded(path).locks == Locks()
    path.write_text(json.dumps(fields | {"pairs": "yes"}))
    with pytest.raises(InputError, match="is not a device"):
        loaded(path)
