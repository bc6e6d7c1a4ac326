"""The number of the radio: asked for, read, and shown again before a code is asked for; or whom to ask."""

import uuid
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.bootstrap import Base
from radiokey.base.units.ledger import LedgerRelease
from radiokey.catalogue.fitting import families_for, radios_with
from radiokey.catalogue.index import cards
from radiokey.catalogue.model import Model
from radiokey.catalogue.search import search_models
from radiokey.catalogue.which import which_radio
from radiokey.code.family import families_of
from radiokey.code.reading import make_said
from radiokey.errors import OurFaultError, RadiokeyError
from radiokey.guide.sheet import Case, sheet
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import Identity, Reading, makes_to_ask
from radiokey.serial.places import COPYING, PLACES
from radiokey.web.http.forms import NumberForm, WebRequest, count, read, read_query
from radiokey.web.http.languages import address_here
from radiokey.web.http.problems import PROBLEM_PAGE, form_problem, headers_of_problem, status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.visits import Visit
from radiokey.web.owner.keys import stand_ins_for
from radiokey.web.owner.shown import first_step, shown_state
from radiokey.web.site import Site

if TYPE_CHECKING:
    from radiokey.language.load import Languages

PRIVATE: Final = {**NO_STORE, "X-Robots-Tag": "noindex"}
"""What every page of a visit carries: it is nobody else's, and stored nowhere."""
SAID: Final = ("make", "car", "model", "say", "word", "shows", "errors", "refused")
"""What an owner said that is no number of a radio: it may stand in an address."""


LETTER: Final = "letter"
"""What an address says of the language of the letter: the dealer's, whatever the owner reads."""
RADIOS_MAX: Final = 6
"""More than so many radios are no choice."""


def lead_to(site: Site, visit: Visit, page: str = "") -> Redirect:
    """Lead the browser on to a page of a visit, which Back and a reload ask for again."""
    return Redirect(site.visits.path(visit) + page, status_code=303, headers=NO_STORE)


def headers_for(visit: Visit) -> dict[str, str]:
    """Return the headers of a form: search engines may know the empty one, and none that was filled in."""
    return NO_STORE if visit == Visit() else PRIVATE


def with_problem(visit: Visit, page: str, error: RadiokeyError) -> Visit:
    """Return the visit with what was wrong with the last form, said on `page`."""
    return msgspec.structs.replace(visit, problem=form_problem(error, page))


def visit_of(form: NumberForm) -> Visit:
    """Return the visit that a form with a number begins."""
    return Visit(**{name: getattr(form, name) for name in NumberForm.__struct_fields__})


def address_with(path: str, visit: Visit, *, without: tuple[str, ...] = ()) -> str:
    """Return the address of a page with what was said, so that nobody is asked twice."""
    said = {name: getattr(visit, name) for name in SAID if name not in without}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{path}?{query}" if query else path


