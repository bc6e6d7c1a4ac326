"""What every page that staff work in has: who asks, where they may go, the secret of its forms.

A route says which permission it takes; `admit` has let nobody else in. A page that has to do with a request
says no more of one that is another organisation's than of one that is not there.
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
"""The ways about, each with what it takes: address, name, permission."""


class StaffForm(Form, frozen=True, kw_only=True):
    """A form of staff."""

    csrf: Short = ""


def requires(permission: Permission) -> dict[str, object]:
    """Return what a route of staff says of itself."""
    return {PERMISSION: permission, SESSION: True}


def desk_of(site: Site) -> Desk:
    """Return the desk; raise `NotThereError` on a base of one's own."""
    if site.desk is None:
        raise NotThereError(
            "this is a base of one's own, and that has no desk", hint="a desk takes a hosted base"
        )
    return site.desk


def is_operator_staff(site: Site, caller: Caller) -> bool:
    """Tell whether a caller is of the house: of the organisation that runs the base, or an office of it.

    Auditors are: they look at everything.
    """
    if caller.organisation in {"", site.base.organisation} or Permission.AUDIT_READ in caller.scopes:
        return True
    return any(
        one.id == caller.organisation and one.kind == OFFICE for one in site.base.staff.organisations()
    )


def visible_organisations(site: Site, caller: Caller, organisations: Iterable[str]) -> frozenset[str]:
    """Return those of `organisations` whose requests a caller sees.

    What owners asked by themselves is everybody's at the desk; what a dealer opened is that dealer's, and of
    the house.
    """
    named, seen = frozenset(organisations), organisations_seen(site, caller)
    return named if seen is None else named & seen


def organisations_seen(site: Site, caller: Caller) -> frozenset[str] | None:
    """Return the organisations whose requests a caller sees, `None` for all of them; see `sees`."""
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
    """Return a page of staff; nobody keeps it. `problem` is what was wrong with the form that led here."""
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
