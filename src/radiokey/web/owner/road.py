"""The owner's road: what it shows, which radio, its number, the code, the keys, what happened."""

import base64
import uuid
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.base.release.request import Released, ReleaseRequest
from radiokey.catalogue.fitting import radios_with
from radiokey.catalogue.index import panel_suggestions
from radiokey.catalogue.model import Model
from radiokey.code.family import FAMILIES, Family, families_of
from radiokey.code.value import Code
from radiokey.errors import (
    InputError,
    MissingFactError,
    NoCodeHereError,
    NotReleasedError,
    PapersNeededError,
    RadiokeyError,
    RequestReusedError,
    UsageError,
)
from radiokey.guide.checklist import checklist
from radiokey.guide.coach import coach
from radiokey.guide.model import Act, Asks, Facts
from radiokey.guide.sheet import Case, sheet
from radiokey.guide.walk import View, answer, answer_display, position, start, view
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import Reading, makes_to_ask
from radiokey.serial.places import COPYING, PLACES
from radiokey.serial.vin import Vin
from radiokey.web.http.forms import CoachForm, CodeForm, NumberForm, WebRequest, convert, count, read
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

CARS: Final = ("duster", "logan", "sandero", "terrano")
"""Cars whose label with T and a pre-code gets the panel of another model, after a question."""
ACTS: Final = {
    Act.SERIAL: ("/number", "Type the number"),
    Act.CODE: ("/number", "Get the code"),
    Act.COACH: ("/coach", "Show me the keys"),
    Act.WAITING: ("/waiting", "How long, exactly"),
    Act.SHEET: ("/sheet", "Whom to ask, with what"),
    Act.PRACTICE: ("/practice", "Practise first"),
}
"""The page each act of the guide is done on, and what its button says."""


# --- the guide --------------------------------------------------------------------------------------------


@get("/", sync_to_thread=False)
def home(site: NamedDependency[Site]) -> Response[str]:
    """Show the first step."""
    return _step(site, start(site.guide))


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


def _step(site: Site, here: View) -> Response[str]:
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
        "owner/step.html",
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
    values = {"model": model, "errors": errors, "refused": "" if here.act is Act.SHEET else refused}
    query = urlencode({name: value for name, value in values.items() if value not in {None, ""}})
    return (f"{page}?{query}" if query else page), says


# --- the number -------------------------------------------------------------------------------------------


@get("/number", sync_to_thread=False)
def number(
    site: NamedDependency[Site],
    model: FromQuery[str] = "",
    errors: FromQuery[str] = "",
    make: FromQuery[str] = "",
    refused: FromQuery[str] = "",
) -> Response[str]:
    """Ask for the number, and say where it is."""
    values = {"model": model, "errors": errors, "make": make, "refused": refused}
    return _number_page(site, convert(values, NumberForm))


