"""Whose keys a radio has: its own panel, or one that the owner is asked about."""

from radiokey.catalogue.index import panel_suggestions
from radiokey.catalogue.model import Model
from radiokey.guide.coach import stand_ins
from radiokey.web.http.visits import Visit
from radiokey.web.site import Site


def stand_ins_for(site: Site, visit: Visit, model: Model | None, kind: str) -> list[tuple[Model, str]]:
    """Return the panels that may be drawn for this radio, each with the question that comes first.

    A radio whose panel is known needs none; one that was named gets no less than one that was not. `kind` is
    that of its number, empty where none was read.
    """
    if model is not None and not model.default:
        found = stand_ins(model)
    else:
        found = panel_suggestions(visit.make or None, visit.car, kind)
    return [(site.catalogue.models[one.model_id], one.question) for one in found]
