"""A request for a code: whose turn it is, until when, and what may follow. State in, event in, state out.

Theory
------
A request is open as long as it is somebody's turn. The owner's turn ends by itself, after reminders; the
desk's never does: a clerk or an approver who is late is shown as late, and the owner loses nothing.

Three people stand between a request and its code. The requester does not check, the person who checked does
not approve, and a registrar of the ledger or of the stolen list does neither for that radio. `objection`
names the rule that an event breaks; `step` then changes nothing. The database keeps the same rules once more
(docs/spec/request.md).

An approval is written *before* the release (RELEASING), so that a crash leaves an intent that can be
carried out again, and never a code without its approval.

Events that a state does not list change nothing. `TRANSITIONS` decides which state follows, and the picture
in docs/request.md is drawn from it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, assert_never

from radiokey.base.requests.reasons import Reason
from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.errors import UsageError
from radiokey.language.speech import gettext

PAPERS_MAX: Final = 20

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_PAPER_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class State(StrEnum):
    """Where a request is."""

    DRAFT = "draft"
    PAPERS = "papers"
    REVIEW = "review"
    SECOND = "second"
    RELEASING = "releasing"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Turn(StrEnum):
    """Who has to do the next thing."""

    OWNER = "owner"
    CLERK = "clerk"
    APPROVER = "approver"
    NOBODY = "nobody"


TURNS: Final[Mapping[State, Turn]] = {
    State.DRAFT: Turn.OWNER,
    State.PAPERS: Turn.OWNER,
    State.REVIEW: Turn.CLERK,
    State.SECOND: Turn.APPROVER,
    State.RELEASING: Turn.APPROVER,
    State.RELEASED: Turn.NOBODY,
    State.REFUSED: Turn.NOBODY,
    State.WITHDRAWN: Turn.NOBODY,
    State.EXPIRED: Turn.NOBODY,
}


class Check(StrEnum):
    """What a clerk ticks, sorted."""

    NUMBER_ON_PHOTO = "number-on-photo"
    STOLEN_LIST = "stolen-list"
    VIN_OF_UNIT = "vin-of-unit"


CHECK_LIST: Final = frozenset(Check)


class Objection(StrEnum):
    """Why an event does not hold, sorted."""

    ANOTHER_CAR = "another-car"
    NOT_NOW = "not-now"
    NOT_YOURS = "not-yours"
    OWN_CHECK = "own-check"
    OWN_REQUEST = "own-request"
    REGISTRAR = "registrar"
    TOO_EARLY = "too-early"
    TOO_MANY_PAPERS = "too-many-papers"
    UNTICKED = "unticked"


@dataclass(frozen=True, slots=True)
class Times:
    """How long each turn has. `papers_ms` and `draft_ms` end a request, the others are only shown.

    `reminders_ms` says how long before the end the owner is reminded, the earliest first.
    """

    draft_ms: int = 7 * DAY_MS
    papers_ms: int = 14 * DAY_MS
    review_ms: int = 8 * HOUR_MS
    second_ms: int = 4 * HOUR_MS
    reminders_ms: tuple[int, ...] = (7 * DAY_MS, DAY_MS)

    def __post_init__(self) -> None:
        turns = (self.draft_ms, self.papers_ms, self.review_ms, self.second_ms)
        falling = sorted(set(self.reminders_ms), reverse=True) == list(self.reminders_ms)
        if min((*turns, *self.reminders_ms)) <= 0 or not falling:
            raise UsageError(
                "each turn has some time, and reminders come nearer to its end", hint="give times in ms"
            )

    def of(self, state: State) -> int:
        """Return how long the turn of an open state lasts, 0 for one that is nobody's."""
        return {
            State.DRAFT: self.draft_ms,
            State.PAPERS: self.papers_ms,
            State.REVIEW: self.review_ms,
            State.SECOND: self.second_ms,
            State.RELEASING: self.second_ms,
        }.get(state, 0)

    def reminders_of(self, state: State) -> tuple[int, ...]:
        """Return the reminders that fit into the turn of a state, the earliest first."""
        return tuple(before for before in self.reminders_ms if before < self.of(state))


TIMES: Final = Times()


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper, whose bytes are kept elsewhere: its id, the SHA-256 (hex) of what was sent and what is kept.

    `kind` is what its sender says it is, see `radiokey.base.papers.kind`. It and the second sum are empty
    where another program keeps the bytes.
    """

    id: str
    sha256: str
    stored_sha256: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        whole = _DIGEST.fullmatch(self.sha256) and _DIGEST.fullmatch(self.stored_sha256 or self.sha256)
        if not (_PAPER_ID.fullmatch(self.id) and whole):
            raise UsageError(
                gettext("a paper has an id and the SHA-256 of its bytes"), hint=gettext("send it once more")
            )


@dataclass(frozen=True, slots=True)
class Fee:
    """What it costs: `minor` of the smallest unit of `currency` (ISO 4217): 1250, EUR is 12.50 euro."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.minor < 0 or not _CURRENCY.fullmatch(self.currency):
            raise UsageError(
                gettext("a fee is a whole number of cents and three capitals"), hint=gettext("like 1250 EUR")
            )


