"""A picture made anew from its pixels: turned upright, in sRGB, at most 3,000 pixels long, nothing else.

Runs in the worker only. Pillow's errors pass through: the worker ends, and its parent says why.
"""

import io
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

from radiokey.confined.content import PIXELS_MAX, SIDE_MAX, Media, is_lossless, jpeg_segments
from radiokey.confined.refusal import Refusal, paper_error

PNG_BYTES_MAX: Final = 8_000_000
_JPEG_QUALITY: Final = 90
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_METADATA_MARKERS: Final = frozenset({*range(0xE0, 0xF0), 0xFE})
"""Markers of segments that applications write, and of comments."""

_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_WHITE: Final = "white"
_READERS: Final = {Media.JPEG: "JPEG", Media.PNG: "PNG", Media.WEBP: "WEBP"}
_PLUGINS: Final = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)
"""Named so that they are loaded before the worker may open no file any more."""

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS: Final = frozenset(_TURNS[value] for value in (5, 6, 7, 8))


def prepare() -> None:
    """Let Pillow know its readers now; it would look for them in files later."""
    assert all(_PLUGINS)
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    Image.preinit()


def redraw(data: bytes, media: Media) -> bytes:
    """Return the stored form of a picture that `content.recognise` calls `media`."""
    picture = opened(data, media).picture
    if media is Media.PNG or (media is Media.WEBP and is_lossless(data)):
        packed = _written(picture, "PNG")
        if len(packed) <= PNG_BYTES_MAX:
            return packed
    return jpeg(picture, _JPEG_QUALITY)


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture as it is seen (L or RGB), and its size as it was sent, turned likewise."""

    picture: Image.Image
    size: tuple[int, int]


def opened(data: bytes, media: Media, side_max: int = SIDE_MAX) -> Opened:
    """Return a picture that `content.recognise` calls `media`, turned upright, at most `side_max` long."""
    exif = b""
    if media is Media.JPEG:
        data, exif = strip_metadata(data)
    with Image.open(io.BytesIO(data), formats=(_READERS[media],)) as image:
        if image.width * image.height > PIXELS_MAX:
            raise paper_error(Refusal.TOO_MANY_PIXELS)
        size = image.size
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            image.draft(image.mode, (side_max, side_max))
        image.load()
        exif, profile = image.info.get("exif", exif), image.info.get("icc_profile")
        picture = flat(_smaller(_plain(image), side_max), profile)
    turn = _TURNS.get(orientation(exif if isinstance(exif, bytes) else b""))
    if turn is None:
        return Opened(picture, size)
    return Opened(picture.transpose(turn), size[::-1] if turn in _SIDEWAYS else size)


def strip_metadata(data: bytes) -> tuple[bytes, bytes]:
    """Return a JPEG with what its pixels need, and its Exif data: what else stands in it need not be parsed.

    Kept are the tables, JFIF's and Adobe's segment (how colours are stored) and the profile.
    """
    exif, kept, behind = b"", bytearray(data[:2]), len(data)
    for marker, content, behind in jpeg_segments(data):  # noqa: B007 - the last one counts
        if marker == _APP1 and content.startswith(b"Exif\0\0"):
            exif = exif or content
        profile = marker == _APP2 and content.startswith(b"ICC_PROFILE\0")
        if marker not in _METADATA_MARKERS or marker in {_APP0, _APP14} or profile:
            kept += bytes([0xFF, marker]) + (2 + len(content)).to_bytes(2, "big") + content
    kept += data[behind:]
    return bytes(kept), exif


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """Return the bytes of a JPEG of `picture` (mode L or RGB)."""
    return _written(picture, "JPEG", quality=quality)


def orientation(exif: bytes) -> int:
    """Return how a camera was held, 1 to 8 (Exif 2.32, 4.6.4 A); 1 where `exif` does not say it.

    Read here, because a photo whose Exif data is odd elsewhere is still a good photo.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for place in range(count):
            tag, kind, length, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * place)
            if (tag, kind, length) == (_ORIENTATION, _SHORT, 1):
                return int(value)
    except struct.error:
        return 1  # it points outside of itself
    return 1


def _plain(image: Image.Image) -> Image.Image:
    """Return the image in a mode that can be made smaller: L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point([value >> 8 for value in range(1 << 16)], "L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _smaller(image: Image.Image, side_max: int) -> Image.Image:
    factor = side_max / max(image.size)
    if factor >= 1:
        return image
    width, height = (max(1, round(side * factor)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def flat(image: Image.Image, profile: object) -> Image.Image:
    """Return the image on white and in sRGB, as a fresh one that carries nothing along."""
    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, _WHITE)
        ground.alpha_composite(image)
        image = ground.convert("RGB")
    if image.mode in {"RGB", "CMYK"} and isinstance(profile, bytes):
        image = _in_srgb(image, profile)
    image = image if image.mode == "L" else image.convert("RGB")
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    return fresh


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image  # a profile of another kind of device, or a broken one: the plain colours are legible
    return image if converted is None else converted


def _written(picture: Image.Image, form: str, **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
