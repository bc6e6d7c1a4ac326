"""A request at the desk: what was asked, what is known, what may be done now, and what was done.

Each form carries the number of the act that its page showed. Whoever acts on a page that is not true any
more changes nothing and is told what happened meanwhile, with what they typed kept. The same form sent twice
by the same person is one act.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.papers.kind import NAMES as PAPER_NAMES
from radiokey.base.papers.kind import PaperKind
from radiokey.base.ports.requests import RequestAct
from radiokey.base.requests.desk import Desk, View
from radiokey.base.requests.event_log import KINDS, event_of
from radiokey.base.requests.message import plain_text
from radiokey.base.requests.reasons import WORDS
from radiokey.base.requests.request import (
    TRANSITIONS,
    CarSeen,
    DoorRefused,
    FeeRecorded,
    PapersAsked,
    PapersSent,
    Refused,
    Released,
    SentBack,
    State,
    Turn,
)
from radiokey.base.requests.words import DONE, MEANS, TICKED
from radiokey.errors import AnotherPersonError, ChangedMeanwhileError, RadiokeyError, UsageError
from radiokey.serial.vin import Vin
from radiokey.web.desk.forms import CheckForm, FeeForm, RefuseForm, SeenForm, VinForm, WordsForm
from radiokey.web.desk.queue import words
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff.confirm import approval, ask, confirm
from radiokey.web.staff.page import Asking, desk_of, fields, requires, run_in_thread, show, view_for

FIRST: Final = (PaperKind.REGISTRATION, PaperKind.LABEL_PHOTO, PaperKind.VIN_PHOTO, PaperKind.PURCHASE)
"""The papers that a customer brings to the counter, in this order."""


S = TypeVar("S", bound=SeenForm)


# --- what a page shows ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the history: when, who, what, and what was told with it."""

    number: int
    at_ms: int
    by: str
    done: str
    detail: str


