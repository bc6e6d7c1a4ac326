"""The entry, key by key: of a code that was released here, or of one that the owner holds."""

from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.code.value import Code
from radiokey.errors import InputError, MissingFactError, RadiokeyError, UsageError
from radiokey.guide.coach import coach
from radiokey.language.speech import gettext
from radiokey.web.http.forms import CoachForm, WebRequest, convert, read
from radiokey.web.http.problems import status_of
from radiokey.web.http.visits import Problem, Visit
from radiokey.web.owner.code import after, code_of
from radiokey.web.owner.keys import stand_ins_for
from radiokey.web.owner.number import PRIVATE, address_with, headers_for, lead_to, with_problem
from radiokey.web.owner.shown import facts_of
from radiokey.web.owner.vault import opener
from radiokey.web.site import Site


@get("/coach", sync_to_thread=False)
def coach_ask(
    site: NamedDependency[Site],
    model: FromQuery[str] = "",
    errors: FromQuery[str] = "",
    refused: FromQuery[str] = "",
) -> Response[str]:
    """Ask for the code the owner holds; it travels in the form's body only."""
    form = convert({"model": model, "errors": errors, "refused": refused}, CoachForm)
    return _ask(site, Visit(model=form.model, errors=form.errors, refused=form.refused))


@post("/coach")
async def coach_read(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Take the radio, and the code where none was released here; a page of the visit shows the keys."""
    form = await read(request, CoachForm)
    if form.visit:
        return lead_to(site, msgspec.structs.replace(site.visits.open(form.visit), keys=form.model), "/keys")
    visit = Visit(model=form.model, errors=form.errors, refused=form.refused)
    try:
        facts_of(visit)
        model = site.model(form.model)
        if model is None or model.default or not form.code:
            raise both_needed()
        typed = Code.typed(form.code)
        coach(model, typed)
    except RadiokeyError as problem:
        return lead_to(site, with_problem(visit, "keys", problem), "/keys")
    return lead_to(site, site.visits.hold(visit, typed), "/keys")


@get("/coach/keys", sync_to_thread=False)
def keys_gone(site: NamedDependency[Site]) -> Response[str]:
    """Ask for the code again: a phone without a network showed its keys here, and nobody kept it."""
    return _ask(site, Visit(problem=gone()))


@get("/road/{visit:str}/keys")
async def keys(site: NamedDependency[Site], visit: FromPath[str]) -> Response[str]:
    """Show the entry step by step, the panel with the next key glowing."""
    said = site.visits.open(visit)
    if said.problem is not None and said.problem.page == "keys":
        return _ask(site, said)
    model = site.model(said.keys or said.model)
    code = await code_of(site, said)
    if model is None or model.default or code is None:
        return _ask(site, msgspec.structs.replace(said, problem=gone()))
    try:
        steps = coach(model, code)
    except (MissingFactError, InputError) as problem:
        return _ask(site, with_problem(said, "keys", problem))
    return site.pages.show(
        "owner/coach.html",
        headers=PRIVATE,
        here=f"/road/{visit}",
        practise=f"/road/{visit}/practice",
        model=model,
        steps=steps,
        released=not said.held or bool(said.owns),
        after=after(site, said),
    )


def both_needed() -> UsageError:
    """Return what is wrong where radio or code are missing."""
    return UsageError(gettext("radio and code are both needed"), hint=gettext("fill in both"))


def gone() -> Problem:
    """Return what is said of a code that is not held any more."""
    return Problem(
        "keys",
        gettext("the code is not here any more"),
        gettext("type it once more"),
        status_of(UsageError("")),
    )


def _ask(site: Site, visit: Visit) -> Response[str]:
    model = site.catalogue.models.get(visit.model)
    keyless = model is not None and not model.default and model.panel is None
    return site.pages.show(
        "owner/coach_ask.html",
        status=visit.problem.status if visit.problem else 200,
        headers=headers_for(visit),
        form=visit,
        problem=visit.problem,
        models=[one for one in site.catalogue.models.values() if one.panel is not None],
        model=model if keyless else None,
        suggestions=stand_ins_for(site, visit, model, "") if keyless else [],
        after=after(site, visit) if keyless else {},
        another=address_with("/coach", visit, without=("model", "make", "car", "say", "word", "shows")),
        sources=site.catalogue.sources,
        **opener(),
    )


HANDLERS: Final = (coach_ask, coach_read, keys_gone, keys)
