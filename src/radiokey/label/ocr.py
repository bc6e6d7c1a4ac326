"""Print on a picture: where lines stand, which way up they are, and what they say.

Runs in the confined process only. The two networks are those that the wheel of rapidocr ships (PP-OCR v6,
small); nothing is fetched. They are called here and not through rapidocr: its settings stick from call to
call, its angle classifier turns OCR-A upside down, and it throws away how sure the network was of each
character. Here the direction is decided once for all lines that run alike, by reading some of them both ways,
and only what labels print is a letter.

Two passes differ in all they can: the first finds lines in the whole photo and reads them as they are; the
second turns and cuts the sticker out, raises its local contrast, finds the lines anew at a height that suits
the network, and reads those.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnxruntime

from radiokey.label.marks import Line, Point, Quad, Sign

Pixels = np.ndarray[Any, Any]
"""Rows, columns and mostly BGR, of 8 bits."""
Floats = np.ndarray[Any, Any]
"""Points (n x 2), homographies (3 x 3), scores."""

_DETECTOR: Final = "PP-OCRv6_det_small.onnx"
_READER: Final = "PP-OCRv6_rec_small.onnx"
_PRINTED: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz-/.,:;*+()#&=|'_<>%!? "

_FIRST_SIDE: Final = 736
_SECOND_SIDE: Final = 960
_TEXT_HEIGHT: Final = 22.0
_HEIGHT: Final = 48
_WIDTH_MAX: Final = 1_440
_LINES_MAX: Final = 28
_VOTERS: Final = 8
_ALIKE_DEGREES: Final = 14.0
_SCORE_MIN: Final = 0.3
_BOX_MIN: Final = 0.5
_UNCLIP: Final = 1.7


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that run alike, and their direction: degrees clockwise from the x axis, -180 to 180."""

    lines: tuple[Line, ...] = field(repr=False)
    degrees: float

    @property
    def boxes(self) -> list[Floats]:
        """Where the lines stand."""
        return [np.array(line.quad) for line in self.lines]

    @property
    def print_size(self) -> float:
        """How much print there is, in square pixels: a number is printed large."""
        return sum(_size(box)[0] * _size(box)[1] for box in self.boxes)


