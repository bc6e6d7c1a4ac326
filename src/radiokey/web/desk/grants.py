"""What the base signs for units, at the desk: a clerk proposes, an approver who has the papers too signs.

The papers themselves are not kept here, only the SHA-256 of their file; so who signs brings the same file,
and another is refused. What was signed is shown to both, for the tester, and never for a stolen unit.
A dealer sees what it proposed itself; all of it, and the signing, are the operator's (docs/spec/grants.md).
"""

import hashlib
from collections.abc import Callable
from typing import Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.grants.service import LISTED_DAYS, WAITS_DAYS, Granted, GrantKind, GrantService
from radiokey.base.identity.roles import Permission
from radiokey.base.limits import LimitedClient
from radiokey.base.ports.grants import GrantProposal
from radiokey.code.signed import NUMBER_MAX
from radiokey.confined.content import BYTES_MAX
from radiokey.confined.refusal import Refusal, paper_error
from radiokey.digits import parse_digits
from radiokey.errors import AnotherPersonError, NotThereError, RadiokeyError, UsageError
from radiokey.headunit.sync import answer_lines, challenge_from_lines
from radiokey.language.speech import gettext, later
from radiokey.web.draw.qr import qr_svg
from radiokey.web.http.forms import Answer, Short, Text, convert
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.uploads import CHOOSE_AGAIN, is_too_long
from radiokey.web.site import Site
from radiokey.web.staff.confirm import ask, confirm
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    is_operator_staff,
    kept_of,
    lead_back,
    radio_choices,
    read_form,
    requires,
    run_in_thread,
    said_of,
    show_page,
)

PAGE: Final = "/desk/grants"
ANSWERS: Final = f"{PAGE}/answers"
ANSWER: Final = "answer"
"""The form of an answer, where one that did not hold led back to the page."""
BODY_BYTES_MAX: Final = BYTES_MAX + 64 * 1024
LISTED: Final = 100
"""How many proposals the list shows."""
KINDS: Final = {
    GrantKind.PAIRING.value: later("End of a pairing"),
    GrantKind.CHIP.value: later("New memory chip"),
}


class ProposalForm(StaffForm, frozen=True, kw_only=True):
    """Something to be signed for a unit, as the clerk typed it off the tester."""

    text: Text = ""
    model: Short = ""
    make: Short = ""
    what: Short = ""
    chip: Short = ""
    number: Short = ""
    reason: Text = ""

    @property
    def counted(self) -> int:
        """The number that the unit says; raise `UsageError` where it is none."""
        says = gettext("the number is one that the unit tells")
        return parse_digits(
            self.number.strip(), NUMBER_MAX, says=says, hint=gettext("read it with the tester")
        )

    @property
    def chip_id(self) -> bytes:
        """The id of the new chip; raise `UsageError` where it is none."""
        try:
            return bytes.fromhex(self.chip)
        except ValueError:
            raise UsageError(
                gettext("the id of a chip is written in hex"),
                hint=gettext("32 digits and letters, as the tester reads them"),
            ) from None


class AnswerForm(StaffForm, frozen=True, kw_only=True):
    """What a navigation unit asks: its number, and the two lines that it shows."""

    text: Text = ""
    model: Short = ""
    make: Short = ""
    lines: Text = ""


class SignForm(StaffForm, frozen=True, kw_only=True):
    """The passkey's answer."""

    passkey: Answer = ""


def grants_of(site: Site) -> GrantService:
    """Return what signs for the units of a hosted base; raise `NotThereError` on a local one."""
    if site.base.organisation is None:
        raise NotThereError(
            gettext("a local base signs nothing: no unit trusts it"), hint="radiokey base init"
        )
    return site.base.grants


def _page_of(proposal_id: str) -> str:
    return f"{PAGE}/{proposal_id}"


def _act(proposal_id: str) -> str:
    """Return what is confirmed with a passkey."""
    return f"grant:sign {proposal_id}"


def _sees(site: Site, request: StaffRequest, proposal: GrantProposal) -> bool:
    """Tell whether a proposal is for this caller: their own, or any for the operator."""
    return proposal.by == request.auth.by or is_operator_staff(site, request.auth)


def _proposal_for(site: Site, request: StaffRequest, proposal_id: str) -> GrantProposal:
    """Return a proposal that this caller may see; raise `NotThereError`, `StoreError`."""
    found = grants_of(site).proposal(proposal_id)
    if not _sees(site, request, found):
        raise NotThereError(
            gettext("no such proposal waits"), hint=gettext("look at the proposals that wait")
        )
    return found


