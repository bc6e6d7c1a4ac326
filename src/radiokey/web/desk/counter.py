"""A customer at the counter: the desk opens a request for them."""

import uuid
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.requests.contact import Address
from radiokey.base.requests.desk import Application
from radiokey.errors import RadiokeyError, RequestReusedError
from radiokey.language.speech import current
from radiokey.serial.vin import Vin
from radiokey.web.http.forms import Short, Text, opened_another
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    desk_of,
    kept_of,
    lead_back,
    radio_choices,
    read_form,
    requires,
    run_in_thread,
    said_of,
    show_page,
)

PAGE: Final = "/desk/requests/new"


class NewForm(StaffForm, frozen=True, kw_only=True):
    """A request that a clerk opens for a customer."""

    request_id: Short = ""
    text: Text = ""
    model: Short = ""
    make: Short = ""
    vin: Short = ""
    address: Text = ""


@get(PAGE, sync_to_thread=False, opt=requires(Permission.REQUEST_OPEN))
def new(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Ask for the radio and the car of a customer."""
    desk_of(site)
    form = kept_of(said_of(site, request), NewForm) or NewForm(request_id=uuid.uuid4().hex)
    return show_page(site, request, "desk/new.html", form=form, **radio_choices(site))


@post(PAGE, opt=requires(Permission.REQUEST_OPEN))
async def open_new(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Open a request for a customer; who opens it is its requester, and somebody else checks it."""
    form = await read_form(request, NewForm)
    return await run_in_thread(site, lambda: _opened(site, request, form))


def _opened(site: Site, request: StaffRequest, form: NewForm) -> Redirect:
    desk, caller = desk_of(site), request.auth
    try:
        model = site.model(form.model)
        application = Application(
            serial=site.reading(form.text, form.make, model),
            vin=Vin.parse(form.vin),
            model=model,
            make=form.make,
            address=Address.parse(form.address) if form.address.strip() else None,
            language=current().tag,
            organisation=caller.organisation,
        )
        request_id = desk.open(application, caller.by, form.request_id)
    except RequestReusedError:
        fresh = msgspec.structs.replace(form, request_id=uuid.uuid4().hex)
        return lead_back(site, request, PAGE, opened_another(), kept=fresh)
    except RadiokeyError as problem:
        return lead_back(site, request, PAGE, problem, kept=form)
    return Redirect(f"/desk/requests/{request_id}", status_code=303, headers=NO_STORE)


HANDLERS: Final = (new, open_new)
