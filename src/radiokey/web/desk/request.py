"""A request at the desk: what was asked, what is known, what may be done now, and what was done.

Each form carries the number of the act that its page showed. A form from a page that is out of date changes
nothing; the page it leads to shows what happened in the meantime and keeps what was typed. The same form sent
twice by the same person is one act.
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
from radiokey.base.requests.actions import staff_actions
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
    Turn,
)
from radiokey.base.requests.words import DONE, MEANS, TICKED
from radiokey.errors import AnotherPersonError, ChangedMeanwhileError, RadiokeyError, UsageError
from radiokey.language.speech import gettext, ngettext, number
from radiokey.serial.vin import Vin
from radiokey.web.desk.forms import CheckForm, FeeForm, RefuseForm, SeenForm, VinForm, WordsForm
from radiokey.web.desk.queue import words
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.visits import FormAnswer
from radiokey.web.site import Site
from radiokey.web.staff.confirm import approval, ask, confirm
from radiokey.web.staff.page import (
    StaffRequest,
    desk_of,
    lead_back,
    read_form,
    requires,
    run_in_thread,
    said_of,
    show_page,
    view_for,
)

FIRST: Final = (PaperKind.REGISTRATION, PaperKind.LABEL_PHOTO, PaperKind.VIN_PHOTO, PaperKind.PURCHASE)
"""The papers that a customer brings to the counter, in this order."""
CHANGED: Final = "changed"
"""The page of a form that was sent after somebody else did something."""

S = TypeVar("S", bound=SeenForm)


# --- what a page shows ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the history: when, who, what, and the details of it."""

    number: int
    at_ms: int
    by: str
    done: str
    detail: str


@get("/desk/requests/{request_id:str}", sync_to_thread=True, opt=requires(Permission.REQUEST_READ))
def show_request(
    site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]
) -> Response[str]:
    """Show a request, with what was wrong with the form that led here and what was typed into it."""
    view, said = view_for(site, request.auth, request_id), said_of(site, request)
    if said.problem is not None and said.problem.page == CHANGED:
        return _show_changes(site, request, view, said)
    return _page(site, request, view, said)


def _page(site: Site, request: StaffRequest, view: View, said: FormAnswer) -> Response[str]:
    caller = request.auth
    paper_names = {kind: gettext(name) for kind, name in PAPER_NAMES.items()}
    actions = staff_actions(view.request, caller.by, caller.scopes)
    return show_page(
        site,
        request,
        "desk/request.html",
        view=view,
        asked=view.stored,
        now=view.request,
        compared=site.base.checks().compare(view.stored),
        history=_history(view),
        papers=desk_of(site).papers(view.stored.id),
        kinds=[(kind.value, paper_names[kind]) for kind in FIRST],
        paper_names=paper_names,
        reads=site.photos is not None,
        reach=desk_of(site).outbox.reach(view.stored.id),
        ticked={check: gettext(said) for check, said in TICKED.items()},
        means={state: gettext(said) for state, said in MEANS.items()},
        kept=defaultdict(str, said.typed),
        kept_form=said.form,
        actions=actions,
        ask=ask(site, request, approval(view.stored.id, view.act)) if actions.may_approve else "",
        **words(site),
    )


def _history(view: View) -> list[Line]:
    return [
        Line(act.number, act.at_ms, act.by, gettext(DONE[act.act]), "" if act.number == 1 else _detail(act))
        for act in view.history
    ]


def _detail(act: RequestAct) -> str:
    """Return the details of an act as text."""
    match event_of(act):
        case CarSeen(vin=vin):
            return vin
        case FeeRecorded(fee=fee):
            return f"{number(fee.minor / 100, 2)} {fee.currency}"
        case Refused(reason=reason) | DoorRefused(reason=reason):
            return gettext(WORDS[reason])
        case PapersSent(papers=papers):
            return ngettext("{n} paper", "{n} papers", len(papers))
        case SentBack(why=why):
            return why
        case Released(index=index):
            return gettext("entry {index} of the log", index=number(index))
        case _:
            return ""


# --- how an act is done -----------------------------------------------------------------------------------

