"""The auditor's page: who did what to what."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from radiokey.base.audit import BEYOND
from radiokey.base.identity.roles import Permission
from radiokey.digits import parse_digits
from radiokey.language.speech import gettext
from radiokey.web.http.forms import Short, Text, convert
from radiokey.web.site import Site
from radiokey.web.staff.page import StaffForm, StaffRequest, requires, show_page

PAGE: Final = 100
"""Entries of the audit on a page."""


class AuditForm(StaffForm, frozen=True, kw_only=True):
    """What of the audit to show: one subject, and what is older than an entry."""

    subject: Text = ""
    before: Short = ""


@get("/registrar/audit", sync_to_thread=True, opt=requires(Permission.AUDIT_READ))
def audit(
    site: NamedDependency[Site],
    request: StaffRequest,
    subject: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[str]:
    """Show the audit, the newest first."""
    form = convert({"subject": subject, "before": before}, AuditForm)
    says = gettext("the audit has no such page")
    before_id = parse_digits(
        form.before or str(BEYOND), BEYOND, says=says, hint=gettext("begin with the newest")
    )
    named = form.subject.strip()
    lines = site.base.audit().page(before_id, PAGE + 1, named)
    return show_page(
        site,
        request,
        "registrar/audit.html",
        lines=lines[:PAGE],
        older=lines[PAGE - 1].id if len(lines) > PAGE else 0,
        subject=named,
        before=form.before,
    )


HANDLERS: Final = (audit,)
