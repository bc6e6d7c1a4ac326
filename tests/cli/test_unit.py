"""`radiokey unit serve`: what it refuses before anything is served, and the hand at the panel."""

import asyncio
import os
import shutil
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from radiokey.cli import served_unit
from radiokey.cli.served_unit import NewUnit, ServedUnit, parse_address
from radiokey.cli.unit_hand import parse_act
from radiokey.code.signed import ImageHead, sign
from radiokey.code.value import Code
from radiokey.errors import InputError, UsageError
from radiokey.headunit.events import (
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    RadioSwitched,
    SupplyLost,
    SupplyRestored,
    TimeWent,
)
from radiokey.headunit.lock import Fault, State

HERE = ("--doip", "127.0.0.1:0")


@pytest.fixture
def serve(cli, tmp_path):
    def run(*options, model="renault_86a"):
        return cli(
            "unit", "serve", "--model", model, "--state", tmp_path / "chip", "--device", tmp_path / "device", *options
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    ("options", "exit_code", "says"),
    [
        (("--code", "4786"), 64, "a unit is served somewhere"),
        (HERE, 64, "a new unit needs a code"),
        (("--code", "12345", *HERE), 65, "has 4 characters"),
        (("--code", "4786", "--doip", "nowhere"), 64, "an address is HOST:PORT"),
        (("--code", "4786", "--doip", "127.0.0.1:99999"), 64, "an address is HOST:PORT"),
        (("--code", "4786", "--doip", "0.0.0.0:0"), 64, "other machines can reach this address"),
        (("--code", "4786", "--doip", "example.org:1"), 64, "other machines can reach this address"),
        (("--code", "4786", "--vin", "short", *HERE), 65, "vehicle identification number"),
        (("--code", "4786", "--serial", "\u00e9", *HERE), 64, "a serial number has"),
        (("--code", "4786", "--serial", "x" * 33, *HERE), 64, "a serial number has"),
        (("--code", "4786", "--signer", "nofile", *HERE), 65, "the signer's key could not be read"),
        (("--code", "4786", "--image", "image", *HERE), 64, "an image goes onto a chip"),
        (("--code", "4786", "--can", "can0"), 64, "this is no address of a CAN bus"),
    ],
)
def test_what_is_refused_leaves_no_half_a_unit(serve, tmp_path, options, exit_code, says):
    ran = serve(*options)
    assert (ran.code, ran.out) == (exit_code, "")
    assert says in ran.err
    assert "4786" not in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_model_whose_panel_nobody_knows_is_refused_and_our_own_is_offered(serve):
    ran = serve("--code", "1234", *HERE, model="acura_navi4")
    assert (ran.code, "'reference', our own design" in ran.err) == (69, True)


def test_a_chip_without_its_device_is_no_new_unit(serve, tmp_path):
    (tmp_path / "chip").write_bytes(bytes(512))
    ran = serve("--code", "4786", *HERE)
    assert ran.code == 65
    assert "is a memory chip, and its device device is not there" in ran.err
    assert (tmp_path / "chip").read_bytes() == bytes(512)


def opened(tmp_path, model="reference", off_ms=None, code="4786"):
    new = NewUnit(code, "RK7", None, None)
    unit = ServedUnit.opened(model, tmp_path / "chip", tmp_path / "device", new, off_ms)
    unit.close()
    return unit


def test_a_unit_remembers_and_belongs_to_its_model(tmp_path):
    assert opened(tmp_path).ecu.state is State.PLAYING
    assert opened(tmp_path, off_ms=0, code=None).ecu.state is State.PLAYING
    assert opened(tmp_path, off_ms=60_000, code=None).ecu.state is State.CODE
    with pytest.raises(UsageError, match="is a reference"):
        opened(tmp_path, model="renault_86a")


class EndsAtOnce:
    """A reporter that ends the serving with its first look."""

    def __init__(self, ended):
        self.write_noted = ended.set


@pytest.mark.parametrize("supply", [True, False])
def test_a_unit_that_is_served_without_supply_is_without_it_all_the_time(tmp_path, monkeypatch, supply):
    async def serve(unit, *_args, **_more):
        ended = asyncio.Event()
        await served_unit._write_until(ended, EndsAtOnce(ended), unit)

    unit = ServedUnit.opened(
        "reference", tmp_path / "chip", tmp_path / "device", NewUnit("4786", None, None, None)
    )
    if not supply:
        unit.ecu.handle(SupplyLost())
    os.utime(unit.state, (1_000, 1_000))
    monkeypatch.setattr(served_unit, "_serve", serve)
    served_unit.serve_unit(unit, None, None, as_json=False)
    assert (unit.state.stat().st_mtime > 1_000) is supply


def test_two_that_serve_one_unit_would_be_two_budgets(tmp_path):
    files, nothing = (tmp_path / "chip", tmp_path / "device"), NewUnit(None, None, None, None)
    first = ServedUnit.opened("reference", *files, NewUnit("4786", None, None, None))
    with pytest.raises(InputError, match="in a unit that runs"):
        ServedUnit.opened("reference", *files, nothing)
    first.close()
    ServedUnit.opened("reference", *files, nothing).close()


def test_two_copies_of_a_chip_are_one_budget(tmp_path):
    """The second copy is refused while the first one runs, and is an old image to the device afterwards."""
    device, nothing = tmp_path / "device", NewUnit(None, None, None, None)
    ServedUnit.opened("reference", tmp_path / "chip", device, NewUnit("4786", None, None, None)).close()
    copy = shutil.copy2(tmp_path / "chip", tmp_path / "copy")
    first = ServedUnit.opened("reference", tmp_path / "chip", device, nothing, 60_000)
    before = (device.read_bytes(), copy.read_bytes())
    with pytest.raises(InputError, match="the device device is in a unit that runs"):
        ServedUnit.opened("reference", copy, device, nothing, 60_000)
    assert (device.read_bytes(), copy.read_bytes()) == before
    assert first.ecu.unit.status.errors == 0
    first.ecu.try_code(Code("1111"), compared=True)
    first.close()
    second = ServedUnit.opened("reference", copy, device, nothing, 60_000)
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
    files = (tmp_path / name for name in ("chip", "device"))
    return ServedUnit.opened("reference", *files, new, 0, firmware=tmp_path / "firmware")


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
        ServedUnit.opened("reference", tmp_path / "chip", tmp_path / "device", new)


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:13400", ("127.0.0.1", 13400)), ("[::1]:0", ("::1", 0)), ("localhost:1", ("localhost", 1))],
)
def test_addresses_of_this_machine(text, address):
    assert parse_address(text, reachable=False) == address
    assert parse_address("0.0.0.0:1", reachable=True) == ("0.0.0.0", 1)  # noqa: S104 - that is what is asked


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("key 4", [KeyPressed("4")]),
        ("hold 6 2500", [KeyPressed("6", 2_500)]),
        ("ignition acc", [IgnitionTurned(Ignition.ACC)]),
        ("engine on", [EngineRan(running=True)]),
        ("radio off", [RadioSwitched(on=False)]),
        ("supply 12400", 12_400),
        ("cut 60000", [SupplyLost(), TimeWent(60_000), SupplyRestored()]),
    ],
)
def test_what_a_hand_can_do(line, act):
    assert parse_act(line) == act


@pytest.mark.parametrize(
    "line", ["", "key", "hold 6 long", "ignition sideways", "radio maybe", "supply -1", "code 4786"]
)
def test_what_a_hand_cannot_do(line):
    with pytest.raises(UsageError):
        parse_act(line)
