"""For those who run a base: does it live, may it be asked, what does it count. See docs/how-to/operate.md."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from radiokey.base.identity.roles import Permission
from radiokey.web.callers import PERMISSION, Connection, admit, is_local
from radiokey.web.metrics import CONTENT_TYPE
from radiokey.web.render import NO_STORE
from radiokey.web.site import Site


async def allowed(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let this machine read what others need a token for."""
    if not is_local(connection):
        await admit(connection, handler)


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that the process lives."""
    return {"status": "ok"}


@get("/ready", sync_to_thread=True)
def ready(site: NamedDependency[Site]) -> dict[str, str]:
    """Say that the base answers, and that its log verifies at its edge and, last time, as a whole."""
    site.watch.ready()
    return {"status": "ok"}


@get("/metrics", sync_to_thread=True, opt={PERMISSION: Permission.METRICS_READ})
def metrics(site: NamedDependency[Site]) -> Response[bytes]:
    """Return what is counted, for Prometheus."""
    return Response(site.metrics.text(site), media_type=CONTENT_TYPE, headers=NO_STORE)


HANDLERS: Final = (health, ready, metrics)
