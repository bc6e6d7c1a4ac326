"""The desk: what owners, clerks, approvers and the clock do with requests.

Every act is one transaction: the act, its entry in the audit, and the mail that tells the owner. A caller
names the act they saw last; if another came in between, nothing is done. What the rules forbid is refused
here with a sentence, and by the database once more (docs/spec/request.md).

An approval is committed before the release, and its result after it. Each of these steps
can be the last one before a crash: `approve` and `finish` continue from any of them, and the service logs the
release once, because its id is that of the request.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from radiokey.base.log.leaf import People
from radiokey.base.papers.archive import OpenedPaper, PaperArchive, Upload, no_such_paper
from radiokey.base.ports.requests import FIRST, Due, RequestAct, StoredMessage, StoredRequest
from radiokey.base.ports.store import CLOCK, Randomness, Store, StoredAct, Transaction
from radiokey.base.release.request import DESK_PREFIX, ReleaseRequest
from radiokey.base.release.request import Released as ReleasedCode
from radiokey.base.release.service import ReleaseService
from radiokey.base.requests.contact import NONCE_SIZE, Address, ContactKey
from radiokey.base.requests.errors import acted_meanwhile, refusal
from radiokey.base.requests.event_log import KINDS, damaged, opening, replay, row_of
from radiokey.base.requests.message import may_hold_code, message_text, plain_text
from radiokey.base.requests.outbox import Outbox
from radiokey.base.requests.papers import (
    PaperRecord,
    list_papers,
    name_papers,
    open_paper,
    seal_papers,
    with_sums,
)
from radiokey.base.requests.queue import PAGE, QueuePage, read_page
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import (
    TIMES,
    Approved,
    CarSeen,
    Check,
    Checked,
    CodeRequest,
    DoorRefused,
    Event,
    Fee,
    FeeRecorded,
    Objection,
    PapersAsked,
    PapersSent,
    Refused,
    Released,
    Reminded,
    SentBack,
    State,
    Submitted,
    TimeRanOut,
    Times,
    Turn,
    WarrantyRecorded,
    Withdrawn,
    objection,
    step,
)
from radiokey.base.requests.statistics import DeskStatistics, compute_statistics
from radiokey.base.requests.sweep import Sweep, SweepResult
from radiokey.catalogue.model import Model
from radiokey.clock import Clock
from radiokey.code.value import CodeShape
from radiokey.errors import (
    ModelNeededError,
    NoCodeHereError,
    NotReleasedError,
    NotThereError,
    PapersNeededError,
    RadiokeyError,
    RequestReusedError,
    StolenError,
    UsageError,
    VinError,
)
from radiokey.language.speech import gettext
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import Reading, SerialNumber
from radiokey.serial.vin import Vin

_ID_SIZE: Final = 16
_ID: Final = re.compile(r"[0-9a-f]{32}")
_MAILS: Final[Mapping[type[Event], str]] = {
    Submitted: "opened",
    PapersSent: "received",
    PapersAsked: "papers-asked",
    Released: "released",
    DoorRefused: "refused",
    Refused: "refused",
    Withdrawn: "withdrawn",
    Reminded: "reminder",
    TimeRanOut: "expired",
}
_FINAL: Final[Mapping[type[RadiokeyError], Reason]] = {
    StolenError: Reason.STOLEN,
    PapersNeededError: Reason.STOLEN,
    NotReleasedError: Reason.UNIT_AND_CAR_DIFFER,
    NoCodeHereError: Reason.NO_CODE_HERE,
    ModelNeededError: Reason.NO_CODE_HERE,
}
"""Refusals of the ReleaseService that end a request; after any other the release is tried again later."""


@dataclass(frozen=True, slots=True)
class Application:
    """What an owner states: the number with its label, the model, the car; where to write, if anywhere."""

    serial: Reading
    vin: Vin
    model: Model | None = None
    make: str = ""
    language: str = "en"
    address: Address | None = None
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class DeskStores:
    """The database as the three that write there: what owners and the clock do, clerks, approvers."""

    front: Store
    clerk: Store
    approver: Store


@dataclass(frozen=True, slots=True)
class View:
    """A request as it is now, with its history; `act` is the number of its last act."""

    stored: StoredRequest
    request: CodeRequest
    history: tuple[RequestAct, ...]
    messages: tuple[StoredMessage, ...]

    @property
    def act(self) -> int:
        """The number of the last act that this view shows."""
        return len(self.history)


class Desk:
    """A desk. `models` is the catalogue by id; `contacts` seals addresses, `papers` papers."""

    def __init__(  # noqa: PLR0913 - everything it needs from outside, once
        self,
        stores: DeskStores,
        releases: ReleaseService,
        clock: Clock,
        randomness: Randomness,
        *,
        contacts: ContactKey,
        papers: PaperArchive,
        models: Mapping[str, Model],
        times: Times = TIMES,
    ) -> None:
        self._stores = stores
        self._releases = releases
        self._clock = clock
        self._randomness = randomness
        self._contacts = contacts
        self._papers = papers
        self._models = models
        self._times = times
        self._sweep = Sweep(self, stores.front, times)
        self.outbox = Outbox(stores.front, contacts, clock)

    # --- what an owner does

    def open(
        self,
        application: Application,
        requester: str = "",
        request_id: str = "",
        *,
        submit: bool = False,
    ) -> str:
        """Open a request and return its id; `requester` is the account that opens it for a customer.

        A form that is sent twice brings the same fresh `request_id` (32 hex digits) and opens one request.
        `submit` also says that the papers follow, in the same transaction.
        Raises `RequestReusedError` for another one of that id.
        """
        request_id = request_id or self._randomness.bytes(_ID_SIZE).hex()
        if not _ID.fullmatch(request_id):
            raise UsageError(
                gettext("this form does not say which request it opens"), hint=gettext("open the page again")
            )
        requester = requester or f"owner:{request_id}"
        now_ms, serial = self._clock.now_ms(), application.serial.serial
        stored = StoredRequest(
            id=request_id,
            organisation=application.organisation,
            requester=requester,
            kind=serial.kind,
            number=serial.key,
            serial=serial.text,
            label=application.serial.label,
            model=application.model.id if application.model else "",
            make=application.make,
            vin=application.vin.text,
            language=application.language,
            at_ms=now_ms,
        )
        opened = CodeRequest.opened(request_id, requester, stored.vin, now_ms, self._times)
        with self._stores.front.transaction() as transaction:
            was = transaction.request(request_id)
            if was is None:
                transaction.add_request(stored)
                transaction.add_request_act(opening(opened))
                transaction.add_act(StoredAct(now_ms, requester, "request:open", request_id, ""))
                if application.address is not None:
                    nonce = self._randomness.bytes(NONCE_SIZE)
                    sealed = self._contacts.seal(application.address, request_id, nonce)
                    transaction.add_contact(request_id, sealed)
            elif was != msgspec.structs.replace(stored, at_ms=was.at_ms, language=was.language):
                raise RequestReusedError(
                    gettext("this form opened another request"), hint=gettext("open the form again")
                )
            if submit:
                view = _view(transaction, request_id)
                if view.request.state is State.DRAFT:
                    self._record(transaction, view, view.act, Submitted(requester, now_ms))
        return request_id

    def submit(self, request_id: str, seen: int, by: str) -> CodeRequest:
        """Say that the papers follow."""
        return self._act(self._stores.front, request_id, seen, Submitted(by, self._clock.now_ms()))

    def send_papers(self, request_id: str, seen: int, by: str, uploads: Sequence[Upload]) -> CodeRequest:
        """Hand in papers; they and the act that names them are kept together or not at all.

        Raises `PaperError` for the first that is not taken, its fact `at` the place in `uploads` from 0.
        """
        now_ms, named = self._clock.now_ms(), name_papers(self._papers, uploads)
        _allowed(self.view(request_id), seen, PapersSent(by, now_ms, named))  # before work that takes seconds
        clean = self._papers.clean_all(uploads)
        event = PapersSent(by, now_ms, with_sums(named, clean))
        with self._papers.ring.sealing() as key:
            rows = seal_papers(self._papers, key, request_id, now_ms, named, clean)
            with self._stores.front.transaction() as transaction:
                after = self._record(transaction, _view(transaction, request_id), seen, event)
                for row in rows:
                    transaction.add_paper(row)
        return after

    def withdraw(self, request_id: str, seen: int, by: str) -> CodeRequest:
        """Not want it any more."""
        return self._act(self._stores.front, request_id, seen, Withdrawn(by, self._clock.now_ms()))

    def code_for(self, request_id: str) -> ReleasedCode:
        """Return the code of a released request; the release runs again, and checks the stolen list again."""
        view = self.view(request_id)
        if view.request.state is not State.RELEASED:
            raise refusal(Objection.NOT_NOW)
        return self._releases.release(self._release_of(view))

    # --- what a clerk does

    def ask_papers(self, request_id: str, seen: int, by: str, text: str) -> CodeRequest:
        """Ask for other or more papers, and say which."""
        event = PapersAsked(by, self._clock.now_ms())
        return self._act(self._stores.clerk, request_id, seen, event, text)

    def record_vin(self, request_id: str, seen: int, by: str, vin: Vin) -> CodeRequest:
        """Record the VIN that was read at the car."""
        event = CarSeen(by, self._clock.now_ms(), vin.text)
        return self._act(self._stores.clerk, request_id, seen, event)

    def record_fee(self, request_id: str, seen: int, by: str, fee: Fee | None) -> CodeRequest:
        """Record what it costs; `None`: nothing, under warranty."""
        now_ms = self._clock.now_ms()
        event = WarrantyRecorded(by, now_ms) if fee is None else FeeRecorded(by, now_ms, fee)
        return self._act(self._stores.clerk, request_id, seen, event)

    def check(self, request_id: str, seen: int, by: str, ticks: Collection[Check]) -> CodeRequest:
        """Hand it over with the whole check list ticked."""
        event = Checked(by, self._clock.now_ms(), frozenset(ticks))
        return self._act(self._stores.clerk, request_id, seen, event)

    def refuse(
        self, request_id: str, seen: int, by: str, reason: Reason, *, second: bool = False
    ) -> CodeRequest:
        """Say no; `second`: as the second pair of eyes."""
        event = Refused(by, self._clock.now_ms(), reason)
        store = self._stores.approver if second else self._stores.clerk
        return self._act(store, request_id, seen, event)

    # --- what an approver does

    def send_back(self, request_id: str, seen: int, by: str, why: str) -> CodeRequest:
        """Have a clerk look again, at what `why` says; the owner does not read it."""
        plain = message_text(why, self._shape(self.view(request_id)))
        event = SentBack(by, self._clock.now_ms(), plain)
        return self._act(self._stores.approver, request_id, seen, event)

    def approve(self, request_id: str, seen: int, by: str) -> ReleasedCode:
        """Approve and release; doing it again gives the same release.

        Raises what `ReleaseService.release` raises; where that is final, the request is refused.
        """
        with self._stores.approver.transaction() as transaction:
            view = _view(transaction, request_id)
            request = view.request
            if not (request.state in {State.RELEASING, State.RELEASED} and request.approver == by):
                registrars = transaction.registrars_of(view.stored.kind, view.stored.number)
                event = Approved(by, self._clock.now_ms(), registrars)
                self._record(transaction, view, seen, event)
        return self.finish(request_id)

    def finish(self, request_id: str) -> ReleasedCode:
        """Carry out an approval that is committed, wherever it was left."""
        view = self.view(request_id)
        if view.request.state not in {State.RELEASING, State.RELEASED}:
            raise refusal(Objection.NOT_NOW)
        try:
            code = self._releases.release(self._release_of(view))
        except tuple(_FINAL) as no:
            reason = next(_FINAL[kind] for kind in type(no).__mro__ if kind in _FINAL)
            self._answered(request_id, DoorRefused(view.request.approver, self._clock.now_ms(), reason))
            raise
        event = Released(view.request.approver, self._clock.now_ms(), code.receipt.index)
        self._answered(request_id, event)
        return code

    def _answered(self, request_id: str, event: Released | DoorRefused) -> None:
        """Record the result of the release, once."""
        with self._stores.approver.transaction() as transaction:
            view = _view(transaction, request_id)
            if view.request.state is State.RELEASING:
                self._record(transaction, view, view.act, event)

    def _release_of(self, view: View) -> ReleaseRequest:
        stored, request = view.stored, view.request
        try:
            identity, vin = FORMATS[stored.kind].identity, Vin.parse(stored.vin)
        except (KeyError, VinError) as error:
            raise damaged() from error
        return ReleaseRequest(
            request_id=f"{DESK_PREFIX}{stored.id}",
            client=request.approver,
            serial=Reading(SerialNumber(stored.serial, stored.kind, identity), stored.label),
            model=self._models.get(stored.model),
            vin=vin,
            owns=True,  # that is what the papers were for
            make=stored.make,
            account=request.approver,
            people=People(request.requester, request.hands, request.approver, request.registrars),
        )

    def paper(self, request_id: str, paper_id: str, by: str) -> OpenedPaper:
        """Return a paper of a request to somebody of the desk; that they looked is in the audit first.

        Raises `NotThereError`, also for a paper of another request; `SealError`.
        """
        with self._stores.clerk.transaction() as transaction:
            stored = transaction.paper(request_id, paper_id)
            if stored is None:
                raise no_such_paper()
            act = StoredAct(self._clock.now_ms(), by, "request:open-paper", request_id, paper_id)
            transaction.add_act(act)
        return open_paper(self._papers, stored)

    # --- what everybody does

    def papers(self, request_id: str) -> tuple[PaperRecord, ...]:
        """Return the records of the papers of a request: which, from when, until when."""
        with self._stores.front.snapshot() as seen:
            view = _view(seen, request_id)
            kept = seen.papers_kept(request_id)
        ended_ms = view.history[-1].at_ms if view.request.turn is Turn.NOBODY else None
        return list_papers(view.history, ended_ms, kept)

    def post_message(self, request_id: str, by: str, text: str) -> None:
        """Write a message: from the requester to the desk, or from the desk to them.

        The last message once more, by the same person, is a form that was sent twice: nothing is written.
        """
        now_ms = self._clock.now_ms()
        with self._stores.front.transaction() as transaction:
            view = _view(transaction, request_id)
            if view.request.turn is Turn.NOBODY:
                raise refusal(Objection.NOT_NOW)
            if not self._say(transaction, view, by, text, now_ms):
                return
            transaction.add_act(StoredAct(now_ms, by, "request:message", request_id, ""))
            if by != view.stored.requester:
                transaction.add_mail(request_id, view.act, "message", view.stored.language, now_ms)

    def view(self, request_id: str) -> View:
        """Return a request; raise `UsageError` where there is none."""
        with self._stores.front.snapshot() as seen:
            return _view(seen, request_id)

    def queue(
        self, turn: Turn, organisations: Collection[str] | None = None, after: Due = FIRST, limit: int = PAGE
    ) -> QueuePage:
        """Return a page of the requests whose turn it is, see `radiokey.base.requests.queue.read_page`."""
        with self._stores.front.snapshot() as seen:
            return read_page(seen, turn, organisations, after, limit)

    def compute_statistics(self, since_ms: int) -> DeskStatistics:
        """Return the three figures; answers and noes are those since `since_ms`."""
        with self._stores.front.snapshot() as seen:
            return compute_statistics(seen, since_ms)

    # --- what the clock does

    def sweep(self, require_log: Callable[[], None] | None = None) -> SweepResult:
        """Do all that is due, see `radiokey.base.requests.sweep`; at any time.

        `require_log` raises `LogError` or `StoreError` where no code may leave; without it no approval that
        was cut off goes on.
        """
        return self._sweep.sweep(self._clock.now_ms(), require_log)

    def remind_or_expire(self, request_id: str, now_ms: int) -> State | None:
        """Remind the owner of a request, or let it expire, whichever is due; return the state after it."""
        with self._stores.front.transaction() as transaction:
            view = _view(transaction, request_id)
            event: Event = Reminded(CLOCK, now_ms)
            if view.request.turn is Turn.OWNER and view.request.overdue(now_ms):
                event = TimeRanOut(CLOCK, now_ms)
            elif not view.request.reminder_due(now_ms, self._times):
                return None
            return self._record(transaction, view, view.act, event).state

    def resume_approval(self, request_id: str) -> None:
        """Go on with an approval that was cut off; a no that is for good ends it as well as a yes."""
        with suppress(*_FINAL):
            self.finish(request_id)

    # --- how it is done

    def _act(self, store: Store, request_id: str, seen: int, event: Event, text: str = "") -> CodeRequest:
        """Do one act, and write the message that belongs to it."""
        with store.transaction() as transaction:
            view = _view(transaction, request_id)
            after = self._record(transaction, view, seen, event)
            if text:
                self._say(transaction, view, event.by, text, event.at_ms)
        return after

    def _record(self, transaction: Transaction, view: View, seen: int, event: Event) -> CodeRequest:
        """Write an act, its audit and its mail; raise what keeps it from holding."""
        _allowed(view, seen, event)
        after = step(view.request, event, self._times)
        number = view.act + 1
        transaction.add_request_act(row_of(event, after, number))
        transaction.add_act(StoredAct(event.at_ms, event.by, KINDS[type(event)].audit, after.id, ""))
        template = _MAILS.get(type(event))
        if template is not None:
            transaction.add_mail(after.id, number, template, view.stored.language, event.at_ms)
        return after

    def _say(self, transaction: Transaction, view: View, by: str, text: str, at_ms: int) -> bool:
        plain = message_text(text, self._shape(view))
        side = "owner" if by == view.stored.requester else "desk"
        if view.messages and (view.messages[-1].by, view.messages[-1].text) == (by, plain):
            return False
        transaction.add_message(StoredMessage(view.stored.id, side, by, at_ms, plain))
        return True

    def may_hold_code(self, view: View, text: str) -> bool:
        """Tell whether something in a text could be the radio's code; then it is given back on no page."""
        return may_hold_code(plain_text(text), self._shape(view))

    def _shape(self, view: View) -> CodeShape | None:
        """Return the shape of the radio's codes, `None` where nobody knows it."""
        model = self._models.get(view.stored.model)
        return model.code.value if model else None


def _view(transaction: Transaction, request_id: str) -> View:
    stored = transaction.request(request_id)
    if stored is None:
        raise NotThereError(gettext("there is no such request"), hint=gettext("open its link once more"))
    history = transaction.request_acts(request_id)
    return View(stored, replay(stored, history), tuple(history), tuple(transaction.messages(request_id)))


def _allowed(view: View, seen: int, event: Event) -> None:
    """Raise what keeps `event` from holding for somebody who saw the act of number `seen` last."""
    if seen != view.act:
        raise acted_meanwhile()
    broken = objection(view.request, event)
    if broken is not None:
        raise refusal(broken)
