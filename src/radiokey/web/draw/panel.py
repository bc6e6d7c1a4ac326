"""A panel as SVG: the same keys in the same places, in choice, coach, practice and on the card.

Where a key sits is a schematic (`Key.at`), never a likeness: only rows and sides are meant.
"""

import re
from html import escape
from typing import Any, Final

from radiokey.code.value import AnyPress, PressUntil
from radiokey.headunit.panel import Control, Key, Panel
from radiokey.language.speech import gettext, ngettext

CELL: Final = (92, 76)
GAP: Final = 10
PADDING: Final = 14
LETTER: Final = 0.66
"""How wide a letter is, as a share of its size, at most."""
LARGEST: Final = 30
LINE: Final = 7
"""So many letters stand beside each other on any key."""


def label_lines(label: str) -> tuple[str, ...]:
    """Return what stands on a key in lines: it breaks after a blank or a stroke, never within a word.

    >>> label_lines("LOUD/EXPERT"), label_lines("AM/FM + SCAN"), label_lines("6")
    (('LOUD/', 'EXPERT'), ('AM/FM + ', 'SCAN'), ('6',))
    """
    pieces = re.findall(r"[^\s/]+/?\s*|/\s*", label) or [label]
    longest = max(LINE, *(len(piece.rstrip()) for piece in pieces))
    lines = [""]
    for piece in pieces:
        if lines[-1] and len((lines[-1] + piece).rstrip()) > longest:
            lines.append("")
        lines[-1] += piece
    return tuple(lines)


def panel_svg(panel: Panel, press: AnyPress | None = None) -> str:
    """Return the picture of a panel; the key of `press` glows with its badge."""
    key, badge = (None, "") if press is None else (press.key, badge_of(press))
    _, _, keys = panel_parts(panel, next_key=key, badge=badge)
    return f"{_opened(panel, escape(title_of(panel, press)))}{keys}</svg>"


def badge_of(press: AnyPress) -> str:
    """Return what stands on a key that is pressed: how often, until what, or that it is held."""
    if press.hold_ms:
        return gettext("hold")
    if isinstance(press, PressUntil):
        return f"\N{RIGHTWARDS ARROW}{press.until}"
    return f"{press.times}\N{MULTIPLICATION SIGN}"


def title_of(panel: Panel, press: AnyPress | None = None) -> str:
    """Say the picture of a panel: its keys, or the one that is pressed and how."""
    if press is None:
        return gettext("The keys of the panel: {keys}", keys=", ".join(key.label for key in panel.keys))
    label = next((key.label for key in panel.keys if key.id == press.key), press.key)
    if press.hold_ms:
        return gettext("The panel; next is {key}, held", key=label)
    if isinstance(press, PressUntil):
        return gettext("The panel; next is {key}, until its place shows {text}", key=label, text=press.until)
    return ngettext(
        "The panel; next is {key}, {n} times",
        "The panel; next is {key}, {n} times",
        press.times,
        key=label,
    )


def panel_drawing(panel: Panel) -> dict[str, Any]:
    """Return what draws every picture of `panel_svg`: `opened` with `{title}`, then each key.

    A key is its id, how it looks, and how it glows, with `{badge}`.
    """
    return {
        "opened": _opened(panel, "{title}"),
        "keys": [(key.id, _key(key, ""), _key(key, "{badge}")) for key in panel.keys],
    }


def _opened(panel: Panel, title: str) -> str:
    width, height, _ = panel_parts(panel)
    return (
        f'<svg class="panel" role="img" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{title}</title>"
        f'<rect class="face" width="{width}" height="{height}" rx="16"/>'
    )


def panel_parts(panel: Panel, *, next_key: str | None = None, badge: str = "") -> tuple[int, int, str]:
    """Return width and height of the keys with their margin, and the keys."""
    columns = max((key.at[0] for key in panel.keys), default=0) + 1
    rows = max((key.at[1] for key in panel.keys), default=0) + 1
    width = columns * (CELL[0] + GAP) - GAP + 2 * PADDING
    height = rows * (CELL[1] + GAP) - GAP + 2 * PADDING
    return width, height, "".join(_key(key, badge if key.id == next_key else "") for key in panel.keys)


def _key(key: Key, badge: str) -> str:
    """Return one key; with a badge it glows."""
    x = PADDING + key.at[0] * (CELL[0] + GAP)
    y = PADDING + key.at[1] * (CELL[1] + GAP)
    middle_x, middle_y = x + CELL[0] // 2, y + CELL[1] // 2
    name = "key next" if badge else "key"
    if key.control is Control.KNOB:
        shape = f'<circle class="{name}" cx="{middle_x}" cy="{middle_y}" r="{CELL[1] // 2 - 2}"/>'
    else:
        shape = f'<rect class="{name}" x="{x}" y="{y}" width="{CELL[0]}" height="{CELL[1]}" rx="10"/>'
        if key.control is Control.ROCKER:
            shape += f'<path class="split" d="M{x + 14} {y + 8}H{x + CELL[0] - 14}"/>'
    text = _label(key.label, middle_x, middle_y, "label next" if badge else "label")
    mark = ""
    if badge:
        mark = (
            f'<rect class="badge" x="{x + CELL[0] - 40}" y="{y - 10}" width="50" height="28" rx="14"/>'
            f'<text class="badge-text" x="{x + CELL[0] - 15}" y="{y + 10}" font-size="18" '
            f'text-anchor="middle">{badge}</text>'
        )
    return shape + text + mark


def _label(label: str, x: int, y: int, name: str) -> str:
    """Return what is printed on a key, as large as it fits."""
    lines = label_lines(label)
    longest = max(len(line.rstrip()) for line in lines)
    across = (CELL[0] - 8) / (LETTER * max(longest, 1))
    size = max(1, min(LARGEST, int(across), int((CELL[1] - 8) / (1.1 * len(lines)))))
    first = y + size / 3 - (len(lines) - 1) * size * 0.55
    spans = "".join(
        f'<tspan x="{x}" y="{int(first + at * size * 1.1 + 0.5)}">{escape(line)}</tspan>'
        for at, line in enumerate(lines)
    )
    return f'<text class="{name}" font-size="{size}" text-anchor="middle">{spans}</text>'
