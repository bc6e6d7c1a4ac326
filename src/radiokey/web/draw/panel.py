"""A panel as SVG or as real buttons: the same keys in the same places, in coach, practice and on the card.

Where a key sits is a schematic (`Key.at`), never a likeness: only rows and sides are meant.
"""

from html import escape
from typing import Final

from radiokey.headunit.panel import Control, Key, Panel
from radiokey.language.speech import gettext, ngettext

CELL: Final = (92, 76)
GAP: Final = 10
PADDING: Final = 14


def panel_svg(
    panel: Panel, *, next_key: str | None = None, presses_left: int = 0, hold: bool = False, until: str = ""
) -> str:
    """Return the picture of a panel; `next_key` glows with the presses left on it, or with "hold".

    `until` is what its place has to show where nobody knows how many presses lead there.
    """
    said = (
        gettext("hold")
        if hold
        else (f"\N{RIGHTWARDS ARROW}{until}" if until else f"{presses_left}\N{MULTIPLICATION SIGN}")
    )
    columns = max((key.at[0] for key in panel.keys), default=0) + 1
    rows = max((key.at[1] for key in panel.keys), default=0) + 1
    width = columns * (CELL[0] + GAP) - GAP + 2 * PADDING
    height = rows * (CELL[1] + GAP) - GAP + 2 * PADDING
    keys = "".join(_key(key, badge=said if key.id == next_key else "") for key in panel.keys)
    if next_key is None:
        title = gettext("The keys of the panel: {keys}", keys=", ".join(key.label for key in panel.keys))
    else:
        label = next((key.label for key in panel.keys if key.id == next_key), next_key)
        if hold:
            title = gettext("The panel; next is {key}, held", key=label)
        elif until:
            title = gettext("The panel; next is {key}, until its place shows {text}", key=label, text=until)
        else:
            title = ngettext(
                "The panel; next is {key}, {n} times",
                "The panel; next is {key}, {n} times",
                presses_left,
                key=label,
            )
    return (
        f'<svg class="panel" role="img" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>"
        f'<rect class="face" width="{width}" height="{height}" rx="16"/>{keys}</svg>'
    )


def _key(key: Key, *, badge: str) -> str:
    """Return one key; with a badge it glows."""
    x = PADDING + key.at[0] * (CELL[0] + GAP)
    y = PADDING + key.at[1] * (CELL[1] + GAP)
    middle_x, middle_y = x + CELL[0] // 2, y + CELL[1] // 2
    name = "key next" if badge else "key"
    if key.control is Control.KNOB:
        shape = f'<circle class="{name}" cx="{middle_x}" cy="{middle_y}" r="{CELL[1] // 2 - 2}"/>'
    else:
        shape = f'<rect class="{name}" x="{x}" y="{y}" width="{CELL[0]}" height="{CELL[1]}" rx="10"/>'
    size = 30 if len(key.label) <= 3 else (20 if len(key.label) <= 8 else 13)  # noqa: PLR2004 - fits the key
    text = (
        f'<text class="{"label next" if badge else "label"}" x="{middle_x}" y="{middle_y + size // 3}" '
        f'font-size="{size}" text-anchor="middle">{escape(key.label)}</text>'
    )
    mark = ""
    if badge:
        mark = (
            f'<rect class="badge" x="{x + CELL[0] - 40}" y="{y - 10}" width="50" height="28" rx="14"/>'
            f'<text class="badge-text" x="{x + CELL[0] - 15}" y="{y + 10}" font-size="18" '
            f'text-anchor="middle">{badge}</text>'
        )
    return shape + text + mark
