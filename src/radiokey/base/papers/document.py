"""A PDF made anew from what its pages look like (ADR 11).

Runs in the worker only. Names that an honest paper does not have are a reason to refuse, so that
nobody is shown a picture that lacks something. What a deceiving file hides from that look is not carried
over either: the renderer runs no script, opens no file and follows nothing, and only pixels leave it.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

import pypdfium2  # type: ignore[import-untyped] # it comes without types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped] # the same

from radiokey.base.papers.stored import DOTS_PER_INCH, write_pages
from radiokey.confined.content import BYTES_MAX, PAGES_MAX, SIDE_MAX
from radiokey.confined.image import jpeg
from radiokey.confined.refusal import Refusal, paper_error

_JPEG_QUALITY: Final = 85
_POINTS_PER_INCH: Final = 72
_NAME: Final = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")
_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")

_NOT_TAKEN: Final = {
    b"Encrypt": Refusal.ENCRYPTED,
    b"JavaScript": Refusal.ACTIVE,
    b"JS": Refusal.ACTIVE,
    b"Launch": Refusal.ACTIVE,
    b"ImportData": Refusal.ACTIVE,
    b"SubmitForm": Refusal.ACTIVE,
    b"Rendition": Refusal.ACTIVE,
    b"RichMedia": Refusal.ACTIVE,
    b"XFA": Refusal.ACTIVE,
    b"EmbeddedFile": Refusal.EMBEDDED,
    b"EmbeddedFiles": Refusal.EMBEDDED,
    b"GoToE": Refusal.EMBEDDED,
    b"FFilter": Refusal.EXTERNAL,
    b"GoToR": Refusal.EXTERNAL,
}
"""Names of ISO 32000-2 that no page of paper needs; the first of this table decides."""


def redraw(data: bytes) -> bytes:
    """Return the stored form of a PDF; raise `PaperError` where a page of it cannot be kept as a picture."""
    present = set(_names(data))
    for name, why in _NOT_TAKEN.items():
        if name in present:
            raise paper_error(why)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise paper_error(Refusal.DAMAGED) from None
    try:
        _ask(document)
        document.init_forms()  # so that what somebody wrote into a form is drawn
        return write_pages([_page(document, place) for place in range(len(document))])
    except pypdfium2.PdfiumError:
        raise paper_error(Refusal.DAMAGED) from None
    finally:
        document.close()


def _ask(document: pypdfium2.PdfDocument) -> None:
    """Refuse what the renderer itself sees in the document."""
    if pdfium.FPDF_GetSecurityHandlerRevision(document) != -1:
        raise paper_error(Refusal.ENCRYPTED)
    if pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        raise paper_error(Refusal.ACTIVE)
    if pdfium.FPDF_GetFormType(document) in {pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND}:
        raise paper_error(Refusal.ACTIVE)
    if pdfium.FPDFDoc_GetAttachmentCount(document) > 0:
        raise paper_error(Refusal.EMBEDDED)
    if len(document) > PAGES_MAX:
        raise paper_error(Refusal.TOO_MANY_PAGES)
    if len(document) == 0:
        raise paper_error(Refusal.DAMAGED)


def _page(document: pypdfium2.PdfDocument, place: int) -> bytes:
    page = document[place]
    longest = max(page.get_width(), page.get_height())
    if min(page.get_width(), page.get_height()) <= 0:
        raise paper_error(Refusal.DAMAGED)
    # one pixel less, because the renderer rounds up
    scale = min(DOTS_PER_INCH / _POINTS_PER_INCH, (SIDE_MAX - 1) / longest)
    bitmap = page.render(scale=scale, draw_annots=True, rev_byteorder=True)
    picture = bitmap.to_pil()
    try:
        return jpeg(picture, _JPEG_QUALITY)
    finally:
        bitmap.close()
        page.close()


def _names(data: bytes) -> Iterator[bytes]:
    """Yield every name outside the streams and in the object streams, with `#xx` decoded."""
    at = left = 0
    left = BYTES_MAX
    while begins := _STREAM.search(data, at):
        outside = data[at : begins.start()]
        yield from _in(outside)
        end = data.find(b"endstream", begins.end())
        end = len(data) if end < 0 else end
        if b"ObjStm" in set(_in(outside[outside.rfind(b" obj") :])):
            inside = _inflated(data[begins.end() : end], left)
            left -= len(inside)
            yield from _in(inside)
        at = end
    yield from _in(data[at:])


def _in(text: bytes) -> Iterator[bytes]:
    for found in _NAME.finditer(text):
        name = found[1]
        yield _ESCAPED.sub(lambda escape: bytes([int(escape[1], 16)]), name) if b"#" in name else name


def _inflated(packed: bytes, most: int) -> bytes:
    """Return what the stream unpacks to; refuse a document whose object streams are too large."""
    unpacking = zlib.decompressobj()
    try:
        inside = unpacking.decompress(packed, most + 1)
    except zlib.error:
        return b""  # another filter, or damage: the renderer judges
    if len(inside) > most:
        raise paper_error(Refusal.TOO_MUCH_WORK)
    return inside
