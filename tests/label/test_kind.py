"""What a file is, before anything is decoded: no process is started for what is no photo."""

import struct
import zlib

import pytest
from papermaking import archive, chunk, pdf, picture, png

from radiokey.errors import OurFaultError, PhotoError
from radiokey.label.kind import PhotoKind, recognise
from radiokey.label.photo import PhotoReader

NOBODY = ("false",)
"""A process that is never to be asked."""


def heic(width: int, height: int) -> bytes:
    """The beginning of a HEIC of this size: type, and where the sizes of its pictures stand."""
    extents = b"ispe" + struct.pack(">III", 0, width, height)
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + struct.pack(">I", 4 + len(extents)) + extents


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (picture("JPEG"), PhotoKind.JPEG),
        (picture("PNG"), PhotoKind.PNG),
        (picture("WEBP"), PhotoKind.WEBP),
        (heic(4032, 3024), PhotoKind.HEIC),
    ],
    ids=["jpeg", "png", "webp", "heic"],
)
def test_a_photo_is_known_by_its_bytes(data, kind):
    assert recognise(data) is kind


@pytest.mark.parametrize(
    ("data", "reason", "says"),
    [
        (b"", "empty", "empty"),
        (pdf(), "pdf", "a PDF, not a photo"),
        (archive(), "archive", "archive"),
        (png(12_000, 9_000, zlib.compress(b"")), "too-many-pixels", "40 megapixels"),
        (heic(16_000, 12_000), "too-many-pixels", "40 megapixels"),
        (heic(0, 0), "damaged", "cannot be read to its end"),
        (png(8, 8, zlib.compress(bytes(72)), chunk(b"acTL", bytes(8))), "animated", "moves"),
        (picture("GIF"), "other-picture", "format"),
        (picture("PNG")[:-30], "damaged", "cannot be read to its end"),
        (b"\xff\xd8\xff\xd9", "damaged", "cannot be read to its end"),
        (b"M012345", "unknown", "no JPEG, HEIC, PNG or WebP"),
        (b"<!doctype html><p>M012345</p>", "web-page", "web page"),
        (bytes(10_000_001), "too-large", "larger than 10 MB"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "film", "film"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photo_gets_a_sentence_and_a_way_on_and_no_process(data, reason, says):
    with pytest.raises(PhotoError, match=says) as caught:
        PhotoReader(NOBODY).read(data)
    assert caught.value.facts["reason"] == reason
    assert caught.value.hint
    assert "page" not in caught.value.hint, "a photo of a label is wanted here, and no page"


def test_a_process_that_does_not_start_is_our_fault():
    with pytest.raises(OurFaultError):
        PhotoReader(NOBODY).read(picture())
