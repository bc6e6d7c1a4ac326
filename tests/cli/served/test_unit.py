"""A unit in its files: made once, opened again, and one budget whatever is done to the files."""

import os
import shutil
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from radiokey.cli.served.unit import NewUnit, ServedUnit, UnitFiles
from radiokey.code.signed import ImageHead, sign
from radiokey.code.value import Code
from radiokey.errors import InputError, UsageError
from radiokey.headunit.events import SupplyLost
from radiokey.headunit.lock import Fault, State


def files_in(folder, firmware=None):
    return UnitFiles(folder / "chip", folder / "device", firmware)


def opened(tmp_path, model="reference", off_ms=None, code="4786"):
    new = NewUnit(code, "RK7", None, None)
    unit = ServedUnit.opened(model, files_in(tmp_path), new, off_ms)
    unit.close()
    return unit


def test_a_unit_remembers_and_belongs_to_its_model(tmp_path):
    assert opened(tmp_path).ecu.state is State.PLAYING
    assert opened(tmp_path, off_ms=0, code=None).ecu.state is State.PLAYING
    assert opened(tmp_path, off_ms=60_000, code=None).ecu.state is State.CODE
    with pytest.raises(UsageError, match="is a reference"):
        opened(tmp_path, model="renault_86a")


@pytest.mark.parametrize("supply", [True, False])
def test_a_unit_that_is_served_without_supply_is_without_it_all_the_time(tmp_path, supply):
    unit = ServedUnit.opened("reference", files_in(tmp_path), NewUnit("4786", None, None, None))
    if not supply:
        unit.ecu.handle(SupplyLost())
    os.utime(unit.state, (1_000, 1_000))
    unit.touch()
    unit.close()
    assert (unit.state.stat().st_mtime > 1_000) is supply


def test_two_that_serve_one_unit_would_be_two_budgets(tmp_path):
    files, nothing = files_in(tmp_path), NewUnit(None, None, None, None)
    first = ServedUnit.opened("reference", files, NewUnit("4786", None, None, None))
    with pytest.raises(InputError, match="in a unit that runs"):
        ServedUnit.opened("reference", files, nothing)
    first.close()
    ServedUnit.opened("reference", files, nothing).close()


def test_two_copies_of_a_chip_are_one_budget(tmp_path):
    """The second copy is refused while the first one runs, and is an old image to the device afterwards."""
    files, nothing = files_in(tmp_path), NewUnit(None, None, None, None)
    device = files.device
    ServedUnit.opened("reference", files, NewUnit("4786", None, None, None)).close()
    copy = shutil.copy2(files.state, tmp_path / "copy")
    first = ServedUnit.opened("reference", files, nothing, 60_000)
    before = (device.read_bytes(), copy.read_bytes())
    with pytest.raises(InputError, match="the device device is in a unit that runs"):
        ServedUnit.opened("reference", UnitFiles(copy, device), nothing, 60_000)
    assert (device.read_bytes(), copy.read_bytes()) == before
    assert first.ecu.unit.status.errors == 0
    first.ecu.try_code(Code("1111"), compared=True)
    first.close()
    second = ServedUnit.opened("reference", UnitFiles(copy, device), nothing, 60_000)
    assert second.ecu.unit.lock.fault is Fault.TAMPERED
    second.close()


SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def signed_image(tmp_path, version=1, floor=0, model="reference"):
    head = ImageHead(model, version, floor, 3, sha256(b"abc").digest())
    (tmp_path / "image").write_bytes(sign(head, SIGNER) + b"abc")
    return tmp_path / "image"


def opened_with_firmware(tmp_path, image=None):
    (tmp_path / "signer").write_text(SIGNER.public_key().public_bytes_raw().hex())
    new = NewUnit("4786", "RK7", None, tmp_path / "signer", image)
    files = files_in(tmp_path, tmp_path / "firmware")
    return ServedUnit.opened("reference", files, new, 0)


def test_a_unit_keeps_what_it_downloaded_and_never_goes_back_behind_it(tmp_path):
    unit = opened_with_firmware(tmp_path, signed_image(tmp_path, 1))
    factory = (tmp_path / "firmware").read_bytes()
    assert unit.ecu.software == "1"
    newer = signed_image(tmp_path, 2, floor=1).read_bytes()
    unit.ecu.begin_transfer(1, 0, len(newer))
    transfer = unit.ecu.transfer_of(1)
    transfer.take(1, newer)
    transfer.finish()
    unit.close()
    unit = opened_with_firmware(tmp_path)
    assert unit.ecu.software == "2"
    unit.close()
    (tmp_path / "firmware").write_bytes(factory)
    unit = opened_with_firmware(tmp_path)
    assert (unit.ecu.software, unit.ecu.unit.lock.fault) == ("", Fault.FIRMWARE), "an old chip put back"
    unit.close()


def test_a_firmware_chip_is_made_whole_or_not_at_all(tmp_path):
    with pytest.raises(UsageError, match="needs an image"):
        opened_with_firmware(tmp_path)
    with pytest.raises(InputError, match="mix and match"):
        opened_with_firmware(tmp_path, signed_image(tmp_path, model="renault_86a"))
    with pytest.raises(InputError, match="cannot be read"):
        opened_with_firmware(tmp_path, tmp_path / "nothing")
    assert {one.name for one in tmp_path.iterdir()} == {"signer", "image"}


def test_a_signers_key_has_thirty_two_bytes(tmp_path):
    (tmp_path / "key").write_text("00" * 31)
    new = NewUnit("4786", None, None, tmp_path / "key")
    with pytest.raises(InputError, match="32 bytes"):
        ServedUnit.opened("reference", files_in(tmp_path), new)
