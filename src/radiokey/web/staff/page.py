"""What every page for staff has: the caller, the navigation, the secret of its forms.

A route names the permission it needs; `admit` lets nobody else in. For a request of another organisation a
page says the same as for one that does not exist.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from litestar import Request, Response
from litestar.datastructures import State

from radiokey.base.identity.roles import Permission
from radiokey.base.identity.staff import OFFICE
from radiokey.base.requests.desk import Desk, View
from radiokey.errors import NotThereError, RadiokeyError
from radiokey.web.auth.callers import PERMISSION, Caller
from radiokey.web.auth.session import SESSION, csrf_of
from radiokey.web.http.forms import F, Form, Short, convert
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

StaffRequest = Request[None, Caller, State]

NAVIGATION: Final = (
    ("/desk", "Queue", Permission.REQUEST_READ),
    ("/desk/requests/new", "New request", Permission.REQUEST_OPEN),
    ("/registrar/stolen", "Stolen list", Permission.STOLEN_LIST),
    ("/registrar/import", "Import", Permission.UNIT_IMPORT),
    ("/registrar/keys", "Keys", Permission.KEY_LIST),
    ("/registrar/tokens", "Tokens", Permission.TOKEN_LIST),
    ("/registrar/log", "Log", Permission.METRICS_READ),
    ("/registrar/audit", "Audit", Permission.AUDIT_READ),
    ("/desk/coverage", "Coverage", None),
    ("/registrar/staff", "Staff", Permission.STAFF_LIST),
    ("/me", "My passkeys", None),
)
"""The pages of the navigation: address, name, and the permission each needs."""


class StaffForm(Form, frozen=True, kw_only=True):
    """A form of staff."""

    csrf: Short = ""


def requires(permission: Permission) -> dict[str, object]:
    """Return the options of a route for staff."""
    return {PERMISSION: permission, SESSION: True}


def desk_of(site: Site) -> Desk:
    """Return the desk; raise `NotThereError` on a local base."""
    if site.desk is None:
        raise NotThereError(
            "this is a local base, and a local base has no desk", hint="a desk needs a hosted base"
        )
    return site.desk


def is_operator_staff(site: Site, caller: Caller) -> bool:
    """Tell whether a caller belongs to the operator: the organisation that runs the base, or an office of it.

    Auditors do: they see everything.
    """
    if caller.organisation in {"", site.base.organisation} or Permission.AUDIT_READ in caller.scopes:
        return True
    return any(
        one.id == caller.organisation and one.kind == OFFICE for one in site.base.staff.organisations()
    )


def visible_organisations(site: Site, caller: Caller, organisations: Iterable[str]) -> frozenset[str]:
    """Return those of `organisations` whose requests a caller sees.

    Requests that owners opened are for everybody at the desk; one that a dealer opened is for that dealer and
    the operator.
    """
    named, seen = frozenset(organisations), organisations_seen(site, caller)
    return named if seen is None else named & seen


def organisations_seen(site: Site, caller: Caller) -> frozenset[str] | None:
    """Return the organisations whose requests a caller sees, `None` for all of them."""
    return None if is_operator_staff(site, caller) else frozenset({"", caller.organisation})


def view_for(site: Site, caller: Caller, request_id: str) -> View:
    """Return a request that this caller may see; raise `NotThereError`, `StoreError`."""
    view = desk_of(site).view(request_id)
    if not visible_organisations(site, caller, [view.stored.organisation]):
        raise NotThereError("there is no such request", hint="look for its radio in the queue")
    return view


def radio_choices(site: Site) -> dict[str, Any]:
    """Return what the forms for a radio offer: every radio and every make, each in the order of its name."""
    models = sorted(site.catalogue.models.values(), key=lambda one: one.name.casefold())
    return {"radios": models, "makes": sorted({make for model in models for make in model.makes})}


def show_page(
    site: Site,
    request: StaffRequest,
    template: str,
    *,
    problem: RadiokeyError | None = None,
    status: int = 200,
    **context: Any,  # noqa: ANN401 - whatever the template names
) -> Response[str]:
    """Return a page for staff; no cache stores it. `problem` is what was wrong with the form sent before."""
    caller, path = request.auth, request.url.path
    return site.pages.show(
        template,
        status=status_of(problem) if problem else status,
        headers=NO_STORE,
        me=caller,
        account=caller.by,
        may=caller.scopes,
        ways=[
            (to, name, to == path)
            for to, name, takes in NAVIGATION
            if takes is None or takes in caller.scopes
        ],
        csrf=csrf_of(request),
        now_ms=site.clock.now_ms(),
        problem=problem,
        **context,
    )


async def read_form(request: StaffRequest, kind: type[F]) -> F:
    """Return the form of a POST; raise `UsageError` where it is not this form."""
    sent = await request.form()
    return convert({name: value for name, value in sent.items() if isinstance(value, str)}, kind, len(sent))


async def run_in_thread(site: Site, work: Callable[[], Response[Any]]) -> Response[Any]:
    """Answer with what `work` returns, which waits for the database, beside the event loop."""
    return await site.in_thread(lambda _: work(), None)
