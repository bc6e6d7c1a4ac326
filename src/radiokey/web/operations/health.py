"""For those who run a base: is it alive, is it ready, what does it count. See docs/how-to/operate.md."""

from contextlib import suppress
from functools import partial
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from radiokey.base.identity.roles import Permission
from radiokey.errors import RadiokeyError
from radiokey.web.auth.callers import PERMISSION, admit
from radiokey.web.http.addresses import Connection, is_local
from radiokey.web.http.metrics import CONTENT_TYPE, BaseStatus
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site


async def allowed(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let this machine read what others need a token for."""
    if not is_local(connection):
        await admit(connection, handler)


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "ok"}


@get("/ready")
async def ready(site: NamedDependency[Site]) -> dict[str, str]:
    """Say that a release could be made and kept now, and that the log verified as a whole last time."""
    await site.require_ready()
    return {"status": "ok"}


@get("/metrics", opt={PERMISSION: Permission.METRICS_READ})
async def metrics(site: NamedDependency[Site]) -> Response[bytes]:
    """Return what is counted, for Prometheus."""
    able = False
    with suppress(RadiokeyError):
        await site.require_ready()
        able = True
    status = await site.in_thread(partial(status_of, able=able), site)
    return Response(site.metrics.text(status), media_type=CONTENT_TYPE, headers=NO_STORE)


def status_of(site: Site, *, able: bool) -> BaseStatus:
    """Return how the base is right now; what does not answer is left out."""
    log_size, outbox = None, None
    with suppress(RadiokeyError):
        log_size = site.base.log.checkpoint().size
    if site.desk is not None:
        with suppress(RadiokeyError):  # the database does not answer, and `ready` says so
            outbox = site.desk.outbox.waiting()
    last = site.log_monitor.last
    return BaseStatus(
        ready=able,
        log_size=log_size,
        verified_at_ms=None if last is None else last.at_ms,
        verified=last is not None and last.problem is None,
        outbox=outbox,
    )


HANDLERS: Final = (health, ready, metrics)
