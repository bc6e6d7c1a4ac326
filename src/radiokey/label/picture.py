"""From the bytes of a photo to its pixels, as it is seen. `decode` in the confined process only.

JPEG (also one with a second picture behind it, as phones write), PNG and WebP go the way of papers
(`radiokey.confined.image`); HEIC is known and measured here, and libheif turns it upright.
"""

import io
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from radiokey.confined import image
from radiokey.confined.content import PIXELS_MAX, Media
from radiokey.confined.refusal import Refusal, paper_error
from radiokey.label.kind import PhotoKind, recognise

SIDE_MAX: Final = 2_000
"""Pixels; a longer picture is made smaller while it is decoded."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels (rows, columns, RGB) as they are seen, and the size of the photo they were made from."""

    pixels: np.ndarray[Any, Any] = field(repr=False)
    width: int
    height: int


def prepare() -> None:
    """Let the readers be known now: they would look for themselves in files later."""
    import pi_heif  # noqa: PLC0415 - it registers itself, and only here

    image.prepare()
    pi_heif.register_heif_opener(thumbnails=False)


def decode(data: bytes) -> Picture:
    """Return a photo as it is seen; raise `PaperError` for what is not taken."""
    kind = recognise(data)
    opened = _heic(data) if kind is PhotoKind.HEIC else image.opened(data, Media(kind.value), SIDE_MAX)
    width, height = opened.size
    return Picture(np.asarray(opened.picture.convert("RGB")), width, height)


def _heic(data: bytes) -> image.Opened:
    from PIL import Image  # noqa: PLC0415 - loaded by `image`

    with Image.open(io.BytesIO(data), formats=("HEIF",)) as heic:
        if heic.width * heic.height > PIXELS_MAX:
            raise paper_error(Refusal.TOO_MANY_PIXELS)
        size = heic.size
        heic.load()
        heic.thumbnail((SIDE_MAX, SIDE_MAX))
        return image.Opened(heic.convert("RGB"), size)
