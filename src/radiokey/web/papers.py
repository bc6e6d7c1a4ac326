"""Papers on their way in and out: the files of a form, and a paper as somebody of the desk looks at it."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from radiokey.base.identity.roles import Permission
from radiokey.base.papers.archive import Upload
from radiokey.base.papers.content import BYTES_MAX
from radiokey.base.papers.kind import NAMES, PaperKind
from radiokey.base.requests.desk import Desk, View
from radiokey.errors import PaperError, TryLaterError, UsageError
from radiokey.web.desk_forms import SeenForm
from radiokey.web.desk_request import At, done
from radiokey.web.forms import SeenForm as Seen
from radiokey.web.forms import convert
from radiokey.web.frame import Asking, aside, desk_of, takes, view_for
from radiokey.web.render import NO_STORE
from radiokey.web.site import Site

FILES_MAX: Final = 8
UPLOAD_BYTES_MAX: Final = FILES_MAX * BYTES_MAX + 64 * 1024
UPLOADS_AT_ONCE: Final = 4
PAPER_HEADERS: Final = {
    **NO_STORE,
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'self'",
}


@contextmanager
def arriving(site: Site) -> Iterator[None]:
    """Hold a place for papers that arrive; raise `TryLaterError` where too many do."""
    if site.uploads >= UPLOADS_AT_ONCE:
        raise TryLaterError("many papers arrive here right now", hint="send them again in a minute")
    site.uploads += 1
    try:
        yield
    finally:
        site.uploads -= 1


async def uploads_of(request: Request[Any, Any, State]) -> tuple[int, list[Upload]]:
    """Return the number of the last act that was seen, and the files; raise `UsageError`, `PaperError`."""
    fields = await request.form()
    seen = convert({"seen": str(fields.get("seen", ""))}, Seen).number
    # Field by field: `multi_items` has them in any order, and the same form has to be the same papers.
    files = [
        (kind, file)
        for kind in PaperKind
        for file in fields.getall(kind.value, [])
        if isinstance(file, UploadFile) and file.filename
    ]
    if len(files) > FILES_MAX:
        raise UsageError(f"at most {FILES_MAX} papers are sent at once", hint="send the rest after these")
    return seen, [Upload(kind, await file.read(BYTES_MAX + 1)) for kind, file in files]


def same_files(view: View, uploads: Sequence[Upload]) -> bool:
    """Tell whether exactly these files are the last that came."""
    sums = [hashlib.sha256(one.data).hexdigest() for one in uploads]
    return bool(sums) and [paper.sha256 for paper in view.request.papers[-len(sums) :]] == sums


def take(site: Site, client: str, network: str, uploads: Sequence[Upload]) -> None:
    """Take papers from the limits of whoever sends them; raise `UsageError` where there is none."""
    if not uploads:
        raise UsageError("no paper was chosen", hint="choose at least one, then send")
    site.base.desk_limits.take("papers", client, network, len(uploads))


def hand_in(desk: Desk, request_id: str, seen: int, by: str, uploads: Sequence[Upload]) -> None:
    """Hand papers in, all or none; raise what `Desk.send_papers` raises, saying which was not taken."""
    try:
        desk.send_papers(request_id, seen, by, uploads)
    except PaperError as refused:
        raise _which(refused, uploads) from refused


def _which(refused: PaperError, uploads: Sequence[Upload]) -> PaperError:
    """Say which of several papers was not taken, and that none was kept."""
    at = int(refused.facts["at"])
    kind, same = (
        uploads[at].kind,
        [place for place, one in enumerate(uploads) if one.kind is uploads[at].kind],
    )
    which = f"{NAMES[kind]}{f', file {same.index(at) + 1}' if len(same) > 1 else ''}: {refused.sentence}"
    rest = "; nothing was kept, so send all of them again" if len(uploads) > 1 else ""
    return PaperError(which, hint=f"{refused.hint}{rest}", reason=refused.facts["reason"])


# --- for the desk -----------------------------------------------------------------------------------------


@get(
    "/desk/requests/{request_id:str}/papers/{paper_id:str}",
    sync_to_thread=True,
    opt=takes(Permission.REQUEST_READ),
)
def paper(
    site: NamedDependency[Site],
    request: Asking,
    request_id: FromPath[str],
    paper_id: FromPath[str],
) -> Response[bytes]:
    """Return a paper as it is kept; whoever looked is in the audit."""
    view_for(site, request.auth, request_id)
    found = desk_of(site).paper(request_id, paper_id, request.auth.by)
    return Response(found.content, media_type=found.media, headers=PAPER_HEADERS)


@post(
    "/desk/requests/{request_id:str}/papers",
    request_max_body_size=UPLOAD_BYTES_MAX,
    opt=takes(Permission.REQUEST_OPEN),
)
async def send(site: NamedDependency[Site], request: Asking, request_id: FromPath[str]) -> Response[Any]:
    """Take the papers that a customer brought to the counter, from whoever opened the request for them."""
    caller = request.auth
    with arriving(site):
        seen, uploads = await uploads_of(request)

        def do(desk: Desk, _: SeenForm) -> None:
            take(site, caller.client, caller.network, uploads)
            hand_in(desk, request_id, seen, caller.by, uploads)

        form = SeenForm(seen=str(seen))
        at = At(site, request, request_id)
        return await aside(site, lambda: done(at, form, do, lambda view, _: same_files(view, uploads)))


STAFFED: Final = (paper, send)
