"""Print on a picture: where lines stand, which way up they are, and what they say.

Runs in the confined process only. The two networks (`networks`) are those that the wheel of rapidocr ships.
They are called here and not through rapidocr: its settings stick from call to call, its angle classifier
turns OCR-A upside down, and it throws away how sure the network was of each character. Here the direction is
decided once for all lines that run alike, by reading some of them both ways, and only what labels print is a
letter. `print-worker.js` does the same on a phone.

Two passes differ in all they can: the first finds lines in the whole photo and reads them as they are; the
second turns and cuts the sticker out, raises its local contrast, finds the lines anew at a height that suits
the network, and reads those.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import onnxruntime

from radiokey.label.geometry import (
    ALIKE_DEGREES,
    Floats,
    along,
    apart_either_way,
    degrees_of,
    homography,
    least_rectangle,
    lengthwise,
    moved,
    moved_quad,
    quad_of,
    shift,
    sides_of,
    spin,
    turned_over,
    widened,
)
from radiokey.label.marks import Line, Quad, Sign
from radiokey.label.networks import find_networks
from radiokey.label.raster import Pixels, grey_of, regions, resized, scaled, seen_through, stronger
from radiokey.label.vocabulary import PRINTED, narrowed

_FIRST_SIDE: Final = 640
_SECOND_SIDE: Final = 960
_TEXT_HEIGHT: Final = 22.0
_HEIGHT: Final = 48
_WIDTH_MAX: Final = 1_440
_LINES_MAX: Final = 28
_VOTERS: Final = 8
_SCORE_MIN: Final = 0.3
_BOX_MIN: Final = 0.5
_UNCLIP: Final = 1.7
_STRIP_ROOM: Final = 0.6
"""How far from the print of a sticker its strip may stand, in lengths of the print."""


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
        return sum(sides_of(box)[0] * sides_of(box)[1] for box in self.boxes)


class Reader:
    """The two networks, loaded once. Not safe to use from two threads at once."""

    def __init__(self) -> None:
        """Load them; raise `FileNotFoundError` where they are not installed."""
        networks = find_networks()
        if networks is None:
            raise FileNotFoundError("rapidocr")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        load = [
            onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            for model in (networks.detector.read_bytes(), narrowed(networks.reader.read_bytes()))
        ]
        self._detector, self._reader = load
        known = ["", *self._reader.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
        places = {character: place for place, character in enumerate(known)}
        self._characters = ("", *(character for character in PRINTED if character in places))
        self._columns = np.array([places[character] for character in self._characters])

    def find_boxes(self, picture: Pixels, side: int) -> list[Floats]:
        """Return the lines in a picture, in color or grey, that is first made `side` long at most."""
        height, width = picture.shape[:2]
        scale = min(1.0, side / max(height, width))
        size = tuple(max(32, round(length * scale / 32) * 32) for length in (width, height))
        blob = _shares(_coloured(resized(picture, *size))).transpose(2, 0, 1)[None]
        (heat,) = self._detector.run(None, {self._detector.get_inputs()[0].name: blob})
        stretch = np.array([width / size[0], height / size[1]])
        return [box * stretch for box in _boxes(heat[0, 0])]

    def read(self, crops: Sequence[Pixels]) -> list[tuple[Sign, ...]]:
        """Return what stands on each crop (48 rows, in color or grey), in their order."""
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
            blob[place, :, :, : crop.shape[1]] = _shares(_coloured(crop)).transpose(2, 0, 1)
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


def _coloured(picture: Pixels) -> Pixels:
    """Return blue, green, red, in the order that the networks learnt."""
    return np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture[:, :, ::-1]  # noqa: PLR2004 - grey


def _shares(picture: Pixels) -> Floats:
    """Return shades as the networks take them: -1 to 1."""
    return (picture.astype(np.float32) / 255 - 0.5) / 0.5


def _boxes(heat: Floats) -> list[Floats]:
    """Return the boxes of a map of text (Differentiable Binarization), widened to the print.

    The map marks the core of each line (arXiv 1911.08947).
    """
    boxes = []
    for points, warmth in regions(heat > _SCORE_MIN, heat):
        box = least_rectangle(points)
        width, height = sides_of(box)
        if min(width, height) >= 3 and warmth >= _BOX_MIN:  # noqa: PLR2004 - pixels of the map
            reach = width * height * _UNCLIP / (2 * (width + height))
            boxes.append(lengthwise(widened(box, reach)))
    return boxes


def crop(picture: Pixels, box: Floats) -> Pixels:
    """Return what stands in a box, upright and 48 rows high."""
    long, tall = sides_of(box)
    scale = _HEIGHT / max(tall, 1.0)
    width = int(min(_WIDTH_MAX, max(_HEIGHT // 2, round(long * scale))))
    return seen_through(picture, homography(width, _HEIGHT, box), (width, _HEIGHT), scale=scale)


def read_group(reader: Reader, picture: Pixels, boxes: Sequence[Floats]) -> list[Group]:
    """Return boxes that run alike, read the right way up; the widest ones are read both ways, and vote.

    A sticker is read one way as a whole. Lines that say clearly that they stand on their heads beside it are
    those of another sticker, and make a group of their own.
    """
    degrees = degrees_of(max(boxes, key=lambda box: sides_of(box)[0]))
    ordered = sorted((along(box, degrees) for box in boxes), key=lambda box: sides_of(box)[0], reverse=True)
    ordered = ordered[:_LINES_MAX]
    voters, rest = ordered[:_VOTERS], ordered[_VOTERS:]
    there = [crop(picture, box) for box in voters]
    read = reader.read([*there, *(one[::-1, ::-1] for one in there)])
    forward, backward = read[: len(there)], read[len(there) :]
    turned = sum(map(_weight, backward)) > sum(map(_weight, forward))
    right, wrong = (backward, forward) if turned else (forward, backward)
    behind = reader.read([crop(picture, turned_over(box) if turned else box) for box in rest])
    own, others = [], []
    for box, signs, instead in zip(ordered, [*right, *behind], [*wrong, *([()] * len(rest))], strict=True):
        if _is_clearly(instead, signs):
            others.append(Line(instead, quad_of(box if turned else turned_over(box))))
        elif signs:
            own.append(Line(signs, quad_of(turned_over(box) if turned else box)))
    upright = degrees + 180 if turned else degrees
    return [
        Group(tuple(lines), (turn + 180) % 360 - 180)
        for lines, turn in ((own, upright), (others, upright + 180))
        if lines
    ]


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
    kept = sorted(boxes, key=lambda box: sides_of(box)[0] * sides_of(box)[1], reverse=True)[:_LINES_MAX]
    read = reader.read([crop(picture, box) for box in kept])
    return [Line(signs, quad_of(box)) for signs, box in zip(read, kept, strict=True) if signs]


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a photo, turned so that its print is upright: its pixels, and the way back (3 x 3)."""

    pixels: Pixels = field(repr=False)
    to_photo: Floats = field(repr=False)


