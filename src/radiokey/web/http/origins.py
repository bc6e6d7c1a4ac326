"""Where a request may come from: by a name of this site, and never by a form of another one."""

from typing import TYPE_CHECKING, Final

from litestar.enums import ScopeType
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from collections.abc import Collection

BY_LINK: Final = "by_link"
"""Marks a form whose address only the holder of its signed link knows."""


class KnownHosts:
    """Answers only to the names that this site is called by, each with its port; to every name if `None`.

    A foreign page can have its own name point at this machine, and would then pass for this site. The names
    stand in the app's state, as `hosts`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it calls this site by its name."""
        if scope["type"] == ScopeType.HTTP:
            hosts: Collection[str] | None = scope["litestar_app"].state.hosts
            named = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
            if hosts is not None and named not in hosts:
                raise ClientException
        await self._app(scope, receive, send)


class SameSite:
    """Refuses a form that another site sent.

    The site sets no cookies, so a foreign form could not act for anybody; but a local site
    answers anybody who reaches it, and a foreign page could spend its owner's releases. Browsers say where a
    form comes from: in `Sec-Fetch-Site`, or older ones and those without TLS in `Origin` alone, for which the
    referrer policy has to leave them their own origin. A program that says nothing is no browser and passes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it may come from where it comes from."""
        if scope["type"] == ScopeType.HTTP and scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
            headers = dict(scope["headers"])
            site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
            if site is not None:
                foreign = site not in {b"same-origin", b"none"}
            else:
                foreign = origin is not None and origin.partition(b"://")[2] != headers.get(b"host", b"")
            # A page without a referrer says `null`; only who holds its link knows where its forms go.
            unsaid = site is None and origin == b"null" and scope["route_handler"].opt.get(BY_LINK)
            if foreign and not unsaid:
                raise PermissionDeniedException
        await self._app(scope, receive, send)