Operation = Callable[[Desk, S], Any]
IsRepeat = Callable[[View, S], bool]
"""Whether the act after the one that the page showed is this very form, sent before."""


@dataclass(frozen=True, slots=True)
class DeskAction:
    """Who acts on which request; `hint` is what to do anew where it does not hold."""

    site: Site
    request: StaffRequest
    request_id: str
    hint: str = ""

    def view(self) -> View:
        """Return it as it is now."""
        return view_for(self.site, self.request.auth, self.request_id)

    def lead_back(self, form: SeenForm, problem: RadiokeyError, *, about: str = "") -> Redirect:
        """Lead to the page of the request, which says what was wrong and has what was typed."""
        name = self.request.url.path.rpartition("/")[2]
        return lead_back(
            self.site,
            self.request,
            page_of(self.request_id),
            problem,
            about=about,
            form=name,
            kept=form,
            hint=self.hint,
            hold=isinstance(form, WordsForm),
        )


async def _handle_form(
    action: DeskAction, kind: type[S], do: Operation[S], is_repeat: IsRepeat[S]
) -> Redirect:
    form = await read_form(action.request, kind)
    return await run_in_thread(action.site, lambda: perform(action, form, do, is_repeat))


def perform(action: DeskAction, form: S, do: Operation[S], is_repeat: IsRepeat[S]) -> Redirect:
    """Do it and lead to the request; where it is refused, its page says why and has what was typed."""
    view, by, seen = action.view(), action.request.auth.by, form.act
    try:
        do(desk_of(action.site), form)
    except ChangedMeanwhileError as problem:
        view = action.view()
        if not (seen < view.act and view.history[seen].by == by and is_repeat(view, form)):
            return action.lead_back(form, problem, about=CHANGED)
    except RadiokeyError as problem:
        return action.lead_back(form, problem)
    return Redirect(page_of(view.stored.id), status_code=303, headers=NO_STORE)


def page_of(request_id: str) -> str:
    """Return the address of the page of a request."""
    return f"/desk/requests/{request_id}"


def _show_changes(site: Site, request: StaffRequest, view: View, said: FormAnswer) -> Response[str]:
    """Show what happened since the page of a form was shown, and what was typed into it."""
    typed = {name: value for name, value in said.typed.items() if name != "seen"}
    return show_page(
        site,
        request,
        "desk/changed.html",
        view=view,
        asked=view.stored,
        now=view.request,
        since=_history(view)[int(said.typed.get("seen", view.act)) :],
        kept=defaultdict(str, typed),
        typed=list(typed.values()),
        action=f"{page_of(view.stored.id)}/{said.form}",
        logged=_audit_act(view, said.form),
        **words(site),
    )


def _audit_act(view: View, act: str) -> str:
    """Return the audit's name of an act with a text where the act is still possible, else an empty text."""
    if act == "message":
        return "" if view.request.turn is Turn.NOBODY else "request:message"
    event = _EVENTS_WITH_TEXT.get(act)
    return KINDS[event].audit if event is not None and event in TRANSITIONS[view.request.state] else ""


_EVENTS_WITH_TEXT: Final[Mapping[str, type[PapersAsked | SentBack]]] = {
    "ask-papers": PapersAsked,
    "send-back": SentBack,
}


def _repeats(act: str, details: Callable[[S], Mapping[str, object]] = lambda _: {}) -> IsRepeat[S]:
    """Return a check: whether the next act is `act` with the details of the form."""

    def is_repeat(view: View, form: S) -> bool:
        row = view.history[form.act]
        detail: dict[str, object] = msgspec.json.decode(row.detail, type=dict)
        wanted = msgspec.to_builtins(details(form))
        return row.act == act and all(detail.get(name) == value for name, value in wanted.items())

    return is_repeat


# --- what a clerk does ------------------------------------------------------------------------------------


