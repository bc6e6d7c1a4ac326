"""Who asks: a person by their session, an account by its token, this machine's own user, or an address.

Specified in docs/spec/api.md, and for sessions in docs/spec/staff.md.

An address is what the connection says. Behind a proxy it is what the proxy says, and only where that proxy
was configured: anybody can send a header. A request that an unknown proxy forwarded is from nobody's own
machine.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final, cast

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers.base import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from radiokey.base.identity.roles import EVERY, Permission
from radiokey.base.identity.tokens import not_held
from radiokey.errors import FormError, NotAllowedError, SignedOutError, TokenInClearError, UsageError
from radiokey.web.session import SESSION, check_form, keep_words, signed_in

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from radiokey.base.identity.authentication import SignedIn
    from radiokey.web.site import Site

LOCAL: Final = "local"
PERMISSION: Final = "permission"
BY_LINK: Final = "by_link"
"""Marks a form whose address only whoever holds its signed link knows."""
FORWARDED: Final = (b"x-forwarded-for", b"forwarded", b"via")
_BEARER: Final = "bearer "
_LINE_BITS: Final = {4: 32, 6: 64}
_NETWORK_BITS: Final = {4: 24, 6: 56}

Connection = ASGIConnection[Any, Any, Any, Any]


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
    who: "SignedIn | None" = None

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
    elif not (is_local(connection) or connection.scope["scheme"] == "https"):
        raise TokenInClearError(
            "a token came over a connection that others can read",
            hint="use https, and end this token: it may have been read",
        )
    else:
        holder = await sync_to_thread(site.base.tokens.holder, text)
        caller = Caller(
            f"account:{holder.account}",
            network_of(site, connection),
            holder.account,
            holder.organisation,
            holder.scopes,
        )
    if permission is not None and permission not in caller.scopes:
        if caller.who is not None:
            raise NotAllowedError(
                f"a person with the role {caller.who.role} does not do that", hint=f"it takes {permission}"
            )
        raise NotAllowedError("this token may not do that", hint=f"it takes the scope {permission}")
    connection.scope["auth"] = caller


async def _person(site: "Site", connection: Connection) -> Caller:
    """Return whoever is signed in."""
    try:
        who = await sync_to_thread(signed_in, site, connection)
        await check_form(site, connection, who)
    except (SignedOutError, FormError):
        await keep_words(connection)
        raise
    return Caller(
        f"account:{who.account}",
        network_of(site, connection),
        who.account,
        who.organisation,
        who.scopes,
        who,
    )


def _stranger(site: "Site", connection: Connection) -> Caller:
    return Caller(client_of(site, connection), network_of(site, connection))


def _bearer(connection: Connection) -> str | None:
    """Return the token that a request brings; an empty one where it brings something else."""
    said = connection.headers.get("authorization")
    if said is None:
        return None
    return said[len(_BEARER) :].strip(" ") if said.lower().startswith(_BEARER) else ""


def address_of(connection: Connection) -> IPv4Address | IPv6Address | None:
    """Return the address that asks, an IPv4 one as such; `None` where there is none."""
    try:
        address = ip_address(connection.client.host if connection.client else "")
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_local(connection: Connection) -> bool:
    """Tell whether the request was made on this very machine."""
    address = address_of(connection)
    forwarded = any(name in FORWARDED for name, _ in connection.scope["headers"])
    return address is not None and address.is_loopback and not forwarded


def client_of(site: "Site", connection: Connection) -> str:
    """Return who asks without a token, for the limit: this machine's own user, or a digest of the address.

    An IPv6 line has 2^64 addresses of its own: all of them are one client.
    """
    return LOCAL if is_local(connection) else _digest(site, connection, "client", _LINE_BITS)


def network_of(site: "Site", connection: Connection) -> str:
    """Return where somebody asks from, for the limit: a digest of the network; empty for this machine."""
    return "" if is_local(connection) else _digest(site, connection, "network", _NETWORK_BITS)


def _digest(site: "Site", connection: Connection, purpose: str, bits: dict[int, int]) -> str:
    address = address_of(connection)
    if address is None:
        name = connection.client.host if connection.client else ""
    else:
        name = str(ip_network((address, bits[address.version]), strict=False))
    return hmac.digest(site.purpose_key(purpose), name.encode(), "sha256").hex()[:32]


class BehindProxy:
    """Takes a configured proxy's word for who asks and whether over TLS; wraps the whole application.

    The last address in `X-Forwarded-For` that is no such proxy's asks: those before it are what it said.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._app = app
        self._proxies = tuple(map(network, proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as the proxy's client sent it."""
        if scope["type"] == ScopeType.HTTP and self._is_proxy((scope["client"] or ("", 0))[0]):
            told = dict(scope["headers"])
            hops = told.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
            asks = next((hop.strip() for hop in reversed(hops) if not self._is_proxy(hop.strip())), "")
            scope["client"] = (asks, 0)
            cast("dict[str, Any]", scope)["scheme"] = (
                "https" if told.get(b"x-forwarded-proto") == b"https" else "http"
            )
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in FORWARDED]
        await self._app(scope, receive, send)

    def _is_proxy(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in proxy for proxy in self._proxies)


def network(text: str) -> "IPv4Network | IPv6Network":
    """Return an address or a network of proxies; raise `UsageError`."""
    try:
        return ip_network(text)
    except ValueError:
        raise UsageError(
            "a proxy is an address or a network", hint="like 127.0.0.1 or 192.0.2.0/24"
        ) from None
