"""Whose keys a radio has: its own panel, or one that the owner is asked about."""

from radiokey.catalogue.index import Suggestion, panel_suggestions
from radiokey.catalogue.model import Model
from radiokey.web.http.visits import Visit
from radiokey.web.site import Site


def stand_ins_for(site: Site, visit: Visit, model: Model | None, kind: str | None) -> list[tuple[Model, str]]:
    """Return the panels that may be drawn for this radio, each with the question that comes first.

    A radio whose panel is known needs none; one that was named gets no less than one that was not.
    """
    if model is not None and model.panel is not None:
        return []
    named = "" if model is None or model.default else model.id
    found: tuple[Suggestion, ...] = panel_suggestions(visit.make or None, visit.car, kind, model=named)
    return [(site.catalogue.models[one.model_id], one.question) for one in found]
