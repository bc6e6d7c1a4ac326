"""The registrar's pages, second part: tokens, keys, the log, and the auditor's page: who did what to what."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission, permissions
from radiokey.base.identity.tokens import DAYS_MAX
from radiokey.base.keys.keyring import KeyRing
from radiokey.base.keys.seal import SEALS_MAX
from radiokey.base.log.note import Checkpoint, split_note
from radiokey.base.ports.store import TokenCard
from radiokey.base.sql.principals import Principal
from radiokey.errors import ChangedMeanwhileError, NotThereError, RadiokeyError, UsageError
from radiokey.web import registry
from radiokey.web.forms import Short, Text, convert
from radiokey.web.frame import Asking, StaffForm, aside, fields, show, takes
from radiokey.web.render import NO_STORE
from radiokey.web.site import Site

PAGE: Final = 100
"""Entries of the audit on a page."""
_BEYOND: Final = 1 << 62


# --- tokens -----------------------------------------------------------------------------------------------


class TokenForm(StaffForm, frozen=True, kw_only=True):
    """A token to make: its scopes in one text; `listed` stands for the tokens that the page showed."""

    account: Short = ""
    organisation: Text = ""
    scopes: Text = ""
    days: Short = ""
    listed: Short = ""


class EndedForm(StaffForm, frozen=True, kw_only=True):
    """Which token a form ended that led back to the list."""

    ended: Short = ""


@get("/registrar/tokens", sync_to_thread=True, opt=takes(Permission.TOKEN_LIST))
def tokens(site: NamedDependency[Site], request: Asking, ended: FromQuery[str] = "") -> Response[str]:
    """Show the tokens that nobody ended."""
    form = convert({"ended": ended}, EndedForm)
    return _tokens_page(site, request, ended=form.ended if site.base.tokens.ended(form.ended) else "")


def _tokens_page(
    site: Site,
    request: Asking,
    problem: RadiokeyError | None = None,
    kept: TokenForm | None = None,
    ended: str = "",
) -> Response[str]:
    cards = site.base.tokens.list()
    return show(
        site,
        request,
        "registrar/tokens.html",
        problem=problem,
        cards=cards[::-1],
        ended=ended,
        listed=_listed(cards),
        givable=sorted(registry.givable(request.auth)),
        kept=kept or TokenForm(organisation=request.auth.organisation, days="90"),
        days_max=DAYS_MAX,
    )


def _listed(cards: Sequence[TokenCard]) -> str:
    """Return what stands for these tokens: of two of one millisecond neither is the newest."""
    return hashlib.sha256(" ".join(sorted(card.id for card in cards)).encode()).hexdigest()[:32]


@post("/registrar/tokens", status_code=200, opt=takes(Permission.TOKEN_MAKE))
async def make_token(site: NamedDependency[Site], request: Asking) -> Response[Any]:
    """Make a token and show it, this once; the same form again makes no second one."""
    form = await fields(request, TokenForm)

    def work() -> Response[Any]:
        try:
            cards = site.base.tokens.list()
            if form.listed != _listed(cards):
                raise ChangedMeanwhileError(
                    "a token was made or ended since this form was opened",
                    hint="see whether it is the one you wanted",
                )
            if not (form.days.isascii() and form.days.isdecimal()):
                raise UsageError(f"a token holds for 1 to {DAYS_MAX} days", hint="type a whole number")
            scopes = permissions(form.scopes.replace(",", " ").split())
            account, organisation = form.account.strip(), form.organisation.strip()
            wanted = registry.Wanted(account, organisation, scopes, int(form.days))
            token, card = registry.make_token(site, request.auth, wanted)
        except RadiokeyError as problem:
            return _tokens_page(site, request, problem, form)
        return show(site, request, "registrar/token.html", card=card, token=token)

    return await aside(site, work)


@post("/registrar/tokens/{token_id:str}/end", opt=takes(Permission.TOKEN_END))
async def end_token(site: NamedDependency[Site], request: Asking, token_id: FromPath[str]) -> Response[Any]:
    """End a token for ever; one that was ended already, by whomever, stays so and nothing is said twice."""
    await fields(request, StaffForm)

    def work() -> Response[Any]:
        try:
            site.base.tokens.end(token_id, by=request.auth.by)
        except NotThereError as problem:
            if not site.base.tokens.ended(token_id):
                return _tokens_page(site, request, problem)
        except RadiokeyError as problem:
            return _tokens_page(site, request, problem)
        return Redirect(f"/registrar/tokens?ended={token_id}", status_code=303, headers=NO_STORE)

    return await aside(site, work)


# --- keys -------------------------------------------------------------------------------------------------


@get("/registrar/keys", sync_to_thread=True, opt=takes(Permission.KEY_LIST))
def keys(site: NamedDependency[Site], request: Asking) -> Response[str]:
    """Show the keys of the ring by their ids, what each seals, and how far a turn is."""
    return _keys_page(site, request)


def _keys_page(site: Site, request: Asking, problem: RadiokeyError | None = None) -> Response[str]:
    path = site.base.location.secret("keys")
    cards = KeyRing(path).cards() if path.exists() else ()
    with site.base.stores.of(Principal.KEEPER).snapshot() as seen:
        codes, papers = seen.sealed_with(), seen.papers_sealed_with()
    missing = sorted((set(codes) | set(papers)) - {card.id for card in cards})
    return show(
        site,
        request,
        "registrar/keys.html",
        problem=problem,
        cards=cards,
        codes=codes,
        papers=papers,
        missing=missing,
        seals_max=SEALS_MAX,
        turn=site.turning.last,
    )


@post("/registrar/keys/turn", opt=takes(Permission.KEY_TURN))
async def turn(site: NamedDependency[Site], request: Asking) -> Response[Any]:
    """Begin to seal every code with the next key, or go on with it."""
    await fields(request, StaffForm)

    def work() -> Response[Any]:
        try:
            site.turning.begin(request.auth.by)
        except RadiokeyError as problem:
            return _keys_page(site, request, problem)
        return Redirect("/registrar/keys", status_code=303, headers=NO_STORE)

    return await aside(site, work)


# --- the log ----------------------------------------------------------------------------------------------


@get("/registrar/log", sync_to_thread=True, opt=takes(Permission.METRICS_READ))
def log(site: NamedDependency[Site], request: Asking) -> Response[str]:
    """Show how large the log is, what was signed last and by whom, and when all of it was last recomputed."""
    note = site.base.log.note()
    text, lines = split_note(note) if note is not None else ("", [])
    ours = site.base.log.key
    return show(
        site,
        request,
        "registrar/log.html",
        note=note,
        checkpoint=Checkpoint.parse(text) if note is not None else None,
        key=str(ours),
        witnesses=[line.name for line in lines if not line.of(ours)],
        look=site.watch.last,
    )


# --- the audit --------------------------------------------------------------------------------------------


class AuditForm(StaffForm, frozen=True, kw_only=True):
    """What of the audit to show: one subject, and what is older than an entry."""

    subject: Text = ""
    before: Short = ""


@get("/registrar/audit", sync_to_thread=True, opt=takes(Permission.AUDIT_READ))
def audit(
    site: NamedDependency[Site],
    request: Asking,
    subject: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[str]:
    """Show the audit, the newest first."""
    form = convert({"subject": subject, "before": before}, AuditForm)
    if form.before and not (form.before.isascii() and form.before.isdecimal() and int(form.before) < _BEYOND):
        raise UsageError("the audit has no such page", hint="begin with the newest")
    named = form.subject.strip()
    with site.base.stores.of(Principal.AUDITOR).snapshot() as seen:
        lines = seen.acts_before(int(form.before or _BEYOND), PAGE + 1, named)
    return show(
        site,
        request,
        "registrar/audit.html",
        lines=lines[:PAGE],
        older=lines[PAGE - 1].id if len(lines) > PAGE else 0,
        subject=named,
        before=form.before,
    )


HANDLERS: Final = (tokens, make_token, end_token, keys, turn, log, audit)
