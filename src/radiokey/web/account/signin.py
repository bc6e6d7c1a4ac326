"""Signing in and out, the page of a one-time link, recovery, and the account page: passkeys, sessions, codes.

Nobody types a name to sign in, and no page says which accounts exist. A form of a person who is not signed in
yet has no secret to carry; it can only come from this site (`radiokey.web.http.origins`), and its answer of a
passkey is bound to it. An account page shows what belongs to the signed-in account, never what a request
names.
"""

from collections.abc import Iterable
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.base.identity.authentication import Authentication, SignedIn
from radiokey.base.identity.passkeys import written
from radiokey.base.identity.roles import ROLES, Permission
from radiokey.base.identity.secret_values import RecoveryCode, Secret
from radiokey.errors import (
    FormError,
    LinkError,
    NotThereError,
    RadiokeyError,
    SignedOutError,
    SignInError,
    UsageError,
)
from radiokey.language.speech import gettext
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
from radiokey.web.http.logs import seen_of
from radiokey.web.http.problems import form_problem
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.visits import FormAnswer
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    SHOWN_MINUTES,
    StaffForm,
    StaffRequest,
    lead_back,
    read_form,
    run_in_thread,
    said_of,
    show_page,
)

HOMES: Final = (
    (Permission.REQUEST_READ, "/desk"),
    (Permission.STAFF_LIST, "/registrar/staff"),
)
"""Where people go after they signed in: the first page that they may."""
OWN: Final = "/me"
CODES: Final = "/me/codes"
SIGN_IN: Final = "/sign-in"
NOT_TAKEN: Final = "/sign-in/not-taken"
RECOVERY: Final = "/recovery"
ENROLLED: Final = "/enrolled"


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
            gettext("nobody signs in here"),
            hint=gettext(
                "a hosted base does that at its own address: radiokey serve --site https://codes.example.org"
            ),
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
    return _not_taken(request, error, f"{SIGN_IN}?to={page_of(path)}")


def not_of_this_session(request: Request[Any, Any, State], error: FormError) -> Response[Any]:
    """Answer a form that another session gave out: usually after signing in again in another window."""
    return _not_taken(request, error, page_of(request.url.path))


def _not_taken(request: Request[Any, Any, State], error: RadiokeyError, to: str) -> Response[Any]:
    """Lead to the page that gives back what was written into a form that was not taken."""
    if request.scope["method"] in READS:
        return problems.page(request, error, "staff/kept.html", to=to, words="")
    site: Site = request.app.state.site
    seen_of(request.scope).slug = error.slug
    return _lead_to(site, NOT_TAKEN, error, hold=True, to=to, words=words_of(request))


@get(NOT_TAKEN, sync_to_thread=False)
def not_taken(site: NamedDependency[Site], said: FromQuery[str] = "") -> Response[str]:
    """Give back what was written into a form that was not taken, to copy it."""
    answer = site.visits.answer_of(said, NOT_TAKEN)
    if answer.problem is None:
        raise NotFoundException
    to, words = answer.typed.get("to", SIGN_IN), answer.typed.get("words", "")
    return _public_page(site, "staff/kept.html", answer, to=to, words=words)


# --- coming in --------------------------------------------------------------------------------------------


@get(SIGN_IN, sync_to_thread=False)
def sign_in_page(
    site: NamedDependency[Site], to: FromQuery[str] = "", said: FromQuery[str] = ""
) -> Response[str]:
    """Ask for a passkey of this site."""
    ask, answer = authentication_of(site).ask(), site.visits.answer_of(said, SIGN_IN)
    return _public_page(site, "staff/sign_in.html", answer, ask=ask, to=safe_redirect(to, ""))


