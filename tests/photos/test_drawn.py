"""The numbers and the picture of docs/photos.md are those that were measured; stale ones are red."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def drawing(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import draw_photos  # noqa: PLC0415 - a tool is found only now

    return draw_photos


def test_the_page_and_its_picture_are_what_was_measured(drawing):
    measured = json.loads(drawing.MEASURED.read_text("utf-8"))
    stale = "run: python tools/draw_photos.py"
    text = drawing.PAGE.read_text("utf-8")
    assert drawing.page(text, measured) == text, stale
    assert drawing.picture(measured["reported"]["pairs"]) == drawing.PICTURE.read_text("utf-8"), stale


def test_what_was_measured_is_what_is_promised(drawing):
    """At least 97, 92 and 80 % right, 60 % right and sure, one in two hundred at most wrong although sure."""
    reported = json.loads(drawing.MEASURED.read_text("utf-8"))["reported"]["kinds"]
    ours = {kind: rows["ours"] for kind, rows in reported.items()}
    for kind, least in {"upright": 0.97, "tilted": 0.92, "hard": 0.80}.items():
        assert ours[kind]["right"] >= least * ours[kind]["photos"]
    every = sum(row["photos"] for row in ours.values())
    assert sum(row["right and sure"] for row in ours.values()) >= 0.6 * every
    assert sum(row["wrong and sure"] for row in ours.values()) <= every / 200
