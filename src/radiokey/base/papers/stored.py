"""The stored form of a paper: JPEG, PNG or a PDF of JPEGs, with nothing in it that is not picture.

`check` is the judge of what a worker answers. It decodes nothing: it knows every byte outside the pixels
(docs/spec/papers.md).
"""

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from radiokey.confined.content import PAGES_MAX, PNG_SIGNATURE, SIDE_MAX, Media, jpeg_segments, png_chunks
from radiokey.errors import PaperError

STORED_BYTES_MAX: Final = 32_000_000
DOTS_PER_INCH: Final = 200

_POINTS_PER_INCH: Final = 72
_SEGMENTS: Final = frozenset({0xDB, 0xC0, 0xC4, 0xDA})
_SOF0: Final = 0xC0
_JFIF: Final = b"JFIF\0\1\1\0\0\1\0\1\0\0"
"""Version 1.1, square pixels of no size, no thumbnail: what libjpeg writes by default."""

_PIXELS: Final = re.compile(rb"(?:[^\xff]++|\xff\x00)*+\xff\xd9", re.DOTALL)
_CHUNKS: Final = frozenset({b"IHDR", b"IDAT", b"IEND"})
_COMPONENTS: Final = {1: "/DeviceGray", 3: "/DeviceRGB"}
_PAGE_OBJECTS: Final = 3
_IMAGE: Final = re.compile(rb"/DCTDecode /Length (\d{1,8})>>\nstream\n")


class StoredFormError(Exception):
    """These bytes are not a stored form; their maker is not trusted."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Size in pixels and number of components of a JPEG."""

    width: int
    height: int
    components: int


def check(data: bytes) -> tuple[Media, int]:
    """Return what a stored form is and its number of pages; raise `StoredFormError` for any other bytes."""
    if len(data) > STORED_BYTES_MAX:
        raise StoredFormError("longer than any stored form")
    if data.startswith(b"%PDF-"):
        return Media.PDF, len(read_pages(data))
    if data.startswith(PNG_SIGNATURE):
        _check_png(data)
        return Media.PNG, 1
    _frame(data)
    return Media.JPEG, 1


def read_pages(data: bytes) -> tuple[bytes, ...]:
    """Return the JPEGs of a stored PDF, one a page; raise `StoredFormError` for any other."""
    jpegs, at = [], 0
    while found := _IMAGE.search(data, at):
        at = found.end() + int(found[1])
        jpegs.append(data[found.end() : at])
    if not 1 <= len(jpegs) <= PAGES_MAX or write_pages(jpegs) != data:
        raise StoredFormError("a PDF that we did not write")
    return tuple(jpegs)


def write_pages(jpegs: Sequence[bytes]) -> bytes:
    """Return the PDF of these pages; raise `StoredFormError` for one that is not a stored JPEG."""
    pages = [3 + _PAGE_OBJECTS * place for place in range(len(jpegs))]
    kids = " ".join(f"{number} 0 R" for number in pages)
    objects = [
        b"<</Type /Catalog /Pages 2 0 R>>",
        f"<</Type /Pages /Kids [{kids}] /Count {len(pages)}>>".encode("ascii"),
    ]
    for number, jpeg in zip(pages, jpegs, strict=True):
        objects += _page(number, jpeg)
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    table = [b"0000000000 65535 f \n"]
    for number, content in enumerate(objects, 1):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n%b" % (len(table), b"".join(table))
    out += b"trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(table), start)
    return bytes(out)


def _page(number: int, jpeg: bytes) -> tuple[bytes, bytes, bytes]:
    frame = _frame(jpeg)
    box = f"{_points(frame.width)} {_points(frame.height)}"
    draw = f"{_points(frame.width)} 0 0 {_points(frame.height)} 0 0 cm /P Do\n"
    page = (
        f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 {box}] /Resources <</XObject <</P {number + 2} 0 R>>>>"
        f" /Contents {number + 1} 0 R>>"
    )
    image = (
        f"<</Type /XObject /Subtype /Image /Width {frame.width} /Height {frame.height}"
        f" /ColorSpace {_COMPONENTS[frame.components]} /BitsPerComponent 8"
        f" /Filter /DCTDecode /Length {len(jpeg)}>>\nstream\n"
    )
    return (
        page.encode("ascii"),
        f"<</Length {len(draw)}>>\nstream\n{draw}endstream".encode("ascii"),
        image.encode("ascii") + jpeg + b"\nendstream",
    )


def _points(pixels: int) -> str:
    """Return a length of a page in points: exact, since 72 / 200 has two digits."""
    return f"{pixels * _POINTS_PER_INCH / DOTS_PER_INCH:.2f}"


def _frame(jpeg: bytes) -> _Frame:
    """Return what the frame of a stored JPEG says; raise `StoredFormError` for any other JPEG."""
    if not jpeg.startswith(b"\xff\xd8\xff\xe0"):
        raise StoredFormError("not a JPEG of ours")
    frames, at = [], len(jpeg)
    try:
        for place, (marker, content, at) in enumerate(jpeg_segments(jpeg)):  # noqa: B007 - where the scan begins
            if place == 0 and content == _JFIF:
                continue
            if marker not in _SEGMENTS:
                raise StoredFormError("a JPEG with more than its picture")
            if marker == _SOF0:
                depth, height, width, components = struct.unpack_from(">BHHB", content)
                frames.append(_Frame(width, height, components))
                if depth != 8:  # noqa: PLR2004 - bits
                    raise StoredFormError("a JPEG of another depth")
    except (PaperError, struct.error):
        raise StoredFormError("a JPEG that is not whole") from None
    if (
        len(frames) != 1
        or frames[0].components not in _COMPONENTS
        or not _fits(frames[0].width, frames[0].height)
    ):
        raise StoredFormError("a JPEG of another size")
    if not _PIXELS.fullmatch(jpeg, at):
        raise StoredFormError("a JPEG with something behind its picture")
    return frames[0]


def _fits(width: int, height: int) -> bool:
    return min(width, height) >= 1 and max(width, height) <= SIDE_MAX


def _check_png(data: bytes) -> None:
    size = len(PNG_SIGNATURE)
    kinds = []
    packed = []
    try:
        for kind, content in png_chunks(data):
            size += 12 + len(content)
            kinds.append(kind)
            if kind == b"IDAT":
                packed.append(content)
            elif kind == b"IHDR" and (len(content) != 13 or not _fits(*struct.unpack_from(">II", content))):  # noqa: PLR2004 - PNG, 11.2.1
                raise StoredFormError("a PNG of another size")
    except PaperError:
        raise StoredFormError("a PNG that is not whole") from None
    if not _CHUNKS.issuperset(kinds) or kinds[0] != b"IHDR" or kinds.count(b"IHDR") != 1 or size != len(data):
        raise StoredFormError("a PNG with more than its picture")
    if not _one_stream(b"".join(packed)):
        raise StoredFormError("a PNG with something behind its pixels")


def _one_stream(packed: bytes) -> bool:
    """Say whether these bytes are one zlib stream and nothing behind; what it unpacks to is thrown away."""
    unpacking = zlib.decompressobj()
    try:
        while packed and not unpacking.eof:
            unpacking.decompress(packed, 1 << 20)
            packed = unpacking.unconsumed_tail
    except zlib.error:
        return False
    return unpacking.eof and not unpacking.unused_data
