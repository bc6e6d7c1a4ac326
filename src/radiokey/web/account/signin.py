"""Signing in and out, the page of a one-time link, recovery, and the account page: passkeys, sessions, codes.

Nobody types a name to sign in, and no page says which accounts exist. A form of a person who is not signed in
yet has no secret to carry; it can only come from this site (`radiokey.web.http.origins`), and its answer of a
passkey is bound to it. An account page shows what belongs to the signed-in account, never what a request
names.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.base.identity.authentication import Authentication, SignedIn
from radiokey.base.identity.passkeys import written
from radiokey.base.identity.roles import ROLES, Permission
from radiokey.base.identity.secret_values import RecoveryCode, Secret
from radiokey.errors import (
    FormError,
    NotThereError,
    RadiokeyError,
    SignedOutError,
    SignInError,
    UsageError,
)
from radiokey.web.auth.session import (
    READS,
    SESSION,
    clear_session_cookie,
    page_of,
    safe_redirect,
    set_session_cookie,
    words_of,
)
from radiokey.web.http import problems
from radiokey.web.http.forms import Answer, Form, Short, Text, WebRequest, read
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff.page import StaffForm, StaffRequest, read_form, run_in_thread, show_page

HOMES: Final = (
    (Permission.REQUEST_READ, "/desk"),
    (Permission.STAFF_LIST, "/registrar/staff"),
)
"""Where people go after they signed in: the first page that they may."""
OWN: Final = "/me"
SIGN_IN: Final = "/sign-in"


class SignInForm(Form, frozen=True, kw_only=True):
    """The answer of a passkey, and where to go on to."""

    passkey: Answer = ""
    to: Short = ""


class EnrolForm(Form, frozen=True, kw_only=True):
    """A passkey that was made, and what its owner calls it."""

    passkey: Answer = ""
    label: Text = ""


class RecoveryForm(Form, frozen=True, kw_only=True):
    """A recovery code and whose it is."""

    account: Short = ""
    code: Short = ""

    def __repr__(self) -> str:
        return "RecoveryForm(****)"


class OwnForm(StaffForm, frozen=True, kw_only=True):
    """A passkey made by the person who is signed in; empty where the form only asks for something."""

    passkey: Answer = ""
    label: Text = ""


def authentication_of(site: Site) -> Authentication:
    """Return the authentication of the staff; raise `NotThereError` where the base has none."""
    if site.authentication is None:
        raise NotThereError(
            "nobody signs in here",
            hint="a hosted base does that at its own address: radiokey serve --site https://codes.example.org",
        )
    return site.authentication


def home(who: SignedIn) -> str:
    """Return the first page of an account."""
    may = ROLES[who.role]
    return next((to for takes, to in HOMES if takes in may), OWN)


def signed_out(request: Request[Any, Any, State], error: SignedOutError) -> Response[Any]:
    """Answer a caller who is not signed in: send those who only wanted to read to the sign-in page."""
    site: Site = request.app.state.site
    path = request.url.path
    if site.authentication is None:
        return problems.handle_domain_error(request, error)
    if request.scope["method"] in READS and safe_redirect(path, ""):
        return Redirect(f"{SIGN_IN}?to={path}", status_code=303, headers=dict(NO_STORE))
    return problems.page(
        request, error, "staff/kept.html", to=f"{SIGN_IN}?to={page_of(path)}", words=words_of(request)
    )


def not_of_this_session(request: Request[Any, Any, State], error: FormError) -> Response[Any]:
    """Answer a form that another session gave out: usually after signing in again in another window."""
    return problems.page(
        request, error, "staff/kept.html", to=page_of(request.url.path), words=words_of(request)
    )


# --- coming in --------------------------------------------------------------------------------------------


@get(SIGN_IN, sync_to_thread=False)
def sign_in_page(site: NamedDependency[Site], to: FromQuery[str] = "") -> Response[str]:
    """Ask for a passkey of this site."""
    return _sign_in(site, safe_redirect(to, ""))


@post(SIGN_IN)
async def sign_in(site: NamedDependency[Site], request: WebRequest) -> Response[Any]:
    """Check the answer, and start a session under a new id."""
    form, authentication = await read(request, SignInForm), authentication_of(site)
    try:
        session, who = await site.in_thread(authentication.sign_in, form.passkey)
    except SignInError as problem:
        return _sign_in(site, safe_redirect(form.to, ""), problem)
    return set_session_cookie(
        Redirect(safe_redirect(form.to, home(who)), status_code=303), authentication, session
    )


def _sign_in(site: Site, to: str, problem: RadiokeyError | None = None) -> Response[str]:
    ask = authentication_of(site).ask()
    return _public_page(site, "staff/sign_in.html", problem, ask=ask, to=to)


@get("/enrol/{secret:str}", sync_to_thread=True)
def link_page(site: NamedDependency[Site], secret: FromPath[str]) -> Response[str]:
    """Show whose one-time link it is, and ask for a new passkey."""
    return _link(site, Secret(secret))


@post("/enrol/{secret:str}")
async def enrol(site: NamedDependency[Site], request: WebRequest, secret: FromPath[str]) -> Response[Any]:
    """Register the passkey; show the recovery codes, this once."""
    form = await read(request, EnrolForm)
    return await run_in_thread(site, lambda: _enrolled(site, Secret(secret), form))


def _enrolled(site: Site, link: Secret, form: EnrolForm) -> Response[str]:
    authentication = authentication_of(site)
    welcome = authentication.welcome(link)
    try:
        codes = authentication.enrol(link, form.label, form.passkey)
    except (SignInError, UsageError) as problem:
        return _link(site, link, problem)
    return _public_page(site, "staff/codes.html", account=welcome.account, codes=codes, next_page=SIGN_IN)


def _link(site: Site, link: Secret, problem: RadiokeyError | None = None) -> Response[str]:
    welcome = authentication_of(site).welcome(link)
    return _public_page(site, "staff/enrol.html", problem, welcome=welcome, link=link.reveal())


@get("/recovery", sync_to_thread=False)
def recovery_page(site: NamedDependency[Site]) -> Response[str]:
    """Ask for a recovery code."""
    authentication_of(site)
    return _public_page(site, "staff/recovery.html", account="")


@post("/recovery")
async def recover(site: NamedDependency[Site], request: WebRequest) -> Response[Any]:
    """Take a recovery code, and lead to a link for a new passkey; to nothing else."""
    form = await read(request, RecoveryForm)
    client = site.client(request)
    return await run_in_thread(site, lambda: _recovered(site, form, client))


def _recovered(site: Site, form: RecoveryForm, client: str) -> Response[Any]:
    name = form.account.strip().lower()
    try:
        link = authentication_of(site).recover(name, RecoveryCode.read(form.code), client)
    except SignInError as problem:
        return _public_page(site, "staff/recovery.html", problem, account=name)
    return Redirect(f"/enrol/{link.reveal()}", status_code=303, headers=dict(NO_STORE))


def _public_page(
    site: Site,
    template: str,
    problem: RadiokeyError | None = None,
    **context: Any,  # noqa: ANN401 - whatever the template names
) -> Response[str]:
    """Return a page that needs no session; no cache stores it."""
    status = status_of(problem) if problem else 200
    return site.pages.show(template, status=status, headers=NO_STORE, problem=problem, **context)


# --- the account page -------------------------------------------------------------------------------------


@get(OWN, sync_to_thread=True, opt={SESSION: True})
def own(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Show the account's passkeys, sessions and how many recovery codes are left."""
    return _own(site, request)