# --- the list, and proposing --------------------------------------------------------------------------------


@get(PAGE, sync_to_thread=True, opt=requires(Permission.GRANT_LIST))
def grants(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Show what was proposed, and whose turn it is."""
    service, said = grants_of(site), said_of(site, request)
    lines = [
        (line, _state_of(service, line, signed=line.signed))
        for line in service.lines(LISTED)
        if _sees(site, request, line)
    ]
    return show_page(
        site,
        request,
        "desk/grants.html",
        lines=lines,
        kinds={kind: gettext(name) for kind, name in KINDS.items()},
        listed_days=LISTED_DAYS,
        kept=kept_of(said, ProposalForm) or ProposalForm(),
        asked=kept_of(said, AnswerForm, ANSWER) or AnswerForm(),
        **radio_choices(site),
    )


def _state_of(service: GrantService, proposal: GrantProposal, *, signed: bool) -> str:
    if signed:
        return "signed"
    return "waits" if service.waits(proposal) else "over"


@post(PAGE, request_max_body_size=BODY_BYTES_MAX, opt=requires(Permission.GRANT_PROPOSE))
async def propose(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Propose to sign for a unit; the same form again, while it waits, is one proposal."""

    def work(form: ProposalForm, papers: str) -> Redirect:
        try:
            proposal = _proposed(site, request, form, papers)
        except RadiokeyError as problem:
            return lead_back(site, request, PAGE, problem, kept=form, hint=gettext(CHOOSE_AGAIN))
        return Redirect(_page_of(proposal.id), status_code=303, headers=NO_STORE)

    return await _with_papers(site, request, PAGE, ProposalForm, work)


def _proposed(site: Site, request: StaffRequest, form: ProposalForm, papers: str) -> GrantProposal:
    service, by = grants_of(site), request.auth.by
    if form.what not in KINDS:
        raise UsageError(
            gettext("choose what is to be signed"), hint=gettext("a new memory chip, or the end of a pairing")
        )
    reading = site.reading(form.text, form.make, site.model(form.model))
    chip = form.chip_id if form.what == GrantKind.CHIP else b""
    same = (form.what, reading.serial.kind, reading.serial.key, chip.hex(), form.counted, papers, by)
    for one in service.proposals():
        if (one.what, one.kind, one.number, one.chip, one.counter, one.papers, one.by) == same:
            return one
    if form.what == GrantKind.CHIP:
        return service.propose_chip(
            reading, chip_id=chip, counter=form.counted, reason=form.reason, papers=papers, by=by
        )
    return service.propose_pairing_end(reading, paired=form.counted, reason=form.reason, papers=papers, by=by)


# --- one of them, and signing -------------------------------------------------------------------------------


@get(f"{PAGE}/{{proposal_id:str}}", sync_to_thread=True, opt=requires(Permission.GRANT_LIST))
def look(site: NamedDependency[Site], request: StaffRequest, proposal_id: FromPath[str]) -> Response[str]:
    """Show a proposal, and what was signed for it."""
    service, proposal = grants_of(site), _proposal_for(site, request, proposal_id)
    problem: RadiokeyError | None = None
    granted: Granted | None = None
    try:
        granted = service.signed(proposal_id)
    except RadiokeyError as refused:
        problem = refused
    state = _state_of(service, proposal, signed=granted is not None)
    own = proposal.by == request.auth.by
    signs = (
        state == "waits"
        and not own
        and Permission.GRANT_SIGN in request.auth.scopes
        and is_operator_staff(site, request.auth)
    )
    return show_page(
        site,
        request,
        "desk/grant.html",
        problem=problem,
        asked=proposal,
        kind=gettext(KINDS[proposal.what]),
        state=state,
        own=own,
        signs=signs and problem is None,
        ask=ask(site, request, _act(proposal_id)) if signs else "",
        granted=None if granted is None else granted.data.hex().upper(),
        picture=None
        if granted is None
        else qr_svg(granted.data.hex().upper(), gettext("What was signed, in hex")),
        receipt=None if granted is None else granted.receipt,
        waits_days=WAITS_DAYS,
    )


@post(
    f"{PAGE}/{{proposal_id:str}}", request_max_body_size=BODY_BYTES_MAX, opt=requires(Permission.GRANT_SIGN)
)
async def sign(site: NamedDependency[Site], request: StaffRequest, proposal_id: FromPath[str]) -> Redirect:
    """Sign what somebody else proposed, with the same papers in hand and a passkey of one's own."""

    def work(form: SignForm, papers: str) -> Redirect:
        proposal, by, page = _proposal_for(site, request, proposal_id), request.auth.by, _page_of(proposal_id)
        try:
            if grants_of(site).signed(proposal_id) is not None:
                return Redirect(page, status_code=303, headers=NO_STORE)  # the same button once more
            if proposal.by == by:
                raise AnotherPersonError(
                    gettext("who proposed a grant does not sign it"),
                    hint=gettext("somebody else has to look at the papers"),
                )
            if not is_operator_staff(site, request.auth):
                raise AnotherPersonError(
                    gettext("a grant is signed by the people of this base"),
                    hint=gettext("they see that it waits"),
                )
            if papers != proposal.papers:
                raise UsageError(
                    gettext("this is not the file that the proposal rests on"),
                    hint=gettext(
                        "have the papers given to you by {by}, and choose that very file", by=proposal.by
                    ),
                )
            confirm(site, request, _act(proposal_id), form.passkey)
            site.log_monitor.require()
            grants_of(site).sign(proposal_id, by=by)
        except RadiokeyError as problem:
            return lead_back(site, request, page, problem, hint=problem.hint)
        return Redirect(page, status_code=303, headers=NO_STORE)

    return await _with_papers(site, request, _page_of(proposal_id), SignForm, work)


# --- the answer to a navigation unit, by hand ---------------------------------------------------------------


@post(ANSWERS, opt=requires(Permission.GRANT_LIST))
async def ask_answer(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Lead to the answer to what a navigation unit asks, as somebody copied it from its display."""
    form = await read_form(request, AnswerForm)

    def work() -> Redirect:
        try:
            _answered(site, request, form)
        except RadiokeyError as problem:
            return lead_back(site, request, PAGE, problem, form=ANSWER, kept=form)
        return lead_back(site, request, ANSWERS, kept=form)

    return await run_in_thread(site, work)


@get(ANSWERS, sync_to_thread=True, opt=requires(Permission.GRANT_LIST))
def show_answer(site: NamedDependency[Site], request: StaffRequest) -> Response[str] | Redirect:
    """Show the answer to the account that asked for it: one question has one answer, and one entry."""
    form = kept_of(said_of(site, request), AnswerForm)
    if form is None:
        return Redirect(PAGE, status_code=303, headers=NO_STORE)
    try:
        granted = _answered(site, request, form)
    except RadiokeyError as problem:
        return lead_back(site, request, PAGE, problem, form=ANSWER, kept=form)
    lines = answer_lines(granted.data)
    picture = qr_svg("".join(lines).replace(" ", ""), gettext("The lines of the answer"))
    return show_page(site, request, "desk/answer.html", lines=lines, picture=picture, receipt=granted.receipt)


def _answered(site: Site, request: StaffRequest, form: AnswerForm) -> Granted:
    reading = site.reading(form.text, form.make, site.model(form.model))
    challenge = challenge_from_lines(reading.serial.text, form.lines)
    client = LimitedClient(request.auth.client, network=request.auth.network)
    site.log_monitor.require()
    return grants_of(site).answer(reading, challenge, client)


# --- forms with papers --------------------------------------------------------------------------------------


async def _with_papers(
    site: Site,
    request: StaffRequest,
    page: str,
    kind: type[StaffForm],
    work: Callable[..., Redirect],
) -> Redirect:
    """Answer with what `work` makes of a form and the SHA-256 of its file, empty where none was chosen."""
    if is_too_long(request, BODY_BYTES_MAX):
        return lead_back(site, request, page, paper_error(Refusal.TOO_LARGE), hint=gettext(CHOOSE_AGAIN))
    sent = await request.form()
    async with site.paper_turns:
        papers = await _sum_of(sent)
    texts = {name: value for name, value in sent.items() if isinstance(value, str) and name != "papers"}
    form = convert(texts, kind, len(sent))
    return await run_in_thread(site, lambda: work(form, papers))


async def _sum_of(sent: FormMultiDict) -> str:
    file = sent.get("papers")
    data = await file.read(BYTES_MAX + 1) if isinstance(file, UploadFile) else b""
    return hashlib.sha256(data).hexdigest() if 0 < len(data) <= BYTES_MAX else ""


HANDLERS: Final = (grants, propose, look, sign, ask_answer, show_answer)
