"""A practice radio as a table that a phone replays without a network (docs/spec/practice-table.md, ADR 41).

The states and what leads from one to the other are those of a real `HeadUnit` (`headunit.table`), the entry
is that of its panel (`headunit.entry_table`); here each state gets its sentences and its display, in the
language of the page. The script that replays it (`static/replay.js`) looks up and adds; it knows no rule.
"""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from radiokey.catalogue.load import load_model
from radiokey.headunit.device import Device
from radiokey.headunit.entry_table import EntryTable, entry_table
from radiokey.headunit.lock import ERRORS_MAX, Fault
from radiokey.headunit.lock import State as LockState
from radiokey.headunit.status import Screen, Sound, Status
from radiokey.headunit.table import INPUTS, Appearance, Move, UnitTable, unit_table
from radiokey.headunit.unit import WAIT_SAVED_EVERY_MS, Design
from radiokey.web.draw.display import display_table
from radiokey.web.http.build import build_name
from radiokey.web.http.render import NO_STORE, Pages
from radiokey.web.owner.practice_radio import (
    HELD_MS_MAX,
    SKIPS,
    begun_unit,
    design_of,
    openings_of,
    practice_code,
)
from radiokey.web.site import Site

ENTRY, ERRORS, LEFT, WAIT = "{entry}", "{errors}", "{left}", "{wait}"
"""What stands in a text for the entry, the count, the time left in our words, and as a display says it."""
_LEFT_MS: Final = 7_777 * 60_000 + 7_000
_LEFT_SAID: Final = "7777:07"
_DIGITS: Final = "0123456789:"
_KEY: Final = bytes(32)
"""The device key of a unit that is asked and thrown away."""
_ASKS, _RUNS = 1, 2


class _Errors(int):
    """A count that is said as the place where the count stands."""

    def __str__(self) -> str:
        return ERRORS


@dataclass(frozen=True, slots=True)
class PracticeTable:
    """The states of a practice radio and its entry, as they are in every language."""

    design: Design
    unit: UnitTable
    entry: EntryTable


@cache
def found_table(model_id: str, way: int) -> PracticeTable:
    """Return the table of a model that can be practised on, found once; `way` as for `design_of`."""
    design = design_of(load_model(model_id), way)
    code = practice_code(design)
    unit = begun_unit(design, code, Device(_KEY))
    return PracticeTable(design, unit_table(unit, code), entry_table(design.panel, design.shape, code))


def practice_table(pages: Pages, model_id: str, way: int) -> dict[str, Any]:
    """Return the table with its texts in the language that is spoken, ready to be sent."""
    found = found_table(model_id, way)
    nodes = found.unit.nodes
    looks: dict[Appearance, int] = {}
    says: dict[str, int] = {}
    effects: dict[tuple[int | None, bool, int | None, bool], int] = {}
    packed = [
        [
            looks.setdefault(node.look, len(looks)),
            _ASKS * node.asks | _RUNS * node.runs,
            *(number for name, move in node.moves.items() for number in _packed(name, move, effects)),
        ]
        for node in nodes
    ]
    shown = [_shown(pages, look, says) for look in looks]
    entry = found.entry
    characters = {*"".join(look.text for look in looks), *_DIGITS, " ", *entry.begin, *_characters(entry)}
    longest = max(_longest(look.text, len(entry.begin)) for look in looks)
    return {
        "inputs": INPUTS,
        "nodes": packed,
        "effects": [list(one) for one in effects],
        "looks": shown,
        "says": list(says),
        "left": found.unit.left,
        "checkpoint": WAIT_SAVED_EVERY_MS,
        "errors_max": ERRORS_MAX,
        "held_max": HELD_MS_MAX,
        "skips": SKIPS,
        "keying": {
            "begin": entry.begin,
            "opens": entry.code,
            "whole": entry.whole,
            "rules": [
                [*rule.span, dict(rule.values), rule.to, rule.begins, rule.confirms] for rule in entry.rules
            ],
            "keys": entry.keys,
        },
        "display": display_table(found.design.display, characters, longest),
    }


def _packed(name: str, move: Move, effects: dict[Any, int]) -> tuple[int, int, int]:
    """Return the input, the state it leads to, and what becomes of registers and entry, as numbers."""
    effect = (move.left, move.restores, move.errors, move.drops)
    return INPUTS.index(name), move.to, effects.setdefault(effect, len(effects))


def _shown(pages: Pages, look: Appearance, says: dict[str, int]) -> list[Any]:
    """Return what a page shows of a state: display, sentences, sound, switches, whether it is the end."""
    state = LockState(look.state)
    waits = state is LockState.WAIT
    text = pages.render(
        "radio_says.html",
        unit=SimpleNamespace(around=SimpleNamespace(supply=look.supply, radio_on=look.radio_on)),
        screen=Screen(look.text, lit=look.lit, sound=Sound(look.sound), own=look.own),
        status=Status(
            state,
            _Errors(look.wrong),
            look.tries_left,
            _LEFT_MS if waits else 0,
            look.clock_runs,
            look.clock_lacks,
            Fault.NONE,
            None,
        ),
    ).replace(_LEFT_SAID, LEFT)
    switches = (look.supply, look.ignition, look.engine, look.radio_on)
    return [
        look.text,
        look.lit,
        says.setdefault(text, len(says)),
        look.sound,
        *switches,
        state in {LockState.PERMANENT, LockState.FAULT},
    ]


def _characters(entry: EntryTable) -> set[str]:
    return {character for rule in entry.rules for _, shown in rule.values for character in shown}


def _longest(text: str, entry: int) -> int:
    """Return how many characters a text has at most once its places are filled."""
    filled = text.replace(ENTRY, "-" * entry).replace(ERRORS, str(ERRORS_MAX))
    return len(filled.replace(WAIT, "9" * 12))


@get("/practice/{model_id:str}/table/{build:str}", sync_to_thread=True)
def show_table(
    site: NamedDependency[Site], model_id: FromPath[str], build: FromPath[str], way: FromQuery[str] = "0"
) -> Response[dict[str, Any]]:
    """Return a practice radio as a table; of another build, or of a radio without keys, there is none."""
    model = site.model(model_id)
    ways = [str(number) for number in range(max(1, len(openings_of(model))))] if model and model.panel else []
    if model is None or build != build_name() or way not in ways:
        raise NotFoundException
    return Response(practice_table(site.pages, model.id, int(way)), headers=dict(NO_STORE))


HANDLERS: Final = (show_table,)