@post("/desk/requests/{request_id:str}/message", opt=requires(Permission.REQUEST_CHECK))
async def message(site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]) -> Redirect:
    """Write to the requester."""

    def do(desk: Desk, form: WordsForm) -> None:
        if desk.view(request_id).act != form.act:
            raise ChangedMeanwhileError(
                gettext("somebody else did something with this request in the meantime"),
                hint=gettext("look at it as it is now, then decide whether to send your message"),
            )
        desk.post_message(request_id, request.auth.by, form.text)

    return await _handle_form(DeskAction(site, request, request_id), WordsForm, do, lambda _, __: False)


@post("/desk/requests/{request_id:str}/ask-papers", opt=requires(Permission.REQUEST_CHECK))
async def ask_papers(
    site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]
) -> Redirect:
    """Ask for papers, and say which."""

    def do(desk: Desk, form: WordsForm) -> None:
        if not form.text.strip():
            raise UsageError(
                gettext("nobody knows which papers are meant"), hint=gettext("say which, in a sentence")
            )
        desk.ask_papers(request_id, form.act, request.auth.by, form.text)

    def is_repeat(view: View, form: WordsForm) -> bool:
        row, said = view.history[form.act], plain_text(form.text)
        sent = {(one.by, one.at_ms, one.text) for one in view.messages}
        return row.act == "papers-asked" and (row.by, row.at_ms, said) in sent

    return await _handle_form(DeskAction(site, request, request_id), WordsForm, do, is_repeat)


@post("/desk/requests/{request_id:str}/see-car", opt=requires(Permission.REQUEST_CHECK))
async def record_vin(
    site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]
) -> Redirect:
    """Record the VIN that was read at the car."""

    def do(desk: Desk, form: VinForm) -> None:
        desk.record_vin(request_id, form.act, request.auth.by, Vin.parse(form.vin))

    is_repeat: IsRepeat[VinForm] = _repeats("car-seen", lambda form: {"vin": Vin.parse(form.vin).text})
    return await _handle_form(DeskAction(site, request, request_id), VinForm, do, is_repeat)


@post("/desk/requests/{request_id:str}/fee", opt=requires(Permission.REQUEST_CHECK))
async def record_fee(
    site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]
) -> Redirect:
    """Record what it costs."""

    def do(desk: Desk, form: FeeForm) -> None:
        desk.record_fee(request_id, form.act, request.auth.by, form.fee)

    is_repeat: IsRepeat[FeeForm] = _repeats("fee-recorded", lambda form: {"fee": form.fee})
    return await _handle_form(DeskAction(site, request, request_id), FeeForm, do, is_repeat)


@post("/desk/requests/{request_id:str}/warranty", opt=requires(Permission.REQUEST_CHECK))
async def record_warranty(
    site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]
) -> Redirect:
    """Record that it costs nothing: under warranty."""

    def do(desk: Desk, form: SeenForm) -> None:
        desk.record_fee(request_id, form.act, request.auth.by, None)

    return await _handle_form(
        DeskAction(site, request, request_id), SeenForm, do, _repeats("warranty-recorded")
    )


@post("/desk/requests/{request_id:str}/check", opt=requires(Permission.REQUEST_CHECK))
async def check(site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]) -> Redirect:
    """Hand it to an approver with the whole check list ticked."""

    def do(desk: Desk, form: CheckForm) -> None:
        desk.check(request_id, form.act, request.auth.by, form.ticks)

    return await _handle_form(DeskAction(site, request, request_id), CheckForm, do, _repeats("checked"))


@post("/desk/requests/{request_id:str}/refuse", opt=requires(Permission.REQUEST_CHECK))
async def refuse(site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]) -> Redirect:
    """Refuse it, as a clerk."""

    def do(desk: Desk, form: RefuseForm) -> None:
        desk.refuse(request_id, form.act, request.auth.by, form.chosen)

    return await _handle_form(DeskAction(site, request, request_id), RefuseForm, do, _REFUSED)


_REFUSED: Final[IsRepeat[RefuseForm]] = _repeats("refused", lambda form: {"reason": form.chosen.value})


# --- what an approver does --------------------------------------------------------------------------------


