"""The code: released when its form is posted, shown on a page of the visit, again whenever that is opened."""

import base64
import uuid
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.release.request import Released, ReleaseRequest
from radiokey.code.value import Code
from radiokey.errors import (
    DeskNeededError,
    InputError,
    ModelNeededError,
    NoCodeHereError,
    NotReleasedError,
    OurFaultError,
    PapersNeededError,
    RadiokeyError,
    RequestReusedError,
    UsageError,
)
from radiokey.guide.checklist import checklist
from radiokey.guide.model import Facts
from radiokey.guide.walk import position
from radiokey.language.speech import gettext
from radiokey.serial.vin import Vin
from radiokey.web.http.addresses import Connection
from radiokey.web.http.forms import CodeForm, DealerCodeForm, WebRequest, read
from radiokey.web.http.problems import PROBLEM_PAGE
from radiokey.web.http.visits import Visit
from radiokey.web.owner.keys import stand_ins_for
from radiokey.web.owner.number import PRIVATE, lead_to, visit_of, with_problem
from radiokey.web.owner.shown import facts_of, first_step, shown_state
from radiokey.web.site import Site


@post("/code")
async def code(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Release the code; its page shows it. The same form sent again is the same request."""
    form = await read(request, CodeForm)
    visit = asked_by(site, request, visit_of(form), form)
    try:
        facts_of(visit)  # whatever is wrong is said before anything is logged
    except UsageError as problem:
        return lead_to(site, with_problem(visit, PROBLEM_PAGE, problem))
    try:
        model = site.model(form.model)
        site.reading(form.text, form.make, model)
        first_step(site, visit)
    except RadiokeyError:
        return lead_to(site, visit)  # whose page says so
    try:
        await site.in_thread(site.release, request_for(site, visit))
    except OurFaultError:
        raise
    except DeskNeededError as problem:
        asked = msgspec.structs.replace(visit, owns="")
        return lead_to(site, with_problem(asked, "desk", problem), "" if site.desk is None else "/desk")
    except RadiokeyError as problem:
        return lead_to(site, _refused(site, visit, problem))
    return lead_to(site, visit, "/code")


def asked_by(site: Site, connection: Connection, visit: Visit, form: CodeForm | DealerCodeForm) -> Visit:
    """Return the visit with the request for a code: who asks, for which car, with the statement."""
    return msgspec.structs.replace(
        visit,
        request_id=form.request_id,
        vin=form.vin,
        owns=form.owns,
        client=site.client(connection),
        network=site.network(connection),
    )


def request_for(site: Site, visit: Visit, answer: Code | None = None) -> ReleaseRequest:
    """Return the request of a visit; `answer` is a dealer's. Raises `InputError`, `UsageError`."""
    reading, model = site.radio(visit.text, visit.make, visit.model)
    return ReleaseRequest(
        request_id=visit.request_id,
        client=visit.client,
        network=visit.network,
        serial=reading,
        model=model,
        vin=Vin.parse(visit.vin) if visit.vin.strip() else None,
        owns=visit.owns == "yes",
        make=visit.make,
        answer=answer,
    )


def _refused(site: Site, visit: Visit, problem: RadiokeyError) -> Visit:
    """Return the visit whose page says why there is no code, and what to do."""
    visit = msgspec.structs.replace(visit, owns="")
    match problem:
        case NoCodeHereError():
            return with_problem(visit, "sheet", problem)
        case NotReleasedError() | PapersNeededError() if site.desk is not None:
            return with_problem(visit, "sheet", problem)  # papers decide, and the desk checks them
        case ModelNeededError() if visit.model == site.catalogue.default.id:
            return with_problem(visit, "sheet", problem)  # it was asked, and the owner cannot tell
        case InputError() | UsageError():
            return with_problem(fresh_if_spent(visit, problem), "reading", problem)
        case _:
            return with_problem(visit, PROBLEM_PAGE, problem)


def fresh_if_spent(visit: Visit, problem: RadiokeyError) -> Visit:
    """Return the visit with a new request, where its id was none or another radio's and would stay so."""
    if type(problem) not in {UsageError, RequestReusedError}:
        return visit
    return msgspec.structs.replace(visit, request_id=uuid.uuid4().hex)


# --- the page ---------------------------------------------------------------------------------------------


@get("/road/{visit:str}/code")
async def code_page(site: NamedDependency[Site], visit: FromPath[str]) -> Response[str] | Redirect:
    """Show the code: how sure it is, what to look at before keying it in, the receipt."""
    said = site.visits.open(visit)
    released = await released_for(site, said)
    if released is None:
        return Redirect(f"/road/{visit}{'/dealer' if said.held else ''}", status_code=303)
    return _page(site, visit, said, released)


async def released_for(site: Site, visit: Visit) -> Released | None:
    """Release the code of a visit again, which logs nothing new; `None` where nothing was released.

    Whatever forbids it meanwhile, like a report of theft, is raised.
    """
    if visit.desk:
        if site.desk is None:
            raise NotFoundException
        site.log_monitor.require()
        return await site.in_thread(site.desk.code_for, visit.desk)
    typed = site.visits.code_of(visit)
    if visit.owns != "yes" or (visit.held and typed is None):
        return None
    return await site.in_thread(site.release_again, request_for(site, visit, typed))


async def code_of(site: Site, visit: Visit) -> Code | None:
    """Return the code of a visit, released again or typed; `None` where there is none or it is gone."""
    typed = site.visits.code_of(visit)
    if typed is not None and not visit.owns:
        return typed  # of an owner's papers: nothing was released
    released = await released_for(site, visit)
    return None if released is None else released.code


def _page(site: Site, token: str, visit: Visit, released: Released) -> Response[str]:
    named = site.catalogue.models.get(visit.model)
    model = named if named is not None and not named.default else None
    candidates = [
        one
        for one in site.catalogue.models.values()
        if released.family and released.family.id in one.families and one.panel
    ]
    facts = facts_of(visit)
    checks = checklist(
        model, released.code, shows=shown_state(site, visit), errors=facts.errors, source_known=True
    )
    return site.pages.show(
        "owner/code.html",
        headers=PRIVATE,
        here=f"/road/{token}",
        visit=token,
        code=released.code.reveal(),
        released=released,
        family=released.family,
        model=model,
        first=first_step(site, visit),
        suggestions=stand_ins_for(site, visit, model, released.receipt.kind),
        after=after(site, visit),
        checks=checks,
        reasons=[f"{'Yes: ' if one.holds else ''}{one.sentence} {one.why}".strip() for one in checks],
        receipt="data:application/json;base64," + base64.b64encode(released.receipt.encode()).decode(),
        candidates=candidates,
        sources=site.catalogue.sources,
    )


def after(site: Site, visit: Visit) -> dict[str, str]:
    """Return what can have happened at the entry, each with the address of its step; none without a radio."""
    model = site.catalogue.models.get(visit.keys or visit.model)
    if model is None or model.default:
        return {}
    facts = facts_of(visit)
    before, errors = facts.refused, facts.errors
    # An owner who enters again after a refusal has found its reason (`Condition.MAY_ENTER`).
    now = Facts(model=model.id, errors=errors, refused=before, evidence=before > 0)
    tried = Facts(model=model.id, errors=None if errors is None else errors + 1, refused=min(before + 1, 9))
    steps = {
        gettext("It plays"): position("plays", now),
        gettext("The screen went dark"): position("dark", now),
        gettext("It was refused, or it waits"): position(
            "refused-twice" if before else "refused-once", tried
        ),
        gettext("It was taken, but it asks again"): position("accepted-asks-again", now),
    }
    return {says: f"/guide/{step}" for says, step in steps.items()}


HANDLERS: Final = (code, code_page)
