"""The registrar's page of the public log."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency

from radiokey.base.identity.roles import Permission
from radiokey.base.log.note import Checkpoint, split_note
from radiokey.language.speech import gettext
from radiokey.web.site import Site
from radiokey.web.staff.page import StaffRequest, requires, show_page


@get("/registrar/log", sync_to_thread=True, opt=requires(Permission.METRICS_READ))
def log(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Show how large the log is, what was signed last and by whom, and when all of it was last recomputed."""
    note = site.base.log.note()
    text, lines = split_note(note) if note is not None else ("", [])
    ours, look = site.base.log.key, site.log_monitor.last
    # Raised in the background, for nobody: it is said again for the reader.
    problem = gettext(look.problem.sentence) if look and look.problem else ""
    return show_page(
        site,
        request,
        "registrar/log.html",
        note=note,
        checkpoint=Checkpoint.parse(text) if note is not None else None,
        key=str(ours),
        witnesses=list(dict.fromkeys(line.name for line in lines if not line.of(ours))),
        look=look,
        problem_of_log=problem,
    )


HANDLERS: Final = (log,)
