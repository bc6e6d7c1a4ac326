"""Leaflets: before battery work, the workshop's sheet, reminders, the ends of the road, a used unit."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.errors import NotThereError, UsageError
from radiokey.guide.ends import End, end_of_road, end_title, used_unit
from radiokey.guide.leaflet import Leaflet
from radiokey.guide.model import Facts
from radiokey.guide.prevention import hand_over, prevention
from radiokey.guide.questions import questions
from radiokey.guide.reminders import EVERY_MONTHS, Month, battery_calendar, update_calendar
from radiokey.guide.walk import position
from radiokey.language.speech import gettext
from radiokey.web.http.forms import LeafletForm, ReminderForm, WebRequest, count, read_query
from radiokey.web.http.problems import form_problem
from radiokey.web.http.visits import SAID, FormAnswer
from radiokey.web.site import Site

PREVENTION: Final = "/prevention"
HAND_OVER: Final = "/hand-over"
QUESTIONS: Final = "/questions"


@get(PREVENTION, sync_to_thread=False)
def prevention_page(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Show the checklist before battery work, made for the radio."""
    form = read_query(request, LeafletForm)
    problem = site.visits.answer_of(request.query_params.get(SAID, ""), PREVENTION).problem
    return show(
        site,
        PREVENTION,
        prevention(site.model(form.model)),
        template="owner/prevention.html",
        status=problem.status if problem else 200,
        problem=problem,
        every=EVERY_MONTHS,
        hand_over=_with(HAND_OVER, form.model),
    )


@get(HAND_OVER, sync_to_thread=False)
def hand_over_page(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Show the sheet that goes with the car to the workshop."""
    form = read_query(request, LeafletForm)
    return show(site, HAND_OVER, hand_over(site.model(form.model)), back=_with(PREVENTION, form.model))


@get(f"{PREVENTION}/battery.ics", sync_to_thread=False)
def battery_reminder(site: NamedDependency[Site], request: WebRequest) -> Response[bytes] | Redirect:
    """Return a calendar file that asks after the battery."""
    form, now = read_query(request, ReminderForm), _now(site)
    try:
        return _calendar(battery_calendar(Month.parse(form.fitted, now.date()), now, site.model(form.model)))
    except UsageError as problem:
        return _say(site, form, problem)


@get(f"{PREVENTION}/update.ics", sync_to_thread=False)
def update_reminder(site: NamedDependency[Site], request: WebRequest) -> Response[bytes] | Redirect:
    """Return a calendar file that asks whether the maker has new software."""
    form = read_query(request, ReminderForm)
    try:
        return _calendar(update_calendar(count(form.every) or 0, _now(site), site.model(form.model)))
    except UsageError as problem:
        return _say(site, form, problem)


@get("/ends/{end:str}", sync_to_thread=False)
def end_page(site: NamedDependency[Site], request: WebRequest, end: FromPath[str]) -> Response[str]:
    """Show what is left at an end of the road."""
    if end not in set(End):
        raise NotThereError(
            gettext("the road has no such end"), hint=gettext("the guide leads to the right one")
        )
    form, at = read_query(request, LeafletForm), End(end)
    others = [(_with(f"/ends/{one.value}", form.model), end_title(one)) for one in End if one is not at]
    page = end_of_road(at, site.model(form.model))
    return show(site, f"/ends/{at.value}", page, template="owner/end.html", others=others)


@get("/used", sync_to_thread=False)
def used_page(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Show whether a used unit is worth buying, and what to ask its seller."""
    form = read_query(request, LeafletForm)
    return show(site, "/used", used_unit(site.model(form.model)))


@get(QUESTIONS, sync_to_thread=False)
def questions_page(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Show what owners ask, answered for the radio."""
    form = read_query(request, LeafletForm)
    page = questions(site.guide, site.model(form.model))
    poll = _with("/poll", form.model)
    return show(site, QUESTIONS, page, template="owner/questions.html", poll=poll)


def show(
    site: Site,
    page: str,
    leaflet: Leaflet,
    *,
    template: str = "owner/leaflet.html",
    status: int = 200,
    **more: Any,  # noqa: ANN401 - whatever the template names
) -> Response[str]:
    """Show a leaflet; `page` is its address without the radio."""
    models = (model for model in site.catalogue.models.values() if not model.default)
    return site.pages.show(
        template,
        status=status,
        leaflet=leaflet,
        page=page,
        models=sorted(models, key=lambda one: one.name.casefold()),
        sources=site.catalogue.sources,
        position_of=lambda step: position(step, Facts(model=leaflet.model)),
        **more,
    )


def _with(page: str, model: str) -> str:
    return f"{page}?{urlencode({'model': model})}" if model else page


def _now(site: Site) -> datetime:
    return datetime.fromtimestamp(site.clock.now_ms() / 1000, UTC)


def _calendar(content: bytes) -> Response[bytes]:
    return Response(content, media_type="text/calendar")


def _say(site: Site, form: ReminderForm, problem: UsageError) -> Redirect:
    """Lead to the page that says what was wrong with its form."""
    page = _with(PREVENTION, form.model if form.model in site.catalogue.models else "")
    said = FormAnswer(problem=form_problem(problem))
    return Redirect(site.visits.address(page, PREVENTION, said), status_code=303)


HANDLERS: Final = (
    prevention_page,
    hand_over_page,
    battery_reminder,
    update_reminder,
    end_page,
    used_page,
    questions_page,
)