@get("/desk/requests/{request_id:str}", sync_to_thread=True, opt=requires(Permission.REQUEST_READ))
def page(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[str]:
    """Show a request."""
    return _page(site, request, view_for(site, request.auth, request_id))


def _page(
    site: Site,
    request: Asking,
    view: View,
    *,
    problem: RadiokeyError | None = None,
    kept: Mapping[str, str] | None = None,
) -> Response[str]:
    """Show a request; `problem` is what was wrong with a form, `kept` what was typed into it."""
    caller, state = request.auth, view.request.state
    own = view.request.requester == caller.by
    checks = Permission.REQUEST_CHECK in caller.scopes and not own
    approves = Permission.REQUEST_APPROVE in caller.scopes and not own and caller.by not in view.request.hands
    return show(
        site,
        request,
        "desk/request.html",
        problem=problem,
        view=view,
        asked=view.stored,
        now=view.request,
        compared=site.base.checks().compare(view.stored),
        history=_history(view),
        papers=desk_of(site).papers(view.stored.id),
        kinds=[(kind.value, PAPER_NAMES[kind]) for kind in FIRST],
        sends=own and PapersSent in TRANSITIONS[state],
        paper_names=PAPER_NAMES,
        reach=desk_of(site).outbox.reach(view.stored.id),
        ticked=TICKED,
        means=MEANS,
        kept=defaultdict(str, kept or {}),
        kept_form=request.url.path.rpartition("/")[2],
        own=own,
        ask=ask(site, request, approval(view.stored.id, view.act)) if approves else "",
        checks=checks and state in {State.PAPERS, State.REVIEW},
        approves=approves and state in {State.SECOND, State.RELEASING},
        writes=checks and view.request.turn is not Turn.NOBODY,
        hands=Permission.REQUEST_APPROVE in caller.scopes and caller.by in view.request.hands,
        **words(site),
    )


def _history(view: View) -> list[Line]:
    return [
        Line(act.number, act.at_ms, act.by, DONE[act.act], "" if act.number == 1 else _detail(act))
        for act in view.history
    ]


def _detail(act: RequestAct) -> str:
    """Return what was told with an act."""
    match event_of(act):
        case CarSeen(vin=vin):
            return vin
        case FeeRecorded(fee=fee):
            return f"{fee.minor / 100:.2f} {fee.currency}"
        case Refused(reason=reason) | DoorRefused(reason=reason):
            return WORDS[reason]
        case PapersSent(papers=papers):
            return f"{len(papers)} paper{'s' * (len(papers) > 1)}"
        case SentBack(why=why):
            return why
        case Released(index=index):
            return f"entry {index} of the log"
        case _:
            return ""


# --- how an act is done -----------------------------------------------------------------------------------

Do = Callable[[Desk, S], Any]
Again = Callable[[View, S], bool]
"""Tells whether the act after the one that was seen is this very form, sent before."""


@dataclass(frozen=True, slots=True)
class At:
    """Who acts on which request."""

    site: Site
    request: Asking
    request_id: str

    def view(self) -> View:
        """Return it as it is now."""
        return view_for(self.site, self.request.auth, self.request_id)


async def _act(at: At, kind: type[S], do: Do[S], again: Again[S]) -> Response[Any]:
    form = await fields(at.request, kind)
    return await run_in_thread(at.site, lambda: done(at, form, do, again))


def done(at: At, form: S, do: Do[S], again: Again[S]) -> Response[Any]:
    """Do it and lead back to the request; where it does not hold, say why with what was typed kept."""
    view, by, seen = at.view(), at.request.auth.by, form.act
    try:
        do(desk_of(at.site), form)
    except ChangedMeanwhileError as problem:
        view = at.view()
        if not (seen < view.act and view.history[seen].by == by and again(view, form)):
            return _meanwhile(at.site, at.request, view, form, problem)
    except RadiokeyError as problem:
        return _page(at.site, at.request, at.view(), problem=problem, kept=_typed(form))
    return Redirect(f"/desk/requests/{view.stored.id}", status_code=303, headers=NO_STORE)


def _typed(form: SeenForm) -> dict[str, str]:
    told: dict[str, str] = msgspec.to_builtins(form)
    return {name: value for name, value in told.items() if value and name not in {"csrf", "passkey", "seen"}}


def _meanwhile(
    site: Site, request: Asking, view: View, form: SeenForm, problem: RadiokeyError
) -> Response[Any]:
    """Say what happened since the page was shown, and keep what was typed."""
    return show(
        site,
        request,
        "desk/meanwhile.html",
        problem=problem,
        view=view,
        asked=view.stored,
        now=view.request,
        since=_history(view)[form.act :],
        kept=defaultdict(str, _typed(form)),
        typed=list(_typed(form).values()),
        action=request.url.path,
        logged=_still(view, request.url.path.rpartition("/")[2]),
        **words(site),
    )


def _still(view: View, act: str) -> str:
    """Return the audit's name of an act that words go with, where it can still be done; else nothing."""
    if act == "message":
        return "" if view.request.turn is Turn.NOBODY else "request:message"
    event = _SAID.get(act)
    return KINDS[event].audit if event is not None and event in TRANSITIONS[view.request.state] else ""


_SAID: Final[Mapping[str, type[PapersAsked | SentBack]]] = {"ask-papers": PapersAsked, "send-back": SentBack}


def _follows(act: str, told: Callable[[S], Mapping[str, object]] = lambda _: {}) -> Again[S]:
    """Return what tells whether the next act is `act` and says what the form says."""

    def again(view: View, form: S) -> bool:
        row = view.history[form.act]
        detail: dict[str, object] = msgspec.json.decode(row.detail, type=dict)
        wanted = msgspec.to_builtins(told(form))
        return row.act == act and all(detail.get(name) == value for name, value in wanted.items())

    return again


# --- what a clerk does ------------------------------------------------------------------------------------


@post("/desk/requests/{request_id:str}/message", opt=requires(Permission.REQUEST_CHECK))
async def message(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Write to whoever asked."""

    def do(desk: Desk, form: WordsForm) -> None:
        if desk.view(request_id).act != form.act:
            raise ChangedMeanwhileError(
                "somebody else did something with this request in the meantime",
                hint="look at it as it is now, then decide whether to send your message",
            )
        desk.post_message(request_id, request.auth.by, form.text)

    return await _act(At(site, request, request_id), WordsForm, do, lambda _, __: False)


@post("/desk/requests/{request_id:str}/ask-papers", opt=requires(Permission.REQUEST_CHECK))
async def ask_papers(
    site: NamedDependency[Site], request: Asking, request_id: FromPath[str]
) -> Response[Any]:
    """Ask for papers, and say which."""

    def do(desk: Desk, form: WordsForm) -> None:
        if not form.text.strip():
            raise UsageError("nobody knows which papers are meant", hint="say which, in a sentence")
        desk.ask_papers(request_id, form.act, request.auth.by, form.text)

    def again(view: View, form: WordsForm) -> bool:
        row, said = view.history[form.act], plain_text(form.text)
        told = {(one.by, one.at_ms, one.text) for one in view.messages}
        return row.act == "papers-asked" and (row.by, row.at_ms, said) in told

    return await _act(At(site, request, request_id), WordsForm, do, again)


@post("/desk/requests/{request_id:str}/see-car", opt=requires(Permission.REQUEST_CHECK))
async def see_car(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Record the VIN that was read at the car."""

    def do(desk: Desk, form: VinForm) -> None:
        desk.record_vin(request_id, form.act, request.auth.by, Vin.parse(form.vin))

    again: Again[VinForm] = _follows("car-seen", lambda form: {"vin": Vin.parse(form.vin).text})
    return await _act(At(site, request, request_id), VinForm, do, again)


@post("/desk/requests/{request_id:str}/fee", opt=requires(Permission.REQUEST_CHECK))
async def record_fee(
    site: NamedDependency[Site], request: Asking, request_id: FromPath[str]
) -> Response[Any]:
    """Record what it costs."""

    def do(desk: Desk, form: FeeForm) -> None:
        desk.record_fee(request_id, form.act, request.auth.by, form.fee)

    again: Again[FeeForm] = _follows("fee-recorded", lambda form: {"fee": form.fee})
    return await _act(At(site, request, request_id), FeeForm, do, again)


@post("/desk/requests/{request_id:str}/warranty", opt=requires(Permission.REQUEST_CHECK))
async def record_warranty(
    site: NamedDependency[Site], request: Asking, request_id: FromPath[str]
) -> Response[Any]:
    """Record that it costs nothing: under warranty."""

    def do(desk: Desk, form: SeenForm) -> None:
        desk.record_fee(request_id, form.act, request.auth.by, None)

    return await _act(At(site, request, request_id), SeenForm, do, _follows("warranty-recorded"))


@post("/desk/requests/{request_id:str}/check", opt=requires(Permission.REQUEST_CHECK))
async def check(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Hand it over with the whole check list ticked."""

    def do(desk: Desk, form: CheckForm) -> None:
        desk.check(request_id, form.act, request.auth.by, form.ticks)

    return await _act(At(site, request, request_id), CheckForm, do, _follows("checked"))


@post("/desk/requests/{request_id:str}/refuse", opt=requires(Permission.REQUEST_CHECK))
async def refuse(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Say no, as a clerk."""

    def do(desk: Desk, form: RefuseForm) -> None:
        desk.refuse(request_id, form.act, request.auth.by, form.told)

    return await _act(At(site, request, request_id), RefuseForm, do, _REFUSED)


_REFUSED: Final[Again[RefuseForm]] = _follows("refused", lambda form: {"reason": form.told.value})


# --- what an approver does --------------------------------------------------------------------------------


@post("/desk/requests/{request_id:str}/approve", opt=requires(Permission.REQUEST_APPROVE))
async def approve(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Approve, and have the door release the code. The page shows none: it is for whoever asked."""

    def do(desk: Desk, form: SeenForm) -> None:
        if desk.view(request_id).act == form.act:  # else it was done, or something else was
            confirm(site, request, approval(request_id, form.act), form.passkey)
        desk.approve(request_id, form.act, request.auth.by)

    return await _act(At(site, request, request_id), SeenForm, do, _follows("approved"))


@post("/desk/requests/{request_id:str}/send-back", opt=requires(Permission.REQUEST_APPROVE))
async def send_back(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Have a clerk look again, and say at what."""

    def do(desk: Desk, form: WordsForm) -> None:
        if not form.text.strip():
            raise UsageError("the clerk does not know what to look at", hint="say it in a sentence")
        desk.send_back(request_id, form.act, request.auth.by, form.text)

    again: Again[WordsForm] = _follows("sent-back", lambda form: {"why": plain_text(form.text)})
    return await _act(At(site, request, request_id), WordsForm, do, again)


@post("/desk/requests/{request_id:str}/say-no", opt=requires(Permission.REQUEST_APPROVE))
async def say_no(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Say no, as the second pair of eyes."""

    def do(desk: Desk, form: RefuseForm) -> None:
        view = desk.view(request_id)
        if request.auth.by in view.request.hands:
            raise AnotherPersonError(
                "whoever checked a request does not decide as the second pair of eyes",
                hint="leave it to a colleague",
            )
        desk.refuse(request_id, form.act, request.auth.by, form.told, second=True)

    return await _act(At(site, request, request_id), RefuseForm, do, _REFUSED)


# --- what whoever opened it for a customer does -----------------------------------------------------------


@post("/desk/requests/{request_id:str}/submit", opt=requires(Permission.REQUEST_OPEN))
async def submit(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Say that the customer's papers follow."""

    def do(desk: Desk, form: SeenForm) -> None:
        desk.submit(request_id, form.act, request.auth.by)

    return await _act(At(site, request, request_id), SeenForm, do, _follows("submitted"))


@post("/desk/requests/{request_id:str}/withdraw", opt=requires(Permission.REQUEST_OPEN))
async def withdraw(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Not want it any more."""

    def do(desk: Desk, form: SeenForm) -> None:
        desk.withdraw(request_id, form.act, request.auth.by)

    return await _act(At(site, request, request_id), SeenForm, do, _follows("withdrawn"))


@post("/desk/requests/{request_id:str}/code", status_code=200, opt=requires(Permission.REQUEST_OPEN))
async def code(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Show the code to whoever opened the request for a customer; the door is asked again."""
    await fields(request, SeenForm)
    return await run_in_thread(site, lambda: _code(site, request, request_id))


def _code(site: Site, request: Asking, request_id: str) -> Response[str]:
    view = view_for(site, request.auth, request_id)
    if view.request.requester != request.auth.by:
        raise AnotherPersonError(
            "the code is shown to whoever asked for it, and to nobody else",
            hint="the owner has the link to it",
        )
    try:
        released = desk_of(site).code_for(request_id)
    except RadiokeyError as problem:
        return _page(site, request, view, problem=problem)
    return show(site, request, "desk/code.html", view=view, asked=view.stored, code=released.code)


HANDLERS: Final = (
    page,
    message,
    ask_papers,
    see_car,
    record_fee,
    record_warranty,
    check,
    refuse,
    approve,
    send_back,
    say_no,
    submit,
    withdraw,
    code,
)
