"""The registrar's page of the stolen list."""

from dataclasses import dataclass
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.store import Mark, MarkAct
from radiokey.base.stolen.blacklist import BEYOND, find_active_reports
from radiokey.digits import parse_digits
from radiokey.errors import RadiokeyError
from radiokey.language.speech import gettext
from radiokey.web.http.forms import Short, Text, convert
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    kept_of,
    lead_back,
    radio_choices,
    read_form,
    requires,
    run_in_thread,
    said_of,
    show_page,
)
from radiokey.web.staff.stolen_reports import StolenReport, report_stolen

PAGE: Final = "/registrar/stolen"
REPORT: Final = "report"
PROPOSE: Final = "propose"
"""The forms of the page."""


class LookForm(StaffForm, frozen=True, kw_only=True):
    """Which number is looked for, of which radio, or which page of the list: what is older than an entry."""

    number: Text = ""
    model: Short = ""
    before: Short = ""

    @property
    def entry(self) -> int:
        """Before which entry the page starts; raise `UsageError`."""
        says = gettext("the stolen list has no such page")
        return parse_digits(
            self.before or str(BEYOND), BEYOND, says=says, hint=gettext("begin with the newest")
        )


class ReportForm(StaffForm, frozen=True, kw_only=True):
    """A radio that was stolen."""

    serial: Text = ""
    vin: Short = ""
    label: Text = ""
    make: Short = ""
    model: Short = ""
    reason: Text = ""

    @property
    def radio(self) -> StolenReport:
        """The radio it is about."""
        return StolenReport(
            self.serial.strip(), self.reason, self.vin.strip(), self.label, self.make, self.model
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: an act, and whether it is a report that still stands."""

    mark: Mark
    stands: bool


@get(PAGE, sync_to_thread=True, opt=requires(Permission.STOLEN_LIST))
def stolen(
    site: NamedDependency[Site],
    request: StaffRequest,
    number: FromQuery[str] = "",
    model: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[str]:
    """Show the stolen list, the newest first; with a number, everything that was ever said of it."""
    look, said = (
        convert({"number": number, "model": model, "before": before}, LookForm),
        said_of(site, request),
    )
    reported, proposed = (kept_of(said, ReportForm, form) for form in (REPORT, PROPOSE))
    return _show_list(site, request, look, reported, proposed)


def _show_list(
    site: Site,
    request: StaffRequest,
    look: LookForm,
    reported: ReportForm | None,
    proposed: ReportForm | None,
) -> Response[str]:
    """Show the list; `reported` and `proposed` is what was typed into a form that did not hold."""
    entries, shown, number, before = [], None, look.number.strip(), look.entry
    problem: RadiokeyError | None = None
    if not number:
        shown = site.base.blacklist.page(before)
        entries = [Entry(mark, stands=True) for mark in shown.reports]
    else:
        try:
            reading = site.reading(number, model=site.model(look.model))
            history = site.base.blacklist.history_of(reading.serial)
            standing = find_active_reports(history)
            entries = [Entry(mark, mark in standing) for mark in reversed(history)]
        except RadiokeyError as wrong:
            problem = wrong
    cars = [entry.mark.vin for entry in entries if entry.stands] if number else []
    found = ReportForm(serial="" if problem else number, vin=cars[0] if cars else "", model=look.model)
    return show_page(
        site,
        request,
        "registrar/stolen.html",
        problem=problem,
        number=number,
        look=look,
        alone=_alone(site),
        entries=entries,
        page=shown,
        later=before != BEYOND,
        proposals=site.base.blacklist.proposals(),
        stands=bool(cars),
        reported=reported or ReportForm(serial=found.serial, model=found.model),
        proposed=proposed or found,
        cleared=MarkAct.CLEARED,
        **radio_choices(site),
    )


def _alone(site: Site) -> dict[str, str]:
    """Return the one radio that has numbers of a form, by the form: naming it says how a number is read."""
    having: dict[str, list[str]] = {}
    for model in site.catalogue.models.values():
        for kind in model.kinds:
            having.setdefault(kind, []).append(model.id)
    return {kind: models[0] for kind, models in having.items() if len(models) == 1}


def back() -> Redirect:
    """Lead back to the list."""
    return Redirect(PAGE, status_code=303, headers=NO_STORE)


@post(PAGE, opt=requires(Permission.STOLEN_REPORT))
async def report(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Report a radio stolen; the same report again, while it stands, is one."""
    form = await read_form(request, ReportForm)

    def work() -> Redirect:
        radio, by = form.radio, request.auth.by
        try:
            serial = radio.reading(site).serial
            standing = find_active_reports(site.base.blacklist.history_of(serial))
            same = (serial.kind, radio.car.text if radio.car else "", radio.reason.strip(), by)
            if same not in {(mark.kind, mark.vin, mark.reason, mark.by) for mark in standing}:
                report_stolen(site, request.auth, radio)
        except RadiokeyError as problem:
            return lead_back(site, request, PAGE, problem, form=REPORT, kept=form)
        return back()

    return await run_in_thread(site, work)


HANDLERS: Final = (stolen, report)
