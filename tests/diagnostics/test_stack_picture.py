"""The picture of the stack is drawn from the code; a stale one is red."""

import importlib.util
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def drawing(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import draw_stack  # noqa: PLC0415 - a tool is found only now

    return draw_stack


def test_the_picture_is_what_the_code_says_and_a_page_shows_it(drawing):
    assert drawing.PICTURE.read_text("utf-8") == drawing.picture(), "run: python tools/draw_stack.py"
    assert "(../pictures/stack.svg)" in (ROOT / "docs" / "spec" / "diagnostics.md").read_text("utf-8")


def test_each_module_in_it_is_there_and_each_part_of_the_plug_is_in_it(drawing):
    named = {one for layer in drawing.LAYERS for box in layer for one in box.modules}
    assert all(importlib.util.find_spec(f"radiokey.{one}") for one in named)
    ways = {"server", "can", "gateway", "doip", "tester", "uds", "services", "ecu"}
    assert {f"diagnostics.{one}" for one in ways} <= named


def test_its_words_stay_in_their_boxes_and_are_said_as_text(drawing):
    """A letter is taken as six and a half units wide, a small one as six."""
    svg = ET.fromstring(drawing.picture())  # noqa: S314 - our own picture
    twin = svg.find(f"{SVG}desc").text
    boxes = [
        tuple(int(box.get(name)) for name in ("x", "y", "width", "height"))
        for box in svg.iter(f"{SVG}rect")
        if box.get("x")
    ]
    for element in svg.iter(f"{SVG}text"):
        if element.get("class") == "title":
            continue
        x, y = int(element.get("x")), int(element.get("y"))
        wide = len(element.text) * (6 if element.get("class") == "module" else 6.5)
        assert any(
            left < x and x + wide <= left + width and top < y < top + height
            for left, top, width, height in boxes
        ), element.text
        assert element.text in twin
