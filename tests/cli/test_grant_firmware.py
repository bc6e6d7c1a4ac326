"""`radiokey base grant` and `radiokey base firmware`, through the real command line."""

import json

import pytest

from radiokey.base.bootstrap import open_base
from radiokey.base.keys.unit_key import UnitTrust
from radiokey.diagnostics.updates import UpdateClient
from radiokey.headunit.device import RamCounter
from radiokey.headunit.firmware import Firmware
from radiokey.headunit.flash import RamChip
from radiokey.serial.number import parse

SERIAL, MODEL = "22000055", "honda_audio5"
DIGEST = "ab" * 16


@pytest.fixture
def base(cli, database, tmp_path):
    """A command on a hosted base with one unit."""
    cli("base", "init", "--organisation", "codes.example.org", "--database", database)
    cli("base", "keys", "add", "--database", database)
    units = tmp_path / "units.csv"
    units.write_text(f"serial,model,market,vin,code\n{SERIAL},{MODEL},EU,,12345\n")
    cli("base", "import", units, "--database", database)
    return lambda *arguments: cli("base", *arguments, "--database", database)


def test_a_unit_gets_the_key_that_the_base_signs_with_and_the_base_its_digest(base, database):
    key = base("grant", "key").out.strip()
    assert json.loads(base("grant", "key", "--json").out) == {"key": key}
    kept = base("grant", "keep-digest", SERIAL, DIGEST, "--model", MODEL)
    assert kept.out == f"The digest of {SERIAL} is kept.\n"
    with open_base(database) as opened:
        assert opened.grants.public.hex() == key
        reading = parse(SERIAL, kinds=("honda-8",))
        made = opened.grants.propose_chip(
            reading, chip_id=bytes(16), counter=1, reason="three wrong codes", papers="ab" * 32, by="clerk"
        )
    [listed] = json.loads(base("grant", "list", "--json").out)
    assert (listed["id"], listed["what"], listed["by"]) == (made.id, "chip-grant", "clerk")
    assert made.id in base("grant", "list").out


@pytest.mark.parametrize(
    ("serial", "digest", "code"), [(SERIAL, "xx", 65), (SERIAL, "ab", 64), ("22000056", DIGEST, 77)]
)
def test_what_is_no_digest_of_a_unit_of_this_base_is_not_kept(base, serial, digest, code):
    refused = base("grant", "keep-digest", serial, digest, "--model", MODEL)
    assert (refused.code, refused.out) == (code, "")


def test_a_local_base_signs_and_publishes_nothing(cli, database, tmp_path):
    cli("base", "init", "--database", database)
    (tmp_path / "image").write_bytes(b"x")
    for command in (
        ("grant", "key"),
        ("grant", "list"),
        ("firmware", "refresh", tmp_path / "repository"),
        (
            "firmware",
            "publish",
            tmp_path / "repository",
            tmp_path / "image",
            "--model",
            MODEL,
            "--version",
            "1",
        ),
    ):
        assert cli("base", *command, "--database", database).code == 64


def test_an_image_goes_from_the_command_line_into_a_unit(base, tmp_path):
    folder, image = tmp_path / "repository", tmp_path / "image.bin"
    image.write_bytes(b"software" * 30)
    publish = ("firmware", "publish", folder, image, "--model", MODEL, "--version")
    assert base(*publish, "2", "--floor", "1").out == f"{MODEL}/2.rkf is published.\n"
    said = json.loads(base(*publish, "3", "--floor", "1", "--json").out)
    assert said == {"path": f"{MODEL}/3.rkf", "version": 3, "floor": 1, "size": 240}
    assert base(*publish, "3").code == 64
    assert base("firmware", "refresh", folder).out == "The repository is fresh.\n"
    assert base("firmware", "root", folder, tmp_path / "root.json").code == 0
    client = UpdateClient(folder, tmp_path / "kept", (tmp_path / "root.json").read_bytes())
    trust = UnitTrust(bytes.fromhex(base("grant", "key").out.strip()))
    unit = Firmware(RamChip(64 * 30, 64), MODEL, trust.verify, RamCounter())
    unit.install(client.fetch(client.find(MODEL)))
    assert unit.running.version == 3


def test_what_cannot_be_read_or_written_is_said(base, tmp_path):
    folder = tmp_path / "repository"
    publish = ("firmware", "publish", folder, tmp_path / "nowhere", "--version", "1", "--model")
    assert base(*publish, MODEL).code == 65
    assert base(*publish, "no_such_radio").code == 64
    assert base("firmware", "root", folder, tmp_path / "root.json").code == 70
    (tmp_path / "image").write_bytes(b"x")
    base("firmware", "publish", folder, tmp_path / "image", "--model", MODEL, "--version", "1")
    assert base("firmware", "root", folder, tmp_path / "no" / "root.json").code == 65
    file = tmp_path / "file"
    file.touch()
    assert (
        base("firmware", "publish", file, tmp_path / "image", "--model", MODEL, "--version", "1").code == 70
    )
