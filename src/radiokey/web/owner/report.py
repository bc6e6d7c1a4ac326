"""A report on a wrong answer: made and shown here, kept and sent by its owner alone (docs/spec/report.md).

What was typed is masked when the form is posted, and only what is masked stands in the address of the page
that shows the file. Nothing of it is stored or sent.
"""

import base64
from importlib.metadata import version
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from radiokey.errors import UsageError
from radiokey.guide.report import WRONG, Query, What, Wrong, make_report, masked
from radiokey.language.speech import gettext, later
from radiokey.web.http.forms import ReportForm, WebRequest, count, read, read_query
from radiokey.web.owner.number import makes_of
from radiokey.web.site import Site

K = TypeVar("K", What, Wrong)
VERSION: Final = version("radiokey")
WHAT: Final = {
    What.DISPLAY: later("what the radio shows"),
    What.NUMBER: later("the number, or the code"),
    What.ENTRY: later("how to key it in"),
    What.WAIT: later("how long it waits"),
    What.SEARCH: later("the radios of my car"),
}
"""What a report can be about, in words."""


@get("/report", sync_to_thread=False)
def ask(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Ask what was typed and what was wrong; the address says what the page before was about."""
    form = read_query(request, ReportForm)
    return site.pages.show(
        "owner/report.html",
        form=form,
        kinds=WHAT,
        wrongs=WRONG,
        makes=makes_of(site),
        radio=site.model(form.model),
    )


@post("/report")
async def take(request: WebRequest) -> Redirect:
    """Mask what was typed and lead to the page that shows the file."""
    form = await read(request, ReportForm)
    query, wrong = masked(_query(form)), _one(Wrong, form.wrong or Wrong.OTHER.value)
    said = {
        "what": query.what.value,
        "text": query.text,
        "model": query.model,
        "make": query.make,
        "errors": str(query.errors or ""),
        "wrong": wrong.value,
    }
    address = urlencode({name: value for name, value in said.items() if value})
    return Redirect(f"/report/file?{address}", status_code=303)


@get("/report/file", sync_to_thread=False)
def show(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Show the whole file, to be kept or sent; what stands in the address is masked once more."""
    form = read_query(request, ReportForm)
    report = make_report(_query(form), _one(Wrong, form.wrong or Wrong.OTHER.value), VERSION)
    file = report.encode()
    return site.pages.show(
        "owner/report_file.html",
        file=file,
        download="data:application/json;base64," + base64.b64encode(file.encode()).decode(),
        mail=f"mailto:?subject={quote('Radiokey: this was wrong')}&body={quote(file)}",
    )


def _query(form: ReportForm) -> Query:
    return Query(
        _one(What, form.what or What.DISPLAY.value), form.text, form.model, form.make, count(form.errors) or 0
    )


def _one(kinds: type[K], value: str) -> K:
    try:
        return kinds(value)
    except ValueError:
        raise UsageError(
            gettext("a report is not about that"), hint=gettext("choose from the list")
        ) from None


HANDLERS: Final = (ask, take, show)
