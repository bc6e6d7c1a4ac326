"""A picture is made anew from its pixels; nothing else of what was sent is left."""

import io
import struct
import zlib
from random import Random

import pytest
from papermaking import chunk, drawn, exif, like, picture, png
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from radiokey.base.papers.stored import check
from radiokey.confined.content import Media
from radiokey.confined.image import PNG_BYTES_MAX, orientation, redraw
from tables import each

RED, BLUE, WHITE = (250, 10, 10), (0, 90, 200), (255, 255, 255)
CANARY = b"48 degrees north"


def srgb_with_red_and_blue_exchanged() -> bytes:
    """Return a profile after which plain red means blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    for place in range(count):
        at = 132 + 12 * place
        tag = bytes(profile[at : at + 4])
        if tag in {b"rXYZ", b"bXYZ"}:
            profile[at : at + 4] = b"bXYZ" if tag == b"rXYZ" else b"rXYZ"
    return bytes(profile)


def described() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", CANARY.decode())
    info.add_itxt("XML:com.adobe.xmp", CANARY.decode(), zip=False)
    return info


BEHIND = picture() + CANARY
SENT = [
    (picture(exif=exif() + CANARY), Media.JPEG),
    (picture(comment=CANARY), Media.JPEG),
    (picture(xmp=CANARY), Media.JPEG),
    (picture(icc_profile=b"x" * 200 + CANARY), Media.JPEG),
    (BEHIND, Media.JPEG),
    (picture("PNG", pnginfo=described()), Media.PNG),
    (picture("PNG", exif=exif() + CANARY), Media.PNG),
    (picture("PNG", icc_profile=b"x" * 200 + CANARY), Media.PNG),
    (picture("PNG") + b"<script>" + CANARY, Media.PNG),
    (png(1, 1, zlib.compress(b"\0\0"), chunk(b"prIv", CANARY)), Media.PNG),
    (picture("WEBP", exif=exif() + CANARY, xmp=CANARY), Media.WEBP),
    (picture("WEBP", lossless=True, icc_profile=b"x" * 200 + CANARY), Media.WEBP),
]


@pytest.mark.parametrize(("data", "media"), SENT)
def test_nothing_but_the_picture_is_left(data, media):
    """The check knows every byte outside of the pixels; the look for the words is the second opinion."""
    stored = redraw(data, media)
    assert check(stored)[1] == 1
    assert CANARY not in stored
    image = drawn(stored)
    assert not set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not image.getexif()


def test_where_the_photo_was_taken_is_gone():
    """A photo at home says where home is."""
    sent = picture(exif=exif())
    assert drawn(sent).getexif().get_ifd(0x8825)[1] == "N", "the file that is sent has a place"
    assert not drawn(redraw(sent, Media.JPEG)).getexif().get_ifd(0x8825)


RED_CORNER = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@each("order", "<>")
@each("held", range(1, 9))
@each(("form", "media"), [("JPEG", Media.JPEG), ("PNG", Media.PNG), ("WEBP", Media.WEBP)])
def test_a_photo_is_turned_as_the_camera_was_held(form, media, held, order):
    """Exif 2.32, 4.6.4 A: after that nobody knows any more that it was turned."""
    image = drawn(redraw(picture(form, exif=exif(held, order)), media))
    assert image.size == ((64, 48) if held < 5 else (48, 64))
    right, low = RED_CORNER[held]
    width, height = image.size
    corners = {
        (x, y): image.getpixel((width // 4 + x * width // 2, height // 4 + y * height // 2))
        for x in (0, 1)
        for y in (0, 1)
    }
    assert like(corners.pop((right, low)), RED)
    assert all(like(pixel, BLUE) for pixel in corners.values())


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0MM\0*",
        b"Exif\0\0MM\0*\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        exif()[:24],
        exif(0),
        exif(9),
        exif(6).replace(b"\x01\x12\0\x03", b"\x01\x12\0\x02"),
    ],
)
def test_a_photo_with_odd_exif_data_is_taken_as_it_lies(odd):
    """A good photo is not refused for what is going to be thrown away."""
    assert orientation(odd) not in range(2, 9)
    sent = picture(exif=odd) if odd else picture()
    assert drawn(redraw(sent, Media.JPEG)).size == (64, 48)


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((3000, 2), (3000, 2)),
        ((3001, 2), (3000, 2)),
        ((6000, 300), (3000, 150)),
        ((2, 9000), (1, 3000)),
        ((9001, 1), (3000, 1)),
    ],
)
@pytest.mark.parametrize(("form", "media"), [("JPEG", Media.JPEG), ("PNG", Media.PNG)])
def test_the_longest_side_is_at_most_3000_pixels(form, media, size, kept):
    assert drawn(redraw(picture(form, size), media)).size == kept


@pytest.mark.parametrize(
    ("data", "media", "mode"),
    [
        (picture("JPEG", mode="L"), Media.JPEG, "L"),
        (picture("JPEG", mode="CMYK"), Media.JPEG, "RGB"),
        (picture("PNG", mode="L"), Media.PNG, "L"),
        (picture("PNG", mode="1"), Media.PNG, "L"),
        (picture("PNG", mode="P"), Media.PNG, "RGB"),
        (picture("PNG", mode="LA"), Media.PNG, "RGB"),
        (picture("PNG", mode="RGBA"), Media.PNG, "RGB"),
    ],
)
def test_every_kind_of_pixels_becomes_grey_or_srgb(data, media, mode):
    image = drawn(redraw(data, media))
    assert image.mode == mode
    red, blue = image.getpixel((16, 12)), image.getpixel((48, 36))
    if isinstance(red, tuple) and red[0] != red[1]:
        assert red[0] > 150
        assert blue[2] > 150
    else:
        assert red != blue


def test_sixteen_bits_of_grey_are_cut_and_not_clipped():
    lines = b"".join(b"\0" + struct.pack(">H", value) for value in (0, 0x4000, 0x8000, 0xFFFF))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 4, 16, 0, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    image = drawn(redraw(data, Media.PNG))
    assert [image.getpixel((0, line)) for line in range(4)] == [0, 0x40, 0x80, 0xFF]


def test_what_shows_through_is_white_and_what_was_hidden_under_it_is_gone():
    """A scan with the text under a transparent layer would be read by a program and not by the clerk."""
    image = Image.new("RGBA", (8, 8), (1, 2, 3, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    assert drawn(redraw(out.getvalue(), Media.PNG)).getcolors() == [(64, WHITE)]


def test_colours_are_those_of_the_profile():
    sent = picture("PNG", icc_profile=srgb_with_red_and_blue_exchanged())
    red, green, blue = drawn(redraw(sent, Media.PNG)).getpixel((16, 12))
    assert blue > 200
    assert max(red, green) < 60


@pytest.mark.parametrize(
    ("data", "media", "form"),
    [
        (picture(), Media.JPEG, Media.JPEG),
        (picture("PNG"), Media.PNG, Media.PNG),
        (picture("WEBP"), Media.WEBP, Media.JPEG),
        (picture("WEBP", lossless=True), Media.WEBP, Media.PNG),
    ],
)
def test_what_was_exact_stays_exact_and_the_same_file_gives_the_same_bytes(data, media, form):
    stored = redraw(data, media)
    assert check(stored) == (form, 1)
    assert redraw(data, media) == stored
    if form is Media.PNG:
        assert drawn(stored).tobytes() == drawn(data).convert("RGB").tobytes()


def test_a_png_that_is_really_a_photo_becomes_a_jpeg():
    noise = Random(1).randbytes(3 * 1700 * 1700)  # noqa: S311 - the same noise each time
    image = Image.frombytes("RGB", (1700, 1700), noise)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    assert len(out.getvalue()) > PNG_BYTES_MAX
    assert check(redraw(out.getvalue(), Media.PNG)) == (Media.JPEG, 1)


def test_of_several_pictures_in_one_jpeg_the_first_is_kept():
    """Phones put a second exposure behind the photo (CIPA DC-007)."""
    first, second = Image.new("RGB", (32, 32), RED), Image.new("RGB", (32, 32), BLUE)
    out = io.BytesIO()
    first.save(out, "MPO", save_all=True, append_images=[second])
    stored = redraw(out.getvalue(), Media.JPEG)
    assert check(stored) == (Media.JPEG, 1)
    assert like(drawn(stored).getpixel((16, 16)), RED)
