"""What stands on a photo of a label, and where: barcodes and lines of print.

Nobody has said yet what they mean. It is what the confined process answers, as JSON; `msgspec` holds it to
these types. Points are pixels of the photo as it is seen (turned as its Exif orientation says), x to the
right and y down.
"""

from enum import StrEnum

import msgspec

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Four corners of a mark, clockwise as it is read: the first is where the writing begins, above."""


class Symbology(StrEnum):
    """The barcodes that stand on labels, by their standards' names."""

    CODABAR = "Codabar"
    CODE_128 = "Code 128"
    CODE_39 = "Code 39"
    CODE_93 = "Code 93"
    DATA_MATRIX = "Data Matrix"
    EAN_13 = "EAN-13"
    ITF = "Interleaved 2 of 5"
    PDF_417 = "PDF417"
    QR = "QR Code"


class Code(msgspec.Struct, frozen=True):
    """A barcode and its text."""

    symbology: Symbology
    text: str
    quad: Quad


class Sign(msgspec.Struct, frozen=True):
    """A character of print, how sure the network is of it (0 to 1), and what it could be instead.

    `other` is empty where nothing else was near; `other_score` is how sure the network is of that.
    """

    text: str
    score: float
    other: str = ""
    other_score: float = 0.0


class Line(msgspec.Struct, frozen=True):
    """A run of print in one direction, its characters in reading order, blanks among them."""

    signs: tuple[Sign, ...]
    quad: Quad

    @property
    def text(self) -> str:
        """The characters."""
        return "".join(sign.text for sign in self.signs)


class Marks(msgspec.Struct, frozen=True):
    """All that was found on a photo: its size, the barcodes, and the print as each of two passes read it.

    `second` is empty where it was not needed: a barcode and the first pass said the same.
    """

    width: int
    height: int
    codes: tuple[Code, ...] = ()
    first: tuple[Line, ...] = ()
    second: tuple[Line, ...] = ()
