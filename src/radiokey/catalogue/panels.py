"""The panels whose every part is known, quick to read: what turns a code into presses.

Like the index (`radiokey.catalogue.index`), `panels.json` is drawn from the models (`python -m
radiokey.catalogue.panels` prints it) and a test fails when it is stale. Who has just received a code sees its
presses without waiting for the models' reader and for the lock.
"""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from radiokey.catalogue.fact import Confidence
from radiokey.headunit.first_press import CountsOn, FirstUnknown, Opening, ShowsFirst
from radiokey.headunit.panel import (
    Automatic,
    ConfirmBy,
    Cycle,
    Direct,
    Entry,
    Groups,
    Key,
    Knob,
    OpeningPress,
    Panel,
)

if TYPE_CHECKING:
    from radiokey.catalogue.model import Model

FILE: Final = "panels.json"

_STYLES: Final[dict[str, type[Entry]]] = {"direct": Direct, "cycle": Cycle, "knob": Knob, "groups": Groups}


class _StoredOpening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to open; `first` is what replaces a dash, `None` where a press counts on."""

    start: str
    first: str | None


class _StoredCycle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A cycling entry; `known` says whether its one opening is a fact, `confidence` how sure that is."""

    keys: tuple[str, ...]
    start: str
    openings: tuple[_StoredOpening, ...]
    known: bool
    confidence: Confidence


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A panel as it is stored; `confirm` is `None` where the last character confirms."""

    keys: tuple[Key, ...]
    style: str
    entry: msgspec.Raw
    confirm: ConfirmBy | None
    opening: tuple[OpeningPress, ...]


def panel_of(model_id: str) -> tuple[Panel, Confidence] | None:
    """Return the panel of a model and how sure its first press is; `None` where a part of it is not known.

    The confidence is that of `Model.entry_first`, unknown for a panel that does not cycle.
    """
    stored = msgspec.json.decode(Path(__file__).with_name(FILE).read_bytes(), type=dict[str, msgspec.Raw])
    if model_id not in stored:
        return None
    found = msgspec.json.decode(stored[model_id], type=_Stored)
    confidence = Confidence.UNKNOWN
    entry: Entry
    if found.style == "cycle":
        cycle = msgspec.json.decode(found.entry, type=_StoredCycle)
        entry, confidence = _cycle(cycle), cycle.confidence
    else:
        entry = msgspec.json.decode(found.entry, type=_STYLES[found.style])
    return Panel(found.keys, entry, found.confirm or Automatic(), found.opening), confidence


def _cycle(stored: _StoredCycle) -> Cycle:
    openings = tuple(
        Opening(one.start, CountsOn() if one.first is None else ShowsFirst(one.first))
        for one in stored.openings
    )
    first = openings[0].first if stored.known else FirstUnknown(openings)
    return Cycle(stored.keys, stored.start, first)


def draw(models: Iterable["Model"]) -> str:
    """Return the text of `panels.json` for these models."""
    drawn = {
        model.id: _drawn(model.panel, model.entry_first.confidence)
        for model in sorted(models, key=lambda one: one.id)
        if model.panel is not None
    }
    lines = [f"{_json(model_id)}: {_json(panel)}" for model_id, panel in drawn.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _drawn(panel: Panel, confidence: Confidence) -> dict[str, Any]:
    return {
        "keys": panel.keys,
        "style": next(name for name, style in _STYLES.items() if isinstance(panel.entry, style)),
        "entry": _drawn_cycle(panel.entry, confidence)
        if isinstance(panel.entry, Cycle)
        else asdict(panel.entry),
        "confirm": None if isinstance(panel.confirm, Automatic) else panel.confirm,
        "opening": panel.opening,
    }


def _drawn_cycle(entry: Cycle, confidence: Confidence) -> dict[str, Any]:
    return {
        "keys": entry.keys,
        "start": entry.start,
        "openings": [
            {"start": one.start, "first": one.first.character if isinstance(one.first, ShowsFirst) else None}
            for one in entry.openings
        ],
        "known": not isinstance(entry.first, FirstUnknown),
        "confidence": confidence,
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    from radiokey.catalogue.load import load_catalogue

    sys.stdout.write(draw(load_catalogue().models.values()))
