"""The registrar's pages, first part: the stolen list, and the two people that a clearing takes."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.base.blacklist import BEYOND, stand
from radiokey.base.ports import Mark, MarkAct
from radiokey.base.roles import Permission
from radiokey.errors import NotThereError, RadiokeyError, UsageError
from radiokey.serial.number import parse
from radiokey.web import registry
from radiokey.web.forms import Short, Text, convert
from radiokey.web.frame import Asking, StaffForm, aside, fields, show, takes
from radiokey.web.render import NO_STORE
from radiokey.web.site import Site


class LookForm(StaffForm, frozen=True, kw_only=True):
    """Which number is looked for, or which page of the list: what is older than an entry."""

    number: Text = ""
    before: Short = ""

    @property
    def entry(self) -> int:
        """Before which entry the page begins; raise `UsageError`."""
        if self.before and not (
            self.before.isascii() and self.before.isdecimal() and int(self.before) < BEYOND
        ):
            raise UsageError("the stolen list has no such page", hint="begin with the newest")
        return int(self.before or BEYOND)


class ReportForm(StaffForm, frozen=True, kw_only=True):
    """A radio that was stolen."""

    serial: Text = ""
    vin: Short = ""
    label: Text = ""
    make: Short = ""
    reason: Text = ""

    @property
    def told(self) -> registry.Told:
        """What it tells."""
        return registry.Told(self.serial.strip(), self.reason, self.vin.strip(), self.label, self.make)


class ProposalForm(ReportForm, frozen=True, kw_only=True):
    """A report that is to be cleared, and the digest of the papers that say so."""

    papers: Text = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: an act, and whether it is a report that still stands."""

    mark: Mark
    stands: bool


@get("/registrar/stolen", sync_to_thread=True, opt=takes(Permission.STOLEN_LIST))
def stolen(
    site: NamedDependency[Site], request: Asking, number: FromQuery[str] = "", before: FromQuery[str] = ""
) -> Response[str]:
    """Show the stolen list, the newest first; with a number, everything that was ever said of it."""
    return _page(site, request, convert({"number": number, "before": before}, LookForm))


def _page(
    site: Site,
    request: Asking,
    look: LookForm = LookForm(),  # noqa: B008 - frozen
    problem: RadiokeyError | None = None,
    kept: ReportForm | None = None,
) -> Response[str]:
    entries, page, number, before = [], None, look.number.strip(), look.entry
    if not number:
        page = site.base.blacklist.page(before)
        entries = [Entry(mark, stands=True) for mark in page.reports]
    elif problem is None:
        try:
            history = site.base.blacklist.history_of(parse(number).serial)
            standing = stand(history)
            entries = [Entry(mark, mark in standing) for mark in reversed(history)]
        except RadiokeyError as wrong:
            problem = wrong
    return show(
        site,
        request,
        "registrar/stolen.html",
        problem=problem,
        number=number,
        entries=entries,
        page=page,
        later=before != BEYOND,
        proposals=site.base.blacklist.proposals(),
        kept=kept or ProposalForm(),
        cleared=MarkAct.CLEARED,
        makes=sorted({make for model in site.catalogue.models.values() for make in model.makes}),
    )


def _back() -> Redirect:
    return Redirect("/registrar/stolen", status_code=303, headers=NO_STORE)


@post("/registrar/stolen", opt=takes(Permission.STOLEN_REPORT))
async def report(site: NamedDependency[Site], request: Asking) -> Response[Any]:
    """Report a radio stolen; the same report again, while it stands, is one."""
    form = await fields(request, ReportForm)

    def work() -> Response[Any]:
        told, by = form.told, request.auth.by
        try:
            serial = told.reading.serial
            standing = stand(site.base.blacklist.history_of(serial))
            same = (serial.kind, told.car.text if told.car else "", told.reason.strip(), by)
            if same not in {(mark.kind, mark.vin, mark.reason, mark.by) for mark in standing}:
                registry.report(site, request.auth, told)
        except RadiokeyError as problem:
            return _page(site, request, problem=problem, kept=form)
        return _back()

    return await aside(site, work)


@post("/registrar/stolen/clearings", opt=takes(Permission.STOLEN_PROPOSE))
async def propose(site: NamedDependency[Site], request: Asking) -> Response[Any]:
    """Propose to clear a report, resting on papers; the same proposal again, while it waits, is one."""
    form = await fields(request, ProposalForm)

    def work() -> Response[Any]:
        told, papers, by = form.told, form.papers.strip().lower(), request.auth.by
        try:
            same = (told.reading.serial.key, told.car.text if told.car else "", papers, by)
            waiting = site.base.blacklist.proposals()
            if same not in {(one.number, one.vin, one.papers, one.by) for one in waiting}:
                registry.propose(site, request.auth, told, papers)
        except RadiokeyError as problem:
            return _page(site, request, problem=problem, kept=form)
        return _back()

    return await aside(site, work)


@post("/registrar/stolen/clearings/{clearing_id:str}", opt=takes(Permission.STOLEN_CLEAR))
async def carry_out(
    site: NamedDependency[Site], request: Asking, clearing_id: FromPath[str]
) -> Response[Any]:
    """Carry out a proposal of somebody else."""
    await fields(request, StaffForm)

    def work() -> Response[Any]:
        by = request.auth.by
        try:
            site.base.blacklist.carry_out(clearing_id, by=by)
        except NotThereError as problem:
            # The same button once more: what it asks for was done by this very person.
            done = {(mark.clearing, mark.by) for mark in site.base.blacklist.history()}
            if (clearing_id, by) not in done:
                return _page(site, request, problem=problem)
        except RadiokeyError as problem:
            return _page(site, request, problem=problem)
        return _back()

    return await aside(site, work)


HANDLERS: Final = (stolen, report, propose, carry_out)
