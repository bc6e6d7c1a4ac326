"""A display as SVG: seven segments, fourteen segments, dots or a screen, lit in its colour on near-black.

The geometry is that of a character cell of 60 by 100 units. Unlit segments stay faintly visible, as they do
on the real thing. The picture is only as wide as its text; the page scales it. Its title says what it shows,
for people who cannot see it.
"""

from collections.abc import Iterable
from dataclasses import replace
from html import escape
from typing import Any, Final

from radiokey.headunit.display import Colour, DisplayKind, Technology
from radiokey.language.speech import gettext
from radiokey.web.draw.font import glyph

GLASS: Final = "#14110d"
COLOURS: Final = {
    Colour.AMBER: "#ffb020",
    Colour.GREEN: "#6fe07f",
    Colour.WHITE: "#eef2f5",
    Colour.BLUE: "#7fc4ff",
    Colour.RED: "#ff6a58",
}
EDGE: Final = "#868a93"
FRAME: Final = 4
"""The frame of a display, in a grey that is seen on the page by day and by night, and on a dark panel."""
NEUTRAL_CELLS: Final = 8
"""Characters of a display that nobody counted, unless a word needs more."""
UNLIT_OPACITY: Final = "0.09"
CELL: Final = (60, 100)
PADDING: Final = 18

# Segments of a character, as line ends in the cell: a top, b c right, d bottom, e f left, g1 g2 the halves of
# the middle, h j k m the diagonals from the corners, i l the uprights of the middle.
_SEGMENTS: Final = {
    "a": (10, 6, 46, 6),
    "b": (50, 10, 48, 46),
    "c": (48, 54, 46, 90),
    "d": (8, 94, 42, 94),
    "e": (6, 54, 4, 90),
    "f": (8, 10, 6, 46),
    "g1": (10, 50, 24, 50),
    "g2": (32, 50, 44, 50),
    "h": (13, 14, 24, 42),
    "i": (29, 12, 28, 44),
    "j": (44, 14, 33, 42),
    "k": (23, 58, 10, 86),
    "l": (28, 56, 27, 88),
    "m": (32, 58, 42, 86),
}
_SEVEN: Final = ("a", "b", "c", "d", "e", "f", "g1", "g2")
_SEVEN_SHAPES: Final = {
    "0": "abcdef", "1": "bc", "2": "abdeg", "3": "abcdg", "4": "bcfg", "5": "acdfg", "6": "acdefg",
    "7": "abc", "8": "abcdefg", "9": "abcdfg", "A": "abcefg", "B": "cdefg", "C": "adef", "D": "bcdeg",
    "E": "adefg", "F": "aefg", "G": "acdef", "H": "bcefg", "I": "bc", "J": "bcde", "L": "def",
    "N": "ceg", "O": "abcdef", "P": "abefg", "R": "eg", "S": "acdfg", "T": "defg", "U": "bcdef",
    "Y": "bcdfg", "-": "g", "_": "d", " ": "", "o": "cdeg", "d": "bcdeg", "b": "cdefg", "n": "ceg",
    "r": "eg", "t": "defg", "c": "deg",
}  # fmt: skip
_FOURTEEN_SHAPES: Final = {
    "0": "a b c d e f j k", "1": "b c j", "2": "a b d e g1 g2", "3": "a b c d g2", "4": "b c f g1 g2",
    "5": "a c d f g1 g2", "6": "a c d e f g1 g2", "7": "a b c", "8": "a b c d e f g1 g2",
    "9": "a b c d f g1 g2", "A": "a b c e f g1 g2", "B": "a b c d g2 i l", "C": "a d e f",
    "D": "a b c d i l", "E": "a d e f g1 g2", "F": "a e f g1", "G": "a c d e f g2",
    "H": "b c e f g1 g2", "I": "a d i l", "J": "b c d e", "K": "e f g1 j m", "L": "d e f",
    "M": "b c e f h j", "N": "b c e f h m", "O": "a b c d e f", "P": "a b e f g1 g2",
    "Q": "a b c d e f m", "R": "a b e f g1 g2 m", "S": "a c d f g1 g2", "T": "a i l", "U": "b c d e f",
    "V": "e f j k", "W": "b c e f k m", "X": "h j k m", "Y": "h j l", "Z": "a d j k", "-": "g1 g2",
    "_": "d", "*": "g1 g2 h i j k l m", "+": "g1 g2 i l", "/": "j k", " ": "",
}  # fmt: skip


def can_draw(text: str, technology: Technology) -> bool:
    """Tell whether every character of `text` exists in that kind of display."""
    match technology:
        case Technology.SEVEN_SEGMENT:
            return all(character in _SEVEN_SHAPES or character.upper() in _SEVEN_SHAPES for character in text)
        case Technology.FOURTEEN_SEGMENT:
            return all(character.upper() in _FOURTEEN_SHAPES for character in text)
        case Technology.DOT_MATRIX | Technology.SCREEN:
            return True


def display_svg(
    text: str, kind: DisplayKind | None = None, *, lit: bool = True, blinking: bool = False
) -> str:
    """Return the picture of a display that shows `text`.

    What is not known of its kind is drawn as amber dots, which claims nothing about the real one. A text that
    segments cannot form is drawn in dots.
    """
    title = gettext("The display is dark")
    if lit and text.strip():
        title = gettext("The display shows {text}", text=text)
    width, height, body = display_parts(text, kind, lit=lit, blinking=blinking)
    return _picture(escape(title), width, height, body)