def cut_out(picture: Pixels, group: Group, around: Quad | None = None) -> Cut:
    """Return the part of a photo where the print of a group stands, or only what is `around` a line of it."""
    boxes = group.boxes if around is None else [np.array(around)]
    turned = moved(np.concatenate(boxes), spin(-group.degrees))
    heights = sorted(sides_of(box)[1] for box in boxes)
    tall = heights[len(heights) // 2]
    low, high = turned.min(0) - tall * 1.5, turned.max(0) + tall * 1.5
    size = np.ceil(high - low)
    scale = min(2.0, max(_TEXT_HEIGHT * 2 / max(tall, 1.0), 0.2))
    scale = min(scale, 1_800 / max(size))
    width, height = (max(32, int(length * scale)) for length in size)
    turned_back = spin(group.degrees) @ shift(float(low[0]), float(low[1]))
    to_photo = turned_back @ np.diag([1 / scale, 1 / scale, 1.0])
    return Cut(seen_through(picture, to_photo, (width, height), scale=scale), to_photo)


def upright(picture: Pixels, degrees: float, boxes: Sequence[Floats]) -> Cut:
    """Return the part of a photo around boxes, turned so that what runs so is upright.

    Strips are found along it. They stand on the sticker, beside its print: what is further away takes time.
    """
    height, width = picture.shape[:2]
    there, back = spin(-degrees), spin(degrees)
    corners = moved(np.array([(0, 0), (width, 0), (width, height), (0, height)]), there)
    printed = moved(np.concatenate(boxes), there)
    room = _STRIP_ROOM * float(max(np.ptp(printed, axis=0)))
    low = np.maximum(corners.min(0), printed.min(0) - room)
    high = np.minimum(corners.max(0), printed.max(0) + room)
    to_photo = back @ shift(float(low[0]), float(low[1]))
    size = (max(1, int(high[0] - low[0])), max(1, int(high[1] - low[1])))
    return Cut(seen_through(picture, to_photo, size, fine=False), to_photo)


def _is_short(box: Floats) -> bool:
    long, tall = sides_of(box)
    return long < 2 * tall


def second_pass(reader: Reader, cut: Cut) -> list[Line]:
    """Return the print of a sticker that was cut out, found and read anew."""
    pixels = stronger(grey_of(cut.pixels))
    boxes = [
        along(box, 0.0)
        for box in reader.find_boxes(pixels, _SECOND_SIDE)
        if apart_either_way(degrees_of(box), 0.0) <= 2 * ALIKE_DEGREES or _is_short(box)
    ]
    return [Line(line.signs, moved_quad(line.quad, cut.to_photo)) for line in lines_in(reader, pixels, boxes)]


_FEW: Final = 3
_NEAR_FEW: Final = 0.85
_TALL_ENOUGH: Final = 12.0
"""Pixels: boxes are wider than their print by half."""
_NEAR: Final = 0.55
"""A label whose print takes less of the photo than this is looked at again, larger."""


def find_print(reader: Reader, picture: Pixels, grey: Pixels) -> list[Floats]:
    """Return the lines on a photo; a small part that holds them all is looked at again, larger."""
    boxes = reader.find_boxes(picture, _FIRST_SIDE)
    if not boxes:
        return reader.find_boxes(stronger(grey), _SECOND_SIDE)
    tall = sorted(sides_of(box)[1] for box in boxes)[len(boxes) // 2] * _FIRST_SIDE / max(picture.shape[:2])
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
    scale = max(1.0, min(3.0, _FIRST_SIDE / max(part.shape[:2])))
    larger = scaled(part, scale) if scale > 1 else part
    nearer = [box / scale + np.array([x0, y0]) for box in reader.find_boxes(larger, _FIRST_SIDE)]
    return nearer if len(nearer) >= len(boxes) else boxes