@post("/number", status_code=200)
async def number_read(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Say what was read, and ask for the statement of ownership."""
    form = await read(request, NumberForm)
    try:
        model = site.model(form.model)
        reading = site.reading(form.text, form.make, model)
    except RadiokeyError as problem:
        return _number_page(site, form, problem)
    if not _serving(reading, form.make, model):
        return _sheet_page(site, model, form, reading)
    return _reading_page(site, form, reading)


def _serving(reading: Reading, make: str, model: Model | None) -> tuple[Family, ...]:
    """Return the families that a code of this radio may follow from; none where only the sheet helps."""
    if model is None or model.default:
        return families_of(reading.serial, make)
    return tuple(family for family in families_of(reading.serial) if family.id in model.families)


def _number_page(site: Site, form: NumberForm, problem: RadiokeyError | None = None) -> Response[str]:
    model = site.model(form.model)
    makes = makes_to_ask(form.text) if problem is not None else ()
    return site.pages.show(
        "owner/number.html",
        status=status_of(problem) if problem else 200,
        form=form,
        model=model,
        problem=problem,
        makes_first=makes,
        # Those whose numbers have this form first; it may as well be another make's, which nobody knows.
        makes=(*makes, *(make for make in makes_of(site) if make not in makes)),
        cars=CARS,
        places=PLACES,
        copying=COPYING,
        sources=site.catalogue.sources,
    )


def makes_of(site: Site) -> list[str]:
    """Return every make there is a radio of."""
    return sorted({make for model in site.catalogue.models.values() for make in model.makes})


def _reading_page(
    site: Site, form: NumberForm, reading: Reading, *, again: tuple[RadiokeyError, str] | None = None
) -> Response[str]:
    """Show what was read; `again` is what was wrong with the request of that id, which is made again."""
    problem, request_id = again or (None, uuid.uuid4().hex)
    model = site.model(form.model)
    families = families_of(reading.serial)
    candidates = [
        one
        for one in (site.catalogue.models[card.id] for card in radios_with(reading.serial, form.make))
        if any(family.id in one.families for family in families)
        and (reading.labelled or not one.needs_label or one is model)
    ]
    suggestions = [
        (site.catalogue.models[suggestion.model_id], suggestion.question)
        for suggestion in panel_suggestions(form.make or None, form.car, reading.serial.kind)
    ]
    doubts = {doubt.at: doubt for doubt in reading.doubts}
    return site.pages.show(
        "owner/reading.html",
        status=status_of(problem) if problem else 200,
        form=form,
        reading=reading,
        doubts=doubts,
        format=FORMATS[reading.serial.kind],
        model=model,
        needs_model=any(family.needs_model for family in families),
        candidates=candidates,
        suggestions=suggestions,
        problem=problem,
        request_id=request_id,
        sources=site.catalogue.sources,
    )


# --- the code ---------------------------------------------------------------------------------------------


@post("/code", status_code=200)
async def code(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Release the code and show it; a reload is the same request and logs nothing new."""
    form = await read(request, CodeForm)
    for number in (form.errors, form.refused):  # whatever is wrong is said before anything is logged
        count(number)
    try:
        model = site.model(form.model)
        reading = site.reading(form.text, form.make, model)
    except RadiokeyError as problem:
        return _number_page(site, _number_form(form), problem)
    try:
        wanted = ReleaseRequest(
            request_id=form.request_id,
            client=site.client(request),
            network=site.network(request),
            serial=reading,
            model=None if model is None or model.default else model,
            vin=Vin.parse(form.vin) if form.vin.strip() else None,
            owns=form.owns == "yes",
            make=form.make,
        )
        released = await site.in_thread(site.release, wanted)
    except NoCodeHereError as problem:
        return _sheet_page(site, model, form, reading, problem)
    except (NotReleasedError, PapersNeededError) as problem:
        if site.desk is None:
            raise
        return _sheet_page(
            site, model, form, reading, problem
        )  # papers decide, and this base has a desk that checks them
    except (InputError, UsageError) as problem:
        # An id that was no id, or another radio's, would be refused for ever.
        spent = type(problem) in {UsageError, RequestReusedError}
        request_id = uuid.uuid4().hex if spent else form.request_id
        return _reading_page(site, _number_form(form), reading, again=(problem, request_id))
    return code_page(site, form, model, released)


def _number_form(form: CodeForm) -> NumberForm:
    return NumberForm(**{name: getattr(form, name) for name in NumberForm.__struct_fields__})


def code_page(site: Site, form: CodeForm, model: Model | None, released: Released) -> Response[str]:
    """Show a code that was released: how sure it is, what to look at before keying it in, the receipt."""
    receipt = released.receipt.encode()
    errors = count(form.errors)
    known = model is not None and not model.default
    candidates = [
        one
        for one in site.catalogue.models.values()
        if released.family and released.family.id in one.families and one.panel
    ]
    return site.pages.show(
        "owner/code.html",
        headers=NO_STORE,
        code=released.code.reveal(),
        released=released,
        family=released.family,
        model=model if known else None,
        errors=form.errors,
        refused=form.refused,
        after=_after(model, errors, count(form.refused, most=9)) if known and model else {},
        checks=checklist(model if known else None, released.code, errors=errors, source_known=True),
        receipt="data:application/json;base64," + base64.b64encode(receipt).decode(),
        candidates=candidates,
        sources=site.catalogue.sources,
    )


def _sheet_page(
    site: Site,
    model: Model | None,
    form: NumberForm,
    reading: Reading | None = None,
    problem: RadiokeyError | None = None,
) -> Response[str]:
    make = form.make
    if reading is not None and not make and model is None and len(FORMATS[reading.serial.kind].makes) == 1:
        make = FORMATS[reading.serial.kind].makes[0]
    case = Case(serial=reading.serial.text if reading else None, errors=count(form.errors))
    return site.pages.show(
        "owner/sheet.html",
        status=200 if problem is None else status_of(problem),
        sheet=sheet(model, make or None, case=case, sources=site.catalogue.sources),
        problem=problem,
        sources=site.catalogue.sources,
        makes=makes_of(site),
        form=NumberForm(make=make, model="" if model is None else model.id, errors=form.errors),
        known={
            "text": form.text if reading else "",
            "make": make,
            "model": "" if model is None else model.id,
        },
        desk=site.base.organisation if site.desk else "",
    )


@get("/sheet", sync_to_thread=False)
def sheet_page(
    site: NamedDependency[Site],
    model: FromQuery[str] = "",
    make: FromQuery[str] = "",
    errors: FromQuery[str] = "",
) -> Response[str]:
    """Show whom to ask, with what in hand."""
    form = convert({"model": model, "make": make, "errors": errors}, NumberForm)
    return _sheet_page(site, site.model(form.model), form)


# --- the entry --------------------------------------------------------------------------------------------


@get("/coach", sync_to_thread=False)
def coach_ask(
    site: NamedDependency[Site],
    model: FromQuery[str] = "",
    errors: FromQuery[str] = "",
    refused: FromQuery[str] = "",
) -> Response[str]:
    """Ask for the code the owner holds; it travels in the form's body only."""
    return _coach_ask(site, convert({"model": model, "errors": errors, "refused": refused}, CoachForm))


@post("/coach", status_code=200)
async def coach_step(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Show the entry step by step, the panel with the next key glowing."""
    form = await read(request, CoachForm)
    model = site.model(form.model)
    if model is None or model.default or not form.code:
        return _coach_ask(site, form, UsageError("radio and code are both needed", hint="fill in both"))
    try:
        steps = coach(model, Code.typed(form.code))
    except (MissingFactError, InputError) as problem:
        return _coach_ask(site, form, problem)
    return site.pages.show(
        "owner/coach.html",
        headers=NO_STORE,
        model=model,
        steps=steps,
        code=form.code,
        after=_after(model, count(form.errors), count(form.refused, most=9)),
    )


def _after(model: Model, errors: int | None, refused: int | None) -> dict[str, str]:
    """Return what can have happened at the entry, and the address of the step for each."""
    before = refused or 0
    # An owner who enters again after a refusal has found its reason (`Condition.MAY_ENTER`).
    facts = Facts(model=model.id, errors=errors, refused=before, evidence=before > 0)
    tried = Facts(model=model.id, errors=None if errors is None else errors + 1, refused=min(before + 1, 9))
    steps = {
        "It plays": position("plays", facts),
        "The screen went dark": position("dark", facts),
        "It was refused, or it waits": position("refused-twice" if before else "refused-once", tried),
        "It was taken, but it asks again": position("accepted-asks-again", facts),
    }
    return {says: f"/guide/{step}" for says, step in steps.items()}


def _coach_ask(site: Site, form: CoachForm, problem: RadiokeyError | None = None) -> Response[str]:
    model = site.catalogue.models.get(form.model)
    keyless = model is not None and not model.default and model.panel is None
    errors, refused = (count(form.errors), count(form.refused, most=9)) if keyless else (None, None)
    return site.pages.show(
        "owner/coach_ask.html",
        status=status_of(problem) if problem else 200,
        headers=NO_STORE,
        form=form,
        problem=problem,
        models=[one for one in site.catalogue.models.values() if one.panel is not None],
        model=model if keyless else None,
        after=_after(model, errors, refused) if keyless and model else {},
        sources=site.catalogue.sources,
    )


# --- what is known ----------------------------------------------------------------------------------------


@get("/models", sync_to_thread=False)
def models(site: NamedDependency[Site]) -> Response[str]:
    """List the radios that are known, by make."""
    by_make: dict[str, list[Model]] = {}
    for model in site.catalogue.models.values():
        for make in model.makes:
            by_make.setdefault(make, []).append(model)
    return site.pages.show("owner/models.html", by_make=dict(sorted(by_make.items())))


@get("/models/{model_id:str}", sync_to_thread=False)
def model_page(site: NamedDependency[Site], model_id: FromPath[str]) -> Response[str]:
    """Show everything known of one radio, each fact with how sure it is."""
    model = site.model(model_id)
    assert model is not None
    return site.pages.show(
        "owner/model.html",
        model=model,
        sources=site.catalogue.sources,
        families=[FAMILIES[name] for name in model.families],
    )


HANDLERS: Final = (
    home,
    step,
    shows,
    number,
    number_read,
    code,
    sheet_page,
    coach_ask,
    coach_step,
    models,
    model_page,
)
