"""Both costs as two axes: to the right what a thief gets, upwards what an owner waits, a point a schedule.

On a phone there is no room for names: there the points have numbers, and who shows the picture lists them.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.lab.search import Judged
from radiokey.lab.words import percent
from radiokey.language.speech import gettext, later

LEFT, RIGHT, TOP, BOTTOM = 80, 560, 64, 520
HEIGHT: Final = 580
WIDTH: Final = 980
WIDTH_NUMBERED: Final = 340
RIGHT_NUMBERED: Final = 290
SHARES: Final = {"0.001 %": 1e-5, "0.01 %": 1e-4, "0.1 %": 1e-3, "1 %": 1e-2, "10 %": 1e-1, "100 %": 1.0}
TIMES: Final = {
    later("10 s"): 10 * SECOND_MS,
    later("1 min"): MINUTE_MS,
    later("10 min"): 10 * MINUTE_MS,
    later("1 h"): HOUR_MS,
    later("1 day"): DAY_MS,
}
LABEL_GAP: Final = 17

_HEAD: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">
<title id="t">{title}</title>
<desc id="d">{twin}</desc>
<style>
text {{ font: 13px system-ui, sans-serif; fill: #1f2933 }}
.grid {{ stroke: #d5dae0; fill: none }}
.keeps {{ fill: #1d5fa8 }}
.kills {{ fill: #b3261e }}
.mine {{ stroke: #d98200; stroke-width: 3 }}
.front {{ stroke: #1d5fa8; stroke-dasharray: 2 3; fill: none }}
.lead {{ stroke: #8a94a0; fill: none }}
.paper {{ fill: #ffffff }}
@media (prefers-color-scheme: dark) {{
text {{ fill: #e6eaee }} .grid {{ stroke: #3a424b }} .keeps, .front {{ fill: #7ab8f5; stroke: #7ab8f5 }}
.front {{ fill: none }} .kills {{ fill: #ff8a80 }} .lead {{ stroke: #7d8894 }} .paper {{ fill: #15191e }}
.mine {{ stroke: #ffb020 }}
}}
</style>
<rect class="paper" width="{width}" height="{height}"/>
{legend}"""
_LEGEND: Final = """\
<text x="16" y="24">{up}</text>
<text x="16" y="42"><tspan class="keeps">&#9679;</tspan> {keeps}
<tspan class="kills">&#9632;</tspan> {kills}</text>
<text x="{right}" y="{foot}" text-anchor="end">{across}</text>"""
_GRID: Final = '<path class="grid" d="{path}"/><text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'
_LABEL: Final = '<path class="lead" d="M{x} {y}L{at} {label}"/><text x="{words_at}" y="{text}">{words}</text>'
_DOT: Final = '<circle class="keeps{mine}" cx="{x}" cy="{y}" r="{size}"/>'
_BOX: Final = '<rect class="kills{mine}" x="{left}" y="{top}" width="{wide}" height="{wide}"/>'


def costs_svg(
    title: str,
    named: Sequence[Judged],
    *,
    mine: Judged | None = None,
    unnamed: Sequence[Judged] = (),
    numbered: bool = False,
) -> str:
    """Return the picture: `named` with their names, `mine` among them marked, `unnamed` as small points.

    What lies beyond the axes stands at their edge. The description says the same as text. Where it is
    `numbered`, it is narrow: numbers, counted from 1, stand for the names, and nothing says the axes.
    """
    twin = "; ".join(_twin(one) for one in (*named, *unnamed))
    right = RIGHT_NUMBERED if numbered else RIGHT
    legend = _LEGEND.format(
        right=right,
        foot=HEIGHT - 16,
        up=escape(gettext("up: what an owner waits at the radio, on average")),
        across=escape(gettext("to the right: share of codes that a thief gets to try in the time")),
        keeps=escape(gettext("no radio is lost")),
        kills=escape(gettext("radios are lost")),
    )
    head = _HEAD.format(
        width=WIDTH_NUMBERED if numbered else WIDTH,
        height=HEIGHT,
        title=escape(title),
        twin=escape(twin),
        legend="" if numbered else legend,
    )
    points = [_point(one, right, size=3, mine=False) for one in unnamed]
    points += [_point(one, right, size=5, mine=one is mine) for one in named]
    labels = {id(one): str(number) if numbered else _named(one) for number, one in enumerate(named, start=1)}
    return "\n".join([head, *_axes(right), *_labels(named, right, labels), *points, "</svg>"]) + "\n"


def _twin(one: Judged) -> str:
    return gettext(
        "{name}: {share} of the codes, {minutes} min, {dead} of the radios lost",
        name=gettext(one.schedule.name),
        share=percent(one.thief),
        minutes=f"{float(one.owner.waiting_ms / MINUTE_MS):.2g}",
        dead=percent(one.owner.dead),
    )


def _axes(right: int) -> Iterator[str]:
    for number, (words, share) in enumerate(SHARES.items()):
        x = _x(share, right)
        if right == RIGHT_NUMBERED and number % 2:
            words = ""  # noqa: PLW2901 - they would touch
        yield _GRID.format(path=f"M{x} {TOP}V{BOTTOM}", x=x, y=BOTTOM + 20, anchor="middle", words=words)
    for words, ms in TIMES.items():
        y = _y(ms)
        yield _GRID.format(
            path=f"M{LEFT} {y}H{right}", x=LEFT - 8, y=y + 4, anchor="end", words=escape(gettext(words))
        )


def _labels(named: Sequence[Judged], right: int, labels: Mapping[int, str]) -> Iterator[str]:
    """Name the points at the right, each label as near to its point as the others let it."""
    below = float(TOP)
    for left, one in enumerate(sorted(named, key=lambda one: (_place(one, right)[1], -one.thief))):
        x, y = _place(one, right)
        room = BOTTOM - LABEL_GAP * (len(named) - left - 1)
        label = min(max(y, below), max(room, below))
        below = label + LABEL_GAP
        yield _LABEL.format(
            x=x,
            y=y,
            at=right + 22,
            label=label,
            words_at=right + 27,
            text=label + 4,
            words=escape(labels[id(one)]),
        )


def _named(one: Judged) -> str:
    if not one.owner.dead:
        return gettext(one.schedule.name)
    return gettext("{name} ({dead} lost)", name=gettext(one.schedule.name), dead=percent(one.owner.dead))


def _point(one: Judged, right: int, *, size: int, mine: bool) -> str:
    x, y = _place(one, right)
    marked = " mine" if mine else ""
    if one.owner.dead:
        return _BOX.format(mine=marked, left=round(x - size, 1), top=round(y - size, 1), wide=2 * size)
    return _DOT.format(mine=marked, x=x, y=y, size=size)


def _place(one: Judged, right: int) -> tuple[float, float]:
    return _x(float(one.thief), right), _y(float(one.owner.waiting_ms))


def _x(share: float, right: int) -> float:
    at = (math.log10(max(share, 1e-5)) + 5) / 5
    return round(LEFT + (right - LEFT) * at, 1)


def _y(ms: float) -> float:
    low, high = math.log(8 * SECOND_MS), math.log(DAY_MS)
    at = (math.log(min(max(ms, 8 * SECOND_MS), DAY_MS)) - low) / (high - low)
    return round(BOTTOM + (TOP - BOTTOM) * at, 1)
