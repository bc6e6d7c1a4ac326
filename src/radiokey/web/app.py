"""The wiring of site and API: what is opened at start, which routes there are, what every answer carries."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from litestar import Litestar, Request, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath
from litestar.response import File
from litestar.types import Message, Scope

from radiokey.base.bootstrap import SystemClock, SystemRandomness, open_base
from radiokey.base.keys.secret_file import secret_file
from radiokey.base.limits import Limits
from radiokey.base.location import DatabaseLocation
from radiokey.base.requests.desk import Desk
from radiokey.catalogue.load import load_catalogue
from radiokey.clock import Clock
from radiokey.errors import FormError, RadiokeyError, SignedOutError
from radiokey.language.load import Languages, known
from radiokey.web import lab
from radiokey.web.account import signin
from radiokey.web.api import audit as api_audit
from radiokey.web.api import grants as api_grants
from radiokey.web.api import log as api_log
from radiokey.web.api import openapi, releases
from radiokey.web.api import stolen as api_stolen
from radiokey.web.api import tokens as api_tokens
from radiokey.web.api import units as api_units
from radiokey.web.api.bodies import ApiRequest
from radiokey.web.auth.callers import PERMISSION, admit
from radiokey.web.desk import counter, grants, papers, queue, search
from radiokey.web.desk import request as desk_request
from radiokey.web.http import problems
from radiokey.web.http.arrival import FORM_BYTES_MAX, Arrivals, Paced
from radiokey.web.http.forwarded import BehindProxy, network
from radiokey.web.http.languages import Spoken
from radiokey.web.http.logs import Observed, Traces
from radiokey.web.http.origins import KnownHosts, SameSite
from radiokey.web.http.phone_reader import find_phone_reader
from radiokey.web.http.render import Pages, StaticFiles, load_static
from radiokey.web.http.wellformed import WellFormed
from radiokey.web.jobs.mail import Mailer, Mailing
from radiokey.web.jobs.scheduler import Scheduler
from radiokey.web.operations import browser, demo, health
from radiokey.web.owner import (
    coach_table,
    code,
    coverage,
    dealer_code,
    entry,
    language,
    leaflets,
    number,
    offline,
    photo,
    poll,
    practice_radio,
    practice_table,
    radios,
    receipts,
    report,
    request,
    road,
    vault,
    waiting,
)
from radiokey.web.registrar import audit, clearings, keys, log, staff, stolen, tokens, units
from radiokey.web.site import Site

SECRET_SIZE: Final = 32
FOREVER: Final = "public, max-age=31536000, immutable"

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What every answer carries."""
_ENCODED: Final = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
TRANSPORT: Final = (b"strict-transport-security", b"max-age=63072000")
"""What every answer over TLS carries as well (RFC 6797): for two years, and for this name alone."""


