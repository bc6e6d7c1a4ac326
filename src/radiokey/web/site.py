"""What every page needs, opened once when the site starts."""

import asyncio
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from litestar.concurrency import sync_to_thread

from radiokey.base.bootstrap import Base
from radiokey.base.demo import ORGANISATION
from radiokey.base.identity.tokens import Holder, not_held
from radiokey.base.release.batcher import Batcher
from radiokey.base.release.request import Released, ReleaseRequest
from radiokey.catalogue.model import Catalogue, Model
from radiokey.clock import Clock
from radiokey.code.reading import read_number
from radiokey.errors import LogError, RadiokeyError, StoreError, StoreGoneError, TokenError, UsageError
from radiokey.guide.load import guide_in
from radiokey.guide.model import Guide
from radiokey.label.photo import AT_ONCE as PHOTOS_AT_ONCE
from radiokey.label.photo import PhotoReader, is_installed
from radiokey.language.speech import current, gettext
from radiokey.serial.number import Reading
from radiokey.web.http.addresses import Connection, client_of, line_of, network_of
from radiokey.web.http.answers import LoopAnswers
from radiokey.web.http.links import PURPOSE, link_to, request_of
from radiokey.web.http.metrics import Metrics
from radiokey.web.http.render import Pages
from radiokey.web.http.text_seal import TextSeal
from radiokey.web.http.uploads import UPLOADS_AT_ONCE
from radiokey.web.http.visits import PURPOSE as VISIT
from radiokey.web.http.visits import Visits
from radiokey.web.jobs.key_rotation import KeyRotationJob
from radiokey.web.jobs.log_monitor import LogMonitor
from radiokey.web.jobs.readiness import Readiness

if TYPE_CHECKING:
    from radiokey.base.identity.authentication import Authentication

PRACTICE: Final = "practice"
A = TypeVar("A")
R = TypeVar("R")