def _picture(title: str, width: int, height: int, body: str) -> str:
    return (
        f'<svg class="display" role="img" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{title}</title>{body}</svg>"
    )


def display_table(kind: DisplayKind, characters: Iterable[str], longest: int) -> dict[str, Any]:
    """Return what draws every text of these characters, up to `longest` of them, as `display_svg` does.

    `frames` has the picture for each number of cells, with `{title}` and `{body}` to be filled in; the body
    is a glyph per cell, each `step` further to the right (after every M and L of its paths), of the first of
    the `sets` that has all characters, or on a screen the escaped text in `screen`.
    """
    own = kind.technology or Technology.DOT_MATRIX
    technologies = (
        [own] if own in {Technology.DOT_MATRIX, Technology.SCREEN} else [own, Technology.DOT_MATRIX]
    )
    least = max(kind.characters or NEUTRAL_CELLS, 1)
    frames = {}
    for cells in range(least, max(least, longest) + 1):
        exact = replace(kind, characters=cells)
        width, height, body = display_parts("", exact)
        inside = (
            _screen("", width, height)
            if own is Technology.SCREEN
            else "".join(_cell(" ", at, own) for at in range(cells))
        )
        opened, closed = body.removesuffix("</g>").removesuffix(inside), "</g>"
        frames[cells] = _picture("{title}", width, height, f"{opened}{{body}}{closed}")
    return {
        "cells": least,
        "step": CELL[0],
        "frames": frames,
        "sets": [
            {one: _cell(one, 0, technology) for one in sorted(set(characters)) if can_draw(one, technology)}
            for technology in technologies
            if technology is not Technology.SCREEN
        ],
        "unlit": escape(gettext("The display is dark")),
        "shows": escape(gettext("The display shows {text}")),
    }


def display_parts(
    text: str,
    kind: DisplayKind | None = None,
    *,
    lit: bool = True,
    blinking: bool = False,
    framed: bool = True,
) -> tuple[int, int, str]:
    """Return width and height of a display and what is drawn in it; its glass where it is `framed`."""
    kind = kind or DisplayKind()
    wanted = kind.technology or Technology.DOT_MATRIX
    technology = wanted if can_draw(text, wanted) else Technology.DOT_MATRIX
    cells = max(kind.characters or NEUTRAL_CELLS, len(text), 1)
    shown = text.center(cells) if lit else " " * cells
    width, height = cells * CELL[0] + 2 * PADDING, CELL[1] + 2 * PADDING
    colour = COLOURS[kind.colour or (Colour.WHITE if technology is Technology.SCREEN else Colour.AMBER)]
    body = (
        _screen(text if lit else "", width, height)
        if technology is Technology.SCREEN
        else "".join(_cell(character, at, technology) for at, character in enumerate(shown))
    )
    blink = ' class="blink"' if blinking else ""
    glass = (
        f'<rect x="{FRAME // 2}" y="{FRAME // 2}" width="{width - FRAME}" height="{height - FRAME}" rx="14" '
        f'fill="{GLASS}" stroke="{EDGE}" stroke-width="{FRAME}"/>'
    )
    lit_parts = f'<g fill="{colour}" stroke="{colour}" stroke-linecap="round"{blink}>{body}</g>'
    return width, height, (glass if framed else "") + lit_parts


def _screen(text: str, width: int, height: int) -> str:
    return (
        f'<text x="{width // 2}" y="{height // 2 + 18}" font-size="52" text-anchor="middle" stroke="none" '
        f'font-family="system-ui, sans-serif">{escape(text)}</text>'
    )


def _cell(character: str, at: int, technology: Technology) -> str:
    x = PADDING + at * CELL[0]
    if technology is Technology.DOT_MATRIX:
        return _dots(character, x)
    if technology is Technology.SEVEN_SEGMENT:
        letters = _SEVEN_SHAPES.get(character) or _SEVEN_SHAPES.get(character.upper(), "")
        on = frozenset(letters.replace("g", "")) | (
            frozenset({"g1", "g2"}) if "g" in letters else frozenset()
        )
        return _segments(on, _SEVEN, x)
    return _segments(frozenset(_FOURTEEN_SHAPES.get(character.upper(), "").split()), tuple(_SEGMENTS), x)


def _segments(on: frozenset[str], names: tuple[str, ...], x: int) -> str:
    return _paths(
        [_SEGMENTS[name] for name in names if name in on],
        [_SEGMENTS[name] for name in names if name not in on],
        x,
    )


def _paths(on: list[tuple[int, int, int, int]], off: list[tuple[int, int, int, int]], x: int) -> str:
    def path(lines: list[tuple[int, int, int, int]], extra: str) -> str:
        if not lines:
            return ""
        data = "".join(f"M{x + x1} {PADDING + y1}L{x + x2} {PADDING + y2}" for x1, y1, x2, y2 in lines)
        return f'<path d="{data}" stroke-width="7" fill="none"{extra}/>'

    return path(off, f' opacity="{UNLIT_OPACITY}"') + path(on, "")


def _dots(character: str, x: int) -> str:
    """Draw one character in dots: a path of small squares, one path for all of them."""
    step, size = 10, 8
    data = "".join(
        f"M{x + column * step} {PADDING + 14 + row * step}h{size}v{size}h-{size}z"
        for column, row in glyph(character)
    )
    return f'<path d="{data}" stroke="none"/>' if data else ""
