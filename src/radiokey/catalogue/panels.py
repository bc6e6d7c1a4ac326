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


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A panel as it is stored; `confirm` is `None` where the last character confirms."""

    keys: tuple[Key, ...]
    style: str
    entry: msgspec.Raw
    confirm: ConfirmBy | None
    opening: tuple[OpeningPress, ...]


def panel_of(model_id: str) -> Panel | None:
    """Return the panel of a model, `None` where a part of it is not known (`Model.panel`)."""
    stored = msgspec.json.decode(Path(__file__).with_name(FILE).read_bytes(), type=dict[str, msgspec.Raw])
    if model_id not in stored:
        return None
    found = msgspec.json.decode(stored[model_id], type=_Stored)
    entry = msgspec.json.decode(found.entry, type=_STYLES[found.style])
    return Panel(found.keys, entry, found.confirm or Automatic(), found.opening)


def draw(models: Iterable["Model"]) -> str:
    """Return the text of `panels.json` for these models."""
    drawn = {
        model.id: _drawn(model.panel)
        for model in sorted(models, key=lambda one: one.id)
        if model.panel is not None
    }
    lines = [f"{_json(model_id)}: {_json(panel)}" for model_id, panel in drawn.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _drawn(panel: Panel) -> dict[str, Any]:
    return {
        "keys": panel.keys,
        "style": next(name for name, style in _STYLES.items() if isinstance(panel.entry, style)),
        "entry": asdict(panel.entry),
        "confirm": None if isinstance(panel.confirm, Automatic) else panel.confirm,
        "opening": panel.opening,
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    from radiokey.catalogue.load import load_catalogue

    sys.stdout.write(draw(load_catalogue().models.values()))
