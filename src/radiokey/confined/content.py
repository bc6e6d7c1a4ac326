"""What a file is, by its bytes alone: one of four types, or a reason why it is not taken.

Names and declared types are never asked for. Sizes are read from headers before anything is decoded; every
walk is linear in the file (docs/spec/papers.md).
"""

import struct
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from radiokey.confined.refusal import Refusal, paper_error

BYTES_MAX: Final = 10_000_000
PIXELS_MAX: Final = 40_000_000
SIDE_MAX: Final = 3_000
"""Pixels: a longer picture is made smaller."""
PAGES_MAX: Final = 30

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_EOF_WITHIN: Final = 1_024
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_END_SIZE: Final = 22


class Media(StrEnum):
    """The types that are taken, by their registered names."""

    JPEG = "image/jpeg"
    PDF = "application/pdf"
    PNG = "image/png"
    WEBP = "image/webp"


_TAKEN: Final = (
    (b"%PDF-1.", Media.PDF),
    (b"%PDF-2.", Media.PDF),
    (b"\xff\xd8\xff", Media.JPEG),
    (PNG_SIGNATURE, Media.PNG),
)
_NOT_TAKEN: Final = (
    (b"PK\x03\x04", Refusal.ARCHIVE),
    (b"PK\x05\x06", Refusal.ARCHIVE),
    (b"Rar!\x1a\x07", Refusal.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Refusal.ARCHIVE),
    (b"\x1f\x8b", Refusal.ARCHIVE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Refusal.OFFICE),
    (b"{\\rtf", Refusal.OFFICE),
    (b"GIF8", Refusal.OTHER_PICTURE),
    (b"II*\0", Refusal.OTHER_PICTURE),
    (b"MM\0*", Refusal.OTHER_PICTURE),
    (b"BM", Refusal.OTHER_PICTURE),
    (b"8BPS", Refusal.OTHER_PICTURE),
    (b"\0\0\0\x0cjP  ", Refusal.OTHER_PICTURE),
    (b"\0\0\0\x0cJXL ", Refusal.OTHER_PICTURE),
    (b"\xff\x0a", Refusal.OTHER_PICTURE),
    (b"\x1a\x45\xdf\xa3", Refusal.FILM),
)
_OFFICE_PARTS: Final = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument")
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_RIFF: Final = {b"AVI ": Refusal.FILM}


def recognise(data: bytes) -> Media:
    """Return what `data` is; raise `PaperError` for everything that is not taken.

    That it can be decoded is not said: a worker finds out (`radiokey.base.papers.clean`).
    """
    if not data:
        raise paper_error(Refusal.EMPTY)
    if len(data) > BYTES_MAX:
        raise paper_error(Refusal.TOO_LARGE)
    media = _type_of(data)
    if _ends_as_archive(data):
        raise paper_error(Refusal.TWO_IN_ONE)
    match media:
        case Media.PDF:
            if b"%%EOF" not in data[-_EOF_WITHIN:]:
                raise paper_error(Refusal.DAMAGED)
        case Media.JPEG:
            _measure(*_jpeg_size(data))
        case Media.PNG:
            _measure(*_png_size(data))
        case Media.WEBP:
            _measure(*_webp_size(data))
    return media


def _type_of(data: bytes) -> Media:
    for start, media in _TAKEN:
        if data.startswith(start):
            return media
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Media.WEBP
    raise paper_error(_other(data))


def _other(data: bytes) -> Refusal:
    """Return the reason for a file of no type that is taken."""
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in _HEIC_BRANDS:
            return Refusal.HEIC
        return Refusal.OTHER_PICTURE if brand in {b"avif", b"avis"} else Refusal.FILM
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], Refusal.UNKNOWN)
    for start, why in _NOT_TAKEN:
        if data.startswith(start):
            office = why is Refusal.ARCHIVE and any(part in data for part in _OFFICE_PARTS)
            return Refusal.OFFICE if office else why
    text = data[:_EOF_WITHIN].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<svg", b"<?xml", b"<head", b"<body", b"<script", b"<!--")):
        return Refusal.WEB_PAGE
    return Refusal.UNKNOWN


