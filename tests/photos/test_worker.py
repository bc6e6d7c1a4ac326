"""The confined process as the command line asks it: good photos, and bad ones."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from camera import Kind, take
from PIL import Image

from radiokey.errors import PhotoError
from radiokey.label import worker
from radiokey.label.photo import PhotoReader

HEIC = Path(__file__).with_name("label.heic")


def test_it_can_open_no_file_and_no_socket_once_it_reads():
    probe = (
        "from radiokey.label import worker; import resource, socket\n"
        "worker.confine()\n"
        "tried = [lambda: open('/etc/hostname'), lambda: socket.socket(), lambda: socket.socketpair()]\n"
        "for act in tried:\n"
        "    try: act()\n"
        "    except OSError as error: print(error.errno)\n"
        "    else: print('opened')\n"
        "print(resource.getrlimit(resource.RLIMIT_DATA))\n"
    )
    ran = subprocess.run((sys.executable, "-c", probe), capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["24", "24", "24", "(500000000, 500000000)"]
    assert worker.LIMITS


def test_a_heic_is_read_turned_as_it_was_held(cli):
    ran = cli("serial", "read", HEIC, "--json")
    (row,) = ran.document
    assert (row["candidates"][0]["serial"], row["sure"]) == ("M162416", True)
    assert (row["width"], row["height"]) == (1000, 750)


def test_a_photo_of_something_else_gets_a_sentence_and_a_way_on(cli, tmp_path):
    other = tmp_path / "wall.jpg"
    Image.linear_gradient("L").resize((320, 240)).save(other)
    ran = cli("serial", "read", other)
    ran.refused(65, "no label was found on this photo")


def test_a_photo_that_ends_early_is_refused():
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 1200)).save(out, "JPEG")
    whole = out.getvalue()
    with pytest.raises(PhotoError, match="cannot be read to its end"):
        PhotoReader().read(whole[: len(whole) // 2])


@pytest.mark.deep
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_jpeg_is_read_turned_as_it_was_held(orientation):
    photo = take(10_001, Kind.UPRIGHT)
    reading = PhotoReader().read(photo.jpeg(orientation), make=photo.wording.make)
    assert [one.serial.text for one in reading.candidates] == [photo.truth]
    assert (reading.height, reading.width) == photo.pixels.shape[:2]


@pytest.mark.deep
def test_a_jpeg_with_a_second_picture_behind_it_is_an_ordinary_photo():
    """A phone's photo opens as JPEG and then calls itself MPO."""
    photo = take(10_001, Kind.UPRIGHT)
    image, out = Image.fromarray(photo.pixels), io.BytesIO()
    image.save(out, "MPO", save_all=True, append_images=[image.reduce(4)])
    reading = PhotoReader().read(out.getvalue(), make=photo.wording.make)
    assert [one.serial.text for one in reading.candidates] == [photo.truth]


@pytest.mark.deep
def test_the_largest_photo_that_is_taken_stays_within_its_memory():
    image, out = Image.fromarray(take(10_001, Kind.UPRIGHT).pixels), io.BytesIO()
    image.resize((7_300, 5_475)).save(out, "JPEG", quality=70)
    assert PhotoReader().read(out.getvalue()).width == 7_300
