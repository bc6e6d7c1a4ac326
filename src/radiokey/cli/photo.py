"""A photo of a sticker, as small as it stays readable."""

import io
from typing import Final

from PIL import Image

SIDE_MAX: Final = 1_600
_QUALITY: Final = 80


def smaller(picture: bytes) -> bytes:
    """Return a picture of the reader of papers as a JPEG, its longer side at most `SIDE_MAX` pixels."""
    with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as opened:
        small = opened.convert("RGB")
    small.thumbnail((SIDE_MAX, SIDE_MAX))
    written = io.BytesIO()
    small.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
