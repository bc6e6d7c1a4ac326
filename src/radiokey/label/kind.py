"""What a file is, by its bytes alone: a photo of one of four kinds, or a reason why it is none.

Asked before any process is started; sizes are read from headers, nothing is decoded.
"""

import struct
from enum import StrEnum
from typing import Final

from radiokey.confined.content import BYTES_MAX, PIXELS_MAX, Media
from radiokey.confined.content import recognise as recognise_paper
from radiokey.confined.refusal import Refusal, paper_error
from radiokey.errors import PaperError
from radiokey.label.refusal import PDF


class PhotoKind(StrEnum):
    """The kinds of photos that are read, by their registered names."""

    HEIC = "image/heic"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


def recognise(data: bytes) -> PhotoKind:
    """Return what `data` is; raise `PaperError` for everything that is no photo."""
    try:
        media = recognise_paper(data)
    except PaperError as error:
        if error.facts["reason"] != Refusal.HEIC:
            raise
        _measure_heic(data)
        return PhotoKind.HEIC
    if media is Media.PDF:
        raise paper_error(PDF)
    return PhotoKind(media.value)


_SIZE_BOX: Final = b"ispe"
"""Image spatial extents (ISO/IEC 23008-12, 6.5.3): four bytes of version and flags, width, height."""


def _measure_heic(data: bytes) -> None:
    """Raise for a HEIC that says it is too large. Tiles have boxes of their own, so the largest counts."""
    if len(data) > BYTES_MAX:
        raise paper_error(Refusal.TOO_LARGE)
    sizes, at = [0], data.find(_SIZE_BOX)
    while at >= 0 and at + 16 <= len(data):
        width, height = struct.unpack_from(">II", data, at + 8)
        sizes.append(width * height)
        at = data.find(_SIZE_BOX, at + 4)
    if max(sizes) == 0:
        raise paper_error(Refusal.DAMAGED)
    if max(sizes) > PIXELS_MAX:
        raise paper_error(Refusal.TOO_MANY_PIXELS)
