"""Draws the stack of the plug: docs/pictures/stack.svg, its numbers and names from the code.

python tools/draw_stack.py      writes it; a test compares it
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from radiokey.diagnostics import can, doip, isotp, uds
from radiokey.diagnostics.gateway import TESTERS_MAX
from radiokey.diagnostics.identifiers import IDENTIFIERS
from radiokey.diagnostics.names import Session
from radiokey.diagnostics.own_tester import ADDRESS
from radiokey.diagnostics.services import ROUTINES, SERVICES
from radiokey.diagnostics.troubles import Trouble
from radiokey.headunit.lock import State
from radiokey.headunit.store import CHIP_SIZE

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURE: Final = ROOT / "docs" / "pictures" / "stack.svg"
TITLE: Final = "The plug, layer by layer"


@dataclass(frozen=True, slots=True)
class Box:
    """One part of the stack: its place from the left and its width in columns, its words, its modules.

    `beside`: it hands on to its neighbour on the left, and not down.
    """

    at: int
    wide: int
    name: str
    says: tuple[str, ...]
    modules: tuple[str, ...] = ()
    kind: str = "ours"
    beside: bool = False


FIRST, LAST = doip.TESTER_ADDRESSES[0], doip.TESTER_ADDRESSES[-1]
LAYERS: Final[tuple[tuple[Box, ...], ...]] = (
    (
        Box(0, 4, "A tester on the network", (f"{FIRST:04X} to {LAST:04X}",), kind="others"),
        Box(
            4,
            4,
            "A tester on the CAN bus",
            (f"{can.REQUEST_ID:X}, to all {can.FUNCTIONAL_ID:X}",),
            kind="others",
        ),
        Box(
            8,
            4,
            "The tester of a page",
            (f"{ADDRESS:04X}, in the same process",),
            ("diagnostics.own_tester",),
        ),
    ),
    (
        Box(0, 4, "TCP and UDP", ("segments, joined or split",), ("diagnostics.server",), "others"),
        Box(
            4, 4, "CAN", ("frames of 8 bytes; python-can",), ("diagnostics.can", "diagnostics.bus"), "others"
        ),
        Box(8, 4, "no wire", ("bytes are handed on",), kind="others"),
    ),
    (
        Box(
            0,
            4,
            "DoIP, ISO 13400-2",
            (
                f"activation, {TESTERS_MAX} testers, alive check",
                f"the unit is {doip.UNIT_ADDRESS:04X}, {doip.FUNCTIONAL_ADDRESS:04X}",
            ),
            ("diagnostics.gateway", "diagnostics.doip"),
        ),
        Box(
            4,
            4,
            "ISO-TP, ISO 15765-2",
            (f"up to {isotp.MESSAGE_MAX:,} bytes", f"the unit answers on {can.ANSWER_ID:X}"),
            ("diagnostics.can", "diagnostics.isotp"),
        ),
        Box(8, 4, "DoIP again", ("the same gateway",), ("diagnostics.gateway",)),
    ),
    (
        Box(
            0,
            12,
            "One at a time, and for each tester its own",
            (f"session (one of {len(Session)}), level, seed, download: no tester's is another's",),
            ("diagnostics.server", "diagnostics.tester"),
        ),
    ),
    (
        Box(
            0,
            12,
            "UDS, ISO 14229-1",
            (
                f"{len(uds.CHECKS) + 1} checks in order, then one of {len(SERVICES)} services",
                f"{len(IDENTIFIERS)} identifiers, {len(ROUTINES)} routines",
            ),
            ("diagnostics.uds", "diagnostics.services", "diagnostics.identifiers"),
        ),
    ),
    (
        Box(
            0,
            6,
            "Ecu: one for all testers",
            ("one lock, one count of wrong codes",),
            ("diagnostics.ecu", "diagnostics.access"),
        ),
        Box(6, 3, "notes", (f"VIN, workshop, {len(Trouble)} troubles",), ("diagnostics.memory",)),
        Box(9, 3, "firmware", ("two slots, one runs",), ("diagnostics.slots",)),
    ),
    (
        Box(
            0,
            6,
            "HeadUnit: the lock",
            (f"{len(State)} states; wrong codes are counted first",),
            ("headunit.unit", "headunit.lock"),
        ),
        Box(
            6,
            6,
            "the panel",
            ("keys, switches, supply: the same count",),
            ("headunit.panel", "vehicle.hand"),
            beside=True,
        ),
    ),
    (
        Box(
            0,
            12,
            "the memory chip",
            (f"{CHIP_SIZE} bytes: each record durable before a code is compared",),
            ("headunit.store", "headunit.flash"),
        ),
    ),
)
"""The parts from a tester down to the chip; each row asks the one below it."""

COLUMNS: Final = 12
_COLUMN: Final = 68
_LEFT: Final = 16
_TOP: Final = 56
_GAP: Final = 22
_PAD: Final = 10
_STYLE: Final = """\
svg{--paper:#faf8f5;--ink:#1b1a18;--soft:#625d55;--line:#d9d3c9;--card:#fffdf9;--amber:#d98200;background:var(--paper);
font:13px system-ui,sans-serif}
@media(prefers-color-scheme:dark){svg{--paper:#14161a;--ink:#ece7df;--soft:#a8a297;--line:#4a4f58;--card:#1a1d22;
--amber:#ffb020}}
text{fill:var(--ink)}.title{font-size:17px;font-weight:600}.name{font-weight:600}.module{fill:var(--soft);font-size:11px}
rect.paper{fill:var(--paper)}rect.ours{fill:var(--card);stroke:var(--amber);stroke-width:1.5}
rect.others{fill:var(--paper);stroke:var(--line);stroke-dasharray:4 3}.way{stroke:var(--soft);fill:none}"""


def picture() -> str:
    """Return the picture."""
    body: list[str] = []
    y = _TOP
    for number, layer in enumerate(LAYERS):
        height = max(_height(box) for box in layer)
        below = LAYERS[number + 1] if number + 1 < len(LAYERS) else ()
        for box in layer:
            body += _drawn(box, y, height)
            body += _arrows(box, below, len(layer) == 1, y, height)
        y += height + _GAP
    wide, high = 2 * _LEFT + COLUMNS * _COLUMN, y - _GAP + _LEFT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"',
            ' role="img" aria-labelledby="stack-title stack-text">',
            f'<title id="stack-title">{TITLE}</title>',
            f'<desc id="stack-text">{escape(twin())}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" width="{wide}" height="{high}"/>',
            f'<text class="title" x="{_LEFT}" y="30">{TITLE}</text>',
            *body,
            "</svg>\n",
        ]
    )


def _arrows(box: Box, below: tuple[Box, ...], alone: bool, y: int, height: int) -> Iterator[str]:  # noqa: FBT001
    """Draw what a box hands on: to the one below it, to all where either stands alone, or to its left."""
    if box.beside:
        x = _LEFT + box.at * _COLUMN
        yield f'<path class="way" d="M{x} {y + height // 2}h-{_PAD}m5-4l-5 4l5 4"/>'
        return
    for other in below:
        if alone or len(below) == 1 or (other.at, other.wide) == (box.at, box.wide):
            one = box if len(below) == 1 else other
            middle = _LEFT + (2 * one.at + one.wide) * _COLUMN // 2 - _PAD // 2
            yield f'<path class="way" d="M{middle} {y + height}v{_GAP}m-4-5l4 5l4-5"/>'


def twin() -> str:
    """Return the same as text, from a tester down to the chip."""
    return "\n".join(
        "; ".join(f"{box.name}: {', '.join((*box.says, *box.modules))}" for box in layer) + "."
        for layer in LAYERS
    )


def _height(box: Box) -> int:
    return 34 + 17 * len(box.says) + (15 if box.modules else 0)


def _drawn(box: Box, y: int, height: int) -> Iterator[str]:
    x, wide = _LEFT + box.at * _COLUMN, box.wide * _COLUMN - (0 if box.at + box.wide == COLUMNS else _PAD)
    yield f'<rect class="{box.kind}" x="{x}" y="{y}" width="{wide}" height="{height}" rx="6"/>'
    yield f'<text class="name" x="{x + _PAD}" y="{y + 22}">{escape(box.name)}</text>'
    for number, line in enumerate(box.says, 1):
        yield f'<text x="{x + _PAD}" y="{y + 22 + 17 * number}">{escape(line)}</text>'
    if box.modules:
        named = escape(", ".join(box.modules))
        yield f'<text class="module" x="{x + _PAD}" y="{y + height - 8}">{named}</text>'


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
