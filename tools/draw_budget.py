"""Draws what guessing is worth, by kind of lock: docs/budget.md and docs/pictures/budget.svg.

python tools/draw_budget.py     writes both; a test compares them
"""

import math
from fractions import Fraction
from pathlib import Path
from typing import Final

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.headunit.budget import chance_ever, chance_within, moments
from radiokey.headunit.policy import (
    REFERENCE,
    ClockNeeds,
    Dead,
    LockPolicy,
    PowerCutEffect,
    Rung,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)

ROOT: Final = Path(__file__).resolve().parents[1]
ENTRY_MS: Final = 10 * SECOND_MS
YEAR_MS: Final = 365 * DAY_MS
SPACES: Final = {
    "6<sup>4</sup>": 6**4,
    "10<sup>4</sup>": 10**4,
    "6<sup>5</sup>": 6**5,
    "10<sup>5</sup>": 10**5,
}
BAR: Final = Fraction(1, 1000)
DRAWN_CODES: Final = 10**4


def _lock(*schedule: Rung, power_cut: PowerCutEffect = PowerCutEffect.NONE) -> LockPolicy:
    return LockPolicy(schedule, ClockNeeds.SUPPLY, power_cut, power_gap_ms_min=3_000)


def _wait(ms: int, *, doubles: bool = False) -> Wait:
    return Wait((ms, ms), doubles=doubles)


CAPPED: Final = tuple(Rung(n, _wait(MINUTE_MS << (n - 1))) for n in range(1, 7))
PATTERNS: Final = {
    "one try, then dead": _lock(Rung(1, Dead())),
    "three tries, then dead": REFERENCE,
    "ten tries, then dead": _lock(Rung(10, Dead())),
    "20 tries, then dead": _lock(Rung(20, Dead())),
    "doubling from 1 min, no cap": _lock(Rung(1, _wait(MINUTE_MS, doubles=True))),
    "three tries every 2 hours": _lock(Rung(3, _wait(120 * MINUTE_MS), every=3)),
    "an hour after each from the 3rd": _lock(Rung(3, _wait(HOUR_MS))),
    "three tries an hour": _lock(Rung(3, _wait(HOUR_MS), every=3)),
    "doubling from 1 to 32 min": _lock(*CAPPED),
    "10 s after each": _lock(Rung(1, _wait(10 * SECOND_MS))),
    "three tries per power cut": _lock(
        Rung(3, UntilPowerCut(), every=3), power_cut=PowerCutEffect.RESET_ATTEMPTS
    ),
    "ten tries per turn of the key": _lock(Rung(10, UntilKeyCycle(), every=10)),
    "no schedule": _lock(),
}
"""Kinds of lock, the hardest first; never one radio's."""

# --- the table ------------------------------------------------------------------------------------------


