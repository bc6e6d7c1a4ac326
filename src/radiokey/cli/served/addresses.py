"""Where something is served or found, as people type it: a host and a port, a car's gateway, a CAN bus."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from radiokey.digits import read_digits
from radiokey.errors import UsageError
from radiokey.language.speech import gettext, later

if TYPE_CHECKING:
    from radiokey.diagnostics.bus import CanAddress

Address = tuple[str, int]
"""A host and a port."""
_PORT_MAX: Final = 65_535
_GATEWAY: Final = "doip://"
GATEWAY_HINT: Final = later(
    "like doip://127.0.0.1:13401; a car on a CAN bus is heard on the unit's own, --can"
)


def parse_address(text: str, *, reachable: bool) -> Address:
    """Return where to listen; raise `UsageError`, also for an address that others can reach."""
    address = _host_and_port(text)
    if address is None:
        raise UsageError(
            gettext("an address is HOST:PORT"), hint=gettext("like 127.0.0.1:13400; port 0 takes a free one")
        )
    if not reachable and not _is_loopback(address[0]):
        raise UsageError(
            gettext("other machines can reach this address, and DoIP asks nobody who they are"),
            hint=gettext("take 127.0.0.1, or add --reachable if that is what you want"),
        )
    return address


def parse_gateway(uri: str) -> Address:
    """Return where the gateway of a car is; raise `UsageError`."""
    address = _host_and_port(uri.removeprefix(_GATEWAY), port_min=1)
    if not uri.startswith(_GATEWAY) or address is None:
        raise UsageError(gettext("this is no address of a car's gateway"), hint=gettext(GATEWAY_HINT))
    return address


def parse_bus(uri: str) -> "CanAddress":
    """Return the CAN bus that a URI names; raise `UsageError`, also where the packages for it are missing."""
    try:
        from radiokey.diagnostics.bus import CanAddress  # noqa: PLC0415 - an extra of its own
    except ImportError as error:
        raise UsageError(
            gettext("CAN needs one more package"),
            hint=gettext("install radiokey with its extra: radiokey[can]"),
        ) from error
    return CanAddress.parse(uri)


async def listen(start: Callable[[str, int], Awaitable[int]], address: Address) -> str:
    """Let `start` listen there; return host and the port it got. Raises `UsageError` where it cannot."""
    host, port = address
    try:
        return f"{host}:{await start(host, port)}"
    except OSError as error:
        raise UsageError(
            gettext(
                "cannot listen on {host}, port {port}: {strerror}",
                host=host,
                port=port,
                strerror=error.strerror or gettext("that did not work"),
            ),
            hint=gettext("try port 0, which takes a free one"),
        ) from error


def _host_and_port(text: str, port_min: int = 0) -> Address | None:
    host, _, digits = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    port = read_digits(digits, _PORT_MAX, least=port_min)
    return None if port is None or not host else (host, port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
