"""Look at a picture: barcodes, print, and barcodes again where the print says which way is up.

Runs in the confined process only.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from radiokey.label import barcode, ocr
from radiokey.label.geometry import Floats, apart, apart_either_way, contains, degrees_of, groups, moved_quad
from radiokey.label.marks import Code, Line, Marks, Symbology
from radiokey.label.raster import Pixels, grey_of, stronger
from radiokey.label.read import LabelReading, of_one_number, telling
from radiokey.serial.barcode import blaupunkt_number

_SCALES: Final = (1.0, 0.6, 0.35)
_MATRIX_SIDE: Final = 1_200
_CLOSER_SIDE: Final = 960
_ALIKE: Final = 10.0
"""Degrees; print that runs apart by no more stands on one sticker."""
_STRAIGHT: Final = 5.0
"""Degrees; a strip that is askew by no more is found without turning, if it is found at all."""


def look(
    reader: ocr.Reader,
    picture: Pixels,
    size: tuple[int, int],
    judge: Callable[[Marks], LabelReading],
) -> Marks:
    """Return what stands on a picture (rows, columns, RGB), in pixels of a photo of `size` (width, height).

    `judge` says what the first pass means: where it is sure no second one is needed, and where it found one
    number the second one looks there alone.
    """
    width, height = size
    home = np.diag([width / picture.shape[1], height / picture.shape[0], 1.0])
    grey = grey_of(picture)
    codes = _strips_in(grey, home)
    codes += barcode.find_codes_at(grey, home, min(1.0, _MATRIX_SIDE / max(grey.shape)), barcode.MATRICES)
    found = read_groups(reader, picture, ocr.find_print(reader, picture, grey))

    def marks(second: Sequence[Line] = ()) -> Marks:
        first = _home([line for group in found for line in group.lines], home)
        return Marks(width, height, tuple(codes), tuple(first), tuple(second))

    judged = judge(marks())
    if not telling(judged):
        # What was missed comes first: the second pass looks there.
        missed = _missed(reader.find_boxes(stronger(grey), _CLOSER_SIDE), found)
        found = read_groups(reader, picture, missed) + found
        judged = judge(marks())
    if judged.sure or not found:
        return marks()
    for degrees in _askew(found):
        if not _strips(codes):
            alike = [box for group in found if _runs_along(group, degrees) for box in group.boxes]
            turned = ocr.upright(grey, degrees, alike)
            codes += _strips_in(turned.pixels, home @ turned.to_photo)
            judged = judge(marks())
    if judged.sure:
        return marks()
    around = of_one_number(judged)
    group = found[0]
    if around is not None:
        around = moved_quad(around, np.linalg.inv(home))
        group = min(found, key=lambda one: apart(one.degrees, degrees_of(np.array(around))))
    second = ocr.second_pass(reader, ocr.cut_out(picture, group, around))
    return marks(_home(second, home))


def read_groups(reader: ocr.Reader, picture: Pixels, boxes: Sequence[Floats]) -> list[ocr.Group]:
    """Return the print of a picture, read, the group with most of it first."""
    read = [group for alike in groups(boxes)[:3] for group in ocr.read_group(reader, picture, alike)]
    return sorted(read, key=lambda group: group.print_size, reverse=True)


def _missed(boxes: Sequence[Floats], found: Sequence[ocr.Group]) -> list[Floats]:
    """Return the boxes in whose middle no line stands yet."""
    known = [box for group in found for box in group.boxes]
    return [box for box in boxes if not any(contains(one, box.mean(0)) for one in known)]


def _runs_along(group: ocr.Group, degrees: float) -> bool:
    """Tell whether print runs in a direction, upside down or not."""
    return apart_either_way(group.degrees, degrees) <= _ALIKE


def _askew(found: Sequence[ocr.Group]) -> list[float]:
    """Return the directions of the two first groups that run differently, but for those that lie straight."""
    first = found[0].degrees
    others = [one.degrees for one in found if not _runs_along(one, first)]
    return [one for one in (first, *others[:1]) if _STRAIGHT < one % 90 < 90 - _STRAIGHT]


def _strips_in(grey: Pixels, to_photo: Floats) -> list[Code]:
    """Return the strips of a picture, at the first size that shows some, or else with its contrast raised."""
    for scale in _SCALES:
        if found := barcode.find_codes_at(grey, to_photo, scale):
            return found
    return barcode.find_codes_at(stronger(grey), to_photo, 1.0)


def _strips(codes: list[Code]) -> bool:
    """Tell whether a barcode was found that cannot be a piece of another."""
    return any(code.symbology is not Symbology.ITF for code in codes) or any(
        blaupunkt_number(code.text) for code in codes
    )


def _home(lines: list[Line], home: Floats) -> list[Line]:
    return [Line(line.signs, moved_quad(line.quad, home)) for line in lines]
