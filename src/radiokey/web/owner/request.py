"""The owner's request to the desk: opened with what they know, followed by its signed link, no account.

Who has the link counts as the requester, so it is treated like a key: its pages send no referrer, are stored
nowhere, and a link that somebody merely opens (a mail scanner does) changes nothing and shows no code.
Whatever the owner sends is read here, at the edge; only the page of papers takes more than a form holds.
"""

import hmac
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.base.keys.link import read as read_link
from radiokey.base.keys.link import sign
from radiokey.base.papers.kind import KEPT_DAYS, NAMES, WHY, PaperKind, kept_words
from radiokey.base.requests.actions import owner_actions
from radiokey.base.requests.contact import Address
from radiokey.base.requests.desk import Application, Desk
from radiokey.base.requests.message import plain_text
from radiokey.base.requests.outbox import ContactStatus
from radiokey.base.requests.papers import PaperRecord
from radiokey.base.requests.reasons import WORDS
from radiokey.base.requests.request import PAPERS_MAX, TRANSITIONS, PapersSent, Turn
from radiokey.base.requests.request import State as Status
from radiokey.clock import DAY_MS
from radiokey.errors import (
    ChangedMeanwhileError,
    NotThereError,
    RadiokeyError,
    RequestReusedError,
    TryLaterError,
)
from radiokey.language.speech import current, gettext, later
from radiokey.serial.vin import Vin
from radiokey.web.http.forms import (
    RequestForm,
    SaidForm,
    SeenForm,
    WebRequest,
    convert,
    opened_another,
    read,
)
from radiokey.web.http.origins import BY_LINK
from radiokey.web.http.problems import form_problem, headers_of_problem
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.uploads import (
    CHOOSE_AGAIN,
    FILES_MAX,
    UPLOAD_BYTES_MAX,
    count_papers,
    hand_in,
    same_files,
    uploads_of,
)
from radiokey.web.http.visits import FormAnswer, Visit
from radiokey.web.owner.number import PRIVATE as VISIT
from radiokey.web.owner.number import lead_to, makes_of, with_problem
from radiokey.web.site import Site

if TYPE_CHECKING:
    from radiokey.base.release.request import Released

