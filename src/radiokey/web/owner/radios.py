"""The radios that are known, by make, each with everything that is known of it."""

from typing import TYPE_CHECKING, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from radiokey.code.family import FAMILIES
from radiokey.web.site import Site

if TYPE_CHECKING:
    from radiokey.catalogue.model import Model


@get("/models", sync_to_thread=False)
def models(site: NamedDependency[Site]) -> Response[str]:
    """List the radios that are known, by make."""
    by_make: dict[str, list[Model]] = {}
    for model in site.catalogue.models.values():
        for make in model.makes:
            by_make.setdefault(make, []).append(model)
    return site.pages.show("owner/models.html", by_make=dict(sorted(by_make.items())))


@get("/models/{model_id:str}", sync_to_thread=False)
def model_page(site: NamedDependency[Site], model_id: FromPath[str]) -> Response[str]:
    """Show everything known of one radio, each fact with how sure it is."""
    model = site.model(model_id)
    assert model is not None
    return site.pages.show(
        "owner/model.html",
        model=model,
        sources=site.catalogue.sources,
        families=[FAMILIES[name] for name in model.families],
    )


HANDLERS: Final = (models, model_page)
