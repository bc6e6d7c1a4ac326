"""Pixels: made smaller, turned, raised in contrast, and what hangs together in them; by Pillow and numpy.

Pictures are rows, columns and red, green, blue, or rows and columns of grey, of 8 bits. Every step is said by
whole numbers or by Pillow's own formulas, so that `print-worker.js` comes to the same pixels. Runs in the
confined process only.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from PIL import Image

from radiokey.label.geometry import Floats, moved, shift

Pixels = np.ndarray[Any, Any]

_COARSE: Final = 0.7
"""A picture that is made smaller than this is averaged first, or thin strokes break."""
_TILES: Final = 8
_CLIP: Final = 3.0
_SHADES: Final = 256


def grey_of(picture: Pixels) -> Pixels:
    """Return a picture in grey (ITU-R BT.601)."""
    return np.asarray(Image.fromarray(picture).convert("L"))


def resized(picture: Pixels, width: int, height: int) -> Pixels:
    """Return a picture at another size; smaller ones are averaged."""
    if picture.shape[1::-1] == (width, height):
        return picture
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC))


def scaled(picture: Pixels, scale: float) -> Pixels:
    """Return a picture whose sides are so many times as long."""
    height, width = (max(1, round(length * scale)) for length in picture.shape[:2])
    return resized(picture, width, height)


def seen_through(
    picture: Pixels, to_picture: Floats, size: tuple[int, int], *, scale: float = 1.0, fine: bool = True
) -> Pixels:
    """Return what stands where a homography leads from a new picture of `size` (width, height).

    `scale` is how many of its pixels come from one; `fine` says with what care they are mixed. What lies
    outside is like the nearest edge.
    """
    width, height = size
    corners = moved(np.array([(0, 0), (width, 0), (width, height), (0, height)]), to_picture)
    low = np.floor(corners.min(0)).astype(int) - 4
    high = np.ceil(corners.max(0)).astype(int) + 5
    rows = np.clip(np.arange(low[1], high[1]), 0, picture.shape[0] - 1)
    columns = np.clip(np.arange(low[0], high[0]), 0, picture.shape[1] - 1)
    part = picture[rows][:, columns]
    matrix = shift(-float(low[0]), -float(low[1])) @ to_picture
    if scale < _COARSE:
        was = part.shape
        part = scaled(part, scale)
        shrink = np.diag([part.shape[1] / was[1], part.shape[0] / was[0], 1.0])
        matrix = shift(-0.5, -0.5) @ shrink @ shift(0.5, 0.5) @ matrix
    # Pillow counts from the corner of a pixel.
    matrix = shift(0.5, 0.5) @ matrix @ shift(-0.5, -0.5)
    image = Image.fromarray(np.ascontiguousarray(part)).transform(
        size,
        Image.Transform.PERSPECTIVE,
        (matrix / matrix[2, 2]).ravel()[:8].tolist(),
        Image.Resampling.BICUBIC if fine else Image.Resampling.BILINEAR,
    )
    return np.asarray(image)


def stronger(grey: Pixels) -> Pixels:
    """Return a grey picture with its local contrast raised (CLAHE of 8 x 8 tiles)."""
    height, width = grey.shape
    down, across = -(-height // _TILES), -(-width // _TILES)
    whole = np.pad(grey, ((0, down * _TILES - height), (0, across * _TILES - width)), mode="reflect")
    tables = [
        [
            _table(whole[row * down : (row + 1) * down, column * across : (column + 1) * across])
            for column in range(_TILES)
        ]
        for row in range(_TILES)
    ]
    out = np.empty_like(grey)
    for top, bottom, above, below, share_down in _bands(height, down):
        for left, right, before, behind, share_across in _bands(width, across):
            part = grey[top:bottom, left:right]
            upper = tables[above][before][part] * (1 - share_across)
            upper += tables[above][behind][part] * share_across
            lower = tables[below][before][part] * (1 - share_across)
            lower += tables[below][behind][part] * share_across
            mixed = upper * (1 - share_down[:, None]) + lower * share_down[:, None]
            out[top:bottom, left:right] = (mixed + np.float32(0.5)).astype(np.uint8)
    return out


def _table(tile: Pixels) -> Floats:
    """Return what each shade of a tile becomes (float32)."""
    counts = np.bincount(tile.ravel(), minlength=_SHADES).astype(np.int64)
    most = max(1, int(_CLIP * tile.size / _SHADES))
    over = int((counts - most).clip(min=0).sum())
    counts = counts.clip(max=most) + over // _SHADES
    rest = over % _SHADES
    if rest:
        counts[:: max(1, _SHADES // rest)][:rest] += 1
    return np.floor(counts.cumsum() * 255 / tile.size + 0.5).clip(max=255).astype(np.float32)


def _bands(length: int, tile: int) -> Iterator[tuple[int, int, int, int, Floats]]:
    """Yield the stretches between the middles of tiles: begin, end, the two tiles, and the second's share."""
    tiles = np.arange(length) / tile - 0.5
    first = np.floor(tiles).astype(int)
    share = (tiles - first).astype(np.float32)
    for at in range(-1, _TILES):
        places = np.flatnonzero(first == at)
        if places.size:
            begin, end = int(places[0]), int(places[-1]) + 1
            yield begin, end, max(at, 0), min(at + 1, _TILES - 1), share[begin:end]


def regions(mask: Pixels, heat: Floats) -> Iterator[tuple[Floats, float]]:
    """Yield what hangs together in a mask, also by corners: the ends of its rows (n x 2), its mean heat."""
    height, width = mask.shape
    edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, begins = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    sums = np.concatenate(([0.0], heat.astype(np.float64).ravel().cumsum()))
    warmth = sums[rows * width + ends] - sums[rows * width + begins]
    parents = list(range(len(rows)))

    def root(one: int) -> int:
        while parents[one] != one:
            parents[one] = parents[parents[one]]
            one = parents[one]
        return one

    starts = np.searchsorted(rows, np.arange(height + 1))
    begin_of, end_of = begins.tolist(), ends.tolist()
    for row in range(1, height):
        above, last = int(starts[row - 1]), int(starts[row])
        for run in range(last, int(starts[row + 1])):
            while above < last and end_of[above] < begin_of[run]:
                above += 1
            near = above
            while near < last and begin_of[near] <= end_of[run]:
                parents[root(run)] = root(near)
                near += 1
    members: dict[int, list[int]] = {}
    for run in range(len(rows)):
        members.setdefault(root(run), []).append(run)
    for runs in members.values():
        left = np.column_stack((begins[runs], rows[runs]))
        right = np.column_stack((ends[runs] - 1, rows[runs]))
        count = int((ends[runs] - begins[runs]).sum())
        yield np.concatenate((left, right)), float(warmth[runs].sum()) / count