# --- what happens --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Act:
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Submitted(_Act):
    """Everything but the papers is given; they follow."""


@dataclass(frozen=True, slots=True)
class PapersSent(_Act):
    """Papers came from the owner."""

    papers: tuple[Paper, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.papers) <= PAPERS_MAX:
            raise UsageError(
                gettext("1 to {papers_max} papers are sent at once", papers_max=PAPERS_MAX),
                hint=gettext("send the one that matters"),
            )


@dataclass(frozen=True, slots=True)
class PapersAsked(_Act):
    """The clerk needs other or more papers."""


@dataclass(frozen=True, slots=True)
class CarSeen(_Act):
    """Somebody of the desk read this VIN at the car."""

    vin: str


@dataclass(frozen=True, slots=True)
class FeeRecorded(_Act):
    """What it costs was agreed."""

    fee: Fee


@dataclass(frozen=True, slots=True)
class WarrantyRecorded(_Act):
    """It costs nothing: the radio is under warranty."""


@dataclass(frozen=True, slots=True)
class Checked(_Act):
    """A clerk compared everything on the check list."""

    ticks: frozenset[Check]


@dataclass(frozen=True, slots=True)
class SentBack(_Act):
    """The approver wants the clerk to look again; `why` is for staff alone, empty in older histories."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Approved(_Act):
    """A second pair of eyes says yes. `registrars` are those who kept ledger and list at that time."""

    registrars: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Released(_Act):
    """The ReleaseService released the code; `index` is its entry in the log."""

    index: int


@dataclass(frozen=True, slots=True)
class DoorRefused(_Act):
    """The ReleaseService refused, for good."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Refused(_Act):
    """The desk says no."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Withdrawn(_Act):
    """The requester does not want it any more."""


@dataclass(frozen=True, slots=True)
class Reminded(_Act):
    """The owner was reminded that their time is running out."""


@dataclass(frozen=True, slots=True)
class TimeRanOut(_Act):
    """The owner's time is over."""


Event = (
    Submitted
    | PapersSent
    | PapersAsked
    | CarSeen
    | FeeRecorded
    | WarrantyRecorded
    | Checked
    | SentBack
    | Approved
    | Released
    | DoorRefused
    | Refused
    | Withdrawn
    | Reminded
    | TimeRanOut
)


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """The whole state of a request.

    `vin` is the car's, empty where none was named. `due_ms` is until when it is whose turn it is, ms since
    1970. `hands` are all who checked or saw the car, in any round. `seen_vin` was read at the car by
    `seen_by`. `fee` is `None` where nothing was recorded or `warranty` holds. `ticks`, `checker` and
    `approver` are those of the last round, `registrars` those who kept ledger and list at its approval;
    `look_again` is what an approver sent it back for, until it is checked anew; `index` is -1 until the code
    is released.
    """

    id: str
    requester: str
    vin: str
    since_ms: int
    due_ms: int
    state: State = State.DRAFT
    papers: tuple[Paper, ...] = ()
    ticks: frozenset[Check] = frozenset()
    hands: frozenset[str] = field(default=frozenset())
    checker: str = ""
    approver: str = ""
    registrars: frozenset[str] = frozenset()
    look_again: str = ""
    seen_vin: str = ""
    seen_by: str = ""
    seen_ms: int = 0
    fee: Fee | None = None
    warranty: bool = False
    reminders: int = 0
    reason: Reason | None = None
    index: int = -1

    @classmethod
    def opened(
        cls, request_id: str, requester: str, vin: str, at_ms: int, times: Times = TIMES
    ) -> "CodeRequest":
        """Return a new request: a draft of its requester."""
        return cls(request_id, requester, vin, at_ms, at_ms + times.draft_ms)

    @property
    def turn(self) -> Turn:
        """Who has to do the next thing."""
        return TURNS[self.state]

    def overdue(self, now_ms: int) -> bool:
        """Tell whether the time of this turn is over."""
        return self.turn is not Turn.NOBODY and now_ms >= self.due_ms

    def reminder_due(self, now_ms: int, times: Times = TIMES) -> bool:
        """Tell whether the owner is to be reminded now: once for each reminder that fits into their time."""
        if self.turn is not Turn.OWNER or now_ms >= self.due_ms:
            return False
        past = sum(now_ms >= self.due_ms - before for before in times.reminders_of(self.state))
        return self.reminders < past


_Row = Mapping[type[Event], frozenset[State]]

_OUT: Final[_Row] = {Withdrawn: frozenset({State.WITHDRAWN})}
_NO: Final[_Row] = {Refused: frozenset({State.REFUSED})}
_WAITING: Final[_Row] = {TimeRanOut: frozenset({State.EXPIRED})}


def _facts(state: State) -> _Row:
    return dict.fromkeys((CarSeen, FeeRecorded, WarrantyRecorded), frozenset({state}))


