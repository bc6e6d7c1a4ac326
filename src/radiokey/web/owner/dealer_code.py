"""A code that the dealer gave the owner: released like every other, with a receipt and its keys.

The release service compares it with what the radio can take and with the stolen list, and logs that there was
an answer, never which. What cannot be read as a code of this radio is not repeated.
"""

import uuid
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.code.value import Code
from radiokey.errors import InputError, UsageError
from radiokey.web.http.forms import CodeForm, DealerCodeForm, NumberForm, WebRequest, read, read_query
from radiokey.web.http.visits import Visit
from radiokey.web.owner.code import asked_by, fresh_if_spent, request_for
from radiokey.web.owner.entry import gone
from radiokey.web.owner.number import PRIVATE, address_with, lead_to, makes_of, visit_of, with_problem
from radiokey.web.owner.shown import first_step
from radiokey.web.site import Site

KEPT: Final = ("request_id", "car", "say", "word", "shows", "errors", "refused")
"""What the form carries along: it was said before, and is not asked again."""


@get("/told", sync_to_thread=False)
def ask_dealer_code(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Ask for the code that the dealer gave."""
    return _ask(site, _with_request(visit_of(read_query(request, NumberForm))))


@post("/told/new")
async def ask_dealer_code_for_number(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Lead to the same page for a number that is known already."""
    form = await read(request, CodeForm)
    return lead_to(site, _with_request(visit_of(form), form), "/dealer")


@get("/road/{visit:str}/dealer", sync_to_thread=False)
def ask_again(site: NamedDependency[Site], visit: FromPath[str]) -> Response[str]:
    """Ask for the dealer's code, with what is known already and what was wrong before."""
    said = site.visits.open(visit)
    if said.held:  # of a page that was opened again after the code was forgotten
        said = msgspec.structs.replace(said, problem=gone())
    return _ask(site, said)


def _with_request(visit: Visit, form: CodeForm = CodeForm()) -> Visit:  # noqa: B008 - frozen
    """Return the visit with the request that its form is for, a new one where none was named."""
    return msgspec.structs.replace(visit, vin=form.vin, request_id=form.request_id or uuid.uuid4().hex)


def _ask(site: Site, visit: Visit) -> Response[str]:
    return site.pages.show(
        "owner/dealer_code.html",
        status=visit.problem.status if visit.problem else 200,
        headers=PRIVATE,
        form=visit,
        problem=visit.problem,
        model=site.catalogue.models.get(visit.model),
        models=sorted(site.catalogue.models.values(), key=lambda one: one.name.casefold()),
        makes=makes_of(site),
        another=address_with("/told", visit, without=("model",)),
        first=first_step(site, visit),
        said={name: getattr(visit, name) for name in KEPT},
    )


@post("/told")
async def release_dealer_code(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Release the answer; its page shows it with its keys. Sent again it is the same request."""
    form = await read(request, DealerCodeForm)
    visit = asked_by(site, request, _with_request(visit_of(form), form), form)
    try:
        first_step(site, visit)  # whatever is wrong is said before anything is logged
        typed = Code.typed(form.code)
        await site.in_thread(site.release, request_for(site, visit, typed))
    except (InputError, UsageError) as problem:
        visit = fresh_if_spent(visit, problem)
        return lead_to(site, with_problem(visit, "dealer", problem), "/dealer")
    return lead_to(site, site.visits.hold(visit, typed), "/code")


HANDLERS: Final = (ask_dealer_code, ask_dealer_code_for_number, ask_again, release_dealer_code)
