"""A short list of the models, quick to read: who has such a number, whose panel may stand in.

Reading all models takes far longer than answering one owner may take. `index.json` repeats of each model what
choosing and listing need; it is drawn from the models (`python -m radiokey.catalogue.index` prints it) and a
test fails when it is stale. It is JSON because a program writes it, and because JSON is read in a thirtieth
of the time. Neither the models' reader nor a lock is imported for it.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.stand_in import StandIn, stand_ins
from radiokey.catalogue.table import Table
from radiokey.catalogue.vehicles import Vehicle, Years, drawn_vehicle, drawn_years, read_vehicles, read_years
from radiokey.code.value import CodeShape
from radiokey.serial.makes import among

if TYPE_CHECKING:
    from radiokey.catalogue.model import Model

FILE: Final = "index.json"


@dataclass(frozen=True, slots=True)
class Card:
    """What choosing a model needs; each field is the model's own (`Model`), without its evidence.

    Where they are not known `makers` and `cars` are empty, `years` and `shape` are `None`. A car without
    years of its own has those of the model. `confidence` is that of the surest fact.
    """

    id: str
    name: str
    short: str
    tell_apart: str
    makes: tuple[str, ...]
    makers: tuple[str, ...]
    cars: tuple[Vehicle, ...]
    years: Years | None
    kinds: tuple[str, ...]
    families: tuple[str, ...]
    confidence: Confidence
    shape: CodeShape | None
    default: bool
    needs_label: tuple[str, ...]
    stand_in: tuple[StandIn, ...]
    look_alikes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The panel of `model_id` may be drawn for this radio once the owner has said yes to `question`."""

    model_id: str
    question: str


@cache
def cards() -> Mapping[str, Card]:
    """Return the cards of all models, by id."""
    table = Table(json.loads(Path(__file__).with_name(FILE).read_bytes()), FILE)
    found = {}
    for model_id in table.values:
        inner = table.table(model_id)
        found[model_id] = Card(
            id=model_id,
            name=inner.text("name"),
            short=inner.text("short"),
            tell_apart=inner.text("tell_apart"),
            makes=inner.texts("makes"),
            makers=inner.texts("makers"),
            cars=read_vehicles(inner, "cars", inner.texts("makes")) if inner.has("cars") else (),
            years=read_years(inner, "years") if inner.has("years") else None,
            kinds=inner.texts("kinds"),
            families=inner.texts("families"),
            confidence=inner.choice("confidence", Confidence),
            shape=_shape(inner.table("shape")) if inner.has("shape") else None,
            default=inner.flag("default", default=False),
            needs_label=inner.texts("needs_label"),
            stand_in=stand_ins(inner, "stand_in"),
            look_alikes=inner.texts("look_alikes"),
        )
        inner.done()
    return MappingProxyType(found)


def _shape(table: Table) -> CodeShape:
    places = tuple(str(place) for place in table.items("places"))
    shape = CodeShape(places, table.number("shortest", 1, len(places)))
    table.done()
    return shape


def panel_suggestions(make: str | None, car: str, kind: str) -> tuple[Suggestion, ...]:
    """Return whose panel may be drawn for a radio that nobody described, each after its question.

    A number of `kind` on the label of a Duster, Logan, Sandero or Terrano: the panel of `renault_86a`, if
    the owner finds that it looks alike. `make` is `None` where the owner named only the car.
    """
    wanted = car.casefold().split()
    return tuple(
        Suggestion(card.id, rule.question)
        for card in cards().values()
        for rule in card.stand_in
        if rule.kind == kind
        and (make is None or among(make, rule.makes))
        and any(name in wanted for name in rule.cars)
    )


def draw(models: Iterable["Model"]) -> str:
    """Return the text of `index.json` for these models."""
    drawn = {model.id: _drawn(model) for model in sorted(models, key=lambda one: one.id)}
    return json.dumps(drawn, ensure_ascii=False, indent=1) + "\n"


def _drawn(model: "Model") -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "name": model.name,
        "short": model.short,
        "tell_apart": model.tell_apart,
        "makes": model.makes,
        "makers": model.makers.value or (),
        "kinds": model.kinds,
        "families": model.families,
        "confidence": model.best,
        "needs_label": model.needs_label,
        "stand_in": [asdict(rule) for rule in model.stand_in],
        "look_alikes": model.look_alikes,
    }
    if model.vehicles.value is not None:
        drawn["cars"] = [drawn_vehicle(car) for car in model.vehicles.value]
    if model.years.value is not None:
        drawn["years"] = drawn_years(model.years.value)
    if model.shape is not None:
        drawn["shape"] = asdict(model.shape)
    if model.default:
        drawn["default"] = True
    return drawn


if __name__ == "__main__":
    from radiokey.catalogue.load import load_catalogue

    sys.stdout.write(draw(load_catalogue().models.values()))
