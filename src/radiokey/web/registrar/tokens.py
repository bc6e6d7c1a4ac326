"""The registrar's page of API tokens."""

import hashlib
from collections.abc import Sequence
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission, permissions
from radiokey.base.identity.tokens import DAYS_MAX
from radiokey.base.ports.store import TokenCard
from radiokey.digits import parse_digits
from radiokey.errors import ChangedMeanwhileError, NotThereError, RadiokeyError
from radiokey.language.speech import gettext
from radiokey.web.http.forms import Short, Text, convert
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff import token_requests
from radiokey.web.staff.page import (
    SHOWN_MINUTES,
    StaffForm,
    StaffRequest,
    kept_of,
    lead_back,
    read_form,
    requires,
    run_in_thread,
    said_of,
    show_page,
)
from radiokey.web.staff.token_requests import TokenRequest, givable

PAGE: Final = "/registrar/tokens"
MADE: Final = "/registrar/tokens/made"


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


@get(PAGE, sync_to_thread=True, opt=requires(Permission.TOKEN_LIST))
def tokens(site: NamedDependency[Site], request: StaffRequest, ended: FromQuery[str] = "") -> Response[str]:
    """Show the tokens that nobody ended."""
    form, cards = convert({"ended": ended}, EndedForm), site.base.tokens.list()
    return show_page(
        site,
        request,
        "registrar/tokens.html",
        cards=cards[::-1],
        ended=form.ended if site.base.tokens.ended(form.ended) else "",
        listed=_listed(cards),
        givable=sorted(givable(request.auth)),
        kept=kept_of(said_of(site, request), TokenForm)
        or TokenForm(organisation=request.auth.organisation, days="90"),
        days_max=DAYS_MAX,
    )


def _listed(cards: Sequence[TokenCard]) -> str:
    """Return what stands for these tokens: of two of one millisecond neither is the newest."""
    return hashlib.sha256(" ".join(sorted(card.id for card in cards)).encode()).hexdigest()[:32]


@post(PAGE, opt=requires(Permission.TOKEN_MAKE))
async def make_token(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Make a token and lead to the page that shows it; the same form again makes no second one."""
    form = await read_form(request, TokenForm)

    def work() -> Redirect:
        try:
            cards = site.base.tokens.list()
            if form.listed != _listed(cards):
                raise ChangedMeanwhileError(
                    gettext("a token was made or ended since this form was opened"),
                    hint=gettext("see whether it is the one you wanted"),
                )
            says = gettext("a token holds for 1 to {days_max} days", days_max=DAYS_MAX)
            days = parse_digits(form.days, DAYS_MAX, least=1, says=says, hint=gettext("type a whole number"))
            scopes = permissions(form.scopes.replace(",", " ").split())
            account, organisation = form.account.strip(), form.organisation.strip()
            wanted = TokenRequest(account, organisation, scopes, days)
            token, card = token_requests.make_token(site, request.auth, wanted)
        except RadiokeyError as problem:
            return lead_back(site, request, PAGE, problem, kept=form)
        return lead_back(site, request, MADE, typed={"id": card.id}, secret=token.reveal())

    return await run_in_thread(site, work)


@get(MADE, sync_to_thread=True, opt=requires(Permission.TOKEN_MAKE))
def show_token(site: NamedDependency[Site], request: StaffRequest) -> Response[str] | Redirect:
    """Show a token to the account that made it, for some minutes."""
    said = said_of(site, request)
    token = site.visits.secret_of(said)
    card = next((card for card in site.base.tokens.list() if card.id == said.typed.get("id")), None)
    if token is None or card is None:
        return Redirect(PAGE, status_code=303, headers=NO_STORE)
    return show_page(site, request, "registrar/token.html", card=card, token=token, minutes=SHOWN_MINUTES)


@post("/registrar/tokens/{token_id:str}/end", opt=requires(Permission.TOKEN_END))
async def end_token(site: NamedDependency[Site], request: StaffRequest, token_id: FromPath[str]) -> Redirect:
    """End a token for ever; for one that was ended already nothing changes."""
    await read_form(request, StaffForm)

    def work() -> Redirect:
        try:
            site.base.tokens.end(token_id, by=request.auth.by)
        except NotThereError as problem:
            if not site.base.tokens.ended(token_id):
                return lead_back(site, request, PAGE, problem)
        except RadiokeyError as problem:
            return lead_back(site, request, PAGE, problem)
        return Redirect(f"{PAGE}?ended={token_id}", status_code=303, headers=NO_STORE)

    return await run_in_thread(site, work)


HANDLERS: Final = (tokens, make_token, show_token, end_token)
