"""Where a request comes from: an address, as the connection or a configured proxy says (`forwarded`).

A request that an unknown proxy forwarded does not count as made on this machine.
"""

import hmac
from ipaddress import ip_network
from typing import Any, Final

from litestar.connection import ASGIConnection

from radiokey.web.http.forwarded import FORWARDED, Address, parse_address

LOCAL: Final = "local"
"""Who asks from this very machine."""
_LINE_BITS: Final = {4: 32, 6: 64}
_NETWORK_BITS: Final = {4: 24, 6: 56}

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
