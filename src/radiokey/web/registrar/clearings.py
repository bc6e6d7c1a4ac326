"""The registrar's pages: a clearing of the stolen list, its paper, and the two people it takes.

One hands in the receipt and proposes; somebody else sees its picture beside the reports that it would end,
and carries it out with a passkey of theirs, or rejects it.
"""

from typing import Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.papers.kind import REJECTED_KEPT_DAYS, PaperKind, kept_span
from radiokey.base.stolen.clearings import Clearings
from radiokey.confined.content import BYTES_MAX
from radiokey.confined.refusal import Refusal, paper_error
from radiokey.errors import AnotherPersonError, NotThereError, RadiokeyError
from radiokey.language.speech import gettext
from radiokey.web.http.forms import Answer, Text, convert
from radiokey.web.http.uploads import CHOOSE_AGAIN, PAPER_HEADERS, is_too_long
from radiokey.web.registrar import stolen as registrar
from radiokey.web.site import Site
from radiokey.web.staff.confirm import ask, confirm
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    lead_back,
    read_form,
    requires,
    run_in_thread,
    said_of,
    show_page,
)

BODY_BYTES_MAX: Final = BYTES_MAX + 64 * 1024


class CarryOutForm(StaffForm, frozen=True, kw_only=True):
    """The passkey's answer."""

    passkey: Answer = ""


class RejectForm(StaffForm, frozen=True, kw_only=True):
    """Why a proposal is not carried out."""

    reason: Text = ""


def clearings_of(site: Site) -> Clearings:
    """Return the clearings of a hosted base; raise `NotThereError` on a local base, which has one person."""
    if site.clearings is None:
        raise NotThereError(
            gettext("a local base has no second person"), hint="radiokey base blacklist clear SERIAL"
        )
    return site.clearings


def _page_of(clearing_id: str) -> str:
    return f"{registrar.PAGE}/clearings/{clearing_id}"


def _act(clearing_id: str) -> str:
    """Return what is confirmed with a passkey."""
    return f"stolen:clear {clearing_id}"


# --- proposing --------------------------------------------------------------------------------------------


@post(
    "/registrar/stolen/clearings",
    request_max_body_size=BODY_BYTES_MAX,
    opt=requires(Permission.STOLEN_PROPOSE),
)
async def propose(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Propose to clear a report, with the paper; the same form again, while it waits, is one proposal."""
    if is_too_long(request, BODY_BYTES_MAX):
        return lead_back(
            site,
            request,
            registrar.PAGE,
            paper_error(Refusal.TOO_LARGE),
            form=registrar.PROPOSE,
            hint=gettext(CHOOSE_AGAIN),
        )
    sent = await request.form()
    async with site.paper_turns:
        file = sent.get("receipt")
        data = await file.read(BYTES_MAX + 1) if isinstance(file, UploadFile) else b""
        texts = {name: value for name, value in sent.items() if isinstance(value, str) and name != "receipt"}
        form = convert(texts, registrar.ReportForm, len(sent))

        def work() -> Redirect:
            radio, by = form.radio, request.auth.by
            try:
                clearings_of(site).propose(
                    radio.reading(site), vin=radio.car, reason=radio.reason, receipt=data, by=by
                )
            except RadiokeyError as problem:
                return lead_back(
                    site,
                    request,
                    registrar.PAGE,
                    problem,
                    form=registrar.PROPOSE,
                    kept=form,
                    hint=gettext(CHOOSE_AGAIN),
                )
            return registrar.back()

        return await run_in_thread(site, work)


# --- deciding ---------------------------------------------------------------------------------------------


@get(
    "/registrar/stolen/clearings/{clearing_id:str}",
    sync_to_thread=True,
    opt=requires(Permission.STOLEN_CLEAR),
)
def look(site: NamedDependency[Site], request: StaffRequest, clearing_id: FromPath[str]) -> Response[str]:
    """Show a proposal: the reports that it would end, its paper, and what may be done with it."""
    looked = clearings_of(site).view_clearing(clearing_id)
    own = looked.clearing.by == request.auth.by
    return show_page(
        site,
        request,
        "registrar/clearing.html",
        looked=looked,
        asked=looked.clearing,
        own=own,
        ask="" if own else ask(site, request, _act(clearing_id)),
        reason=said_of(site, request).typed.get("reason", ""),
        kept_span=kept_span(PaperKind.POLICE_RECEIPT),
        aside_days=REJECTED_KEPT_DAYS,
    )


@get(
    "/registrar/stolen/clearings/{clearing_id:str}/paper",
    sync_to_thread=True,
    opt=requires(Permission.STOLEN_CLEAR),
)
def paper(site: NamedDependency[Site], request: StaffRequest, clearing_id: FromPath[str]) -> Response[bytes]:
    """Return the paper of a proposal as it is kept; the audit names who looked."""
    found = clearings_of(site).paper(clearing_id, request.auth.by)
    return Response(found.content, media_type=found.media, headers=PAPER_HEADERS)


@post("/registrar/stolen/clearings/{clearing_id:str}", opt=requires(Permission.STOLEN_CLEAR))
async def carry_out(
    site: NamedDependency[Site], request: StaffRequest, clearing_id: FromPath[str]
) -> Redirect:
    """Carry out a proposal of somebody else, who is asked for a passkey of theirs."""
    form = await read_form(request, CarryOutForm)

    def work() -> Redirect:
        by = request.auth.by
        try:
            clearing = clearings_of(site).view_clearing(clearing_id).clearing
        except NotThereError:
            # The same button once more: what it asks for was done by this very person.
            if clearings_of(site).was_carried_out(clearing_id, by):
                return registrar.back()
            raise
        try:
            if clearing.by == by:
                raise AnotherPersonError(
                    gettext("who proposed a clearing does not carry it out"),
                    hint=gettext("another registrar looks at the receipt and decides"),
                )
            confirm(site, request, _act(clearing_id), form.passkey)
            site.base.blacklist.carry_out(clearing_id, by=by)
        except RadiokeyError as problem:
            return lead_back(site, request, _page_of(clearing_id), problem)
        return registrar.back()

    return await run_in_thread(site, work)


@post("/registrar/stolen/clearings/{clearing_id:str}/aside", opt=requires(Permission.STOLEN_CLEAR))
async def reject(site: NamedDependency[Site], request: StaffRequest, clearing_id: FromPath[str]) -> Redirect:
    """Say that a proposal is not carried out, and why."""
    form = await read_form(request, RejectForm)

    def work() -> Redirect:
        try:
            clearings_of(site).reject(clearing_id, form.reason, by=request.auth.by)
        except NotThereError:
            raise
        except RadiokeyError as problem:
            return lead_back(site, request, _page_of(clearing_id), problem, kept=form)
        return registrar.back()

    return await run_in_thread(site, work)


HANDLERS: Final = (propose, look, paper, carry_out, reject)
