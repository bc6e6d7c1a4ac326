"""What proxies say about a request: who asks, and whether over TLS.

Anybody can send a header, so only a configured proxy is believed, and of what it sends only the part that it
wrote itself: the last address that is no such proxy's. Read are `X-Forwarded-For` (a custom, with ports and
brackets as proxies write them) and `Forwarded` (RFC 7239). Where both are there they have to agree, for a
proxy that writes one passes on the other as its client sent it. What cannot be read counts as the proxy: a
new form of a header must never be a new client.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from radiokey.errors import UsageError

FORWARDED: Final = (b"x-forwarded-for", b"forwarded", b"via")
THE_PROXY: Final = ""
"""The host of who asks where no proxy says it: no address, so it is never this machine."""

ADDRESSES_KEPT: Final = 1024
"""How many addresses stay read: one that asks often is read once."""
_ADDRESS_LENGTH_MAX: Final = 64
"""An address of IPv6 has 45 characters, and the name of an interface 16: nothing longer is read, or kept."""

Address = IPv4Address | IPv6Address

_NODE: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9.]+)(:(\d{1,5}|_[\w.-]+))?", re.ASCII)
# RFC 7239, section 4: pairs with ";" between them, elements with ",", values that can be quoted.
_PAIR: Final = re.compile(
    r"\s*(?P<name>[!#$%&'*+.^_`|~\w-]+)=(\"(?P<quoted>([^\"\\]|\\.)*)\"|(?P<token>[!#$%&'*+.^_`|~\w-]+))"
    r"\s*(?P<end>[;,]|$)",
    re.ASCII,
)


class BehindProxy:
    """Takes a configured proxy's word for who asks and whether over TLS; wraps the whole application."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._app = app
        self._proxies = tuple(map(network, proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as the proxy's client sent it."""
        if scope["type"] == ScopeType.HTTP and self._is_proxy(
            parse_address((scope["client"] or (THE_PROXY, 0))[0])
        ):
            headers = scope["headers"]
            scope["client"] = (self._find_client(headers), 0)
            cast("dict[str, Any]", scope)["scheme"] = find_scheme(headers)
            scope["headers"] = [pair for pair in headers if pair[0] not in FORWARDED]
        await self._app(scope, receive, send)

    def _find_client(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """Return the address that asks as text, `THE_PROXY` where none can be read or two disagree."""
        said = [
            self._last_hop(hops) for hops in (read_x_forwarded_for(headers), read_forwarded(headers)) if hops
        ]
        if not said or said[0] is None or any(hop != said[0] for hop in said):
            return THE_PROXY
        return str(said[0])

    def _last_hop(self, hops: Sequence[Address | None]) -> Address | None:
        return next((hop for hop in reversed(hops) if not self._is_proxy(hop)), None)

    def _is_proxy(self, address: Address | None) -> bool:
        return address is not None and any(address in proxy for proxy in self._proxies)


def read_x_forwarded_for(headers: Iterable[tuple[bytes, bytes]]) -> list[Address | None]:
    """Return who asked whom, the first asker first; `None` for what cannot be read, nothing where unsaid.

    >>> read_x_forwarded_for([(b"x-forwarded-for", b"[2001:db8::1]:4711, 192.0.2.7:80, unknown")])
    [IPv6Address('2001:db8::1'), IPv4Address('192.0.2.7'), None]
    """
    hops = [hop.strip() for value in _values(headers, b"x-forwarded-for") for hop in value.split(",")]
    return [_parse_node(hop) for hop in hops if hop]


def read_forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[Address | None]:
    """Return the `for=` of each element of `Forwarded`, in order; `None` for what is unreadable or unsaid.

    Where no element has one, nobody said who asks and the list is empty.

    >>> read_forwarded([(b"forwarded", b'for="[2001:db8::1]:80";proto=https, For=192.0.2.7')])
    [IPv6Address('2001:db8::1'), IPv4Address('192.0.2.7')]
    """
    elements = [element for value in _values(headers, b"forwarded") for element in _elements(value)]
    if not any(element is None or "for" in element for element in elements):
        return []
    return [None if element is None else _parse_node(element.get("for", "")) for element in elements]


def find_scheme(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return "https" where every proxy on the way says so, and "http" else."""
    headers = list(headers)
    said = [scheme.strip() for value in _values(headers, b"x-forwarded-proto") for scheme in value.split(",")]
    if not said:
        elements = [element for value in _values(headers, b"forwarded") for element in _elements(value)]
        said = [(element or {}).get("proto", "") for element in elements[-1:]]
    return "https" if said and all(scheme.lower() == "https" for scheme in said) else "http"


def parse_address(text: str) -> Address | None:
    """Return an address, an IPv4 one as such also where it is written as IPv6; `None` for any other text."""
    return None if len(text) > _ADDRESS_LENGTH_MAX else _read_address(text)


@lru_cache(ADDRESSES_KEPT)
def _read_address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))  # without the name of an interface
    return address


def network(text: str) -> IPv4Network | IPv6Network:
    """Return an address or a network of proxies; raise `UsageError`."""
    try:
        return ip_network(text)
    except ValueError:
        raise UsageError(
            "a proxy is an address or a network", hint="like 127.0.0.1 or 192.0.2.0/24"
        ) from None


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _parse_node(text: str) -> Address | None:
    """Return the address of "192.0.2.7", "192.0.2.7:80", "2001:db8::1", "[2001:db8::1]:80"."""
    node = _NODE.fullmatch(text)
    return parse_address(node["host"].strip("[]") if node else text)


def _elements(value: str) -> Iterable[dict[str, str] | None]:
    """Yield the pairs of each element of one `Forwarded`; `None` where it is not well formed, and no more."""
    element: dict[str, str] = {}
    value = value.strip(", \t")
    at = 0
    while at < len(value):
        pair = _PAIR.match(value, at)
        if pair is None or pair["name"].lower() in element:
            yield None
            return
        quoted = pair["quoted"]
        element[pair["name"].lower()] = pair["token"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        at = pair.end()
        if pair["end"] != ";":
            yield element
            element = {}
    if element:
        yield None
