"""Papers, good and bad, made from nothing and small."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

PAGE = b"0 0 1 rg 10 10 80 80 re f"
"""What a page draws: a blue square."""


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture whose left upper quarter is red."""
    image = Image.new("RGB", size, (0, 90, 200))
    image.paste((250, 10, 10), (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    image.convert(mode).save(out, form, **options)
    return out.getvalue()


def exif(orientation: int = 1, order: str = ">") -> bytes:
    """Return Exif data that says how the camera was held and where it was: 48 degrees 51 minutes north."""
    mark = b"MM\0*" if order == ">" else b"II*\0"
    gps_at = 8 + 2 + 2 * 12 + 4
    short = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    pointer = struct.pack(f"{order}HHII", 0x8825, 4, 1, gps_at)
    values_at = gps_at + 2 + 2 * 12 + 4
    north = struct.pack(f"{order}HHI4s", 1, 2, 2, b"N\0\0\0")
    latitude = struct.pack(f"{order}HHII", 2, 5, 3, values_at)
    values = struct.pack(f"{order}6I", 48, 1, 51, 1, 2961, 100)
    first = struct.pack(f"{order}4sIH", mark, 8, 2)[:4] + struct.pack(f"{order}IH", 8, 2)
    end = bytes(4)
    return (
        b"Exif\0\0"
        + first
        + short
        + pointer
        + end
        + struct.pack(f"{order}H", 2)
        + north
        + latitude
        + end
        + values
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG with its sum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, packed: bytes, *more: bytes) -> bytes:
    """Return a PNG of 8 bits of grey that claims this size, with these packed pixels, `more` chunks in between."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def archive(name: str = "payload.txt") -> bytes:
    """Return a ZIP archive of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(zipfile.ZipInfo(name), "anything")
    return out.getvalue()


def pdf(
    *more: bytes,
    catalogue: bytes = b"",
    page: bytes = b"",
    trailer: bytes = b"",
    pages: int = 1,
    draws: bytes = PAGE,
) -> bytes:
    """Return a PDF whose pages draw `draws`; `more` are objects from number 4 + `pages` on."""
    kids = b" ".join(b"%d 0 R" % (4 + place) for place in range(pages))
    objects = [
        b"<</Type /Catalog /Pages 2 0 R %b>>" % catalogue,
        b"<</Type /Pages /Kids [%b] /Count %d>>" % (kids, pages),
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(draws), draws),
    ]
    one = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 3 0 R %b>>" % page
    objects += [one] * pages
    return assembled([*objects, *more], trailer)


def assembled(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, the first of which is its catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    table = [b"0000000000 65535 f \n"]
    for number, content in enumerate(objects, 1):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n%b" % (len(table), b"".join(table))
    out += b"trailer\n<</Size %d /Root 1 0 R %b>>\nstartxref\n%d\n%%%%EOF\n" % (len(table), trailer, start)
    return bytes(out)


def drawn(content: bytes) -> Image.Image:
    """Return the picture that a stored JPEG or PNG is."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def like(pixel: Any, colour: tuple[int, int, int]) -> bool:
    """Say whether a pixel is that colour as far as a JPEG keeps it."""
    return all(abs(one - other) < 24 for one, other in zip(pixel, colour, strict=True))
