"""Who asks: a person by their session, an account by its token, this machine's own user, or an address.

Specified in docs/spec/api.md, and for sessions in docs/spec/staff.md.
"""

from dataclasses import dataclass
from typing import Final

from litestar.concurrency import sync_to_thread
from litestar.handlers.base import BaseRouteHandler

from radiokey.base.identity.authentication import SignedIn
from radiokey.base.identity.roles import EVERY, Permission, role_name
from radiokey.base.identity.tokens import not_held
from radiokey.errors import FormError, NotAllowedError, SignedOutError, TokenInClearError
from radiokey.language.speech import gettext
from radiokey.web.auth.session import SESSION, check_form, keep_words, signed_in
from radiokey.web.http.addresses import LOCAL, Connection, is_local
from radiokey.web.site import Site

PERMISSION: Final = "permission"
_BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `client` and `network` for the limits; `account` and `organisation` where it is known.

    `who` is the person, where a session says so.
    """

    client: str
    network: str
    account: str = ""
    organisation: str = ""
    scopes: frozenset[Permission] = frozenset()
    who: SignedIn | None = None

    @property
    def by(self) -> str:
        """Who it is in the audit."""
        return self.account or LOCAL


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """Find out who asks and whether they may; the guard of every route of the API and of the staff.

    A route of the staff takes a session, and a token where it takes a permission. Raises `TokenError`,
    `TokenInClearError`, `NotAllowedError`, `SignedOutError`, `FormError`, `StoreError`.
    """
    permission: Permission | None = handler.opt.get(PERMISSION)
    site: Site = connection.app.state.site
    text = _bearer(connection)
    hosted = site.base.organisation is not None
    if handler.opt.get(SESSION) and (permission is None or (text is None and hosted)):
        caller = await _person(site, connection)
    elif permission is None:
        caller = _stranger(site, connection)
    elif text is None and not hosted and is_local(connection):
        caller = Caller(LOCAL, "", scopes=EVERY)
    elif text is None:
        raise not_held()
    else:
        caller = await _account_of(site, connection, text)
    if permission is not None and permission not in caller.scopes:
        if caller.who is not None:
            raise NotAllowedError(
                gettext("a person with the role {role} does not do that", role=role_name(caller.who.role)),
                hint=gettext("ask a registrar who does it here"),
            )
        raise NotAllowedError(
            gettext("this token may not do that"),
            hint=gettext("it takes the scope {permission}", permission=permission),
        )
    connection.scope["auth"] = caller


async def _account_of(site: Site, connection: Connection, token: str) -> Caller:
    """Return the account that a token is of; raise `TokenInClearError`, `TokenError`, `StoreError`."""
    if not (is_local(connection) or connection.scope["scheme"] == "https"):
        raise TokenInClearError(
            gettext("a token came over a connection that others can read"),
            hint=gettext("use https, and end this token: it may have been read"),
        )
    holder = await site.token_holder(token)
    return Caller(
        f"account:{holder.account}",
        site.network(connection),
        holder.account,
        holder.organisation,
        holder.scopes,
    )


async def _person(site: Site, connection: Connection) -> Caller:
    """Return the account that is signed in."""
    try:
        who = await sync_to_thread(signed_in, site, connection)
        await check_form(site, connection, who)
    except (SignedOutError, FormError):
        await keep_words(connection)
        raise
    return Caller(
        f"account:{who.account}",
        site.network(connection),
        who.account,
        who.organisation,
        who.scopes,
        who,
    )


def _stranger(site: Site, connection: Connection) -> Caller:
    return Caller(site.client(connection), site.network(connection))


def _bearer(connection: Connection) -> str | None:
    """Return the token that a request brings; an empty one where it brings something else."""
    said = connection.headers.get("authorization")
    if said is None:
        return None
    return said[len(_BEARER) :].strip(" ") if said.lower().startswith(_BEARER) else ""