def table() -> str:
    """Return one line per kind of lock: what a day, a month and all time are worth, by code space."""
    head = " | ".join(f"{name}: a day, 30 days, ever" for name in SPACES)
    lines = [f"| kind of lock | {head} |", "|---" * (len(SPACES) + 1) + "|"]
    for name, policy in PATTERNS.items():
        cells = [" · ".join(_cell(share) for share in _shares(policy, codes)) for codes in SPACES.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _shares(policy: LockPolicy, codes: int) -> tuple[Fraction, Fraction, Fraction]:
    day, month = (chance_within(policy, codes, days * DAY_MS, entry_ms=ENTRY_MS) for days in (1, 30))
    return day, month, chance_ever(policy, codes)


def _cell(share: Fraction) -> str:
    if share == 1:
        return "**all**"
    text = f"{float(share) * 100:.2g} %" if share < BAR * 100 else f"{float(share) * 100:.0f} %"
    return text if share <= BAR else f"**{text}**"


# --- the picture ----------------------------------------------------------------------------------------

WIDTH, HEIGHT = 960, 560
LEFT, RIGHT, TOP, BOTTOM = 70, 690, 50, 500
TIMES: Final = {
    "1 min": MINUTE_MS,
    "1 h": HOUR_MS,
    "1 day": DAY_MS,
    "30 days": 30 * DAY_MS,
    "1 year": YEAR_MS,
    "15 years": 15 * YEAR_MS,
}
SHARES: Final = {"0.01 %": 1e-4, "0.1 %": 1e-3, "1 %": 1e-2, "10 %": 1e-1, "all": 1.0}
LABEL_GAP: Final = 17


def _x(ms: float) -> float:
    first, last = math.log(ENTRY_MS), math.log(15 * YEAR_MS)
    at = (math.log(max(ms, ENTRY_MS)) - first) / (last - first)
    return round(LEFT + (RIGHT - LEFT) * at, 1)


def _y(share: float) -> float:
    return round(BOTTOM + (TOP - BOTTOM) * (math.log10(share) + 4) / 4, 1)


def _curve(policy: LockPolicy) -> tuple[str, float]:
    """Return a staircase from the first guess to 15 years, and where it ends; equal points are left out."""
    points: list[tuple[float, float]] = []
    last = (0.0, 0.0)
    for guesses, ms in enumerate(moments(policy, DRAWN_CODES, entry_ms=ENTRY_MS), start=1):
        if ms > 15 * YEAR_MS:
            break
        last = (_x(ms), _y(guesses / DRAWN_CODES))
        if not points or abs(last[0] - points[-1][0]) + abs(last[1] - points[-1][1]) >= 1:
            points.append(last)
    if points[-1] != last:
        points.append(last)
    path = f"M{points[0][0]} {points[0][1]}"
    path += "".join(f"H{x}V{y}" for x, y in points[1:])
    return f"{path}H{RIGHT}", points[-1][1]


def picture() -> str:
    """Return the picture: how the chance grows with time, one line per kind of lock, for four digits."""
    curves = {name: _curve(policy) for name, policy in PATTERNS.items()}
    order = sorted(curves, key=lambda name: (curves[name][1], -list(PATTERNS).index(name)))
    parts = [_HEAD.format(width=WIDTH, height=HEIGHT, right=RIGHT, top=TOP - 18)]
    for name, ms in TIMES.items():
        parts.append(f'<path class="grid" d="M{_x(ms)} {TOP}V{BOTTOM}"/>')
        parts.append(f'<text x="{_x(ms)}" y="{BOTTOM + 20}" text-anchor="middle">{name}</text>')
    for name, share in SHARES.items():
        kind = "bar" if share == float(BAR) else "grid"
        parts.append(f'<path class="{kind}" d="M{LEFT} {_y(share)}H{RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{_y(share) + 4}" text-anchor="end">{name}</text>')
    below = 0.0
    for name in order:
        path, end = curves[name]
        at = max(end, below + LABEL_GAP) if below else end
        below = at
        parts.append(f'<path class="line" d="{path}"/>')
        parts.append(f'<path class="lead" d="M{RIGHT} {end}L{RIGHT + 22} {at}"/>')
        parts.append(f'<text x="{RIGHT + 27}" y="{at + 4}">{name}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


_HEAD: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">
<title id="t">How the chance of getting in by keying grows with time, by kind of lock</title>
<desc id="d">Four digits, an entry every ten seconds. The table in docs/budget.md says the same.</desc>
<style>
text {{ font: 13px system-ui, sans-serif; fill: #1f2933 }}
.grid {{ stroke: #d5dae0; fill: none }}
.bar {{ stroke: #b45309; stroke-dasharray: 6 4; fill: none }}
.line {{ stroke: #1d5fa8; stroke-width: 1.8; fill: none }}
.lead {{ stroke: #8a94a0; fill: none }}
.paper {{ fill: #ffffff }}
@media (prefers-color-scheme: dark) {{
text {{ fill: #e6eaee }} .grid {{ stroke: #3a424b }} .bar {{ stroke: #f0a44b }}
.line {{ stroke: #7ab8f5 }} .lead {{ stroke: #7d8894 }} .paper {{ fill: #15191e }}
}}
</style>
<rect class="paper" width="{width}" height="{height}"/>
<text x="16" y="{top}">share of codes that open it (10,000 codes); dashed: the bar, one in a thousand</text>
<text x="{right}" y="540" text-anchor="end">time of trying</text>"""


def document() -> str:
    """Return `docs/budget.md`."""
    return _DOCUMENT.format(table=table())


_DOCUMENT: Final = """\
# What guessing is worth

This page and its picture are drawn from `radiokey.headunit.budget`; a test fails when they are
stale. Write them anew with `python tools/draw_budget.py`.

How likely is it that somebody who does not know the code, and does nothing but key, gets in? That
depends on two things alone: the kind of schedule and the number of codes there are. So it is said
here by kind, and of no radio. `radiokey wait MODEL` says of a radio only whether wrong codes can
end it, and that they are counted.

The arithmetic is exact (fractions, no estimate) and is held against trying every code on the real
lock, one after the other. The thief in it keys a different code every ten seconds, has all the time
that a wait needs under the condition that makes it count, cuts the supply or turns the key wherever
that helps him, and knows nobody who would grant him more tries. Of a wait that is known as a range
he serves the shorter end. Every code is as likely as any other: where a maker prefers some, he does
better than this.

![How the chance grows with time, one line per kind of lock; the table says the same](pictures/budget.svg)

The kinds that end at *all* are named from the left line to the right one.

Each cell: after a day, after 30 days, ever. **Bold** is above one in a thousand, the bar of our own
lock; **all** means that every code has been tried. 6<sup>4</sup> is a radio with six keys and four
places, 10<sup>4</sup> one with ten digits.

{table}

What the table shows:

- Only an **end** bounds the chance. Each lock without one is opened by patience; a wait decides how
  much.
- Three tries are within the bar for ten digits, and not for six keys and four places: there it
  takes one try, or five places.
- A wait that grows without a cap is as good as an end for anybody who does not have centuries, and
  it never takes the radio from its owner.
- A lock whose tries come back with a power cut, or with the key, is as good as none.
"""


if __name__ == "__main__":
    (ROOT / "docs" / "budget.md").write_text(document(), "utf-8")
    (ROOT / "docs" / "pictures" / "budget.svg").write_text(picture(), "utf-8")
