"""`radiokey unit serve`: what it refuses before anything is served."""

import pytest

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
