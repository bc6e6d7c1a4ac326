"""What every page for staff has: the caller, the navigation, the secret of its forms.

A route names the permission it needs; `admit` lets nobody else in. For a request of another organisation a
page says the same as for one that does not exist.

A form is never answered with a page: it leads to its page, which says what was wrong and has what was typed
(docs/spec/visit.md). That is sealed for this page and this account; no link of somebody else fills in a form.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.identity.staff import OFFICE
from radiokey.base.requests.desk import Desk, View
from radiokey.clock import MINUTE_MS
from radiokey.errors import NotThereError, RadiokeyError
from radiokey.language.speech import gettext, later
from radiokey.web.auth.callers import PERMISSION, Caller
from radiokey.web.auth.session import SESSION, csrf_of
from radiokey.web.http.forms import F, Form, Short, convert
from radiokey.web.http.logs import seen_of
from radiokey.web.http.problems import form_problem, headers_of_problem
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.visits import SAID, SHOWN_MS, FormAnswer
from radiokey.web.site import Site

R = TypeVar("R", bound=Response[Any])
StaffRequest = Request[None, Caller, State]
SHOWN_MINUTES: Final = SHOWN_MS // MINUTE_MS
"""For how long the page of a secret that is shown once shows it again."""
_PROOFS: Final = frozenset({"csrf", "passkey"})
"""What proves who sent a form; no page gives it back."""

NAVIGATION: Final = (
    ("/desk", later("Queue"), Permission.REQUEST_READ),
    ("/desk/requests/new", later("New request"), Permission.REQUEST_OPEN),
    ("/desk/grants", later("Grants"), Permission.GRANT_LIST),
    ("/registrar/stolen", later("Stolen list"), Permission.STOLEN_LIST),
    ("/registrar/import", later("Import"), Permission.UNIT_IMPORT),
    ("/registrar/keys", later("Keys"), Permission.KEY_LIST),
    ("/registrar/tokens", later("Tokens"), Permission.TOKEN_LIST),
    ("/registrar/log", later("Log"), Permission.METRICS_READ),
    ("/registrar/audit", later("Audit"), Permission.AUDIT_READ),
    ("/desk/coverage", later("Coverage"), None),
    ("/registrar/staff", later("Staff"), Permission.STAFF_LIST),
    ("/me", later("My passkeys"), None),
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
            gettext("this is a local base, and a local base has no desk"),
            hint=gettext("a desk needs a hosted base"),
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
        raise NotThereError(
            gettext("there is no such request"), hint=gettext("look for its radio in the queue")
        )
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
    **context: Any,  # noqa: ANN401 - whatever the template names
) -> Response[str]:
    """Return a page for staff; no cache stores it.

    It says what was wrong with the form that led to it; `problem` is what is wrong with the page itself.
    """
    caller, path = request.auth, request.url.path
    wrong = form_problem(problem) if problem else said_of(site, request).problem
    return site.pages.show(
        template,
        status=wrong.status if wrong else 200,
        headers={**NO_STORE, **headers_of_problem(wrong)},
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
        problem=wrong,
        **context,
    )


def lead_back(  # noqa: PLR0913 - what a page can say of a form
    site: Site,
    request: StaffRequest,
    page: str,
    problem: RadiokeyError | None = None,
    *,
    about: str = "",
    form: str = "",
    kept: Form | None = None,
    typed: dict[str, str] | None = None,
    hint: str = "",
    hold: bool = False,
    secret: str = "",
) -> Redirect:
    """Lead to the page of a form, which says what was wrong and has what was typed, or shows a secret.

    `about` is what the page makes of the problem, `form` names the form where a page has several; `kept` is
    the form as it was sent, without what proves who sent it, `typed` other fields; `hold` where it may have a
    code.
    """
    wrong = None if problem is None else form_problem(problem, about, hint=hint)
    said = FormAnswer(problem=wrong, form=form, typed={**_typed(kept), **(typed or {})})
    address = site.visits.address(page, _place(request, page), said, hold=hold, secret=secret)
    if problem is not None:
        seen_of(request.scope).slug = problem.slug
    return Redirect(address, status_code=303, headers=NO_STORE)


def said_of(site: Site, request: StaffRequest) -> FormAnswer:
    """Return what this page says of the form that led to it; nothing where none did."""
    return site.visits.answer_of(request.query_params.get(SAID, ""), _place(request, request.url.path))


def kept_of(said: FormAnswer, kind: type[F], form: str = "") -> F | None:
    """Return a form as it was typed, `None` where another one or none led to the page."""
    return convert(said.typed, kind) if said.typed and said.form == form else None


def _place(request: StaffRequest, page: str) -> str:
    """Return for what an answer is sealed: a page of one account."""
    return f"{page} {request.auth.by}"


def _typed(form: Form | None) -> dict[str, str]:
    fields: dict[str, str] = {} if form is None else msgspec.to_builtins(form)
    return {name: value for name, value in fields.items() if value and name not in _PROOFS}


async def read_form(request: StaffRequest, kind: type[F]) -> F:
    """Return the form of a POST; raise `UsageError` where it is not this form."""
    sent = await request.form()
    return convert({name: value for name, value in sent.items() if isinstance(value, str)}, kind, len(sent))


async def run_in_thread(site: Site, work: Callable[[], R]) -> R:
    """Answer with what `work` returns, which waits for the database, beside the event loop."""
    return await site.in_thread(lambda _: work(), None)