@get("/number", sync_to_thread=False)
def number(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Ask for the number, and say where it is."""
    return _number_page(site, visit_of(read_query(request, NumberForm)))


@post("/number")
async def number_read(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Take a number; its page says what was read."""
    return lead_to(site, begun(visit_of(await read(request, NumberForm))))


def begun(visit: Visit) -> Visit:
    """Return the visit of a number, with the id of its request and the make that its car or text tells."""
    make = make_of(visit)
    if not visit.model:
        make = make_said(visit.text, make)
    return msgspec.structs.replace(visit, request_id=uuid.uuid4().hex, make=make)


def make_of(visit: Visit) -> str:
    """Return the make of the car that was said, by itself or by naming a car; empty where none was."""
    if visit.make or not visit.car.strip():
        return visit.make
    makes = {make for match in search_models(visit.car) for make in cards()[match.model].makes}
    return makes.pop() if len(makes) == 1 else ""


@get("/road/{visit:str}")
async def visit_page(site: NamedDependency[Site], request: WebRequest, visit: FromPath[str]) -> Response[str]:
    """Say what was read and ask for the statement of ownership; where no code follows, the sheet."""
    said = site.visits.open(visit)
    if said.problem is not None and said.problem.page == PROBLEM_PAGE:
        status, headers = said.problem.status, {**PRIVATE, **headers_of_problem(said.problem)}
        return site.pages.show("problem.html", status=status, headers=headers, problem=said.problem)
    try:
        model = site.model(said.model)
        reading = site.reading(said.text, said.make, model)
    except RadiokeyError as problem:
        return _number_page(site, said, problem)
    nowhere = said.problem is not None and said.problem.page == "sheet"
    derived = bool(families_for(reading.serial, model, said.make))
    if nowhere or not (derived or await _is_direct(site, reading)):
        return sheet_for(site, request, said, token=visit, reading=reading)
    return _reading_page(site, said, reading, derived=derived)


async def _is_direct(site: Site, reading: Reading) -> bool:
    """Whether this base gives the code of such a number to anybody who names car and radio too."""
    if site.base.organisation is None or reading.serial.identity is not Identity.UNIT:
        return False
    try:
        stated = await site.in_thread(Base.ledger_release, site.base)
    except OurFaultError:
        return False  # whom to ask is known without the database
    return stated is LedgerRelease.DIRECT


def _number_page(site: Site, visit: Visit, problem: RadiokeyError | None = None) -> Response[str]:
    model = site.model(visit.model)
    makes = makes_to_ask(visit.text) if problem is not None else ()
    return site.pages.show(
        "owner/number.html",
        status=status_of(problem) if problem else 200,
        headers=headers_for(visit),
        form=visit,
        model=model,
        problem=problem,
        makes_first=makes,
        # Those whose numbers have this form first; it may as well be another make's, which nobody knows.
        makes=(*makes, *(make for make in makes_of(site) if make not in makes)),
        radios=[] if problem is None or model is not None else _radios_of(site, visit),
        known={name: getattr(visit, name) for name in ("say", "word", "shows", "errors", "refused")},
        whom=address_with("/sheet", visit, without=("car",)),
        another=address_with("/number", visit, without=("model",)),
        photo=address_with("/number/photo", visit),
        places=PLACES,
        copying=COPYING,
        sources=site.catalogue.sources,
    )


def _radios_of(site: Site, visit: Visit) -> list[Model]:
    """Return the radios that the car may have: a number that says nothing by itself is asked which it is."""
    found = [site.catalogue.models[match.model] for match in search_models(visit.car or visit.make)]
    return found if len(found) <= RADIOS_MAX else []


def makes_of(site: Site) -> list[str]:
    """Return every make there is a radio of."""
    return sorted({make for model in site.catalogue.models.values() for make in model.makes})


def _reading_page(site: Site, visit: Visit, reading: Reading, *, derived: bool) -> Response[str]:
    """Show what was read, and which radios have such a number; `derived` is a code that follows from it."""
    model = site.model(visit.model)
    families = families_of(reading.serial)
    candidates = [
        one
        for one in (site.catalogue.models[card.id] for card in radios_with(reading.serial, visit.make))
        if (not derived or any(family.id in one.families for family in families))
        and (reading.labelled or not one.needs_label or one is model)
    ]
    return site.pages.show(
        "owner/reading.html",
        status=visit.problem.status if visit.problem else 200,
        headers=PRIVATE,
        form=visit,
        reading=reading,
        derived=derived,
        doubts={doubt.at: doubt for doubt in reading.doubts},
        format=FORMATS[reading.serial.kind],
        model=model,
        question=which_radio(reading, visit.make) if any(one.needs_model for one in families) else None,
        candidates=candidates,
        suggestions=stand_ins_for(site, visit, model, reading.serial.kind),
        problem=visit.problem,
        first=first_step(site, visit),
        again=address_with("/number", visit),
        another=address_with("/number", visit, without=("model",)),
        sources=site.catalogue.sources,
    )


# --- the sheet --------------------------------------------------------------------------------------------


def sheet_for(
    site: Site, request: WebRequest, visit: Visit, *, token: str = "", reading: Reading | None = None
) -> Response[str]:
    """Show whom to ask; `token` is that of the visit, where one with a number led here."""
    languages: Languages = request.app.state.languages
    letter_in = languages.find(request.query_params.get(LETTER, ""))
    model, make = site.model(visit.model), visit.make
    if reading is not None and not make and model is None and len(FORMATS[reading.serial.kind].makes) == 1:
        make = FORMATS[reading.serial.kind].makes[0]
    case = Case(
        serial=reading.serial.text if reading else None,
        shows=visit.say or None,
        state=shown_state(site, visit),
        errors=count(visit.errors),
    )
    return site.pages.show(
        "owner/sheet.html",
        status=visit.problem.status if visit.problem else 200,
        headers=PRIVATE if token else None,
        sheet=sheet(model, make or None, case=case, sources=site.catalogue.sources, letter_in=letter_in),
        letter_in=letter_in,
        letters=[(one, address_here({LETTER: one.tag})) for one in languages],
        problem=visit.problem,
        sources=site.catalogue.sources,
        makes=makes_of(site),
        form=visit,
        first=first_step(site, visit),
        number_page=address_with("/number", visit),
        known={
            "text": visit.text if reading else "",
            "make": make,
            "model": "" if model is None else model.id,
        },
        desk=site.base.organisation if site.desk else "",
    )


@get("/sheet", sync_to_thread=False)
def sheet_page(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Show whom to ask, with what in hand."""
    return sheet_for(site, request, visit_of(read_query(request, NumberForm)))


HANDLERS: Final = (number, number_read, visit_page, sheet_page)
