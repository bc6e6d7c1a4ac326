"""The stored form: the judge of what a worker answers knows every byte outside of the pixels."""

import struct
import zlib

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermaking import chunk, exif, like, pdf, picture, png

from radiokey.base.papers.stored import (
    STORED_BYTES_MAX,
    StoredFormError,
    check,
    read_pages,
    write_pages,
)
from radiokey.confined.content import Media

JPEG = picture()
GREY = picture(mode="L", size=(30, 40))
PNG = png(2, 2, zlib.compress(bytes(6)))
PDF = write_pages([JPEG, GREY])
BEFORE_SCAN = JPEG.index(b"\xff\xda")
COMMENT = b"\xff\xfe\0\x07hello"


def test_the_three_forms_are_known():
    assert check(JPEG) == (Media.JPEG, 1)
    assert check(GREY) == (Media.JPEG, 1)
    assert check(PNG) == (Media.PNG, 1)
    assert check(PDF) == (Media.PDF, 2)
    assert read_pages(PDF) == (JPEG, GREY)


def test_another_reader_sees_the_pages_that_were_written():
    document = pypdfium2.PdfDocument(PDF)
    assert [document[place].get_size() for place in (0, 1)] == [
        pytest.approx((64 * 0.36, 48 * 0.36), abs=0.001),
        pytest.approx((30 * 0.36, 40 * 0.36), abs=0.001),
    ]
    shown = document[0].render(scale=200 / 72, rev_byteorder=True).to_pil()
    assert shown.size[0] in {64, 65}
    assert like(shown.getpixel((16, 12)), (250, 10, 10))
    assert like(shown.getpixel((48, 36)), (0, 90, 200))
    assert document.get_metadata_dict(skip_empty=True) == {}
    document.close()


REFUSED = [
    ("nothing", b""),
    ("a byte too many", JPEG.ljust(STORED_BYTES_MAX + 1, b"\0")),
    ("text", b"<html>"),
    ("a JPEG with a byte behind", JPEG + b"\0"),
    ("a JPEG with another behind", JPEG + JPEG),
    ("a JPEG cut", JPEG[:-1]),
    ("a JPEG cut in its segments", JPEG[:40]),
    ("a JPEG with a comment", JPEG[:BEFORE_SCAN] + COMMENT + JPEG[BEFORE_SCAN:]),
    ("a JPEG with Exif data", picture(exif=exif())),
    ("a JPEG with a profile", picture(icc_profile=b"x" * 200)),
    ("a JPEG with a thumbnail", JPEG[:4] + b"\0\x13" + JPEG[6:18] + b"\1\1abc" + JPEG[20:]),
    ("a JPEG with a second JFIF segment", JPEG[:20] + JPEG[2:]),
    ("a progressive JPEG", picture(progressive=True)),
    ("a JPEG of four inks", picture(mode="CMYK")),
    ("a JPEG that is too long", picture(size=(3001, 1))),
    ("a JPEG with a marker in its pixels", JPEG[:-2] + b"\xff\xe1" + JPEG[-2:]),
    ("a PNG with a byte behind", PNG + b"\0"),
    ("a PNG cut", PNG[:-1]),
    ("a PNG with text", png(2, 2, zlib.compress(bytes(6)), chunk(b"tEXt", b"Comment\0hello"))),
    ("a PNG with two heads", PNG[:33] + PNG[8:]),
    ("a PNG that is too long", png(3001, 1, zlib.compress(bytes(3002)))),
    ("a PNG of no height", png(1, 0, zlib.compress(b""))),
    ("a PNG with something behind its pixels", png(2, 2, zlib.compress(bytes(6)) + b"hello")),
    ("a PNG whose pixels are no stream", png(2, 2, b"hello")),
    ("a PNG whose pixels end early", png(2, 2, zlib.compress(bytes(6))[:-1])),
    ("a PNG without its head", PNG[:8] + PNG[33:]),
    ("a PDF of somebody else", pdf()),
    ("a PDF without pages", write_pages([])),
    ("a PDF of 31 pages", write_pages([GREY] * 31)),
    ("a PDF with a byte behind", PDF + b"\n"),
    ("a PDF with another name in its catalogue", PDF.replace(b"/Catalog", b"/Catalog /AA 9 0 R")),
]


@pytest.mark.parametrize("data", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_whatever_else_a_worker_answers_is_not_believed(data):
    with pytest.raises(StoredFormError):
        check(data)


def test_every_byte_of_a_pdf_that_is_no_pixel_is_known():
    """Each is changed once; only inside the scans of its pictures may it go unnoticed."""
    small = picture(size=(1, 1), mode="L")
    whole = write_pages([small])
    start = whole.index(small)
    scan = range(start + small.index(b"\xff\xdb"), start + len(small) - 2)
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 0x20
        if at not in scan:
            with pytest.raises(StoredFormError):
                check(bytes(changed))


def test_a_page_that_is_no_stored_jpeg_is_not_written():
    with pytest.raises(StoredFormError):
        write_pages([picture(comment=b"hello")])


@given(st.sampled_from([JPEG, PNG, PDF]), st.data())
def test_damage_is_seen_or_lies_in_the_pixels(whole, data):
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] = data.draw(st.integers(0, 255))
    try:
        assert check(bytes(changed))[0] is check(whole)[0]
    except StoredFormError:
        assert bytes(changed) != whole


def test_a_size_that_lies_is_seen():
    assert struct.unpack_from(">HH", JPEG, JPEG.index(b"\xff\xc0") + 5) == (48, 64)
    with pytest.raises(StoredFormError):
        check(JPEG.replace(struct.pack(">HH", 48, 64), struct.pack(">HH", 48, 0)))
