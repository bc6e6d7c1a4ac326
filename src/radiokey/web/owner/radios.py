"""The radios that are known: found by car or name, listed by make, each with what is known of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from radiokey.catalogue.face import face_of, faces
from radiokey.catalogue.search import next_step, search_models, understand
from radiokey.code.family import FAMILIES
from radiokey.guide.model import Facts
from radiokey.guide.walk import answer, ask_display
from radiokey.language.speech import gettext
from radiokey.web.http.forms import SearchForm, WebRequest, read_query
from radiokey.web.http.visits import Visit
from radiokey.web.owner.number import address_with
from radiokey.web.owner.shown import first_step, knows_word
from radiokey.web.site import Site

if TYPE_CHECKING:
    from radiokey.catalogue.model import Model

FOUND_MAX: Final = 8
"""So many radios are shown: who sees more than that chooses none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A radio that was found: what leads on with it, and why it fits, in words; `drawn` where its face is."""

    model: "Model"
    link: str
    why: str
    drawn: bool


@get("/models", sync_to_thread=False)
def models(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Find a radio by its car or its name, each with the next step; `at` is where the guide asked for it."""
    form = read_query(request, SearchForm)
    found = search_models(form.search, form.say) if form.search.strip() else ()
    by_make: dict[str, list[Model]] = {}
    for model in site.catalogue.models.values():
        for make in model.makes:
            by_make.setdefault(make, []).append(model)
    return site.pages.show(
        "owner/models.html",
        form=form,
        found=[
            Choice(
                model=site.catalogue.models[match.model],
                link=_next(site, form, match.model),
                why="; ".join(reason.text for reason in match.why),
                drawn=match.model in faces(),
            )
            for match in found[:FOUND_MAX]
        ],
        more=max(0, len(found) - FOUND_MAX),
        nothing=next_step(understand(form.search), form.search) if form.search.strip() and not found else "",
        unknown=_without(site, form),
        drawn=[] if found else _drawn(site, form),
        by_make=dict(sorted(by_make.items())),
    )


def _drawn(site: Site, form: SearchForm) -> list[Choice]:
    """Return the radios with a face, those of one look beside each other: on a screen, with keys, by name."""
    found = [site.catalogue.models[model_id] for model_id in faces()]
    found.sort(key=lambda model: (face_of(model.id).on_screen, model.short.casefold()))
    links = [_next(site, form, model.id) if form.at else f"/models/{model.id}" for model in found]
    return [Choice(model, link, "", drawn=True) for model, link in zip(found, links, strict=True)]


def _next(site: Site, form: SearchForm, model_id: str) -> str:
    """Return where to go on with a radio: what the display forbids first, then its number, or whom to ask.

    A word that nobody knows may be a lock: it is asked about before anything is looked up.
    """
    if form.at:
        return f"/guide/{answer(site.guide, form.at, model_id)}"
    visit = Visit(model=model_id, say=form.say)
    if (form.say and not knows_word(site, visit)) or first_step(site, visit) is not None:
        start = ask_display(site.guide, Facts(model=model_id))
        return f"/shows?{urlencode({'say': form.say, 'at': start})}"
    model = site.catalogue.models[model_id]
    return address_with("/number" if model.families else "/sheet", visit)


def _without(site: Site, form: SearchForm) -> str:
    """Return where to go on without a radio."""
    if form.at:
        return f"/guide/{form.at}"
    return f"/shows?{urlencode({'say': form.say})}" if form.say else f"/guide/{ask_display(site.guide)}"


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
        knobs=[gettext(one.does) for one in face_of(model.id).knobs.value or ()],
    )


HANDLERS: Final = (models, model_page)