def _own(site: Site, request: StaffRequest, problem: RadiokeyError | None = None) -> Response[str]:
    authentication, who = authentication_of(site), _signed_in(request)
    mine = authentication.mine(who)
    passkeys = [(written(one.id), one) for one in mine.passkeys]
    sessions = [(one.hashed.hex(), one) for one in mine.sessions]
    return show_page(
        site,
        request,
        "staff/own.html",
        problem=problem,
        ask=authentication.ask_another(who),
        who=who,
        passkeys=passkeys,
        sessions=sessions,
        codes=mine.codes,
    )


@post("/me/passkeys", opt={SESSION: True})
async def add_passkey(site: NamedDependency[Site], request: StaffRequest) -> Response[Any]:
    """Register one more passkey."""
    form = await read_form(request, OwnForm)
    return await _change_account(
        site, request, lambda who: authentication_of(site).add_passkey(who, form.label, form.passkey)
    )


@post("/me/passkeys/{passkey_id:str}/remove", opt={SESSION: True})
async def remove_passkey(
    site: NamedDependency[Site], request: StaffRequest, passkey_id: FromPath[str]
) -> Response[Any]:
    """End a passkey of the account."""
    return await _change_account(
        site, request, lambda who: authentication_of(site).remove_passkey(who, passkey_id)
    )


@post("/me/sessions/{session_id:str}/end", opt={SESSION: True})
async def end_session(
    site: NamedDependency[Site], request: StaffRequest, session_id: FromPath[str]
) -> Response[Any]:
    """End a session of the account."""
    return await _change_account(
        site, request, lambda who: authentication_of(site).end_session(who, session_id)
    )


@post("/me/sessions/end", opt={SESSION: True})
async def end_all(site: NamedDependency[Site], request: StaffRequest) -> Response[Any]:
    """End all sessions of the account, this one too."""
    authentication = authentication_of(site)
    await site.in_thread(authentication.sign_out_everywhere, _signed_in(request))
    return clear_session_cookie(Redirect(SIGN_IN, status_code=303), authentication)


@post("/me/codes", opt={SESSION: True})
async def new_codes(site: NamedDependency[Site], request: StaffRequest) -> Response[Any]:
    """Make ten new recovery codes and show them, this once."""

    def make() -> Response[str]:
        who = _signed_in(request)
        try:
            codes = authentication_of(site).renew_codes(who)
        except SignedOutError as problem:
            return _own(site, request, problem)
        return _public_page(site, "staff/codes.html", account=who, codes=codes, next_page=OWN)

    return await run_in_thread(site, make)


@post("/sign-out", opt={SESSION: True})
async def sign_out(site: NamedDependency[Site], request: StaffRequest) -> Response[Any]:
    """End this session."""
    authentication = authentication_of(site)
    await site.in_thread(authentication.sign_out, _signed_in(request))
    return clear_session_cookie(Redirect(SIGN_IN, status_code=303), authentication)


async def _change_account(site: Site, request: StaffRequest, work: Any) -> Response[Any]:  # noqa: ANN401 - a call on who it is
    """Change the account and show it as it is now, or say what was wrong."""

    def answer() -> Response[Any]:
        try:
            work(_signed_in(request))
        except RadiokeyError as problem:
            return _own(site, request, problem)
        return Redirect(OWN, status_code=303, headers=dict(NO_STORE))

    return await run_in_thread(site, answer)


def _signed_in(request: StaffRequest) -> SignedIn:
    """Return the signed-in account; the guard lets nobody else in."""
    who = request.auth.who
    assert who is not None
    return who


OPEN: Final = (sign_in_page, sign_in, link_page, enrol, recovery_page, recover)
OWN_HANDLERS: Final = (own, add_passkey, remove_passkey, end_session, end_all, new_codes, sign_out)
