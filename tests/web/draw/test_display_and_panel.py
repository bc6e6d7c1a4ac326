"""The pictures: well-formed, escaped, every word drawable, every key once, the next one glowing."""

import xml.etree.ElementTree as ET

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Press
from radiokey.guide.load import load_guide
from radiokey.headunit.display import Colour, DisplayKind, Technology
from radiokey.headunit.panel import ConfirmBy as By
from radiokey.headunit.panel import Control, Direct, Key, Panel
from radiokey.web.draw import display_svg, panel_svg
from radiokey.web.draw.display import COLOURS, can_draw
from radiokey.web.draw.font import COLUMNS, GLYPHS, ROWS, glyph

SVG = "{http://www.w3.org/2000/svg}"
MODELS = load_catalogue().models
PANELS = sorted(model.id for model in MODELS.values() if model.panel is not None)
NASTY = "<script>alert(\"1\")</script> & 'x'"


def parsed(svg: str) -> ET.Element:
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing is what is tested
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text
    return root


def told(svg: str) -> str:
    return parsed(svg).find(f"{SVG}title").text


@pytest.mark.parametrize("technology", list(Technology))
@pytest.mark.parametrize(
    "text", ["CODE", "", " ", "1000", "10 ----", NASTY, "Ünlocked €", "a" * 80, "\N{SNOWMAN}"]
)
def test_a_display_is_well_formed_whatever_it_shows(technology, text):
    for lit in (True, False):
        for blinking in (True, False):
            svg = display_svg(text, DisplayKind(technology, Colour.GREEN, 8), lit=lit, blinking=blinking)
            root = parsed(svg)
            assert "<script" not in svg
            assert root.find(f"{SVG}script") is None
            width, height = (int(size) for size in root.get("viewBox").split()[2:])
            assert (width, height) > (0, 0)


@pytest.mark.parametrize("model", sorted(MODELS))
def test_every_word_of_every_radio_can_be_drawn(model):
    """A count is a number and no name for one, and no character shows as a question mark."""
    for word in MODELS[model].words.value or ():
        assert (
            told(display_svg(word.example, MODELS[model].display.value))
            == f"The display shows {word.example}"
        )
        assert [one for one in word.example if one not in " ?" and glyph(one) == GLYPHS["?"]] == []
        assert "{" not in word.example


def test_every_spelling_of_the_guide_can_be_drawn():
    for row in load_guide().words:
        for text in row.says:
            parsed(display_svg(text))
            assert [one for one in text if one != " " and glyph(one) == GLYPHS["?"] and one != "?"] == []


def test_the_characters_of_the_font_fit_their_cell():
    for character, dots in GLYPHS.items():
        assert all(0 <= column < COLUMNS and 0 <= row < ROWS for column, row in dots), character
        assert dots or character == " "
    assert len(set(GLYPHS.values())) >= len(GLYPHS) - 1, "two characters look the same"


@pytest.mark.parametrize("colour", list(Colour))
def test_a_display_glows_in_its_own_colour(colour):
    svg = display_svg("CODE", DisplayKind(Technology.DOT_MATRIX, colour, 8))
    assert [part.get("fill") for part in parsed(svg).findall(f"{SVG}g")] == [COLOURS[colour]]


def test_an_unlit_display_is_dark_and_says_so():
    assert told(display_svg("CODE", lit=False)) == "The display is dark"
    assert told(display_svg("  ")) == "The display is dark"


def test_a_display_shows_more_the_more_it_says():
    """Lit dots are drawn, and only those: 1 has fewer than 8."""
    dots = [display_svg(text, None).count("M") for text in (" ", "1", "8")]
    assert dots[0] == 0
    assert dots[1] < dots[2]


def test_segments_that_cannot_form_a_word_leave_it_to_dots():
    assert can_draw("CODE", Technology.SEVEN_SEGMENT)
    assert not can_draw("WAIT", Technology.SEVEN_SEGMENT)
    assert can_draw("WAIT", Technology.FOURTEEN_SEGMENT)
    assert not can_draw("\N{SNOWMAN}", Technology.FOURTEEN_SEGMENT)
    seven, dots = (
        DisplayKind(one, Colour.AMBER, 4) for one in (Technology.SEVEN_SEGMENT, Technology.DOT_MATRIX)
    )
    assert display_svg("WAIT", seven) == display_svg("WAIT", dots)
    assert display_svg("CODE", seven) != display_svg("CODE", dots)


def test_only_a_blinking_display_blinks():
    assert 'class="blink"' in display_svg("CODE", blinking=True)
    assert 'class="blink"' not in display_svg("CODE")


# --- panels -----------------------------------------------------------------------------------------------


def keys(root: ET.Element) -> list[ET.Element]:
    return [part for part in root if (part.get("class") or "").split()[:1] == ["key"]]


def labels(root: ET.Element) -> list[str]:
    return [said(part) for part in root if (part.get("class") or "").split()[:1] == ["label"]]


def said(part: ET.Element) -> str:
    return "".join(part.itertext())


@pytest.mark.parametrize("model", PANELS)
def test_every_key_is_drawn_once_in_its_own_place(model):
    panel = MODELS[model].panel
    root = parsed(panel_svg(panel))
    assert labels(root) == [key.label for key in panel.keys]
    assert len(keys(root)) == len(panel.keys)
    places = [(part.get("x"), part.get("y"), part.get("cx"), part.get("cy")) for part in keys(root)]
    assert len(set(places)) == len(places), "two keys lie on each other"
    round_ones = [part for part in keys(root) if part.tag == f"{SVG}circle"]
    assert len(round_ones) == sum(key.control is Control.KNOB for key in panel.keys)
    assert [part for part in root if "next" in (part.get("class") or "")] == []


@pytest.mark.parametrize("model", PANELS)
def test_the_next_key_glows_and_says_how_often(model):
    panel = MODELS[model].panel
    for key in panel.keys:
        root = parsed(panel_svg(panel, Press(key.id, 7)))
        glowing = [part for part in root if part.get("class") == "label next"]
        assert [said(part) for part in glowing] == [key.label]
        assert len([part for part in keys(root) if part.get("class") == "key next"]) == 1
        assert [part.text for part in root if part.get("class") == "badge-text"] == [
            "7\N{MULTIPLICATION SIGN}"
        ]
        assert key.label in root.find(f"{SVG}title").text


@pytest.mark.parametrize("model", PANELS)
def test_a_key_to_hold_says_hold(model):
    panel = MODELS[model].panel
    root = parsed(panel_svg(panel, Press(panel.keys[-1].id, 1, hold_ms=2_000)))
    assert [part.text for part in root if part.get("class") == "badge-text"] == ["hold"]
    assert "held" in root.find(f"{SVG}title").text


def test_what_is_printed_on_a_key_is_text_and_nothing_else():
    panel = Panel((Key("a", NASTY), Key("b", "2", at=(1, 0))), Direct((("1", "a"), ("2", "b"))), By("b"))
    for press in (None, Press("a"), Press("b"), Press(NASTY)):
        svg = panel_svg(panel, press)
        assert "<script" not in svg
        assert labels(parsed(svg))[0] == NASTY


@pytest.mark.parametrize("model", PANELS)
def test_no_key_lies_outside_the_picture(model):
    root = parsed(panel_svg(MODELS[model].panel))
    width, height = (int(size) for size in root.get("viewBox").split()[2:])
    for part in keys(root):
        if part.tag == f"{SVG}rect":
            assert int(part.get("x")) + int(part.get("width")) <= width
            assert int(part.get("y")) + int(part.get("height")) <= height
