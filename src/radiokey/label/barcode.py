"""Barcodes on a picture. Runs in the confined process only.

What zxing-cpp does on labels, measured: Code 39 is rewritten unless its plain format is named; light bars on
dark are not found in the linear formats, so the picture is looked at a second time, inverted; a strip of
Interleaved 2 of 5 that is seen askew comes back in pieces with check digits that hold, so every text is
passed on and `read` takes none but one of a known length with its own check.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import zxingcpp

from radiokey.label.geometry import Floats, moved_quad
from radiokey.label.marks import Code, Point, Quad, Symbology
from radiokey.label.raster import Pixels, scaled

_NAMES: Final = {
    zxingcpp.BarcodeFormat.Codabar: Symbology.CODABAR,
    zxingcpp.BarcodeFormat.Code128: Symbology.CODE_128,
    zxingcpp.BarcodeFormat.Code39: Symbology.CODE_39,
    zxingcpp.BarcodeFormat.Code93: Symbology.CODE_93,
    zxingcpp.BarcodeFormat.DataMatrix: Symbology.DATA_MATRIX,
    zxingcpp.BarcodeFormat.EAN13: Symbology.EAN_13,
    zxingcpp.BarcodeFormat.ITF: Symbology.ITF,
    zxingcpp.BarcodeFormat.PDF417: Symbology.PDF_417,
    zxingcpp.BarcodeFormat.QRCode: Symbology.QR,
}
_MATRIX: Final = (
    zxingcpp.BarcodeFormat.DataMatrix,
    zxingcpp.BarcodeFormat.PDF417,
    zxingcpp.BarcodeFormat.QRCode,
)


def _asked(forms: Iterable[zxingcpp.BarcodeFormat]) -> zxingcpp.BarcodeFormats:
    """Return what is asked for; what was asked for as plain Code 39 is answered as Code 39."""
    plain = {zxingcpp.BarcodeFormat.Code39: zxingcpp.BarcodeFormat.Code39Std}
    return zxingcpp.BarcodeFormats([plain.get(form, form) for form in forms])


STRIPS: Final = _asked(form for form in _NAMES if form not in _MATRIX)
MATRICES: Final = _asked(_MATRIX)
"""Looked for apart: it takes ten times as long."""


def find_codes(grey: Pixels, forms: zxingcpp.BarcodeFormats) -> list[Code]:
    """Return the barcodes of a picture, dark on light and light on dark; corners in its pixels."""
    found: dict[tuple[str, str], Code] = {}
    for picture in (grey, 255 - grey):
        for seen in zxingcpp.read_barcodes(
            picture,
            formats=forms,
            try_rotate=True,
            try_downscale=True,
            try_invert=False,
            text_mode=zxingcpp.TextMode.Plain,
            binarizer=zxingcpp.Binarizer.LocalAverage,
            is_pure=False,
            ean_add_on_symbol=zxingcpp.EanAddOnSymbol.Ignore,
            return_errors=False,
        ):
            symbology = _NAMES.get(seen.format)
            if symbology is not None and seen.text:
                found.setdefault(
                    (symbology.value, seen.text), Code(symbology, seen.text, _quad(seen.position))
                )
    return list(found.values())


def find_codes_at(
    grey: Pixels, to_photo: Floats, scale: float, forms: zxingcpp.BarcodeFormats = STRIPS
) -> list[Code]:
    """Return the barcodes of a picture seen at another size; `to_photo` (3 x 3) leads to the photo."""
    there = scaled(grey, scale)
    back = to_photo @ np.diag([grey.shape[1] / there.shape[1], grey.shape[0] / there.shape[0], 1.0])
    return [Code(one.symbology, one.text, moved_quad(one.quad, back)) for one in find_codes(there, forms)]


def _quad(position: zxingcpp.Position) -> Quad:
    return (
        _point(position.top_left),
        _point(position.top_right),
        _point(position.bottom_right),
        _point(position.bottom_left),
    )


def _point(point: zxingcpp.Point) -> Point:
    return float(point.x), float(point.y)