@post(SIGN_IN)
async def sign_in(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Check the answer, and start a session under a new id."""
    form, authentication = await read(request, SignInForm), authentication_of(site)
    try:
        session, who = await site.in_thread(authentication.sign_in, form.passkey)
    except SignInError as problem:
        to = safe_redirect(form.to, "")
        return _lead_to(site, SIGN_IN, problem, page=f"{SIGN_IN}?to={to}" if to else "")
    return set_session_cookie(
        Redirect(safe_redirect(form.to, home(who)), status_code=303), authentication, session
    )


@get("/enrol/{secret:str}", sync_to_thread=True)
def link_page(site: NamedDependency[Site], secret: FromPath[str], said: FromQuery[str] = "") -> Response[str]:
    """Show whose one-time link it is, and ask for a new passkey."""
    welcome, answer = (
        authentication_of(site).welcome(Secret(secret)),
        site.visits.answer_of(said, _link_page(secret)),
    )
    return _public_page(
        site,
        "staff/enrol.html",
        answer,
        welcome=welcome,
        link=secret,
        label=answer.typed.get("label", ""),
    )


@post("/enrol/{secret:str}")
async def enrol(site: NamedDependency[Site], request: WebRequest, secret: FromPath[str]) -> Redirect:
    """Register the passkey, and lead to the page that shows the recovery codes."""
    form = await read(request, EnrolForm)
    return await run_in_thread(site, lambda: _enrolled(site, Secret(secret), form))


def _enrolled(site: Site, link: Secret, form: EnrolForm) -> Redirect:
    authentication = authentication_of(site)
    welcome = authentication.welcome(link)
    try:
        codes = authentication.enrol(link, form.label, form.passkey)
    except (SignInError, UsageError) as problem:
        return _lead_to(site, _link_page(link.reveal()), problem, label=form.label)
    said = FormAnswer(typed={"account": welcome.account.name})
    address = site.visits.address(ENROLLED, ENROLLED, said, secret=_lines(codes))
    return Redirect(address, status_code=303, headers=NO_STORE)


@get(ENROLLED, sync_to_thread=False)
def enrolled(site: NamedDependency[Site], said: FromQuery[str] = "") -> Response[str]:
    """Show the recovery codes of a new passkey, for some minutes."""
    authentication_of(site)
    return _codes_page(site, site.visits.answer_of(said, ENROLLED), SIGN_IN)


def _link_page(secret: str) -> str:
    return f"/enrol/{secret}"


def _lines(codes: Iterable[RecoveryCode]) -> str:
    return "\n".join(code.reveal() for code in codes)


def _codes_page(site: Site, said: FormAnswer, next_page: str) -> Response[str]:
    """Show recovery codes; where they are gone, say so."""
    codes = site.visits.secret_of(said) if said.typed else None
    if codes is None and said.secret:
        raise LinkError(
            gettext("these codes are shown no more"),
            hint=gettext("sign in: your own page makes ten new ones"),
        )
    if not said.typed:
        raise NotFoundException
    return _public_page(
        site,
        "staff/codes.html",
        said,
        account=said.typed["account"],
        codes=(codes or "").splitlines(),
        minutes=SHOWN_MINUTES,
        next_page=next_page,
    )


@get(RECOVERY, sync_to_thread=False)
def recovery_page(site: NamedDependency[Site], said: FromQuery[str] = "") -> Response[str]:
    """Ask for a recovery code."""
    authentication_of(site)
    answer = site.visits.answer_of(said, RECOVERY)
    return _public_page(site, "staff/recovery.html", answer, account=answer.typed.get("account", ""))


@post(RECOVERY)
async def recover(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Take a recovery code, and lead to a link for a new passkey; to nothing else."""
    form = await read(request, RecoveryForm)
    client = site.client(request)
    return await run_in_thread(site, lambda: _recovered(site, form, client))


def _recovered(site: Site, form: RecoveryForm, client: str) -> Redirect:
    name = form.account.strip().lower()
    try:
        link = authentication_of(site).recover(name, RecoveryCode.read(form.code), client)
    except SignInError as problem:
        return _lead_to(site, RECOVERY, problem, account=name)
    return Redirect(_link_page(link.reveal()), status_code=303, headers=dict(NO_STORE))


def _public_page(
    site: Site,
    template: str,
    said: FormAnswer,
    **context: Any,  # noqa: ANN401 - whatever the template names
) -> Response[str]:
    """Return a page that needs no session, with what it says of its form; no cache stores it."""
    status = said.problem.status if said.problem else 200
    return site.pages.show(template, status=status, headers=NO_STORE, problem=said.problem, **context)


def _lead_to(
    site: Site, place: str, problem: RadiokeyError, *, page: str = "", hold: bool = False, **typed: str
) -> Redirect:
    """Lead to the page of a form that needs no session: it says what was wrong and has what was typed."""
    said = FormAnswer(
        problem=form_problem(problem), typed={name: text for name, text in typed.items() if text}
    )
    address = site.visits.address(page or place, place, said, hold=hold)
    return Redirect(address, status_code=303, headers=NO_STORE)


# --- the account page -------------------------------------------------------------------------------------


@get(OWN, sync_to_thread=True, opt={SESSION: True})
def own(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Show the account's passkeys, sessions and how many recovery codes are left."""
    authentication, who = authentication_of(site), _signed_in(request)
    mine = authentication.mine(who)
    passkeys = [(written(one.id), one) for one in mine.passkeys]
    sessions = [(one.hashed.hex(), one) for one in mine.sessions]
    return show_page(
        site,
        request,
        "staff/own.html",
        ask=authentication.ask_another(who),
        who=who,
        passkeys=passkeys,
        sessions=sessions,
        codes=mine.codes,
        label=said_of(site, request).typed.get("label", ""),
    )


@post("/me/passkeys", opt={SESSION: True})
async def add_passkey(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Register one more passkey."""
    form = await read_form(request, OwnForm)
    return await _change_account(
        site, request, lambda who: authentication_of(site).add_passkey(who, form.label, form.passkey), form
    )


@post("/me/passkeys/{passkey_id:str}/remove", opt={SESSION: True})
async def remove_passkey(
    site: NamedDependency[Site], request: StaffRequest, passkey_id: FromPath[str]
) -> Redirect:
    """End a passkey of the account."""
    return await _change_account(
        site, request, lambda who: authentication_of(site).remove_passkey(who, passkey_id)
    )


@post("/me/sessions/{session_id:str}/end", opt={SESSION: True})
async def end_session(
    site: NamedDependency[Site], request: StaffRequest, session_id: FromPath[str]
) -> Redirect:
    """End a session of the account."""
    return await _change_account(
        site, request, lambda who: authentication_of(site).end_session(who, session_id)
    )


@post("/me/sessions/end", opt={SESSION: True})
async def end_all(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """End all sessions of the account, this one too."""
    authentication = authentication_of(site)
    await site.in_thread(authentication.sign_out_everywhere, _signed_in(request))
    return clear_session_cookie(Redirect(SIGN_IN, status_code=303), authentication)


@post(CODES, opt={SESSION: True})
async def new_codes(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Make ten new recovery codes, and lead to the page that shows them."""

    def make() -> Redirect:
        who = _signed_in(request)
        try:
            codes = authentication_of(site).renew_codes(who)
        except SignedOutError as problem:
            return lead_back(site, request, OWN, problem)
        return lead_back(site, request, CODES, typed={"account": who.account}, secret=_lines(codes))

    return await run_in_thread(site, make)


@get(CODES, sync_to_thread=True, opt={SESSION: True})
def show_codes(site: NamedDependency[Site], request: StaffRequest) -> Response[str] | Redirect:
    """Show new recovery codes to the account that made them, for some minutes."""
    said = said_of(site, request)
    if not said.typed:
        return Redirect(OWN, status_code=303, headers=NO_STORE)
    return _codes_page(site, said, OWN)


@post("/sign-out", opt={SESSION: True})
async def sign_out(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """End this session."""
    authentication = authentication_of(site)
    await site.in_thread(authentication.sign_out, _signed_in(request))
    return clear_session_cookie(Redirect(SIGN_IN, status_code=303), authentication)


async def _change_account(
    site: Site,
    request: StaffRequest,
    work: Any,  # noqa: ANN401 - a call on who it is
    form: Form | None = None,
) -> Redirect:
    """Change the account and lead to its page, which says what was wrong, if anything was."""

    def answer() -> Redirect:
        try:
            work(_signed_in(request))
        except RadiokeyError as problem:
            return lead_back(site, request, OWN, problem, kept=form)
        return Redirect(OWN, status_code=303, headers=dict(NO_STORE))

    return await run_in_thread(site, answer)


def _signed_in(request: StaffRequest) -> SignedIn:
    """Return the signed-in account; the guard lets nobody else in."""
    who = request.auth.who
    assert who is not None
    return who


OPEN: Final = (sign_in_page, sign_in, link_page, enrol, enrolled, recovery_page, recover, not_taken)
OWN_HANDLERS: Final = (
    own,
    add_passkey,
    remove_passkey,
    end_session,
    end_all,
    new_codes,
    show_codes,
    sign_out,
)