class Site:
    """Pages, base, guide, catalogue, clock, and the site's secret (32 bytes) for links and sealed images.

    `desk` and `clearings` are those of a hosted base, `None` where there is none; `authentication` is how its
    staff come in, `None` where no address of the site is known that a passkey could be bound to. Of
    `paper_turns` one is taken by each form with papers while it is worked on, of `photo_turns` by each photo
    of a label; `photos` reads those, `None` where the extra is not installed. `visits` seals what was said in
    forms into addresses, `practice_seal` practice radios into their pages.

    A plain class and no dataclass: Litestar would take a dataclass for something to read from a request.
    """

    def __init__(self, pages: Pages, base: Base, catalogue: Catalogue, clock: Clock, secret: bytes) -> None:
        pages.globals(demonstration=base.organisation == ORGANISATION)
        self.pages = pages
        self.base = base
        self.catalogue = catalogue
        self.clock = clock
        self.secret = secret
        self.desk = None if base.organisation is None else base.desk(catalogue.models)
        self.clearings = None if base.organisation is None else base.clearings()
        self.paper_turns = asyncio.Semaphore(UPLOADS_AT_ONCE)
        self.photos = PhotoReader() if is_installed() else None
        self.photo_turns = asyncio.Semaphore(PHOTOS_AT_ONCE)
        self.photos_waiting = 0
        self.visits = Visits(self.purpose_key(VISIT), clock, base.randomness)
        self.practice_seal = TextSeal(self.purpose_key(PRACTICE), base.randomness)
        self.authentication: Authentication | None = None
        self.metrics = Metrics()
        self.log_monitor = LogMonitor(base, clock)
        self.key_rotation = KeyRotationJob(base, clock)
        self.readiness = Readiness(base.check_able)
        self._answers: LoopAnswers | None = None
        # By `id`, since the same token is asked for often, and each of these questions may share a look.
        self._token_holders = Batcher(base.tokens.holders, key=id, everybodys=StoreGoneError)
        base.releases.on_batch = self.metrics.count_batch
        base.releases.on_unanswered = self.metrics.count_unanswered

    @property
    def guide(self) -> Guide:
        """The guide in the language of the one who asks."""
        return guide_in(current().tag)

    def model(self, model_id: str) -> Model | None:
        """Return the model of that id, `None` for an empty one; raise `UsageError` for one nobody knows."""
        if not model_id:
            return None
        try:
            return self.catalogue.models[model_id]
        except KeyError:
            raise UsageError(
                gettext("no radio here has this id"), hint=gettext("choose one from the list")
            ) from None

    def reading(self, text: str, make: str = "", model: Model | None = None) -> Reading:
        """Return a number as that radio can have it; raise `SerialError`, `UsageError`."""
        return read_number(text, make=make, radio=model)

    def radio(self, serial: str, make: str, model_id: str) -> tuple[Reading, Model | None]:
        """Return a number as it is read for this radio, and the radio where one is named.

        The stand-in for a radio nobody knows is none. Raises `SerialError`, `UsageError`.
        """
        model = self.model(model_id)
        return self.reading(serial, make, model), None if model is None or model.default else model

    def purpose_key(self, purpose: str) -> bytes:
        """Return the key for one purpose, so that nothing signed for one passes for another."""
        return hmac.digest(self.secret, purpose.encode(), "sha256")

    async def in_thread(self, work: Callable[[A], R], argument: A) -> R:
        """Run `work`, which waits for the database, beside the event loop."""
        return await sync_to_thread(work, argument)

    def release(self, request: ReleaseRequest) -> Released:
        """Return the code of `request`; raise what the release service raises, and count it."""
        self.log_monitor.require()
        with self._refusals_counted():
            released = self.base.releases.release(request)
        self.metrics.released(released)
        return released

    async def release_in_loop(self, request: ReleaseRequest) -> Released:
        """Do what `release` does, without a thread that waits for it."""
        self.log_monitor.require()
        with self._refusals_counted():
            released: Released = await self._in_loop(partial(self.base.releases.release_soon, request))
        self.metrics.released(released)
        return released

    async def token_holder(self, token: str) -> Holder:
        """Return whose token this is; raise `TokenError`, `StoreError`. All who ask at once are one look."""
        try:
            return await self._in_loop(partial(self._token_holders.ask_soon, token))
        except TokenError:
            raise not_held() from None  # in the language of this caller: the look was for several

    async def _in_loop(self, ask: Callable[[Callable[[A | Exception], None]], None]) -> A:
        """Call `ask` with what takes its answer, from any thread; return the answer, or raise the error."""
        self._answers = LoopAnswers.in_this_loop(self._answers)
        return await self._answers.of(ask)

    @contextmanager
    def _refusals_counted(self) -> Iterator[None]:
        try:
            yield
        except RadiokeyError as refusal:
            if isinstance(refusal, (StoreError, LogError)):
                self.readiness.forget()
            self.metrics.refused(refusal)
            raise

    def release_again(self, request: ReleaseRequest) -> Released:
        """Return what was released for `request` before, for a page that is opened again."""
        self.log_monitor.require()
        return self.base.releases.release(request)

    def client(self, connection: Connection) -> str:
        """Return who asks without an account, for the limits (see `radiokey.web.http.addresses`)."""
        return client_of(connection, self.purpose_key("client"))

    async def require_ready(self) -> None:
        """Raise `LogError` or `StoreError` unless a release could be made now and the log holds."""
        self.log_monitor.ready()
        await self.readiness.require()

    def line(self, connection: Connection) -> str:
        """Return the line that a request comes by, for the places of what arrives."""
        return line_of(connection, self.purpose_key("client"))

    def network(self, connection: Connection) -> str:
        """Return the network that a request comes from, for the limits."""
        return network_of(connection, self.purpose_key("network"))

    def link_to(self, request_id: str) -> str:
        """Return the path of the page of a request."""
        return link_to(self.purpose_key(PURPOSE), request_id, self.clock.now_ms())

    def request_of(self, link: str) -> str:
        """Return the id of the request that a link names; raise `LinkError`."""
        return request_of(self.purpose_key(PURPOSE), link, self.clock.now_ms())
