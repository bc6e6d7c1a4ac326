"""Where a request comes from: an address, as the connection or a configured proxy says (`forwarded`).

A request that an unknown proxy forwarded does not count as made on this machine.
"""

import hmac
from functools import lru_cache
from ipaddress import IPv6Address, ip_network
from typing import Any, Final

from litestar.connection import ASGIConnection

from radiokey.web.http.forwarded import ADDRESSES_KEPT, FORWARDED, Address, parse_address

LOCAL: Final = "local"
"""Who asks from this very machine."""
_LINE_BITS: Final = (32, 64)
_NETWORK_BITS: Final = (24, 56)
"""Of an address of IPv4, and of one of IPv6."""

Connection = ASGIConnection[Any, Any, Any, Any]


def address_of(connection: Connection) -> Address | None:
    """Return the address that asks, an IPv4 one as such; `None` where there is none."""
    return parse_address(connection.client.host if connection.client else "")


def is_local(connection: Connection) -> bool:
    """Tell whether the request was made on this very machine."""
    address = address_of(connection)
    forwarded = any(name in FORWARDED for name, _ in connection.scope["headers"])
    return address is not None and address.is_loopback and not forwarded


def client_of(connection: Connection, key: bytes) -> str:
    """Return who asks without a token, for the limit: this machine's own user, or the line."""
    return LOCAL if is_local(connection) else line_of(connection, key)


def line_of(connection: Connection, key: bytes) -> str:
    """Return a digest of the address that asks.

    An IPv6 line has 2^64 addresses of its own: all of them are one client.
    """
    return _digest(connection, key, _LINE_BITS)


def network_of(connection: Connection, key: bytes) -> str:
    """Return where somebody asks from, for the limit: a digest of the network; empty for this machine."""
    return "" if is_local(connection) else _digest(connection, key, _NETWORK_BITS)


def _digest(connection: Connection, key: bytes, bits: tuple[int, int]) -> str:
    name = _network_of(connection.client.host if connection.client else "", bits)
    return hmac.digest(key, name.encode(), "sha256").hex()[:32]


@lru_cache(ADDRESSES_KEPT)
def _network_of(host: str, bits: tuple[int, int]) -> str:
    """Return the network that an address is in, so many bits of it; what is no address stays as it is."""
    address = parse_address(host)
    if address is None:
        return host
    return str(ip_network((address, bits[isinstance(address, IPv6Address)]), strict=False))
