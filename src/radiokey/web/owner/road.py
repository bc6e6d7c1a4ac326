"""The owner's road: from what the radio shows to the one safe next step."""

from typing import Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.guide.ends import END_OF_STEP
from radiokey.guide.model import Act, Asks
from radiokey.guide.walk import View, answer, answer_display, ask_display, position, start, view, where
from radiokey.language.speech import gettext, later
from radiokey.web.http.forms import StartForm, WebRequest, read
from radiokey.web.http.visits import Visit
from radiokey.web.owner.number import address_with, begun, lead_to
from radiokey.web.owner.shown import visit_of_facts
from radiokey.web.site import Site

ACTS: Final = {
    Act.SERIAL: ("/number", later("Type the number")),
    Act.CODE: ("/number", later("Get the code")),
    Act.COACH: ("/coach", later("Show me the keys")),
    Act.WAITING: ("/waiting", later("How long, exactly")),
    Act.SHEET: ("/sheet", later("Whom to ask, with what")),
    Act.PRACTICE: ("/practice", later("Practise first")),
    Act.PREVENTION: ("/prevention", later("The checklist for my radio")),
    Act.HAND_OVER: ("/hand-over", later("A sheet for the workshop")),
    Act.END: ("/ends", later("What is left, and what it costs")),
    Act.USED: ("/used", later("What to ask the seller")),
    Act.QUESTIONS: ("/questions", later("All answers on one page")),
}
"""The page each act of the guide is done on, and what its button says."""
LEAFLETS: Final = frozenset({Act.PREVENTION, Act.HAND_OVER, Act.END, Act.USED, Act.QUESTIONS})
"""Those whose page wants the radio and no more."""


@get("/", sync_to_thread=False)
def home(site: NamedDependency[Site]) -> Response[str]:
    """Ask for what is at hand, beside the first step: what it shows, the number, the car."""
    return _step(site, start(site.guide), "owner/start.html")


@post("/start")
async def begin(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Lead to what can be done with what is at hand: a number, a car, or what the display shows alone."""
    form = await read(request, StartForm)
    text, car, say = form.text.strip(), form.car.strip(), form.say.strip()
    at = form.at or ask_display(site.guide)
    _, facts = where(site.guide, at)
    if text:
        known = msgspec.structs.replace(visit_of_facts(facts), text=text, car=car, say=say)
        return lead_to(site, begun(known))
    if car:
        said = {"search": car, "say": say, "at": form.at}
        query = urlencode({name: value for name, value in said.items() if value})
        return Redirect(f"/models?{query}", status_code=303)
    to = f"/shows?{urlencode({'say': say})}" if say else f"/guide/{at}"
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
    page, said = ACTS[here.act]
    says = gettext(said)
    if here.act is Act.PRACTICE:
        known = site.catalogue.models.get(here.facts.model or "")
        return (f"{page}/{known.id}" if known is not None and known.panel else page), says
    if here.act in LEAFLETS:
        if here.act is Act.END:
            page = f"{page}/{END_OF_STEP[here.step]}"
        return address_with(page, Visit(model=here.facts.model or "")), says
    unasked = () if here.act in {Act.SERIAL, Act.CODE, Act.SHEET} else ("word", "shows")
    return address_with(page, visit_of_facts(here.facts), without=unasked), says


HANDLERS: Final = (home, begin, step, shows)
