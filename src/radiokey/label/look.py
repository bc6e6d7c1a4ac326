"""Look at a picture: barcodes, print, and barcodes again where the print says which way is up.

Runs in the confined process only.
"""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np

from radiokey.label import barcode, ocr
from radiokey.label.marks import Code, Line, Marks, Quad, Symbology
from radiokey.label.read import CONFIDENCE, Candidate, LabelReading, Source
from radiokey.serial.barcode import blaupunkt_number

_SCALES: Final = (1.0, 0.6, 0.35)
_MATRIX_SIDE: Final = 1_200
_CLOSER_SIDE: Final = 1_024


def look(
    reader: ocr.Reader,
    pixels: ocr.Pixels,
    size: tuple[int, int],
    judge: Callable[[Marks], LabelReading],
) -> Marks:
    """Return what stands on a picture (rows, columns, RGB), in pixels of a photo of `size` (width, height).

    `judge` says what the first pass means: where it is sure no second one is needed, and where it found one
    number the second one looks there alone.
    """
    width, height = size
    picture = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    home = np.diag([width / picture.shape[1], height / picture.shape[0], 1.0])
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    codes = _strips_in(grey, home)
    codes += barcode.find_codes_at(grey, home, min(1.0, _MATRIX_SIDE / max(grey.shape)), barcode.MATRICES)
    groups = _groups(reader, picture, ocr.find_print(reader, picture))

    def marks(second: Sequence[Line] = ()) -> Marks:
        first = _home([line for group in groups for line in group.lines], home)
        return Marks(width, height, tuple(codes), tuple(first), tuple(second))

    judged = judge(marks())
    if not _found(judged):
        # What was missed comes first: the second pass looks there.
        missed = _missed(reader.find_boxes(ocr.stronger(picture), _CLOSER_SIDE), groups)
        groups = _groups(reader, picture, missed) + groups
        judged = judge(marks())
    if judged.sure or not groups:
        return marks()
    for group in _directions(groups):
        if not _strips(codes):
            turned = ocr.upright(grey, group)
            codes += _strips_in(turned.pixels, home @ turned.to_photo)
            judged = judge(marks())
    if judged.sure:
        return marks()
    around = _of_one_number(judged)
    group = groups[0]
    if around is not None:
        around = ocr.back(around, np.linalg.inv(home))
        group = min(groups, key=lambda one: _apart(one.degrees, ocr.degrees_of(np.array(around))))
    second = ocr.second_pass(reader, ocr.cut_out(picture, group, around))
    return marks(_home(second, home))


def _groups(reader: ocr.Reader, picture: ocr.Pixels, boxes: Sequence[ocr.Floats]) -> list[ocr.Group]:
    """Return the print of a picture, read, the group with most of it first."""
    found = [group for alike in ocr.groups(boxes)[:3] for group in ocr.read_group(reader, picture, alike)]
    return sorted(found, key=lambda group: group.print_size, reverse=True)


def _missed(boxes: Sequence[ocr.Floats], groups: Sequence[ocr.Group]) -> list[ocr.Floats]:
    """Return the boxes in whose middle no line stands yet."""
    known = [box.astype(np.float32) for group in groups for box in group.boxes]
    return [
        box
        for box in boxes
        if all(
            cv2.pointPolygonTest(one, tuple(map(float, box.mean(0))), measureDist=False) < 0 for one in known
        )
    ]


def _directions(groups: Sequence[ocr.Group]) -> list[ocr.Group]:
    """Return the two first groups that run differently, upside down or not."""
    first = groups[0]
    others = [one for one in groups if 10 < _apart(one.degrees, first.degrees) < 170]  # noqa: PLR2004 - degrees
    return [first, *others[:1]]


def _found(judged: LabelReading) -> list[Candidate]:
    """Return the numbers that are more than an accident."""
    return [one for one in judged.candidates if one.confidence > CONFIDENCE["accident"]]


def _of_one_number(judged: LabelReading) -> Quad | None:
    """Return where the one number stands that the print has; several, or none: `None`."""
    found = _found(judged)
    if len(found) != 1 or Source.FIRST not in found[0].sources:
        return None
    return found[0].quad


def _apart(one: float, other: float) -> float:
    """Return how far apart two directions are, in degrees: 0 to 180."""
    return abs((one - other + 180) % 360 - 180)


def _strips_in(grey: ocr.Pixels, to_photo: ocr.Floats) -> list[Code]:
    """Return the strips of a picture, at the first size that shows some, or else with its contrast raised."""
    for scale in _SCALES:
        if found := barcode.find_codes_at(grey, to_photo, scale):
            return found
    return barcode.find_codes_at(ocr.stronger_grey(grey), to_photo, 1.0)


def _strips(codes: list[Code]) -> bool:
    """Tell whether a barcode was found that cannot be a piece of another."""
    return any(code.symbology is not Symbology.ITF for code in codes) or any(
        blaupunkt_number(code.text) for code in codes
    )


def _home(lines: list[Line], home: ocr.Floats) -> list[Line]:
    return [Line(line.signs, ocr.back(line.quad, home)) for line in lines]