class Reader:
    """The two networks, loaded once. Not safe to use from two threads at once."""

    def __init__(self) -> None:
        """Load them; raise `FileNotFoundError` where the wheel of rapidocr has others."""
        models = _models()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        load = [
            onnxruntime.InferenceSession(str(models / name), options, providers=["CPUExecutionProvider"])
            for name in (_DETECTOR, _READER)
        ]
        self._detector, self._reader = load
        known = ["", *self._reader.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
        places = {character: place for place, character in enumerate(known)}
        self._characters = ("", *(character for character in _PRINTED if character in places))
        self._columns = np.array([places[character] for character in self._characters])

    def find_boxes(self, picture: Pixels, side: int) -> list[Floats]:
        """Return the lines in a picture (rows, columns, BGR) that is first made `side` long at most."""
        height, width = picture.shape[:2]
        scale = min(1.0, side / max(height, width))
        size = tuple(max(32, round(length * scale / 32) * 32) for length in (width, height))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        blob = ((small.astype(np.float32) / 255 - 0.5) / 0.5).transpose(2, 0, 1)[None]
        (heat,) = self._detector.run(None, {self._detector.get_inputs()[0].name: blob})
        stretch = np.array([width / size[0], height / size[1]])
        return [box * stretch for box in _boxes(heat[0, 0])]

    def read(self, crops: Sequence[Pixels]) -> list[tuple[Sign, ...]]:
        """Return what stands on each crop (48 rows, BGR), in their order."""
        found: list[tuple[Sign, ...]] = [()] * len(crops)
        order = sorted(range(len(crops)), key=lambda at: crops[at].shape[1])
        at = 0
        while at < len(order):
            last = at + 1
            widest = crops[order[at]].shape[1]
            while last < len(order) and last - at < 8 and crops[order[last]].shape[1] <= widest * 1.4:  # noqa: PLR2004
                last += 1
            batch = order[at:last]
            for place, signs in zip(batch, self._read_batch([crops[one] for one in batch]), strict=True):
                found[place] = signs
            at = last
        return found

    def _read_batch(self, crops: Sequence[Pixels]) -> list[tuple[Sign, ...]]:
        width = max(crop.shape[1] for crop in crops)
        blob = np.zeros((len(crops), 3, _HEIGHT, width), np.float32)
        for place, crop in enumerate(crops):
            blob[place, :, :, : crop.shape[1]] = ((crop.astype(np.float32) / 255 - 0.5) / 0.5).transpose(
                2, 0, 1
            )
        (scores,) = self._reader.run(None, {self._reader.get_inputs()[0].name: blob})
        printed = scores[:, :, self._columns]
        printed = printed / np.maximum(printed.sum(2, keepdims=True), 1e-6)
        return [self._signs(one) for one in printed]

    def _signs(self, steps: Floats) -> tuple[Sign, ...]:
        """Return the characters of one line: runs of the same best one, without the blank of the network."""
        best = steps.argmax(1)
        signs: list[Sign] = []
        at = 0
        while at < len(best):
            last = at + 1
            while last < len(best) and best[last] == best[at]:
                last += 1
            if best[at]:
                signs.append(self._sign(steps[at:last], int(best[at])))
            at = last
        return tuple(signs)

    def _sign(self, steps: Floats, best: int) -> Sign:
        """Return a character; its capital and its small form count as one, so as not to doubt each other."""
        peak = steps[int(steps[:, best].argmax())]
        text = self._characters[best]
        scores: dict[str, float] = {}
        for character, score in zip(self._characters, peak, strict=True):
            if character.strip():
                key = character.upper()
                scores[key] = scores.get(key, 0.0) + float(score)
        score = scores.pop(text.upper(), float(peak[best]))
        other = max(scores, key=scores.__getitem__)
        if scores[other] < 0.02:  # noqa: PLR2004 - less is no doubt
            return Sign(text, round(min(1.0, score), 4))
        return Sign(text, round(min(1.0, score), 4), other, round(scores[other], 4))


def _models() -> Path:
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("rapidocr")
    return Path(spec.origin).parent / "models"


def _boxes(heat: Floats) -> list[Floats]:
    """Return the boxes of a map of text (Differentiable Binarization), widened to the print.

    The map marks the core of each line (arXiv 1911.08947).
    """
    mask = (heat > _SCORE_MIN).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for outline in outlines:
        middle, (width, height), turn = cv2.minAreaRect(outline)
        if min(width, height) < 3:  # noqa: PLR2004 - pixels of the map
            continue
        inside = np.zeros_like(mask)
        cv2.fillPoly(inside, [outline], 1)
        if float(heat[inside > 0].mean()) < _BOX_MIN:
            continue
        reach = width * height * _UNCLIP / (2 * (width + height))
        corners = cv2.boxPoints((middle, (width + 2 * reach, height + 2 * reach), turn))
        boxes.append(_lengthwise(corners.astype(np.float64)))
    return boxes


def _lengthwise(corners: Floats) -> Floats:
    """Return the corners so that the first two are a long side, and the box is clockwise in the picture."""
    sides = [float(np.linalg.norm(corners[(at + 1) % 4] - corners[at])) for at in range(2)]
    return corners if sides[0] >= sides[1] else np.roll(corners, -1, axis=0)


def degrees_of(box: Floats) -> float:
    """Return the direction of a box's first side in degrees."""
    x, y = box[1] - box[0]
    return math.degrees(math.atan2(y, x))


def _apart(one: float, other: float) -> float:
    """Return how far apart two directions are, upside down or not: 0 to 90 degrees."""
    apart = abs(one - other) % 180
    return min(apart, 180 - apart)


def _size(box: Floats) -> tuple[float, float]:
    return float(np.linalg.norm(box[1] - box[0])), float(np.linalg.norm(box[3] - box[0]))


def groups(boxes: Iterable[Floats]) -> list[list[Floats]]:
    """Return boxes by their direction, those with most print first; short ones join the nearest."""
    by_length = sorted(boxes, key=lambda box: _size(box)[0] / max(1.0, _size(box)[1]), reverse=True)
    found: list[list[Floats]] = []
    for box in by_length:
        long, short = _size(box)
        near = min(found, key=lambda group: _apart(degrees_of(group[0]), degrees_of(box)), default=None)
        if near is not None and (
            _apart(degrees_of(near[0]), degrees_of(box)) <= _ALIKE_DEGREES or long < 2 * short
        ):
            near.append(_along(box, degrees_of(near[0])))
        else:
            found.append([box])
    return sorted(found, key=lambda group: sum(_size(box)[0] for box in group), reverse=True)


def _along(box: Floats, degrees: float) -> Floats:
    """Return a box whose first corner is where writing of this direction begins."""
    turns = [np.roll(box, -at, axis=0) for at in range(4)]
    return min(turns, key=lambda one: abs((degrees_of(one) - degrees + 180) % 360 - 180))


def crop(picture: Pixels, box: Floats, *, wider: float = 0.0) -> Pixels:
    """Return what stands in a box, upright and 48 rows high."""
    long, short = _size(box)
    if wider:
        across = (box[1] - box[0]) / max(long, 1e-6) * short * wider
        box = box + np.array([-across, across, across, -across])
        long += 2 * short * wider
    width = int(min(_WIDTH_MAX, max(_HEIGHT // 2, round(long / max(short, 1.0) * _HEIGHT))))
    # Shrunk by more than two the picture is averaged first, or thin strokes break.
    factor = max(1, int(short / _HEIGHT / 1.5))
    flat = np.array(
        [(0, 0), (width * factor, 0), (width * factor, _HEIGHT * factor), (0, _HEIGHT * factor)], np.float32
    )
    matrix = cv2.getPerspectiveTransform(box.astype(np.float32), flat)
    out = cv2.warpPerspective(
        picture,
        matrix,
        (width * factor, _HEIGHT * factor),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cv2.resize(out, (width, _HEIGHT), interpolation=cv2.INTER_AREA) if factor > 1 else out


def read_group(reader: Reader, picture: Pixels, boxes: Sequence[Floats]) -> list[Group]:
    """Return boxes that run alike, read the right way up; the widest ones are read both ways, and vote.

    A sticker is read one way as a whole. Lines that say clearly that they stand on their heads beside it are
    those of another sticker, and make a group of their own.
    """
    degrees = degrees_of(max(boxes, key=lambda box: _size(box)[0]))
    along = sorted((_along(box, degrees) for box in boxes), key=lambda box: _size(box)[0], reverse=True)
    along = along[:_LINES_MAX]
    voters, rest = along[:_VOTERS], along[_VOTERS:]
    there = [crop(picture, box) for box in voters]
    read = reader.read([*there, *(cv2.rotate(one, cv2.ROTATE_180) for one in there)])
    forward, backward = read[: len(there)], read[len(there) :]
    turned = sum(map(_weight, backward)) > sum(map(_weight, forward))
    right, wrong = (backward, forward) if turned else (forward, backward)
    behind = reader.read([crop(picture, _turned(box) if turned else box) for box in rest])
    own, others = [], []
    for box, signs, instead in zip(along, [*right, *behind], [*wrong, *([()] * len(rest))], strict=True):
        if _is_clearly(instead, signs):
            others.append(Line(instead, _quad(box if turned else _turned(box))))
        elif signs:
            own.append(Line(signs, _quad(_turned(box) if turned else box)))
    upright = degrees + 180 if turned else degrees
    return [
        Group(tuple(lines), (turn + 180) % 360 - 180)
        for lines, turn in ((own, upright), (others, upright + 180))
        if lines
    ]


def _turned(box: Floats) -> Floats:
    return np.roll(box, -2, axis=0)


def _is_clearly(instead: tuple[Sign, ...], signs: tuple[Sign, ...]) -> bool:
    """Tell whether a line is print when it is turned, and is none as it stands."""
    return _weight(instead) > 2 * _weight(signs) + 0.5 and sum(sign.score for sign in instead) > 0.85 * len(
        instead
    )


def _weight(signs: tuple[Sign, ...]) -> float:
    """Return how much a line speaks for being read this way: sure characters of numbers and words."""
    return sum(max(0.0, sign.score - 0.6) for sign in signs if sign.text.isalnum())


def lines_in(reader: Reader, picture: Pixels, boxes: Sequence[Floats]) -> list[Line]:
    """Return what stands in the boxes."""
    kept = sorted(boxes, key=lambda box: _size(box)[0] * _size(box)[1], reverse=True)[:_LINES_MAX]
    read = reader.read([crop(picture, box) for box in kept])
    return [Line(signs, _quad(box)) for signs, box in zip(read, kept, strict=True) if signs]


def _quad(box: Floats) -> Quad:
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in box)
    return a, b, c, d


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a photo, turned so that its print is upright: its pixels, and the way back (3 x 3)."""

    pixels: Pixels = field(repr=False)
    to_photo: Floats = field(repr=False)


def cut_out(picture: Pixels, group: Group, around: Quad | None = None) -> Cut:
    """Return the part of a photo where the print of a group stands, or only what is `around` a line of it."""
    boxes = group.boxes if around is None else [np.array(around)]
    points = np.concatenate(boxes)
    turn = math.radians(-group.degrees)
    spin = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    turned = points @ spin.T
    heights = sorted(_size(box)[1] for box in boxes)
    tall = heights[len(heights) // 2]
    low, high = turned.min(0) - tall * 1.5, turned.max(0) + tall * 1.5
    size = np.ceil(high - low)
    scale = min(2.0, max(_TEXT_HEIGHT * 2 / max(tall, 1.0), 0.2))
    scale = min(scale, 1_800 / max(size))
    width, height = (max(32, int(length * scale)) for length in size)
    forward = np.eye(3)
    forward[:2, :2] = spin * scale
    forward[:2, 2] = -low * scale
    soft = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale) if scale < 0.7 else picture  # noqa: PLR2004 - see `crop`
    pixels = cv2.warpAffine(
        soft, forward[:2], (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return Cut(pixels, np.linalg.inv(forward))


def upright(picture: Pixels, group: Group) -> Cut:
    """Return the whole photo, turned so that the print of a group is upright: strips are found along it."""
    turn = math.radians(-group.degrees)
    spin = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    height, width = picture.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)]) @ spin.T
    low, high = corners.min(0), corners.max(0)
    forward = np.eye(3)
    forward[:2, :2] = spin
    forward[:2, 2] = -low
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    pixels = cv2.warpAffine(
        picture, forward[:2], size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return Cut(pixels, np.linalg.inv(forward))


def stronger(picture: Pixels) -> Pixels:
    """Return the picture with its local contrast raised (CLAHE), in grey."""
    return cv2.cvtColor(stronger_grey(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)), cv2.COLOR_GRAY2BGR)


def stronger_grey(grey: Pixels) -> Pixels:
    """Return a grey picture with its local contrast raised."""
    return cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey)


def second_pass(reader: Reader, cut: Cut) -> list[Line]:
    """Return the print of a sticker that was cut out, found and read anew."""
    pixels = stronger(cut.pixels)
    boxes = [
        _along(box, 0.0)
        for box in reader.find_boxes(pixels, _SECOND_SIDE)
        if _apart(degrees_of(box), 0.0) <= 2 * _ALIKE_DEGREES or _size(box)[0] < 2 * _size(box)[1]
    ]
    return [Line(line.signs, back(line.quad, cut.to_photo)) for line in lines_in(reader, pixels, boxes)]


def back(quad: Quad, to_photo: Floats) -> Quad:
    """Return a quad of a cut in the pixels of its photo."""
    points = np.array([(*point, 1.0) for point in quad]) @ to_photo.T
    a, b, c, d = (_point(point) for point in points[:, :2] / points[:, 2:])
    return a, b, c, d


def _point(point: Floats) -> Point:
    return round(float(point[0]), 1), round(float(point[1]), 1)


_FEW: Final = 3
_NEAR_FEW: Final = 0.85
_TALL_ENOUGH: Final = 12.0
"""Pixels: boxes are wider than their print by half."""
_NEAR: Final = 0.55
"""A label whose print takes less of the photo than this is looked at again, larger."""


def find_print(reader: Reader, picture: Pixels) -> list[Floats]:
    """Return the lines on a photo; a small part that holds them all is looked at again, larger."""
    boxes = reader.find_boxes(picture, _FIRST_SIDE)
    if not boxes:
        return reader.find_boxes(stronger(picture), _SECOND_SIDE)
    tall = sorted(_size(box)[1] for box in boxes)[len(boxes) // 2] * _FIRST_SIDE / max(picture.shape[:2])
    if len(boxes) > _FEW and tall >= _TALL_ENOUGH:
        return boxes
    points = np.concatenate(boxes)
    low, high = points.min(0), points.max(0)
    # A few large boxes are whole labels with print too small to be separated.
    few = len(boxes) <= _FEW
    room = 0.0 if few else 0.25 * float(max(high - low))
    x0, y0 = (max(0, int(value - room)) for value in low)
    x1, y1 = (int(value + room) for value in high)
    part = picture[y0:y1, x0:x1]
    if (
        max(part.shape[:2]) > (_NEAR_FEW if few else _NEAR) * max(picture.shape[:2])
        or min(part.shape[:2]) < _HEIGHT
    ):
        return boxes
    scale = min(3.0, _FIRST_SIDE / max(part.shape[:2]))
    larger = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC) if scale > 1 else part
    nearer = [box / max(1.0, scale) + np.array([x0, y0]) for box in reader.find_boxes(larger, _FIRST_SIDE)]
    return nearer if len(nearer) >= len(boxes) else boxes