@post("/desk/requests/{request_id:str}/approve", opt=requires(Permission.REQUEST_APPROVE))
async def approve(site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]) -> Redirect:
    """Approve, and release the code. The page does not show it: it is for the requester."""

    def do(desk: Desk, form: SeenForm) -> None:
        if desk.view(request_id).act == form.act:  # else it was done, or something else was
            confirm(site, request, approval(request_id, form.act), form.passkey)
        site.log_monitor.require()
        desk.approve(request_id, form.act, request.auth.by)

    return await _handle_form(DeskAction(site, request, request_id), SeenForm, do, _repeats("approved"))


@post("/desk/requests/{request_id:str}/send-back", opt=requires(Permission.REQUEST_APPROVE))
async def send_back(
    site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]
) -> Redirect:
    """Send it back to a clerk, and say what to check again."""

    def do(desk: Desk, form: WordsForm) -> None:
        if not form.text.strip():
            raise UsageError(
                gettext("the clerk does not know what to look at"), hint=gettext("say it in a sentence")
            )
        desk.send_back(request_id, form.act, request.auth.by, form.text)

    is_repeat: IsRepeat[WordsForm] = _repeats("sent-back", lambda form: {"why": plain_text(form.text)})
    return await _handle_form(DeskAction(site, request, request_id), WordsForm, do, is_repeat)


@post("/desk/requests/{request_id:str}/say-no", opt=requires(Permission.REQUEST_APPROVE))
async def refuse_as_approver(
    site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]
) -> Redirect:
    """Refuse it, as the second pair of eyes."""

    def do(desk: Desk, form: RefuseForm) -> None:
        view = desk.view(request_id)
        if request.auth.by in view.request.hands:
            raise AnotherPersonError(
                gettext("who checked a request does not decide as the second pair of eyes"),
                hint=gettext("leave it to a colleague"),
            )
        desk.refuse(request_id, form.act, request.auth.by, form.chosen, second=True)

    return await _handle_form(DeskAction(site, request, request_id), RefuseForm, do, _REFUSED)


# --- what the person who opened it for a customer does ----------------------------------------------------


@post("/desk/requests/{request_id:str}/submit", opt=requires(Permission.REQUEST_OPEN))
async def submit(site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]) -> Redirect:
    """Say that the customer's papers follow."""

    def do(desk: Desk, form: SeenForm) -> None:
        desk.submit(request_id, form.act, request.auth.by)

    return await _handle_form(DeskAction(site, request, request_id), SeenForm, do, _repeats("submitted"))


@post("/desk/requests/{request_id:str}/withdraw", opt=requires(Permission.REQUEST_OPEN))
async def withdraw(site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]) -> Redirect:
    """Withdraw the request."""

    def do(desk: Desk, form: SeenForm) -> None:
        desk.withdraw(request_id, form.act, request.auth.by)

    return await _handle_form(DeskAction(site, request, request_id), SeenForm, do, _repeats("withdrawn"))


@post("/desk/requests/{request_id:str}/code", opt=requires(Permission.REQUEST_OPEN))
async def ask_code(request: StaffRequest, request_id: FromPath[str]) -> Redirect:
    """Lead to the code of a released request."""
    await read_form(request, SeenForm)
    return Redirect(f"{page_of(request_id)}/code", status_code=303, headers=NO_STORE)


@get("/desk/requests/{request_id:str}/code", sync_to_thread=True, opt=requires(Permission.REQUEST_OPEN))
def show_code(
    site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]
) -> Response[str] | Redirect:
    """Show the code to the person who opened the request for a customer; it is released again."""
    view = view_for(site, request.auth, request_id)
    if view.request.requester != request.auth.by:
        raise AnotherPersonError(
            gettext("the code is shown to the person who asked for it, and to nobody else"),
            hint=gettext("the owner has the link to it"),
        )
    try:
        site.log_monitor.require()
        released = desk_of(site).code_for(request_id)
    except RadiokeyError as problem:
        return lead_back(site, request, page_of(request_id), problem)
    return show_page(site, request, "desk/code.html", view=view, asked=view.stored, code=released.code)


HANDLERS: Final = (
    show_request,
    message,
    ask_papers,
    record_vin,
    record_fee,
    record_warranty,
    check,
    refuse,
    approve,
    send_back,
    refuse_as_approver,
    submit,
    withdraw,
    ask_code,
    show_code,
)
