"""A run as a picture: time goes down, and beside it volts, key, display, state, count and bus in columns.

Time is not to scale: what follows at once stands a line lower, an hour a few lines; how much time a gap
stands for is written in it. The presses of one entry are one line. The picture carries its own words:
every column and every stretch is labelled where it is, colours only repeat them, and the description says
all of it as text. It is readable on light and on dark, and needs no font but the system's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.vehicle.bench import Moment, Run
from radiokey.vehicle.bus import BusMessage, Sender
from radiokey.vehicle.power import ENTRY_MV, LOST_BELOW_MV

_WIDTH: Final = 860
_BUS_WIDTH: Final = 1290
"""Where something is said on the bus, it has a lane of its own."""
_TOP: Final = 104
_LINE: Final = 20
_TIME_X: Final = 84
_VOLTS_X: Final = 98
_VOLTS_WIDTH: Final = 150
_VOLTS_MAX: Final = 20_000
_KEY: Final = (260, 50)
_DISPLAY: Final = (316, 138)
_STATE: Final = (458, 104)
_ERRORS: Final = (566, 26)
_WHAT_X: Final = 610
_WHAT_CHARACTERS: Final = 42
_WHAT_BESIDE_BUS: Final = 30
_BUS_X: Final = 830
_BUS_WORDS_X: Final = 846
_BUS_CHARACTERS: Final = 66
_PRESS: Final = "press "
_SAME_ENTRY_MS: Final = 15 * SECOND_MS
_GAP_TOLD_MS: Final = 10 * SECOND_MS

_STYLE: Final = """\
svg{--paper:#faf8f5;--ink:#1b1a18;--soft:#625d55;--line:#d9d3c9;--amber:#d98200;--ok:#2f7d4f;--stop:#b3261e;
--glass:#17130c;--glow:#ffb020;background:var(--paper);font:12px system-ui,sans-serif;
font-variant-numeric:tabular-nums}
@media(prefers-color-scheme:dark){svg{--paper:#14161a;--ink:#ece7df;--soft:#a8a297;--line:#2c3038;
--amber:#ffb020;--ok:#63b985;--stop:#ff8a80;--glass:#000}}
text{fill:var(--ink)}.soft{fill:var(--soft)}.head{fill:var(--soft);font-size:11px}.title{font-size:17px;font-weight:600}
.paper{fill:var(--paper)}.rule{stroke:var(--line)}.band{fill:var(--ok);fill-opacity:.14}
.volts{fill:none;stroke:var(--ink);stroke-width:1.6;stroke-linejoin:round}.low{stroke:var(--stop);stroke-dasharray:3
3} .glass{fill:var(--glass);stroke:var(--line)}.word{fill:var(--glow);font:12px ui-monospace,monospace}
.ok{fill:var(--ok)}.ask{fill:var(--amber)}.stop{fill:var(--stop)}.rest{fill:var(--soft)}.tint{fill-opacity:.2}
.engine{fill:var(--amber)}.out{fill:none;stroke:var(--line)}"""

_ARROWS: Final = {
    Sender.CAR: ("rest", "m10 0v12l-10-6z"),
    Sender.TESTER: ("ask", "m10 0v12l-10-6z"),
    Sender.RADIO: ("ok", "v12l10-6z"),
    Sender.NOBODY: ("stop", "m0 4h10v4h-10z"),
}
"""Who says something: how it is drawn, the radio being on the left."""
_NO_SUPPLY: Final = "no supply"

_KINDS: Final = {
    "playing": "ok",
    "dark": "rest",
    "code": "ask",
    "scrambled": "ask",
    "entry": "ask",
    "checking": "ask",
    "wait": "rest",
    "locked": "stop",
    "permanent": "stop",
    "fault": "stop",
    "protected": "stop",
    "sync": "ask",
}


def clock(ms: int) -> str:
    """Format a moment of a run: hours, minutes, seconds and tenths; from a day on days, hours and minutes.

    >>> clock(3_723_400), clock(90_000_000)
    ('1:02:03.4', '1 d 1:00')
    """
    days, rest = divmod(ms, DAY_MS)
    hours, rest = divmod(rest, HOUR_MS)
    minutes, rest = divmod(rest, MINUTE_MS)
    if days:
        return f"{days} d {hours}:{minutes:02}"
    return f"{hours}:{minutes:02}:{rest // SECOND_MS:02}.{rest % SECOND_MS // 100}"


def span(ms: int) -> str:
    """Format a stretch of time in its two largest units.

    >>> span(5_400_000), span(90_000), span(172_800_000)
    ('1 h 30 min', '1 min 30 s', '2 d')
    """
    ms = (ms + SECOND_MS // 2) // SECOND_MS * SECOND_MS
    units = ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (SECOND_MS, "s"))
    words = []
    for unit_ms, unit in units:
        count, ms = divmod(ms, unit_ms)
        if count:
            words.append(f"{count} {unit}")
        elif words:
            break
    return " ".join(words[:2]) or "a moment"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the picture: what is so after `what`, from `y` down to the next line."""

    y: int
    what: str
    now: Moment
    bus: tuple[BusMessage, ...] = ()


def timeline_svg(ran: Run) -> str:
    """Return the picture of a run."""
    rows = _rows(ran)
    bottom = rows[-1].y + _LINE
    width = _BUS_WIDTH if ran.bus else _WIDTH
    what = _WHAT_BESIDE_BUS if ran.bus else _WHAT_CHARACTERS
    name = escape(ran.scenario.id)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + 12}"',
        f' role="img" aria-labelledby="{name}-title {name}-text">',
        f'<title id="{name}-title">{escape(ran.scenario.title)}</title>',
        f'<desc id="{name}-text">{escape(twin(ran))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{bottom + 12}"/>',
        *_head(ran),
        *_times(rows),
        *_volts(rows, bottom),
        *_band(rows, bottom, _KEY, _key, _key_box),
        *_band(rows, bottom, _DISPLAY, lambda row: row.now.display, _display_box),
        *_band(rows, bottom, _STATE, lambda row: _state(row.now), _state_box),
        *_band(rows, bottom, _ERRORS, lambda row: str(row.now.errors), _count_box),
        *(_text(_WHAT_X, row.y + 14, _short(row.what, what)) for row in rows),
        *_bus(rows, bottom),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def twin(ran: Run) -> str:
    """Return the same as text: what happened, and what it was like afterwards."""
    lines = [ran.scenario.story]
    for row in _rows(ran):
        now = row.now
        said = "".join(f" On the bus, {one.sender}: {one.words}." for one in row.bus)
        shows = f"the display shows {now.display}" if now.display else "the display is dark"
        errors = "1 error" if now.errors == 1 else f"{now.errors} errors"
        lines.append(
            f"{clock(now.at_ms)}: {row.what}; {now.mv / 1000:.1f} V, {shows}, {_state(now)}, {errors}.{said}"
        )
    return "\n".join(lines)


def _rows(ran: Run) -> list[_Row]:
    """Return the lines; the presses of one entry are one line."""
    merged: list[tuple[str, Moment, tuple[BusMessage, ...]]] = []
    for at, moment in enumerate(ran.moments):
        said = tuple(one for one in ran.bus if one.moment == at)
        if merged and _goes_on(merged[-1][1], moment) and merged[-1][0].startswith(_PRESS):
            merged[-1] = (f"{merged[-1][0]}, {moment.what.removeprefix(_PRESS)}", moment, said)
        else:
            merged.append((moment.what, moment, said))
    rows: list[_Row] = []
    y, at_ms = _TOP, 0
    for what, moment, said in merged:
        if rows:
            y += _LINE + _gap(moment.at_ms - at_ms)
        rows.append(_Row(y, what, moment, said))
        at_ms = moment.at_ms
    return rows


def _goes_on(last: Moment, now: Moment) -> bool:
    """Say whether a press belongs to the same entry as the one before."""
    near = now.at_ms - last.at_ms <= _SAME_ENTRY_MS and last.state in {"entry", now.state}
    return near and now.what.startswith(_PRESS)


def _gap(ms: int) -> int:
    """Return how much lower a line stands for the time before it: 4 for each doubling from ten seconds up."""
    return 4 * (ms // _GAP_TOLD_MS).bit_length()


def _head(ran: Run) -> Iterator[str]:
    one = ran.scenario
    yield _text(16, 28, one.title, "title")
    yield _text(16, 47, f"radio: {one.model} - time runs down, and is not to scale", "soft")
    heads = (
        (_VOLTS_X, "volts at the radio"),
        (_KEY[0], "key"),
        (_DISPLAY[0], "display"),
        (_STATE[0], "state"),
        (_ERRORS[0], "errors"),
        (_WHAT_X, "what happens"),
    )
    yield _text(_TIME_X, 76, "time", "head", anchor="end")
    for x, words in heads:
        yield _text(x, 76, words, "head")


def _times(rows: Sequence[_Row]) -> Iterator[str]:
    said = ""
    for before, row in zip([None, *rows], rows, strict=False):
        gap_ms = row.now.at_ms - before.now.at_ms if before else 0
        if said != (said := clock(row.now.at_ms)):
            yield _text(_TIME_X, row.y + 14, said, anchor="end")
        if before and gap_ms >= MINUTE_MS:
            middle = (before.y + _LINE + row.y) // 2 + 4
            yield _text(_TIME_X, middle, span(gap_ms), "soft", anchor="end")
        yield f'<path class="rule" d="M{_WHAT_X - 10} {row.y + 10}h5"/>'


def _volts(rows: Sequence[_Row], bottom: int) -> Iterator[str]:
    low, high = (_volts_x(mv) for mv in ENTRY_MV)
    top = _TOP - 2
    yield f'<rect class="band" x="{low}" y="{top}" width="{high - low}" height="{bottom - top}"/>'
    yield f'<path class="low" d="M{_volts_x(LOST_BELOW_MV)} {top}V{bottom}"/>'
    yield _text(_volts_x(LOST_BELOW_MV), top - 6, "5", "head", anchor="middle")
    yield _text((low + high) // 2, top - 6, "12.4-14.8", "head", anchor="middle")
    yield _text(_volts_x(0), top - 6, "0", "head", anchor="middle")
    path = [f"M{_volts_x(rows[0].now.mv)} {rows[0].y}"]
    path += [f"V{row.y + 2}L{_volts_x(row.now.mv)} {row.y + 8}" for row in rows[1:]]
    yield f'<path class="volts" d="{"".join(path)}V{bottom}"/>'
    said = None
    for row in rows:
        words = f"{row.now.mv / 1000:.1f}"
        if words != said:
            left = _VOLTS_MAX * 9 // 20 < row.now.mv < _VOLTS_MAX * 3 // 4
            x = _volts_x(row.now.mv) + (-5 if left else 5)
            yield _text(x, row.y + 17, words, "head", anchor="end" if left else "start")
        said = words


def _volts_x(mv: int) -> int:
    return _VOLTS_X + min(mv, _VOLTS_MAX) * _VOLTS_WIDTH // _VOLTS_MAX


Box = Callable[[int, int, int, int, str], Iterator[str]]


def _band(
    rows: Sequence[_Row], bottom: int, column: tuple[int, int], value: Callable[[_Row], str], box: Box
) -> Iterator[str]:
    """Draw one column: a box for each stretch in which its value stays the same."""
    x, width = column
    starts = [row for at, row in enumerate(rows) if not at or value(row) != value(rows[at - 1])]
    ends = [row.y for row in starts[1:]] + [bottom]
    for row, end in zip(starts, ends, strict=True):
        yield from box(x, row.y, width, end - row.y - 1, value(row))


def _key(row: _Row) -> str:
    return row.now.key + ("+" if row.now.engine else "")


def _key_box(x: int, y: int, width: int, height: int, words: str) -> Iterator[str]:
    on = "ask" if words.rstrip("+") in {"on", "start"} else "rest"
    yield f'<rect class="{on} tint" x="{x}" y="{y}" width="{width}" height="{height}"/>'
    if words.endswith("+"):
        yield f'<rect class="engine" x="{x + width - 4}" y="{y}" width="4" height="{height}"/>'
        if height > 2 * _LINE:
            yield _text(x + 5, y + 28, "engine", "head")
    yield _text(x + 5, y + 14, words.rstrip("+"))


def _display_box(x: int, y: int, width: int, height: int, words: str) -> Iterator[str]:
    if words:
        yield f'<rect class="glass" x="{x}" y="{y}" width="{width}" height="{height}" rx="2"/>'
        yield _text(x + 6, y + 14, words, "word")


def _state(now: Moment) -> str:
    if not now.supply:
        return _NO_SUPPLY
    return f"fault: {now.fault}" if now.state == "fault" else now.state


def _state_box(x: int, y: int, width: int, height: int, words: str) -> Iterator[str]:
    if words == _NO_SUPPLY:
        yield f'<rect class="out" x="{x}" y="{y}" width="{width}" height="{height}"/>'
        yield _text(x + 8, y + 14, words, "soft")
        return
    kind = _KINDS[words.partition(":")[0]]
    yield f'<rect class="{kind} tint" x="{x}" y="{y}" width="{width}" height="{height}"/>'
    yield f'<rect class="{kind}" x="{x}" y="{y}" width="3" height="{height}"/>'
    yield _text(x + 8, y + 14, words)


def _count_box(x: int, y: int, width: int, height: int, words: str) -> Iterator[str]:
    kind = "rest" if words == "0" else "stop"
    yield f'<rect class="{kind} tint" x="{x}" y="{y}" width="{width}" height="{height}"/>'
    yield _text(x + width // 2, y + 14, words, anchor="middle")


def _text(x: int, y: int, words: str, kind: str = "", *, anchor: str = "") -> str:
    attributes = (f' class="{kind}"' if kind else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x}" y="{y}"{attributes}>{escape(words)}</text>'


def _bus(rows: Sequence[_Row], bottom: int) -> Iterator[str]:
    """Draw what is said on the bus: a line down, an arrow to the radio or from it, and the words."""
    if not any(row.bus for row in rows):
        return
    yield _text(_BUS_X, 76, "bus: to the radio, and from it", "head")
    yield f'<path class="rule" d="M{_BUS_X + 5} {_TOP - 2}V{bottom}"/>'
    for row in rows:
        for one in row.bus:
            kind, arrow = _ARROWS[one.sender]
            yield f'<path class="{kind}" d="M{_BUS_X} {row.y + 4}{arrow}"/>'
            yield _text(_BUS_WORDS_X, row.y + 14, _short(one.words, _BUS_CHARACTERS))


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 3].rstrip(", ") + "..."
