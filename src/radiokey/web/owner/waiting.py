"""The waiting assistant: how long, what must stay on, a countdown that survives closing the browser."""

from typing import Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.errors import UsageError
from radiokey.guide.countdown import read_minutes
from radiokey.guide.waiting import (
    CHECKS_AT_THE_END,
    Countdown,
    Tried,
    begin_countdown,
    calendar,
    facts_when_over,
    running_wait,
    wait_answer,
)
from radiokey.guide.walk import answer, position
from radiokey.language.speech import gettext
from radiokey.web.http.forms import LookForm, WaitForm, WebRequest, read, read_query
from radiokey.web.http.problems import form_problem
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.visits import SAID, FormAnswer, Problem, Visit
from radiokey.web.owner.shown import facts_of
from radiokey.web.site import Site

PURPOSE: Final = "countdown"
PAGE: Final = "/waiting"
KEEPS: Final = "Radiokey-Keeps"
"""Tells the worker that a phone may keep this page: no code, no number and no name stands on it."""
TIME_DIGITS_MAX: Final = 14


@get(PAGE, sync_to_thread=False)
def waiting(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Say how long this radio waits; without a radio, the cautious reading."""
    form, said = read_query(request, WaitForm), request.query_params.get(SAID, "")
    tried, problem = Tried(), site.visits.answer_of(said, PAGE).problem
    try:
        tried = _read_tried(form)
    except UsageError as wrong:
        problem = form_problem(wrong)
    named = site.model(form.model)
    return site.pages.show(
        "owner/waiting.html",
        status=problem.status if problem else 200,
        form=form,
        problem=problem,
        model=named,
        answer=wait_answer(named, tried.errors, refused=tried.refused, holds_code=form.holds == "yes"),
        models=sorted(site.catalogue.models.values(), key=lambda one: one.name.casefold()),
        sources=site.catalogue.sources,
    )


@post(PAGE)
async def begin(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Begin a countdown and lead to its own link; where there is none, to the page that says so."""
    form = await read(request, WaitForm)
    model, now_ms = site.model(form.model), site.clock.now_ms()
    try:
        begun = begin_countdown(model, _read_tried(form), now_ms=now_ms, holds_code=form.holds == "yes")
    except UsageError as problem:
        said = {name: value for name, value in msgspec.to_builtins(form).items() if value}
        page = f"{PAGE}?{urlencode(said)}" if said else PAGE
        return _say(site, page, PAGE, problem)
    return _to(site, begun)


def _say(site: Site, page: str, place: str, problem: UsageError) -> Redirect:
    """Lead to the page that says what was wrong with its form."""
    address = site.visits.address(page, place, FormAnswer(problem=form_problem(problem)))
    return Redirect(address, status_code=303, headers=NO_STORE)


def _to(site: Site, countdown: Countdown) -> Redirect:
    return Redirect(f"/waiting/{countdown.to_token(site.purpose_key(PURPOSE))}", status_code=303)


def _read_tried(form: WaitForm) -> Tried:
    """Return the codes that were wrong, as every page of the road reads them."""
    facts = facts_of(Visit(errors=form.errors, refused=form.refused))
    return Tried(facts.errors, facts.refused, evidence=facts.evidence)


def _countdown(site: Site, token: str) -> Countdown:
    return Countdown.from_token(token, site.purpose_key(PURPOSE))


@get("/waiting/begun", sync_to_thread=False)
def begun(site: NamedDependency[Site], request: WebRequest) -> Response[str] | Redirect:
    """Lead to the countdown that a phone began `at` some time (ms since 1970), when it had no network.

    Without that time it is the page that the phone keeps for it: a countdown that begins now, with no link.
    """
    form, now_ms = read_query(request, WaitForm), site.clock.now_ms()
    model, at = site.model(form.model), request.query_params.get("at", "")
    began_ms = (
        min(now_ms, int(at)) if at.isascii() and at.isdecimal() and len(at) <= TIME_DIGITS_MAX else now_ms
    )
    try:
        countdown = begin_countdown(model, _read_tried(form), now_ms=began_ms, holds_code=form.holds == "yes")
    except UsageError:
        return Redirect(PAGE, status_code=303)
    return _to(site, countdown) if at else _page(site, "", countdown, began_ms)


@get("/waiting/{token:str}", sync_to_thread=False)
def running(site: NamedDependency[Site], token: FromPath[str], said: FromQuery[str] = "") -> Response[str]:
    """Show a countdown: the time left if the radio stayed on, and what must stay on."""
    problem = site.visits.answer_of(said, f"{PAGE}/{token}").problem
    return _page(site, token, _countdown(site, token), site.clock.now_ms(), problem)


def _page(
    site: Site, token: str, countdown: Countdown, now_ms: int, problem: Problem | None = None
) -> Response[str]:
    """Show a countdown; without a `token` it has no link, and takes no word of its owner's."""
    model = site.catalogue.models.get(countdown.model)
    done = countdown.confirmed_ms + countdown.pending_ms(now_ms)
    over = position("wait-over", facts_when_over(countdown))
    return site.pages.show(
        "owner/countdown.html",
        status=problem.status if problem else 200,
        headers={**NO_STORE, KEEPS: "yes"} if token else NO_STORE,
        token=token,
        problem=problem,
        countdown=countdown,
        left_ms=countdown.left_if_on_ms(now_ms),
        share=min(1.0, done / countdown.needed_ms),
        asks=countdown.asks(now_ms),
        due_ms=countdown.due_ms(),
        answer=running_wait(model, countdown),
        model=model,
        checks=CHECKS_AT_THE_END,
        next_page=f"/guide/{answer(site.guide, over, 'all-three')}",
    )


@post("/waiting/{token:str}/on")
async def was_on(site: NamedDependency[Site], token: FromPath[str]) -> Redirect:
    """Take the owner's word: it was on all the time."""
    return _to(site, _countdown(site, token).was_on(site.clock.now_ms()))


@post("/waiting/{token:str}/off")
async def was_off(site: NamedDependency[Site], token: FromPath[str], request: WebRequest) -> Redirect:
    """Take the owner's word: it was off for some minutes, or nobody knows for how long."""
    form, countdown = await read(request, LookForm), _countdown(site, token)
    try:
        off_ms = read_minutes(form.minutes)
    except UsageError as problem:
        page = f"{PAGE}/{token}"
        return _say(site, page, page, problem)
    return _to(site, countdown.was_off(site.clock.now_ms(), off_ms=off_ms))


@get("/waiting/{token:str}/radiokey.ics", sync_to_thread=False)
def reminder(site: NamedDependency[Site], token: FromPath[str], request: WebRequest) -> Response[bytes]:
    """Return the reminder as a calendar file."""
    countdown = _countdown(site, token)
    model = site.catalogue.models.get(countdown.model)
    link = str(request.base_url).rstrip("/") + f"/waiting/{token}"
    radio = model.name if model is not None and not model.default else gettext("the car radio")
    content = calendar(countdown, now_ms=site.clock.now_ms(), radio=radio, link=link)
    return Response(content, media_type="text/calendar", headers=dict(NO_STORE))


HANDLERS: Final = (waiting, begin, begun, running, was_on, was_off, reminder)
