"""Boxes and directions on a picture: which way a line runs, what lies in it, how one plane becomes another.

Points are rows of x to the right and y down, at the middle of a pixel; a box is four of them, clockwise as it
is seen, its first side along the writing. Angles are degrees clockwise from the x axis. `print-worker.js`
says the same in JavaScript; `tests/browser/test_print_on_phone.py` holds the two together.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from radiokey.label.marks import Quad

Floats = np.ndarray[Any, Any]
"""Points (n x 2), boxes (4 x 2), homographies (3 x 3)."""

ALIKE_DEGREES: Final = 14.0
"""Lines that run apart by no more belong to one sticker."""


def sides_of(box: Floats) -> tuple[float, float]:
    """Return how long and how tall a box is."""
    return math.dist(box[0], box[1]), math.dist(box[0], box[3])


def degrees_of(box: Floats) -> float:
    """Return the direction of a box's first side, -180 to 180."""
    x, y = box[1] - box[0]
    return math.degrees(math.atan2(y, x))


def apart(one: float, other: float) -> float:
    """Return how far apart two directions are, 0 to 180.

    >>> apart(170, -170)
    20
    """
    return abs((one - other + 180) % 360 - 180)


def apart_either_way(one: float, other: float) -> float:
    """Return how far apart two directions are, upside down or not: 0 to 90."""
    off = abs(one - other) % 180
    return min(off, 180 - off)


def lengthwise(box: Floats) -> Floats:
    """Return a box whose first side is a long one."""
    long, tall = sides_of(box)
    return box if long >= tall else np.roll(box, -1, axis=0)


def turned_over(box: Floats) -> Floats:
    """Return a box as it is read upside down."""
    return np.roll(box, -2, axis=0)


def along(box: Floats, degrees: float) -> Floats:
    """Return a box whose first corner is where writing of this direction begins."""
    turns = [np.roll(box, -at, axis=0) for at in range(4)]
    return min(turns, key=lambda one: apart(degrees_of(one), degrees))


def groups(boxes: Iterable[Floats]) -> list[list[Floats]]:
    """Return boxes by their direction, those with most print first; short ones join the nearest."""
    by_length = sorted(boxes, key=lambda box: sides_of(box)[0] / max(1.0, sides_of(box)[1]), reverse=True)
    found: list[list[Floats]] = []
    for box in by_length:
        long, tall = sides_of(box)
        near = min(
            found,
            key=lambda group: apart_either_way(degrees_of(group[0]), degrees_of(box)),
            default=None,
        )
        if near is not None and (
            apart_either_way(degrees_of(near[0]), degrees_of(box)) <= ALIKE_DEGREES or long < 2 * tall
        ):
            near.append(along(box, degrees_of(near[0])))
        else:
            found.append([box])
    return sorted(found, key=lambda group: sum(sides_of(box)[0] for box in group), reverse=True)


def contains(box: Floats, point: Sequence[float]) -> bool:
    """Tell whether a point lies in a box or on its edge."""
    x, y = point
    return all(
        (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0
        for (ax, ay), (bx, by) in zip(box, np.roll(box, -1, axis=0), strict=True)
    )


def least_rectangle(points: Floats) -> Floats:
    """Return the smallest rectangle around points: one of its sides lies along their hull (clockwise)."""
    hull = np.array(_hull(points), np.float64)
    edges = np.roll(hull, -1, axis=0) - hull
    size = np.hypot(edges[:, 0], edges[:, 1])
    if not size.any():
        return np.repeat(hull[:1], 4, axis=0)
    along_x, along_y = (edges[size > 0] / size[size > 0, None]).T
    right = np.outer(along_x, hull[:, 0]) + np.outer(along_y, hull[:, 1])
    down = np.outer(along_x, hull[:, 1]) - np.outer(along_y, hull[:, 0])
    left, far, above, below = right.min(1), right.max(1), down.min(1), down.max(1)
    # Rounded, so that of equal ones the first is taken whatever the machine's last digit says.
    at = int(np.round((far - left) * (below - above), 6).argmin())
    ux, uy = along_x[at], along_y[at]
    corners = ((left[at], above[at]), (far[at], above[at]), (far[at], below[at]), (left[at], below[at]))
    return np.array([(u * ux - v * uy, u * uy + v * ux) for u, v in corners])


def _hull(points: Floats) -> list[tuple[float, float]]:
    """Return the corners of the hull of points, clockwise as seen (Andrew's monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:  # noqa: PLR2004 - no area
        return ordered
    hull: list[tuple[float, float]] = []
    for row in (ordered, ordered[::-1]):
        begins = len(hull)
        for x, y in row:
            while len(hull) - begins > 1:
                (ax, ay), (bx, by) = hull[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                hull.pop()
            hull.append((x, y))
        hull.pop()
    return hull


def widened(box: Floats, by: float) -> Floats:
    """Return a rectangle that reaches further by so many pixels on each side."""
    long, tall = sides_of(box)
    right = (box[1] - box[0]) / max(long, 1e-6) * by
    down = (box[3] - box[0]) / max(tall, 1e-6) * by
    wide: Floats = box + np.array([-right - down, right - down, right + down, down - right])
    return wide


def spin(degrees: float) -> Floats:
    """Return the homography that turns by so many degrees."""
    turn = math.radians(degrees)
    cosine, sine = math.cos(turn), math.sin(turn)
    return np.array([(cosine, -sine, 0.0), (sine, cosine, 0.0), (0.0, 0.0, 1.0)])


def shift(x: float, y: float) -> Floats:
    """Return the homography that moves by so many pixels."""
    return np.array([(1.0, 0.0, x), (0.0, 1.0, y), (0.0, 0.0, 1.0)])


def homography(width: float, height: float, box: Floats) -> Floats:
    """Return the homography that puts an upright rectangle at the origin into a box."""
    rows, right = [], []
    for (x, y), (u, v) in zip(((0, 0), (width, 0), (width, height), (0, height)), box, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -x * u, -y * u), (0, 0, 0, x, y, 1, -x * v, -y * v)]
        right += [u, v]
    solved = np.linalg.solve(np.array(rows, np.float64), np.array(right, np.float64))
    matrix: Floats = np.append(solved, 1.0).reshape(3, 3)
    return matrix


def moved(points: Floats, matrix: Floats) -> Floats:
    """Return points where a homography puts them."""
    there = np.column_stack((points, np.ones(len(points)))) @ matrix.T
    flat: Floats = there[:, :2] / there[:, 2:]
    return flat


def quad_of(box: Floats) -> Quad:
    """Return a box as a mark has it, to a tenth of a pixel."""
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in box)
    return a, b, c, d


def moved_quad(quad: Quad, matrix: Floats) -> Quad:
    """Return the box of a mark where a homography puts it."""
    return quad_of(moved(np.array(quad), matrix))