def create_app(  # noqa: PLR0913 - the whole of the wiring, once
    database: DatabaseLocation | Path | str | None = None,
    *,
    make: bool = True,
    clock: Clock | None = None,
    secret: bytes | None = None,
    hosts: Sequence[str] | None = None,
    proxies: Sequence[str] = (),
    verify_every_s: float | None = None,
    scheduler_every_s: float | None = None,
    mail: Mailing | None = None,
    write: Callable[[bytes], None] | None = None,
    traces: Traces | None = None,
    limits: Limits | None = None,
    address: str | None = None,
    routing: "Routing | None" = None,
    languages: Languages | None = None,
) -> Litestar:
    """Return the site on the base at `database`, this user's own by default; see `open_base` for `make`.

    `secret` (32 bytes) signs links and seals practice radios; by default it lies beside the database.
    `hosts` are the names, with their port, that the site answers to; by default to every name. `proxies` are
    addresses or networks that are believed who asks; `verify_every_s` is how often the whole log is
    recomputed, from the start on; `scheduler_every_s` how often the scheduler runs, and `mail` says how its
    mails go out; `write` takes the lines of the log of requests, and `traces` makes spans of them; `limits`
    are the base's. `address` is how people open the site: the passkeys of the staff are bound to it.
    `routing` is one that no other open site uses; by default a new one. `languages` are those it speaks; by
    default all there are. Raises `UsageError`, `StoreError`, `SealError`.
    """
    for proxy in proxies:
        network(proxy)
    now = clock or SystemClock()
    base = open_base(database, now, limits=limits, make=make)
    if secret is None:
        secret = secret_file(base.location.secret("web"), SECRET_SIZE, SystemRandomness())
    site = Site(Pages(languages), base, load_catalogue(), now, secret)
    if address is not None and base.organisation is not None:
        site.authentication = base.authentication(address, site.purpose_key("passkeys"))
    scheduler = None
    if site.desk is not None:
        mailer = None if mail is None else make_mailer(site, site.desk, mail)
        scheduler = Scheduler(site.desk, site.metrics, site.log_monitor.ready, mailer)
    routing, languages = routing or Routing(), languages or known()
    app = routing.app
    app.state = State(
        {
            "pages": site.pages,
            "static": load_static(languages),
            "site": site,
            "scheduler": scheduler,
            "languages": languages,
            "archives": offline.Archives(app, Spoken(routing.handler, languages), site),
            "hosts": hosts,
            "arrivals": Arrivals(site.line),
            "verify_every_s": verify_every_s,
            "scheduler_every_s": scheduler_every_s,
            "traces": traces,
        }
    )
    # Around everything, also what is answered before a route is found.
    app.asgi_handler = Observed(
        WellFormed(BehindProxy(Spoken(routing.handler, languages), proxies)), site.metrics, write, traces
    )
    return app


class Routing:
    """All routes with nothing behind them: an `app` whose state `create_app` fills, and its bare `handler`.

    Litestar takes a tenth of a second to read the signatures of some two hundred functions. A process that
    opens one site after the other can keep a routing; two sites that are open at once have one each.
    """

    def __init__(self) -> None:
        self.app = Litestar(
            route_handlers=_routers(),
            dependencies={"site": Provide(self._site, sync_to_thread=False)},
            exception_handlers={
                RadiokeyError: problems.handle_domain_error,
                SignedOutError: signin.signed_out,
                FormError: signin.not_of_this_session,
                HTTPException: problems.handle_http_error,
                Exception: problems.handle_unexpected,
            },
            lifespan=[_lives],
            before_send=[with_headers],
            middleware=[KnownHosts, SameSite, Paced],
            compression_config=CompressionConfig(
                backend="gzip", minimum_size=1000, exclude=["^/static/", "^/offline/"]
            ),
            request_max_body_size=FORM_BYTES_MAX,
            openapi_config=openapi.config(),
        )
        self.handler = self.app.asgi_handler

    def _site(self) -> Site:
        site: Site = self.app.state.site
        return site


def make_mailer(site: Site, desk: Desk, mailing: Mailing) -> Mailer:
    """Return the mailer of a site's desk."""

    def link_of(request_id: str) -> str:
        return f"{mailing.origin}{site.link_to(request_id)}"

    return Mailer(desk.outbox, mailing.server, link_of, site.purpose_key("mail"), site.clock)


@asynccontextmanager
async def _lives(app: Litestar) -> AsyncIterator[None]:
    """Start the jobs that run beside the open site, and close its base at the end."""
    site: Site = app.state.site
    scheduler: Scheduler | None = app.state.scheduler
    if app.state.verify_every_s is not None:
        site.log_monitor.start(app.state.verify_every_s)
    if scheduler is not None and app.state.scheduler_every_s is not None:
        scheduler.start(app.state.scheduler_every_s)
    try:
        yield
    finally:
        if scheduler is not None:
            scheduler.stop()
        site.log_monitor.stop()
        site.key_rotation.stop()
        site.readiness.close()
        site.base.close()
        if app.state.traces is not None:
            app.state.traces.close()


