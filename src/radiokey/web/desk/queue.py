"""The desk's own pages: queue, figures and search, and a request for a customer at the counter."""

import re
import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.requests import FIRST, Due, RequestLine
from radiokey.base.requests.contact import Address
from radiokey.base.requests.desk import Application
from radiokey.base.requests.reasons import WORDS
from radiokey.base.requests.request import State, Turn
from radiokey.base.requests.words import NAMES, TURN_NAMES
from radiokey.clock import DAY_MS
from radiokey.errors import RadiokeyError, RequestReusedError, UsageError
from radiokey.serial.vin import Vin
from radiokey.web.auth.callers import Caller
from radiokey.web.http.forms import Short, Text, convert, opened_another
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    desk_of,
    organisations_seen,
    radio_choices,
    read_form,
    requires,
    run_in_thread,
    show_page,
    visible_organisations,
)

FIGURES_DAYS: Final = 30
_PLACE: Final = re.compile(r"(-?[0-9]{1,18})\.([0-9a-f]{32})")


class QueueForm(StaffForm, frozen=True, kw_only=True):
    """Which page of the queue: of one turn alone, behind a place."""

    turn: Short = ""
    after: Short = ""


class SearchForm(StaffForm, frozen=True, kw_only=True):
    """What to look for."""

    number: Short = ""


class NewForm(StaffForm, frozen=True, kw_only=True):
    """A request that a clerk opens for a customer."""

    request_id: Short = ""
    text: Text = ""
    model: Short = ""
    make: Short = ""
    vin: Short = ""
    address: Text = ""


# --- the queue --------------------------------------------------------------------------------------------


@get("/desk", sync_to_thread=True, opt=requires(Permission.REQUEST_READ))
def queue(
    site: NamedDependency[Site], request: StaffRequest, turn: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Response[str]:
    """Show who acts next and how long it has waited, the caller's own turn first, and the statistics."""
    desk, caller = desk_of(site), request.auth
    turns, behind = _page_of(convert({"turn": turn, "after": after}, QueueForm), turns_of(caller))
    seen, now_ms = organisations_seen(site, caller), site.clock.now_ms()
    return show_page(
        site,
        request,
        "desk/queue.html",
        parts=[(turn, desk.queue(turn, seen, behind)) for turn in turns],
        later=behind != FIRST,
        turns=turns_of(caller),
        mine=_mine(caller),
        figures=desk.compute_statistics(now_ms - FIGURES_DAYS * DAY_MS),
        figures_days=FIGURES_DAYS,
        **words(site),
    )


def _page_of(form: QueueForm, turns: tuple[Turn, ...]) -> tuple[tuple[Turn, ...], Due]:
    """Return the turns that a page shows, and the place that it starts behind; raise `UsageError`."""
    if not form.turn and not form.after:
        return turns, FIRST
    place = _PLACE.fullmatch(form.after)
    if place is None or form.turn not in turns:
        raise UsageError("the queue has no such page", hint="begin with its first")
    return (Turn(form.turn),), (int(place[1]), place[2])


def turns_of(caller: Caller) -> tuple[Turn, ...]:
    """Return the turns in the order in which they matter to a caller."""
    if Permission.REQUEST_APPROVE in caller.scopes and Permission.REQUEST_CHECK not in caller.scopes:
        return (Turn.APPROVER, Turn.CLERK, Turn.OWNER)
    return (Turn.CLERK, Turn.APPROVER, Turn.OWNER)


def _mine(caller: Caller) -> Turn | None:
    """Return whose turn a caller can take."""
    takes = {Turn.CLERK: Permission.REQUEST_CHECK, Turn.APPROVER: Permission.REQUEST_APPROVE}
    return next((turn for turn, permission in takes.items() if permission in caller.scopes), None)


def words(site: Site) -> dict[str, Any]:
    """Return the display names of states, turns and reasons, and the models."""
    return {
        "names": {state.value: name for state, name in NAMES.items()},
        "turn_names": TURN_NAMES,
        "open_states": {state.value for state in State if state not in _ENDS},
        "reason_words": WORDS,
        "models": site.catalogue.models,
    }


_ENDS: Final = {State.RELEASED, State.REFUSED, State.WITHDRAWN, State.EXPIRED}


def _seen(site: Site, caller: Caller, lines: Sequence[RequestLine]) -> list[RequestLine]:
    seen = visible_organisations(site, caller, (line.organisation for line in lines))
    return [line for line in lines if line.organisation in seen]


# --- the search -------------------------------------------------------------------------------------------


@get("/desk/search", sync_to_thread=True, opt=requires(Permission.UNIT_SEARCH))
def search(site: NamedDependency[Site], request: StaffRequest, number: FromQuery[str] = "") -> Response[str]:
    """Show the units and the requests that a number leads to; one typing error is forgiven."""
    desk_of(site)
    caller, found = request.auth, None
    problem: RadiokeyError | None = None
    form = convert({"number": number}, SearchForm)
    try:
        if form.number.strip():
            found = site.base.search().find_all(form.number, caller.by)
    except RadiokeyError as wrong:
        problem = wrong
    lines = _seen(site, caller, found.requests) if found else []
    if Permission.REQUEST_READ not in caller.scopes:
        lines = []
    return show_page(
        site,
        request,
        "desk/search.html",
        problem=problem,
        form=form,
        found=found,
        lines=lines,
        **words(site),
    )


# --- a customer at the counter ----------------------------------------------------------------------------


@get("/desk/requests/new", sync_to_thread=False, opt=requires(Permission.REQUEST_OPEN))
def new(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Ask for the radio and the car of a customer."""
    desk_of(site)
    return _new_page(site, request, NewForm(request_id=uuid.uuid4().hex))


@post("/desk/requests/new", opt=requires(Permission.REQUEST_OPEN))
async def open_new(site: NamedDependency[Site], request: StaffRequest) -> Response[str] | Redirect:
    """Open a request for a customer; who opens it is its requester, and somebody else checks it."""
    form = await read_form(request, NewForm)
    return await run_in_thread(site, lambda: _opened(site, request, form))


def _opened(site: Site, request: StaffRequest, form: NewForm) -> Response[str] | Redirect:
    desk, caller = desk_of(site), request.auth
    try:
        model = site.model(form.model)
        application = Application(
            serial=site.reading(form.text, form.make, model),
            vin=Vin.parse(form.vin),
            model=model,
            make=form.make,
            address=Address.parse(form.address) if form.address.strip() else None,
            organisation=caller.organisation,
        )
        request_id = desk.open(application, caller.by, form.request_id)
    except RequestReusedError:
        fresh = msgspec.structs.replace(form, request_id=uuid.uuid4().hex)
        return _new_page(site, request, fresh, opened_another())
    except RadiokeyError as problem:
        return _new_page(site, request, form, problem)
    return Redirect(f"/desk/requests/{request_id}", status_code=303, headers=NO_STORE)


def _new_page(
    site: Site, request: StaffRequest, form: NewForm, problem: RadiokeyError | None = None
) -> Response[str]:
    return show_page(site, request, "desk/new.html", problem=problem, form=form, **radio_choices(site))


HANDLERS: Final = (queue, search, new, open_new)
