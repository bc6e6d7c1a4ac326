"""A code that the dealer gave the owner: released like every other, with a receipt and its keys.

The release service compares it with what the radio can take and with the stolen list, and logs that there was
an answer, never which. What cannot be read as a code of this radio is not repeated.
"""

import uuid
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from radiokey.base.release.request import ReleaseRequest
from radiokey.code.value import Code
from radiokey.errors import InputError, RadiokeyError, RequestReusedError, UsageError
from radiokey.serial.vin import Vin
from radiokey.web.http.forms import CodeForm, DealerCodeForm, WebRequest, convert, count, read
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.owner.road import code_page, makes_of
from radiokey.web.site import Site


@get("/told", sync_to_thread=False)
def ask_dealer_code(
    site: NamedDependency[Site],
    model: FromQuery[str] = "",
    make: FromQuery[str] = "",
    errors: FromQuery[str] = "",
) -> Response[str]:
    """Ask for the code that the dealer gave."""
    return _page(site, convert({"model": model, "make": make, "errors": errors}, DealerCodeForm))


@post("/told/new", status_code=200)
async def ask_dealer_code_for_number(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Ask the same for a number that is known already, which travels in no address."""
    return _page(site, await read(request, DealerCodeForm))


def _page(site: Site, form: DealerCodeForm, problem: RadiokeyError | None = None) -> Response[str]:
    # An id that was no id, or another radio's, would be refused for ever.
    spent = not form.request_id or type(problem) in {UsageError, RequestReusedError}
    return site.pages.show(
        "owner/dealer_code.html",
        status=status_of(problem) if problem else 200,
        headers=NO_STORE,
        form=form,
        request_id=uuid.uuid4().hex if spent else form.request_id,
        problem=problem,
        model=site.catalogue.models.get(form.model),
        models=sorted(site.catalogue.models.values(), key=lambda one: one.name.casefold()),
        makes=makes_of(site),
    )


@post("/told", status_code=200)
async def release_dealer_code(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Release the answer and show it with its keys; a reload is the same request."""
    form = await read(request, DealerCodeForm)
    try:
        count(form.errors)  # whatever is wrong is said before anything is logged
        reading, model = site.radio(form.text, form.make, form.model)
        wanted = ReleaseRequest(
            request_id=form.request_id,
            client=site.client(request),
            network=site.network(request),
            serial=reading,
            model=model,
            vin=Vin.parse(form.vin) if form.vin.strip() else None,
            owns=form.owns == "yes",
            make=form.make,
            answer=Code.typed(form.code),
        )
        released = await site.in_thread(site.release, wanted)
    except (InputError, UsageError) as problem:
        return _page(site, form, problem)
    shown = {name: getattr(form, name) for name in ("text", "make", "model", "errors")}
    return code_page(site, CodeForm(**shown), model, released)


HANDLERS: Final = (ask_dealer_code, ask_dealer_code_for_number, release_dealer_code)
