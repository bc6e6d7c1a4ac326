"""The auditor's page: who did what to what."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from radiokey.base.audit import BEYOND
from radiokey.base.identity.roles import Permission
from radiokey.errors import UsageError
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
    if form.before and not (form.before.isascii() and form.before.isdecimal() and int(form.before) < BEYOND):
        raise UsageError("the audit has no such page", hint="begin with the newest")
    named = form.subject.strip()
    lines = site.base.audit().page(int(form.before or BEYOND), PAGE + 1, named)
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
