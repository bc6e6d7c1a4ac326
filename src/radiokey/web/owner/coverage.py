"""Coverage: which models this base knows codes of, and how new its data is; before anyone pays."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency

from radiokey.base.identity.staff import OFFICE
from radiokey.base.ports.identity import StoredOrganisation, StoredProfile
from radiokey.base.units.coverage import round_count
from radiokey.web.site import Site

SHORT: Final = {"Cache-Control": "public, max-age=300"}


@get("/desk/coverage", sync_to_thread=True)
def page(site: NamedDependency[Site]) -> Response[str]:
    """Show what this base covers, and what an honest specialist shows."""
    models = site.catalogue.models
    ledger = [
        (models.get(one.model), one.model, round_count(one.units), one.at_ms) for one in site.base.coverage()
    ]
    derived = [model for model in models.values() if model.families and not model.default]
    return site.pages.show(
        "desk/coverage.html",
        headers=SHORT,
        house=site.base.organisation,
        release=site.base.ledger_release().value if site.base.organisation else "",
        ledger=ledger,
        newest_ms=max((at_ms for *_, at_ms in ledger), default=0),
        derived=sorted(derived, key=lambda model: model.name.casefold()),
        now_ms=site.clock.now_ms(),
        others=_others(site),
    )


def _others(site: Site) -> list[tuple[StoredOrganisation, StoredProfile]]:
    """Return the dealers and specialists of this base, with what they show; without the operator."""
    shown = site.base.staff.shown()
    return [
        (one, shown[one.id])
        for one in site.base.staff.organisations()
        if one.kind != OFFICE and one.id in shown
    ]


HANDLERS: Final = (page,)
