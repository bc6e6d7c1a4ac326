"""What every page needs, opened once when the site starts."""

import hmac
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State

from radiokey.base.sql.local import Base
from radiokey.catalogue.model import Catalogue, Model
from radiokey.clock import Clock
from radiokey.errors import UsageError
from radiokey.guide.model import Guide
from radiokey.web.render import Pages

LOCAL = "local"
_LINE_BYTES = 8
A = TypeVar("A")
R = TypeVar("R")


class Site:
    """Pages, base, guide, catalogue, clock, and the site's secret (32 bytes) for links and sealed images.

    A plain class and no dataclass: Litestar would take a dataclass for something to read from a request.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the whole of the wiring, once
        self, pages: Pages, base: Base, guide: Guide, catalogue: Catalogue, clock: Clock, secret: bytes
    ) -> None:
        self.pages = pages
        self.base = base
        self.guide = guide
        self.catalogue = catalogue
        self.clock = clock
        self.secret = secret

    def model(self, model_id: str) -> Model | None:
        """Return the model of that id, `None` for an empty one; raise `UsageError` for one nobody knows."""
        if not model_id:
            return None
        try:
            return self.catalogue.models[model_id]
        except KeyError:
            raise UsageError("no radio here has this id", hint="choose one from the list") from None

    def purpose_key(self, purpose: str) -> bytes:
        """Return the key for one purpose, so that nothing signed for one passes for another."""
        return hmac.digest(self.secret, purpose.encode(), "sha256")

    async def in_thread(self, work: Callable[[A], R], argument: A) -> R:
        """Run `work`, which waits for the database, beside the event loop."""
        return await sync_to_thread(work, argument)

    def client(self, request: Request[None, None, State]) -> str:
        """Return who asks, for the limit: this machine's own user, or a keyed digest of the address.

        An IPv6 line has 2^64 addresses of its own: all of them are one client.
        """
        host = request.client.host if request.client else ""
        try:
            address = ip_address(host)
        except ValueError:
            name = host
        else:
            if isinstance(address, IPv6Address):
                address = address.ipv4_mapped or address
            if address.is_loopback:
                return LOCAL
            name = str(address)
            if isinstance(address, IPv6Address):
                name = address.packed[:_LINE_BYTES].hex()
        return hmac.digest(self.purpose_key("client"), name.encode(), "sha256").hex()[:32]
