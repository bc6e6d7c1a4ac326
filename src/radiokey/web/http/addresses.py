"""Where a request comes from: an address, as the connection or a configured proxy says.

An address is what the connection says. Behind a proxy it is what the proxy says, and only where that proxy
was configured: anybody can send a header. A request that an unknown proxy forwarded does not
count as made on this machine.
"""

import hmac
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, cast

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from radiokey.errors import UsageError

LOCAL: Final = "local"
"""Who asks from this very machine."""
FORWARDED: Final = (b"x-forwarded-for", b"forwarded", b"via")
_LINE_BITS: Final = {4: 32, 6: 64}
_NETWORK_BITS: Final = {4: 24, 6: 56}

Connection = ASGIConnection[Any, Any, Any, Any]


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


def client_of(connection: Connection, key: bytes) -> str:
    """Return who asks without a token, for the limit: this machine's own user, or a digest of the address.

    An IPv6 line has 2^64 addresses of its own: all of them are one client.
    """
    return LOCAL if is_local(connection) else _digest(connection, key, _LINE_BITS)


def network_of(connection: Connection, key: bytes) -> str:
    """Return where somebody asks from, for the limit: a digest of the network; empty for this machine."""
    return "" if is_local(connection) else _digest(connection, key, _NETWORK_BITS)


def _digest(connection: Connection, key: bytes, bits: dict[int, int]) -> str:
    address = address_of(connection)
    if address is None:
        name = connection.client.host if connection.client else ""
    else:
        name = str(ip_network((address, bits[address.version]), strict=False))
    return hmac.digest(key, name.encode(), "sha256").hex()[:32]


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
            headers = dict(scope["headers"])
            hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
            asks = next((hop.strip() for hop in reversed(hops) if not self._is_proxy(hop.strip())), "")
            scope["client"] = (asks, 0)
            cast("dict[str, Any]", scope)["scheme"] = (
                "https" if headers.get(b"x-forwarded-proto") == b"https" else "http"
            )
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in FORWARDED]
        await self._app(scope, receive, send)

    def _is_proxy(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in proxy for proxy in self._proxies)


def network(text: str) -> IPv4Network | IPv6Network:
    """Return an address or a network of proxies; raise `UsageError`."""
    try:
        return ip_network(text)
    except ValueError:
        raise UsageError(
            "a proxy is an address or a network", hint="like 127.0.0.1 or 192.0.2.0/24"
        ) from None
