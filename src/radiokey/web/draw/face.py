"""The whole face of a radio as one SVG, for choosing: slot, knobs, display with its word, keys.

A schematic of our own, as `radiokey.catalogue.face` tells it: a part that nobody named is not there, and a
knob whose side is not known sits where there is room. Where no key is known the lower half stays empty.
"""

from functools import lru_cache
from html import escape
from typing import Final

from radiokey.catalogue.face import DisplayPlace, Face, Side, Slot
from radiokey.catalogue.model import Model
from radiokey.headunit.display import DisplayKind, Shows
from radiokey.headunit.panel import Panel
from radiokey.web.draw.display import EDGE as FRAME_COLOUR
from radiokey.web.draw.display import GLASS, display_parts
from radiokey.web.draw.panel import panel_parts

WIDTH: Final = 420
EDGE: Final = 16
RADIUS: Final = 26
DISPLAY_HEIGHT: Final = 64
GAP: Final = 14
SLOT: Final = {Slot.CD: (190, 5), Slot.TAPE: (190, 22)}
SLOT_NAMES: Final = {Slot.CD: "a slot for a CD", Slot.TAPE: "a slot for a cassette"}
KEY_ROW: Final = 68
SCREEN_HEIGHT: Final = 150


@lru_cache(maxsize=256)
def face_svg(face: Face, panel: Panel | None, word: str, kind: DisplayKind | None) -> str:
    """Return the picture of a face; its display shows `word`, or is dark. Its title names the parts."""
    if face.on_screen:
        drawn, height = _screen_face(panel, word, kind)
    elif face.display_in.value is DisplayPlace.CAR:
        drawn, height = _face_without_display(face, panel, word, kind)
    else:
        drawn, height = _face(face, panel, word, kind)
    title = escape(said_face(face, panel, word))
    return (
        f'<svg class="panel whole" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{title}</title>{drawn}</svg>'
    )


def _face(face: Face, panel: Panel | None, word: str, kind: DisplayKind | None) -> tuple[str, int]:
    """Draw one with its own display between its knobs; return it and how high it is."""
    slot, y = _slot(face.slot.value, EDGE)
    dials, (left, wide) = _dials(face, y)
    display = _display(word, kind, (left, y, wide, DISPLAY_HEIGHT))
    keys, y = _keys(panel, y + DISPLAY_HEIGHT + GAP)
    return _ground(0, y) + slot + dials + display + keys, y


def _face_without_display(
    face: Face, panel: Panel | None, word: str, kind: DisplayKind | None
) -> tuple[str, int]:
    """Draw one whose words stand in the car's display, above it."""
    top = DISPLAY_HEIGHT + GAP
    display = _display(word, kind, (EDGE, 0, WIDTH - 2 * EDGE, DISPLAY_HEIGHT))
    slot, y = _slot(face.slot.value, top + EDGE)
    dials, _ = _dials(face, y)
    keys, y = _keys(panel, y + (DISPLAY_HEIGHT + GAP if dials else 0))
    return display + _ground(top, y) + slot + dials + keys, y


def _screen_face(panel: Panel | None, word: str, kind: DisplayKind | None) -> tuple[str, int]:
    """Draw one that is a screen: its words above, its keys on it."""
    display = _display(word, kind, (2 * EDGE, 2 * EDGE, WIDTH - 4 * EDGE, DISPLAY_HEIGHT), framed=False)
    keys, y = _keys(panel, 2 * EDGE + DISPLAY_HEIGHT)
    y = max(y, SCREEN_HEIGHT)
    glass = (
        f'<rect x="{EDGE}" y="{EDGE}" width="{WIDTH - 2 * EDGE}" height="{y - EDGE}" rx="4" '
        f'fill="{GLASS}" stroke="{FRAME_COLOUR}" stroke-width="2"/>'
    )
    return _ground(0, y + EDGE) + glass + display + keys, y + EDGE


def _ground(top: int, bottom: int) -> str:
    return f'<rect class="face" x="2" y="{top + 2}" width="{WIDTH - 4}" height="{bottom - top - 4}" rx="14"/>'


def shown_word(model: Model) -> str:
    """Return what its display is drawn with: its word for the code, or another that it is known to show."""
    words = sorted(model.words.value or (), key=lambda word: word.shows is not Shows.CODE)
    return next((word.example for word in words if "(" not in word.text), "")


def said_face(face: Face, panel: Panel | None, word: str) -> str:
    """Return what the picture shows, for people who cannot see it."""
    where = "The car's display" if face.display_in.value is DisplayPlace.CAR else "Its display"
    parts = [f"{where} shows {word}" if word else ""]
    if face.slot.value:
        parts.append(SLOT_NAMES[face.slot.value])
    knobs = face.knobs.value or ()
    parts += [f"a knob{' at the ' + one.side if one.side else ''}: {one.does}" for one in knobs]
    if panel is not None:
        on = "keys on the screen" if face.on_screen else "keys"
        parts.append(f"{on} {', '.join(key.label for key in panel.keys)}")
    elif face.on_screen:
        parts.append("a screen to touch")
    return "; ".join(part for part in parts if part) or "A radio; nothing is known of its face"


def _slot(slot: Slot | None, y: int) -> tuple[str, int]:
    if slot is None:
        return "", y
    width, height = SLOT[slot]
    x = (WIDTH - width) // 2
    drawn = f'<rect class="slot" x="{x}" y="{y}" width="{width}" height="{height}" rx="3"/>'
    return drawn, y + height + GAP


def _dials(face: Face, y: int) -> tuple[str, tuple[int, int]]:
    """Return the knobs beside the display, and what they leave for it: x and width."""
    left, right = EDGE, WIDTH - EDGE
    drawn = ""
    for side in face.knob_sides:
        if side is Side.LEFT:
            drawn += _dial(left + RADIUS, y + DISPLAY_HEIGHT // 2)
            left += 2 * RADIUS + GAP
        else:
            drawn += _dial(right - RADIUS, y + DISPLAY_HEIGHT // 2)
            right -= 2 * RADIUS + GAP
    return drawn, (left, right - left)


def _dial(x: int, y: int) -> str:
    mark = f'<path class="split" d="M{x} {y - RADIUS + 5}v10"/>'
    return f'<circle class="key" cx="{x}" cy="{y}" r="{RADIUS}"/>{mark}'


def _display(
    word: str, kind: DisplayKind | None, box: tuple[int, int, int, int], *, framed: bool = True
) -> str:
    width, height, body = display_parts(word, kind, lit=bool(word), framed=framed)
    x, y, wide, high = box
    return f'<svg x="{x}" y="{y}" width="{wide}" height="{high}" viewBox="0 0 {width} {height}">{body}</svg>'


def _keys(panel: Panel | None, y: int) -> tuple[str, int]:
    """Return the keys, and where the face ends below them."""
    if panel is None:
        return "", y + KEY_ROW
    width, height, body = panel_parts(panel)
    rows = max(key.at[1] for key in panel.keys) + 1
    high = min(rows * KEY_ROW, height * (WIDTH - EDGE) // width)
    drawn = (
        f'<svg x="{EDGE // 2}" y="{y}" width="{WIDTH - EDGE}" height="{high}" viewBox="0 0 {width} {height}">'
        f"{body}</svg>"
    )
    return drawn, y + high + GAP // 2