def _routers() -> list[Router]:
    """Return the routes by who may ask: anybody, staff, this machine, programs."""
    return [
        Router("/", route_handlers=_PAGES, include_in_schema=False),
        Router("/", route_handlers=_STAFFED, include_in_schema=False, guards=[admit]),
        Router("/", route_handlers=health.HANDLERS, include_in_schema=False, guards=[health.allowed]),
        Router("/", route_handlers=_OPEN, guards=[admit], request_class=ApiRequest),
        Router(
            "/",
            route_handlers=_SIGNED_IN,
            guards=[admit],
            request_class=ApiRequest,
            security=openapi.SIGNED_IN,
        ),
    ]


@get("/static/{name:str}", sync_to_thread=False)
def static_file(name: FromPath[str], request: Request[None, None, State]) -> Response[bytes]:
    """Return a static file; its name changes with its content, so it never expires."""
    static: StaticFiles = request.app.state.static
    found = static.files.get(name)
    if found is None:
        raise NotFoundException
    content, kind = found
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if name in static.policies:
        headers["Content-Security-Policy"] = static.policies[name]
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = static.packed(name)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=kind, headers=headers)


@get("/static/reader/{name:str}", sync_to_thread=False)
def phone_reader_file(name: FromPath[str]) -> File | Response[bytes]:
    """Return a part of what reads print on a phone, as it is: packed, or what packing does not help."""
    reader = find_phone_reader()
    part = reader.files.get(name) if reader else None
    if part is None:
        raise NotFoundException
    headers = {"Cache-Control": FOREVER}
    if isinstance(part.content, bytes):
        return Response(part.content, media_type=part.media_type, headers=headers)
    return File(part.content, media_type=part.media_type, headers=headers, content_disposition_type="inline")


_PAGES: Final = (
    *road.HANDLERS,
    *number.HANDLERS,
    *photo.HANDLERS,
    *code.HANDLERS,
    *entry.HANDLERS,
    *radios.HANDLERS,
    *waiting.HANDLERS,
    *leaflets.HANDLERS,
    *poll.HANDLERS,
    *lab.HANDLERS,
    *language.HANDLERS,
    *coverage.HANDLERS,
    *practice_radio.HANDLERS,
    *coach_table.HANDLERS,
    *practice_table.HANDLERS,
    *receipts.HANDLERS,
    *report.HANDLERS,
    *demo.HANDLERS,
    *request.HANDLERS,
    *dealer_code.HANDLERS,
    *vault.HANDLERS,
    *signin.OPEN,
    *browser.HANDLERS,
    *offline.HANDLERS,
    static_file,
    phone_reader_file,
)


_STAFFED: Final = (
    *queue.HANDLERS,
    *search.HANDLERS,
    *counter.HANDLERS,
    *desk_request.HANDLERS,
    *papers.HANDLERS,
    *grants.HANDLERS,
    *stolen.HANDLERS,
    *clearings.HANDLERS,
    *tokens.HANDLERS,
    *keys.HANDLERS,
    *log.HANDLERS,
    *audit.HANDLERS,
    *units.HANDLERS,
    *staff.HANDLERS,
    *signin.OWN_HANDLERS,
)

_API: Final = (
    *releases.HANDLERS,
    *api_grants.HANDLERS,
    *api_stolen.HANDLERS,
    *api_units.HANDLERS,
    *api_tokens.HANDLERS,
    *api_audit.HANDLERS,
    *api_log.HANDLERS,
    openapi.description,
)
_SIGNED_IN: Final = [handler for handler in _API if PERMISSION in handler.opt]
_OPEN: Final = [handler for handler in _API if PERMISSION not in handler.opt]


async def with_headers(message: Message, scope: Scope) -> None:
    """Add `HEADERS` to the head of every answer, those of errors too, but what it says itself."""
    if message["type"] == "http.response.start":
        said = {name.lower() for name, _ in message["headers"]}
        own = (pair for pair in _ENCODED if pair[0] not in said)
        over_tls = [TRANSPORT] if scope["scheme"] == "https" else []
        message["headers"] = [*message["headers"], *own, *over_tls]