FORM: Final = "request form"
FORM_LASTS_MS: Final = DAY_MS
PRIVATE: Final = {**NO_STORE, "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
ROAD: Final = {
    Turn.OWNER.value: later("Your papers"),
    Turn.CLERK.value: later("A clerk looks"),
    Turn.APPROVER.value: later("A second person looks"),
    Turn.NOBODY.value: later("The answer"),
}


def _desk(site: Site) -> Desk:
    """Return the desk; there is no such page where the base has none."""
    if site.desk is None:
        raise NotFoundException
    return site.desk


# --- opening one ------------------------------------------------------------------------------------------


@get("/requests/new", sync_to_thread=False)
def new(site: NamedDependency[Site], model: FromQuery[str] = "", make: FromQuery[str] = "") -> Response[str]:
    """Ask for number, car and where to write."""
    form = convert({"model": model, "make": make}, RequestForm)
    return _form(site, Visit(model=form.model, make=form.make))


@post("/requests/new")
async def new_for(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Lead to the page that asks for what is missing; the number is known already."""
    _desk(site)
    form = await read(request, RequestForm)
    return lead_to(site, _visit_of(site, form), "/desk")


@get("/road/{visit:str}/desk", sync_to_thread=False)
def new_with(site: NamedDependency[Site], visit: FromPath[str]) -> Response[str]:
    """Ask for what is missing, and say what was wrong before."""
    return _form(site, site.visits.open(visit))


def _visit_of(site: Site, form: RequestForm) -> Visit:
    """Return the visit of a form, which opens one request however often its page is opened."""
    said = {name: getattr(form, name) for name in ("text", "make", "model", "vin", "email")}
    return Visit(**said, once=form.once or _fresh(site))


def _fresh(site: Site) -> str:
    until_ms = site.clock.now_ms() + FORM_LASTS_MS
    return sign(site.purpose_key(FORM), FORM, site.base.randomness.bytes(16).hex(), until_ms)


def _form(site: Site, visit: Visit) -> Response[str]:
    _desk(site)
    return site.pages.show(
        "owner/request_new.html",
        status=visit.problem.status if visit.problem else 200,
        headers=VISIT,
        form=visit,
        once=visit.once or _fresh(site),
        problem=visit.problem,
        models=sorted(site.catalogue.models.values(), key=lambda one: one.name.casefold()),
        makes=makes_of(site),
        organisation=site.base.organisation,
        kinds=_kinds(),
    )


@post("/requests")
async def open_request(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Open a request; the same form sent again opens the same one."""
    desk, form = _desk(site), await read(request, RequestForm)
    client, network = site.client(request), site.network(request)

    def work(_: None) -> str:
        once = read_link(site.purpose_key(FORM), FORM, form.once, site.clock.now_ms())
        application = _application(site, form)
        request_id = hmac.digest(site.purpose_key("request id"), once.encode(), "sha256").hex()[:32]
        if not _is_there(desk, request_id):
            site.base.desk_limits.take("requests", client, network)
        desk.open(application, request_id=request_id, submit=True)
        return request_id

    try:
        request_id = await site.in_thread(work, None)
    except TryLaterError:
        raise
    except RequestReusedError:
        fresh = msgspec.structs.replace(form, once="")
        return lead_to(site, with_problem(_visit_of(site, fresh), "desk", opened_another()), "/desk")
    except RadiokeyError as problem:
        return lead_to(site, with_problem(_visit_of(site, form), "desk", problem), "/desk")
    return Redirect(site.link_to(request_id), status_code=303, headers=PRIVATE)


def _is_there(desk: Desk, request_id: str) -> bool:
    try:
        desk.view(request_id)
    except NotThereError:
        return False
    return True


def _application(site: Site, form: RequestForm) -> Application:
    reading, model = site.radio(form.text, form.make, form.model)
    return Application(
        serial=reading,
        vin=Vin.parse(form.vin),
        model=model,
        make=form.make,
        address=Address.parse(form.email) if form.email.strip() else None,
        language=current().tag,
    )


def _kinds() -> list[tuple[str, str, str, str, int]]:
    """Return each kind of paper in the order to send them: id, name, why, how long, in days."""
    first = (PaperKind.LABEL_PHOTO, PaperKind.REGISTRATION, PaperKind.VIN_PHOTO)
    rest = (PaperKind.PURCHASE, PaperKind.POLICE_RECEIPT)
    return [
        (kind.value, gettext(NAMES[kind]), gettext(WHY[kind]), kept_words(kind), KEPT_DAYS[kind])
        for kind in (*first, *rest)
    ]


# --- following it -----------------------------------------------------------------------------------------


@get("/requests/{link:str}", sync_to_thread=True)
def follow(site: NamedDependency[Site], link: FromPath[str], said: FromQuery[str] = "") -> Response[str]:
    """Show where a request stands, what the owner can do, and what was wrong with the form that led here."""
    request_id, desk = site.request_of(link), _desk(site)
    view, now_ms = desk.view(request_id), site.clock.now_ms()
    asked, answer = view.request, site.visits.answer_of(said, _owner_of(request_id))
    return site.pages.show(
        "owner/request.html",
        status=answer.problem.status if answer.problem else 200,
        headers={**PRIVATE, **headers_of_problem(answer.problem)},
        problem=answer.problem,
        words=answer.typed.get("text", ""),
        here=site.link_to(request_id),
        view=view,
        asked=asked,
        model=site.catalogue.models.get(view.stored.model),
        late=asked.overdue(now_ms),
        reason=gettext(WORDS[asked.reason]) if asked.reason else "",
        refused_mail=desk.outbox.reach(request_id) is ContactStatus.REFUSED,
        papers=_group_papers(desk.papers(request_id)),
        kinds=_kinds(),
        left=PAPERS_MAX - len(asked.papers),
        files_max=FILES_MAX,
        actions=owner_actions(asked, _owner_of(request_id)),
        road=ROAD,
        organisation=site.base.organisation,
    )


def _group_papers(papers: Iterable[PaperRecord]) -> list[tuple[list[str], PaperRecord]]:
    """Group the papers with the same facts: their names, each group with one of its papers."""
    lines: dict[object, tuple[list[str], PaperRecord]] = {}
    for paper in papers:
        facts = (paper.at_ms, paper.kept, paper.delete_ms, KEPT_DAYS[paper.kind])
        lines.setdefault(facts, ([], paper))[0].append(gettext(NAMES[paper.kind]))
    return list(lines.values())


def _owner_of(request_id: str) -> str:
    """Return who acts by the link: the person who opened the request, and nobody of the desk."""
    return f"owner:{request_id}"


@post("/requests/{link:str}/messages", opt={BY_LINK: True})
async def send_message(site: NamedDependency[Site], request: WebRequest, link: FromPath[str]) -> Redirect:
    """Write to the desk."""
    desk, request_id = _desk(site), site.request_of(link)
    form = await read(request, SaidForm)
    client, network = site.client(request), site.network(request)

    def work(_: None) -> None:
        view = desk.view(request_id)
        by = _owner_of(request_id)
        text = plain_text(form.text)
        if view.messages and (view.messages[-1].by, view.messages[-1].text) == (by, text):
            return  # the same form once more
        if view.stored.requester != by:
            raise ChangedMeanwhileError(
                gettext("this request was opened for you at the desk"), hint=gettext("ask there")
            )
        site.base.desk_limits.take("messages", client, network)
        desk.post_message(request_id, by, text)

    if desk.may_hold_code(await site.in_thread(desk.view, request_id), form.text):
        return await _act(site, request_id, work, hint=gettext("what you typed is not kept"))
    return await _act(site, request_id, work, said=form.text)


@get("/requests/{link:str}/withdraw", sync_to_thread=True)
def withdraw_ask(site: NamedDependency[Site], link: FromPath[str]) -> Response[str]:
    """Ask whether the request is really not wanted any more."""
    request_id = site.request_of(link)
    view = _desk(site).view(request_id)
    return site.pages.show(
        "owner/request_withdraw.html",
        headers=PRIVATE,
        here=site.link_to(request_id),
        seen=view.act,
        may=owner_actions(view.request, _owner_of(request_id)).may_withdraw,
    )


@post("/requests/{link:str}/withdraw", opt={BY_LINK: True})
async def withdraw(site: NamedDependency[Site], request: WebRequest, link: FromPath[str]) -> Redirect:
    """Withdraw it."""
    desk, request_id = _desk(site), site.request_of(link)
    seen = (await read(request, SeenForm)).number

    def work(_: None) -> None:
        if desk.view(request_id).request.state is not Status.WITHDRAWN:
            desk.withdraw(request_id, seen, _owner_of(request_id))

    return await _act(site, request_id, work)


async def _act(
    site: Site, request_id: str, work: Callable[[None], object], *, said: str = "", hint: str = ""
) -> Redirect:
    """Do something, then lead to the request as it is now, with what was wrong if anything was.

    `said` is a message that was typed; it is held in memory, and stands in no address.
    """
    address = site.link_to(request_id)
    try:
        await site.in_thread(work, None)
    except RadiokeyError as problem:
        typed = {"text": said} if said else {}
        answer = FormAnswer(problem=form_problem(problem, hint=hint), typed=typed)
        address = site.visits.address(address, _owner_of(request_id), answer, hold=True)
    return Redirect(address, status_code=303, headers=PRIVATE)


# --- papers -----------------------------------------------------------------------------------------------


@post("/requests/{link:str}/papers", request_max_body_size=UPLOAD_BYTES_MAX, opt={BY_LINK: True})
async def send_papers(site: NamedDependency[Site], request: WebRequest, link: FromPath[str]) -> Redirect:
    """Take papers: all of them, or none and why."""
    desk, request_id = _desk(site), site.request_of(link)
    client, network = site.client(request), site.network(request)
    may = await site.in_thread(desk.view, request_id)
    if PapersSent not in TRANSITIONS[may.request.state]:
        return Redirect(site.link_to(request_id), status_code=303, headers=PRIVATE)
    fields = await request.form()
    async with site.paper_turns:
        seen, uploads = await uploads_of(fields)

        def work(_: None) -> None:
            view = desk.view(request_id)
            if seen < view.act and same_files(view, uploads):
                return  # the same form once more; on a page of now the same files are meant
            count_papers(site.base.desk_limits, client, network, uploads)
            hand_in(desk, request_id, seen, _owner_of(request_id), uploads)

        return await _act(site, request_id, work, hint=gettext(CHOOSE_AGAIN))


# --- the code ---------------------------------------------------------------------------------------------


@post("/requests/{link:str}/code", opt={BY_LINK: True})
async def code(site: NamedDependency[Site], link: FromPath[str]) -> Redirect:
    """Lead to the code of a released request: a page that is there for two hours, which no mail names."""
    desk, request_id = _desk(site), site.request_of(link)
    released: list[Released] = []

    def work(_: None) -> None:
        site.log_monitor.require()
        released.append(desk.code_for(request_id))

    back = await _act(site, request_id, work)
    return lead_to(site, Visit(desk=request_id, model=released[0].model), "/code") if released else back


HANDLERS: Final = (
    new,
    new_for,
    new_with,
    open_request,
    follow,
    send_message,
    withdraw_ask,
    withdraw,
    send_papers,
    code,
)
