"""The search of the desk: units and requests by a number."""

from collections.abc import Sequence
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.requests import RequestLine
from radiokey.errors import RadiokeyError
from radiokey.language.speech import gettext, later
from radiokey.serial.neighbours import Error, Slip
from radiokey.web.auth.callers import Caller
from radiokey.web.desk.queue import words
from radiokey.web.http.forms import Short, convert
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    desk_of,
    requires,
    show_page,
    visible_organisations,
)

SLIPS: Final = {
    Error.WRONG: later("not what was typed: character {at} wrong"),
    Error.MISSING: later("not what was typed: character {at} missing"),
    Error.EXTRA: later("not what was typed: character {at} extra"),
    Error.SWAPPED: later("not what was typed: character {at} swapped"),
}
"""What was forgiven, by what went wrong."""


class SearchForm(StaffForm, frozen=True, kw_only=True):
    """What to look for."""

    number: Short = ""


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
        slip_text=_slip_text,
        lines=lines,
        **words(site),
    )


def _slip_text(slip: Slip) -> str:
    """Say which character was typed otherwise than the ledger has it."""
    return gettext(SLIPS[slip.error], at=slip.at + 1)


def _seen(site: Site, caller: Caller, lines: Sequence[RequestLine]) -> list[RequestLine]:
    seen = visible_organisations(site, caller, (line.organisation for line in lines))
    return [line for line in lines if line.organisation in seen]


HANDLERS: Final = (search,)
