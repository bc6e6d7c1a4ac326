"""Photos of made-up stickers, read by seed. The reading was never tuned on these seeds (docs/photos.md)."""

import math
from collections import Counter

import pytest
from camera import Kind, take

REPORTED = 10_000
"""The first of the seeds that are only reported on; those below a thousand were looked at."""
DEEP = 40
FEW = {Kind.UPRIGHT: 10_001, Kind.TILTED: 10_006, Kind.HARD: 10_004}
LEAST = {Kind.UPRIGHT: 0.97, Kind.TILTED: 0.92, Kind.HARD: 0.80}


def verdict(photo, reading) -> str:
    right = bool(reading.candidates) and reading.candidates[0].serial.text == photo.truth
    return f"{'right' if right else 'wrong'}{' and sure' if reading.sure else ''}"


@pytest.mark.parametrize("kind", list(Kind))
def test_the_number_is_read_off_a_photo_and_its_crop_holds_it(kind, reading):
    photo = take(FEW[kind], kind)
    read = reading(photo)
    assert verdict(photo, read).startswith("right"), f"take({FEW[kind]}, Kind.{kind.name})"
    begins, ends, _, below = read.candidates[0].quad
    rows, columns = photo.pixels.shape[:2]
    assert all(-20 <= x <= columns + 20 and -20 <= y <= rows + 20 for x, y in read.candidates[0].quad)
    assert math.dist(begins, ends) > math.dist(begins, below), "it stands along the print"
    turned = math.degrees(math.atan2(ends[1] - begins[1], ends[0] - begins[0]))
    assert abs((turned - photo.angle + 180) % 360 - 180) < 12, "and the way up that it reads"


@pytest.mark.deep
@pytest.mark.parametrize("kind", list(Kind))
def test_unseen_photos_are_read_as_often_as_is_promised(kind, reading):
    """At least 97, 92 and 80 % are right; one in two hundred at most is wrong although sure."""
    found = Counter()
    for seed in range(REPORTED, REPORTED + DEEP):
        photo = take(seed, kind)
        found[verdict(photo, reading(photo))] += 1
    assert (found["right"] + found["right and sure"]) / DEEP >= LEAST[kind], found
    assert found["wrong and sure"] <= DEEP / 200, found
    if kind is not Kind.HARD:
        assert found["right and sure"] / DEEP >= 0.6, found
