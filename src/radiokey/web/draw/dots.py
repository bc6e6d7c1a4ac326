"""A dot plot of shares as SVG: a line for each answer, its dot at its share, its count beside it.

A schematic for a phone: 320 wide, labelled directly, in the colours of the page.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

from radiokey.language.speech import gettext

WIDTH: Final = 320
LEFT: Final = 128
RIGHT: Final = 268
LINE: Final = 30
FOOT: Final = 20


def dots_svg(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """Return the plot of `rows`, each a label and a count; with no answer at all every dot is at nothing."""
    whole = sum(count for _, count in rows)
    height = LINE * len(rows) + FOOT
    said = "; ".join(f"{label}: {count} of {whole}" for label, count in rows)
    ends = LINE * len(rows)
    lines = "".join(_line(at, label, count, whole) for at, (label, count) in enumerate(rows))
    return (
        f'<svg class="dots" role="img" viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}. {escape(said)}</title>"
        f"{lines}"
        f'<text x="{LEFT}" y="{ends + 14}" class="end">{escape(gettext("none"))}</text>'
        f'<text x="{RIGHT}" y="{ends + 14}" class="end" text-anchor="end">'
        f"{escape(gettext('all {n}', n=whole))}</text></svg>"
    )


def _line(at: int, label: str, count: int, whole: int) -> str:
    y = LINE * at + LINE // 2
    x = LEFT + (RIGHT - LEFT) * count / whole if whole else LEFT
    return (
        f'<text x="0" y="{y + 4}">{escape(label)}</text><path d="M{LEFT} {y}H{RIGHT}"/>'
        f'<circle cx="{x:.0f}" cy="{y}" r="7"/>'
        f'<text x="{RIGHT + 12}" y="{y + 4}" class="count">{count}</text>'
    )