def _ends_as_archive(data: bytes) -> bool:
    """Say whether a ZIP archive ends where the file ends: an unpacker then takes the file for one."""
    at = data.find(_ZIP_END)
    while at >= 0:
        comment = data[at + _ZIP_END_SIZE - 2 : at + _ZIP_END_SIZE]
        if len(comment) == 2 and at + _ZIP_END_SIZE + int.from_bytes(comment, "little") == len(data):  # noqa: PLR2004 - the field is two bytes
            return True
        at = data.find(_ZIP_END, at + 1)
    return False


def _measure(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise paper_error(Refusal.DAMAGED)
    if width * height > PIXELS_MAX:
        raise paper_error(Refusal.TOO_MANY_PIXELS)


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield marker, content and end of each segment up to the first scan, that one included.

    Raises `PaperError` where the segments do not stand as ITU-T T.81, B.1.1 wants them.
    """
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if at + 4 > len(data) or data[at] != 0xFF:  # noqa: PLR2004 - a marker begins with FF
            raise paper_error(Refusal.DAMAGED)
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if size < 2 or at + 2 + size > len(data):  # noqa: PLR2004 - the size counts its own two bytes
            raise paper_error(Refusal.DAMAGED)
        at += 2 + size
        yield marker, data[at + 2 - size : at], at
        if marker == SCAN:
            return


SCAN: Final = 0xDA
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _jpeg_size(data: bytes) -> tuple[int, int]:
    size = None
    for marker, content, _ in jpeg_segments(data):
        if marker in _FRAMES:
            if size is not None or len(content) < 6:  # noqa: PLR2004 - precision, height, width, components
                raise paper_error(Refusal.DAMAGED)
            height, width = struct.unpack_from(">HH", content, 1)
            size = width, height
    if size is None:
        raise paper_error(Refusal.DAMAGED)
    return size


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and the content of each chunk up to `IEND`; raise `PaperError` for a wrong sum."""
    at = len(PNG_SIGNATURE)
    kind = b""
    while kind != b"IEND":
        size = int.from_bytes(data[at : at + 4], "big")
        end = at + 12 + size
        if end > len(data):
            raise paper_error(Refusal.DAMAGED)
        kind, content = data[at + 4 : at + 8], data[at + 8 : end - 4]
        if zlib.crc32(content, zlib.crc32(kind)) != int.from_bytes(data[end - 4 : end], "big"):
            raise paper_error(Refusal.DAMAGED)
        yield kind, content
        at = end


def _png_size(data: bytes) -> tuple[int, int]:
    size = None
    for kind, content in png_chunks(data):
        if kind == b"acTL":
            raise paper_error(Refusal.ANIMATED)
        if (kind == b"IHDR") is not (size is None) or (kind == b"IHDR" and len(content) != 13):  # noqa: PLR2004 - PNG, 11.2.1
            raise paper_error(Refusal.DAMAGED)
        if kind == b"IHDR":
            size = struct.unpack_from(">II", content)
    assert size is not None
    return size


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and the content of each chunk inside the size of the file (RFC 9649)."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise paper_error(Refusal.DAMAGED)
    at = 12
    while at < end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise paper_error(Refusal.DAMAGED)
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _webp_size(data: bytes) -> tuple[int, int]:
    sizes = []
    for kind, content in webp_chunks(data):
        if kind in {b"ANIM", b"ANMF"}:
            raise paper_error(Refusal.ANIMATED)
        if kind == b"VP8X" and len(content) >= 10:  # noqa: PLR2004 - flags, then two sizes less one of 24 bits
            if content[0] & 0x02:
                raise paper_error(Refusal.ANIMATED)
            sizes.append(
                (1 + int.from_bytes(content[4:7], "little"), 1 + int.from_bytes(content[7:10], "little"))
            )
        elif kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a" and len(content) >= 10:  # noqa: PLR2004 - RFC 6386, 9.1
            width, height = struct.unpack_from("<HH", content, 6)
            sizes.append((width & 0x3FFF, height & 0x3FFF))
        elif kind == b"VP8L" and content[:1] == b"\x2f" and len(content) >= 5:  # noqa: PLR2004 - signature and 28 bits
            bits = int.from_bytes(content[1:5], "little")
            sizes.append((1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)))
    if not sizes:
        raise paper_error(Refusal.DAMAGED)
    return max(sizes, key=lambda size: size[0] * size[1])


def is_lossless(data: bytes) -> bool:
    """Say whether a WebP keeps every pixel as it was."""
    return any(kind == b"VP8L" for kind, _ in webp_chunks(data))
