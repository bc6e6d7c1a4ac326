"""The picture can be read by every program for SVG, says its text too, and the drawn page is not stale."""

import importlib.util
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import DAY_MS
from radiokey.lab.load import Schedule, patterns
from radiokey.lab.owner import Habits
from radiokey.lab.picture import LEFT, RIGHT, costs_svg
from radiokey.lab.search import judge

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture):
    return ET.fromstring(picture)  # noqa: S314 - drawn here


def judged(name="three tries an hour", called=None):
    policy = patterns()[name].policy
    return judge(Schedule(called or name, policy), Habits(), 10_000, 30 * DAY_MS)


def test_a_name_is_text_whatever_stands_in_it():
    picture = parsed(costs_svg("<a>", [judged(called='<script>"&')]))
    assert [one.text for one in picture.iter(f"{SVG}text")][-1] == '<script>"&'
    assert picture.find(f"{SVG}title").text == "<a>"
    assert '<script>"&: 21 % of the codes' in picture.find(f"{SVG}desc").text


def test_a_point_stands_where_its_costs_are():
    picture = parsed(costs_svg("t", [judged("no limit"), judged("a SIM card: three tries, then the PUK")]))
    everything, three = (float(one.get("cx")) for one in picture.iter(f"{SVG}circle"))
    assert everything == RIGHT
    assert LEFT < three < everything


def test_lost_radios_have_another_shape_and_ones_own_is_marked():
    mine = judged("ten tries, then dead")
    picture = parsed(costs_svg("t", [mine, judged()], mine=mine, unnamed=[judged()]))
    boxes = [one.get("class") for one in picture.iter(f"{SVG}rect")]
    assert boxes == ["paper", "kills mine"]
    assert [one.get("r") for one in picture.iter(f"{SVG}circle")] == ["3", "5"]


def test_no_label_covers_another():
    named = [judged(name) for name in patterns()]
    picture = parsed(costs_svg("t", named))
    at = sorted(float(one.get("y")) for one in picture.iter(f"{SVG}text") if float(one.get("x")) > RIGHT)
    assert len(at) == len(named)
    assert min(low - high for high, low in pairwise(at)) >= 16


@cache
def drawn():
    spec = importlib.util.spec_from_file_location("draw_lab", ROOT / "tools" / "draw_lab.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    count, unnamed = module.best()
    named = module.known()
    return module.document(named, count, unnamed), module.picture(named, unnamed)


def test_the_page_and_its_picture_are_what_the_lab_says():
    document, picture = drawn()
    stale = "run: python tools/draw_lab.py"
    assert (ROOT / "docs" / "lab.md").read_text("utf-8") == document, stale
    assert (ROOT / "docs" / "pictures" / "lab.svg").read_text("utf-8") == picture, stale


def test_the_page_names_no_product():
    page = "".join(drawn()).lower()
    for model in load_catalogue().models.values():
        assert model.id not in page
        for make in model.makes:
            assert not re.search(rf"\b{re.escape(make.lower())}\b", page), make