TRANSITIONS: Final[Mapping[State, _Row]] = {
    State.DRAFT: {
        Submitted: frozenset({State.PAPERS}),
        PapersSent: frozenset({State.REVIEW}),
        Reminded: frozenset({State.DRAFT}),
        **_WAITING,
        **_OUT,
    },
    State.PAPERS: {
        PapersSent: frozenset({State.REVIEW}),
        **_facts(State.PAPERS),
        Reminded: frozenset({State.PAPERS}),
        **_WAITING,
        **_NO,
        **_OUT,
    },
    State.REVIEW: {
        PapersSent: frozenset({State.REVIEW}),
        PapersAsked: frozenset({State.PAPERS}),
        **_facts(State.REVIEW),
        Checked: frozenset({State.SECOND}),
        **_NO,
        **_OUT,
    },
    State.SECOND: {
        SentBack: frozenset({State.REVIEW}),
        Approved: frozenset({State.RELEASING}),
        **_NO,
        **_OUT,
    },
    State.RELEASING: {
        Released: frozenset({State.RELEASED}),
        DoorRefused: frozenset({State.REFUSED}),
    },
    State.RELEASED: {},
    State.REFUSED: {},
    State.WITHDRAWN: {},
    State.EXPIRED: {},
}
"""What follows: state -> event -> states, one in each case. Whatever is not listed changes nothing."""


def objection(request: CodeRequest, event: Event) -> Objection | None:
    """Return the rule that `event` breaks now, `None` if it holds."""
    if type(event) not in TRANSITIONS[request.state]:
        return Objection.NOT_NOW
    match event:
        case Submitted() | PapersSent() | Withdrawn():
            return _against_owner(request, event)
        case Checked():
            return _against_check(request, event)
        case SentBack() | Approved():
            return _against_approver(request, event)
        case PapersAsked() | CarSeen() | FeeRecorded() | WarrantyRecorded() | Refused():
            return Objection.OWN_REQUEST if event.by == request.requester else None
        case TimeRanOut():
            return Objection.TOO_EARLY if event.at_ms < request.due_ms else None
        case Released() | DoorRefused() | Reminded():
            return None
        case unknown:
            assert_never(unknown)


def _against_owner(request: CodeRequest, event: Submitted | PapersSent | Withdrawn) -> Objection | None:
    if event.by != request.requester:
        return Objection.NOT_YOURS
    if isinstance(event, PapersSent) and len(request.papers) + len(event.papers) > PAPERS_MAX:
        return Objection.TOO_MANY_PAPERS
    return None


def _against_check(request: CodeRequest, event: Checked) -> Objection | None:
    if event.by == request.requester:
        return Objection.OWN_REQUEST
    if event.ticks != CHECK_LIST:
        return Objection.UNTICKED
    if request.seen_vin and request.seen_vin != request.vin:
        return Objection.ANOTHER_CAR
    return None


def _against_approver(request: CodeRequest, event: SentBack | Approved) -> Objection | None:
    if event.by == request.requester:
        return Objection.OWN_REQUEST
    if event.by in request.hands:
        return Objection.OWN_CHECK
    if isinstance(event, Approved) and event.by in event.registrars:
        return Objection.REGISTRAR
    return None


def step(request: CodeRequest, event: Event, times: Times = TIMES) -> CodeRequest:
    """Return the request after `event`. Pure: no clock, no I/O; what does not hold changes nothing."""
    if objection(request, event) is not None:
        return request
    (state,) = TRANSITIONS[request.state][type(event)]
    after = _learned(request, event)
    if state is request.state:
        return after
    now_ms = max(request.since_ms, event.at_ms)  # a clock that was set back makes no time shorter
    return replace(after, state=state, since_ms=now_ms, due_ms=now_ms + times.of(state), reminders=0)


def _learned(request: CodeRequest, event: Event) -> CodeRequest:
    """Return the request with the data of `event`; its state comes from the table."""
    match event:
        case PapersSent(papers=papers):
            after = replace(request, papers=request.papers + papers)
        case CarSeen(by=by, at_ms=at_ms, vin=vin):
            after = replace(request, seen_vin=vin, seen_by=by, seen_ms=at_ms, hands=request.hands | {by})
        case FeeRecorded(fee=fee):
            after = replace(request, fee=fee, warranty=False)
        case WarrantyRecorded():
            after = replace(request, fee=None, warranty=True)
        case Checked(by=by, ticks=ticks):
            after = replace(request, ticks=ticks, checker=by, hands=request.hands | {by}, look_again="")
        case SentBack(why=why):
            after = replace(request, ticks=frozenset(), checker="", look_again=why)
        case Approved(by=by, registrars=registrars):
            after = replace(request, approver=by, registrars=registrars)
        case Released(index=index):
            after = replace(request, index=index)
        case Refused(reason=reason) | DoorRefused(reason=reason):
            after = replace(request, reason=reason)
        case Reminded():
            after = replace(request, reminders=request.reminders + 1)
        case Submitted() | PapersAsked() | Withdrawn() | TimeRanOut():
            after = request
        case unknown:
            assert_never(unknown)
    return after
