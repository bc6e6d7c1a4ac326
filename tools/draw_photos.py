"""Draws how well photos of labels are read: the numbers in docs/photos.md, and a picture of what is confused.

python tools/draw_photos.py writes both from tests/photos/measured.json (bench/photos.py); a test compares
them
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
MEASURED: Final = ROOT / "tests" / "photos" / "measured.json"
PAGE: Final = ROOT / "docs" / "photos.md"
PICTURE: Final = ROOT / "docs" / "pictures" / "photo-confusion.svg"
BEGIN: Final = "<!-- drawn by tools/draw_photos.py from here on -->\n"

_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CELL: Final = 16
_LEFT: Final = 40
_TOP: Final = 60


def main() -> None:
    """Write the page's numbers and the picture."""
    measured = json.loads(MEASURED.read_text("utf-8"))
    PAGE.write_text(page(PAGE.read_text("utf-8"), measured), "utf-8")
    PICTURE.write_text(picture(measured["reported"]["pairs"]), "utf-8")


def page(text: str, measured: dict[str, Any]) -> str:
    """Return the page with its numbers as they were measured."""
    written, _, _ = text.partition(BEGIN)
    return f"{written}{BEGIN}\n{numbers(measured)}"


def numbers(measured: dict[str, Any]) -> str:
    """Return the part of the page that is drawn."""
    reported = measured["reported"]
    count = reported["kinds"]["upright"]["ours"]["photos"]
    lines = [
        "## Measured",
        "",
        f"On {measured['machine']}, one core, the networks loaded, by `python bench/photos.py {count} --write`; `make bench PARTS=photos` reads ten of each kind. Nothing was chosen on these photos: seeds from 10,000 on; the other half are seeds from 0 on. Beside other work, a load of {reported['load']} on the machine; the times are those of the processor.",
        "",
        "| kind | | right | right and sure | wrong although sure | seconds, at most |",
        "|---|---|---|---|---|---|",
        *_kinds(reported["kinds"]),
        "",
        "By the way up, all kinds together:",
        "",
        "| turned by | right | right and sure |",
        "|---|---|---|",
        *(
            f"| {angle}° | {_of(row, 'right')} | {_of(row, 'right and sure')} |"
            for angle, row in sorted(reported["angles"].items(), key=_angle)
        ),
        "",
        "How sure every character must have been read in one of two passes that agree; 0.95 was chosen on the photos of the left half, where it cost nothing:",
        "",
        "| score | right and sure, chosen on | wrong although sure | right and sure, reported | wrong although sure |",
        "|---|---|---|---|---|",
        *_thresholds(measured),
        "",
        "The confidence that the first candidate states, and how often it was right:",
        "",
        "| stated | right, chosen on | right, reported |",
        "|---|---|---|",
        *_stated(measured),
        "",
        f"What was read for what was printed, in the {sum(reported['pairs'].values())} characters of all numbers in both passes:",
        "",
        "![Printed characters down, read ones across; the darker, the more often](pictures/photo-confusion.svg)",
        "",
        f"Read as another character: {_worst(reported['pairs'])}.",
        "",
    ]
    return "\n".join(lines)


def _angle(entry: tuple[str, Any]) -> int:
    return int(entry[0])


def _kinds(kinds: dict[str, Any]) -> Iterator[str]:
    for kind in ("upright", "tilted", "hard"):
        rows = kinds[kind]
        for who, row in sorted(rows.items(), reverse=True):
            cells = (_of(row, name) for name in ("right", "right and sure", "wrong and sure"))
            yield f"| {kind} | {who} | {' | '.join(cells)} | {row['seconds']}, {row['seconds at most']} |"


def _thresholds(measured: dict[str, Any]) -> Iterator[str]:
    reported = measured["reported"]["sure"]
    for score, row in measured["chosen-on"]["sure"].items():
        cells = [
            _of(one, name) for one in (row, reported[score]) for name in ("right and sure", "wrong and sure")
        ]
        yield f"| {score} | {' | '.join(cells)} |"


def _stated(measured: dict[str, Any]) -> Iterator[str]:
    chosen, reported = measured["chosen-on"]["stated"], measured["reported"]["stated"]
    for one in sorted({*chosen, *reported}, key=float, reverse=True):
        cells = (_of(half[one], "right") if one in half else "-" for half in (chosen, reported))
        yield f"| {one if float(one) else 'no number'} | {' | '.join(cells)} |"


def _of(row: dict[str, Any], name: str) -> str:
    return f"{row[name]} of {row['photos']}"


def _worst(pairs: dict[str, int]) -> str:
    wrong = sorted(((count, pair) for pair, count in pairs.items() if pair[0] != pair[1]), reverse=True)
    return ", ".join(f"{pair[0]} as {pair[1]} ({count})" for count, pair in wrong[:8]) or "none"


def picture(pairs: dict[str, int]) -> str:
    """Return the matrix as SVG: a row a printed character, a column a read one."""
    side = _CELL * len(_CHARACTERS)
    width, height = _LEFT + side + 10, _TOP + side + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="18" font-size="13">Printed down, read across: right in grey, wrong in red with its count</text>',
    ]
    totals = {one: sum(count for pair, count in pairs.items() if pair[0] == one) for one in _CHARACTERS}
    for at, one in enumerate(_CHARACTERS):
        middle = at * _CELL + _CELL // 2
        parts.append(
            f'<text x="{_LEFT + middle}" y="{_TOP - 8}" font-size="11" text-anchor="middle">{one}</text>'
        )
        parts.append(
            f'<text x="{_LEFT - 12}" y="{_TOP + middle + 4}" font-size="11" text-anchor="middle">{one}</text>'
        )
        for across, other in enumerate(_CHARACTERS):
            if count := pairs.get(one + other, 0):
                parts += _cell(across, at, count, totals[one], right=one == other)
    grid = f'<rect x="{_LEFT}" y="{_TOP}" width="{side}" height="{side}" fill="none" stroke="#888"/>'
    return "\n".join([*parts, grid, "</svg>", ""])


def _cell(across: int, down: int, count: int, total: int, *, right: bool) -> list[str]:
    x, y = _LEFT + across * _CELL, _TOP + down * _CELL
    shade = round((0.15 if right else 0.35) + (0.45 if right else 0.65) * count / total, 2)
    colour = "#555" if right else "#c1121f"
    cell = f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="{colour}" fill-opacity="{shade}"/>'
    if right:
        return [cell]
    return [
        cell,
        f'<text x="{x + _CELL // 2}" y="{y + 12}" font-size="9" text-anchor="middle">{count}</text>',
    ]


if __name__ == "__main__":
    main()
