"""The owner's road: from what the radio shows to the one safe next step."""

from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.guide.model import Act, Asks
from radiokey.guide.walk import View, answer, answer_display, position, start, view
from radiokey.web.http.forms import StartForm, WebRequest, read
from radiokey.web.http.visits import Visit
from radiokey.web.owner.number import begun, lead_to
from radiokey.web.site import Site

ACTS: Final = {
    Act.SERIAL: ("/number", "Type the number"),
    Act.CODE: ("/number", "Get the code"),
    Act.COACH: ("/coach", "Show me the keys"),
    Act.WAITING: ("/waiting", "How long, exactly"),
    Act.SHEET: ("/sheet", "Whom to ask, with what"),
    Act.PRACTICE: ("/practice", "Practise first"),
}
"""The page each act of the guide is done on, and what its button says."""


@get("/", sync_to_thread=False)
def home(site: NamedDependency[Site]) -> Response[str]:
    """Ask for what is at hand, beside the first step: what it shows, the number, the car."""
    return _step(site, start(site.guide), "owner/start.html")


@post("/start")
async def begin(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Lead to what can be done with what is at hand: a number, a car, or what the display shows alone."""
    form = await read(request, StartForm)
    text, car, say = form.text.strip(), form.car.strip(), form.say.strip()
    if text:
        return lead_to(site, begun(Visit(text=text, car=car, say=say)))
    if car:
        said = {"search": car} | ({"say": say} if say else {})
        return Redirect(f"/models?{urlencode(said)}", status_code=303)
    to = f"/shows?{urlencode({'say': say})}" if say else "/guide/what-does-it-show"
    return Redirect(to, status_code=303)


@get("/guide/{at:str}", sync_to_thread=False)
def step(site: NamedDependency[Site], at: FromPath[str]) -> Response[str]:
    """Show the step at a position."""
    return _step(site, view(site.guide, at))


@get("/shows", sync_to_thread=False)
def shows(site: NamedDependency[Site], say: FromQuery[str] = "", at: FromQuery[str] = "") -> Redirect:
    """Lead from what the display says, typed by hand, to the step after it; `at` is where it was typed."""
    at = at or position(site.guide.start)
    to = answer_display(site.guide, at, say)
    if say.strip() and view(site.guide, to).asks is Asks.DISPLAY:
        to = answer(site.guide, to, "something-else")  # the same page again would look like no answer at all
    return Redirect(f"/guide/{to}", status_code=303)


def _step(site: Site, here: View, template: str = "owner/step.html") -> Response[str]:
    answers = [
        (offer, "" if offer.shut else f"/guide/{answer(site.guide, here.position, offer.id)}")
        for offer in here.choices
    ]
    by_make: dict[str, list[tuple[str, str]]] = {}
    if here.asks is Asks.MODEL:
        for offer, link in answers:
            known = site.catalogue.models.get(offer.id)
            for make in known.makes if known is not None and not known.default else ():
                by_make.setdefault(make, []).append((offer.text, link))
    return site.pages.show(
        template,
        here=here,
        answers=answers,
        by_make=dict(sorted(by_make.items())),
        known_ids={model.id for model in site.catalogue.models.values() if not model.default},
        act=_act(site, here),
        sources=site.catalogue.sources,
        model=site.catalogue.models.get(here.facts.model or ""),
    )


def _act(site: Site, here: View) -> tuple[str, str] | None:
    """Return the page a step is done on: its address and what its button says."""
    if here.act is None:
        return None
    page, says = ACTS[here.act]
    model, errors = here.facts.model, here.facts.errors
    if here.act is Act.PRACTICE:
        known = site.catalogue.models.get(model or "")
        return (f"{page}/{known.id}" if known is not None and known.panel else page), says
    # A second refusal is distinguished from a first even where the code is fetched and keyed in between.
    refused = f"{here.facts.refused or ''}"
    if here.act is Act.WAITING and here.facts.evidence:
        refused += "e"
    shows = here.facts.shows if here.act in {Act.SERIAL, Act.CODE} else None
    values = {"model": model, "errors": errors, "refused": refused, "shows": shows}
    query = urlencode({name: value for name, value in values.items() if value not in {None, ""}})
    return (f"{page}?{query}" if query else page), says


HANDLERS: Final = (home, begin, step, shows)
