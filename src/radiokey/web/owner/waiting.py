"""The waiting assistant: how long, what must stay on, a countdown that survives closing the browser."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.clock import MINUTE_MS
from radiokey.errors import RadiokeyError, UsageError
from radiokey.guide.model import Facts
from radiokey.guide.waiting import CHECKS_AT_THE_END, Countdown, calendar, wait_answer
from radiokey.guide.walk import answer, position
from radiokey.headunit.display import Shows
from radiokey.web.http.forms import LookForm, WaitForm, WebRequest, convert, count, read
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

PURPOSE: Final = "countdown"


@get("/waiting", sync_to_thread=False)
def waiting(
    site: NamedDependency[Site],
    model: FromQuery[str] = "",
    errors: FromQuery[str] = "",
    holds: FromQuery[str] = "",
    refused: FromQuery[str] = "",
) -> Response[str]:
    """Say how long this radio waits; without a radio, the cautious reading."""
    form = convert({"model": model, "errors": errors, "holds": holds, "refused": refused}, WaitForm)
    return _page(site, form)


def _page(site: Site, form: WaitForm, problem: RadiokeyError | None = None) -> Response[str]:
    errors: int | None = None
    try:
        errors = count(form.errors)
    except UsageError as wrong:
        problem = wrong
    model = site.model(form.model)
    return site.pages.show(
        "owner/waiting.html",
        status=status_of(problem) if problem else 200,
        form=form,
        problem=problem,
        model=model,
        answer=wait_answer(model, errors, holds_code=form.holds == "yes"),
        models=sorted(site.catalogue.models.values(), key=lambda one: one.name.casefold()),
        sources=site.catalogue.sources,
    )


@post("/waiting")
async def begin(site: NamedDependency[Site], request: WebRequest) -> Response[str] | Redirect:
    """Begin a countdown and lead to its own link."""
    form = await read(request, WaitForm)
    errors = count(form.errors)
    _refused(form.refused)
    lasts = wait_answer(site.model(form.model), errors, holds_code=form.holds == "yes")
    try:
        begun = Countdown.begin(form.model, errors or 0, lasts.wait_ms, site.clock.now_ms())
    except UsageError as problem:
        return _page(site, form, problem)
    return _to(site, begun, form.refused)


def _to(site: Site, countdown: Countdown, refused: str) -> Redirect:
    token = countdown.to_token(site.purpose_key(PURPOSE))
    return Redirect(f"/waiting/{token}{_asked(refused)}", status_code=303)


def _refused(text: str) -> tuple[int, bool]:
    """Return the codes refused before this wait, and whether the reason was found: `1e` as in a position."""
    return count(text.removesuffix("e"), most=9) or 0, text.endswith("e")


def _asked(refused: str) -> str:
    return f"?refused={refused}" if _refused(refused)[0] else ""


def _countdown(site: Site, token: str) -> Countdown:
    return Countdown.from_token(token, site.purpose_key(PURPOSE))


@get("/waiting/{token:str}", sync_to_thread=False)
def running(site: NamedDependency[Site], token: FromPath[str], refused: FromQuery[str] = "") -> Response[str]:
    """Show a countdown: the time left if the radio stayed on, and what must stay on."""
    countdown = _countdown(site, token)
    now_ms = site.clock.now_ms()
    model = site.catalogue.models.get(countdown.model)
    waits = wait_answer(model, countdown.errors or None)
    done = countdown.confirmed_ms + countdown.pending_ms(now_ms)
    before, evidence = _refused(refused)
    over = Facts(
        model=countdown.model,
        shows=Shows.CODE,
        errors=countdown.errors or None,
        refused=before,
        evidence=evidence and before > 0,
    )
    return site.pages.show(
        "owner/countdown.html",
        headers=NO_STORE,
        token=token,
        asked=_asked(refused),
        countdown=countdown,
        left_ms=countdown.left_if_on_ms(now_ms),
        share=min(1.0, done / countdown.needed_ms),
        asks=countdown.asks(now_ms),
        due_ms=countdown.due_ms(),
        answer=waits,
        model=model,
        checks=CHECKS_AT_THE_END,
        next_page=f"/guide/{answer(site.guide, position('wait-over', over), 'all-three')}",
    )


@post("/waiting/{token:str}/on")
async def was_on(site: NamedDependency[Site], token: FromPath[str], refused: FromQuery[str] = "") -> Redirect:
    """Take the owner's word: it was on all the time."""
    return _to(site, _countdown(site, token).was_on(site.clock.now_ms()), refused)


@post("/waiting/{token:str}/off")
async def was_off(
    site: NamedDependency[Site], token: FromPath[str], request: WebRequest, refused: FromQuery[str] = ""
) -> Redirect:
    """Take the owner's word: it was off; for some minutes it was on, or nobody knows."""
    form = await read(request, LookForm)
    minutes = count(form.minutes.strip(), most=9999)
    on_ms = None if minutes is None else minutes * MINUTE_MS
    return _to(site, _countdown(site, token).was_off(site.clock.now_ms(), on_ms=on_ms), refused)


@get("/waiting/{token:str}/radiokey.ics", sync_to_thread=False)
def reminder(
    site: NamedDependency[Site], token: FromPath[str], request: WebRequest, refused: FromQuery[str] = ""
) -> Response[bytes]:
    """Return the reminder as a calendar file."""
    countdown = _countdown(site, token)
    model = site.catalogue.models.get(countdown.model)
    link = str(request.base_url).rstrip("/") + f"/waiting/{token}{_asked(refused)}"
    radio = model.name if model is not None and not model.default else "the car radio"
    content = calendar(countdown, now_ms=site.clock.now_ms(), radio=radio, link=link)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=dict(NO_STORE))


HANDLERS: Final = (waiting, begin, running, was_on, was_off, reminder)
