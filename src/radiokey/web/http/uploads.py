"""Papers that have come: the files of a form, how many are worked on at once, and handing them in."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile

from radiokey.base.papers.archive import Upload
from radiokey.base.papers.kind import NAMES, PaperKind
from radiokey.base.requests.desk import Desk, View
from radiokey.base.requests.limits import DeskLimits
from radiokey.confined.content import BYTES_MAX
from radiokey.digits import read_digits
from radiokey.errors import PaperError, UsageError
from radiokey.language.speech import gettext, later
from radiokey.web.http.forms import SeenForm, convert
from radiokey.web.http.render import NO_STORE

FILES_MAX: Final = 8
UPLOAD_BYTES_MAX: Final = FILES_MAX * BYTES_MAX + 64 * 1024
UPLOADS_AT_ONCE: Final = 4
"""How many forms with papers are worked on at once, with the papers in memory. The others lie on disk."""
CHOOSE_AGAIN: Final = later("nothing of the files was kept, so choose all of them again")
"""What is said of every form with files that does not hold: a paper waits in no address and no memory."""
PAPER_HEADERS: Final = {
    **NO_STORE,
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'self'",
}


def is_too_long(request: Request[Any, Any, Any], most: int) -> bool:
    """Tell whether a request says itself that it is longer than `most` bytes, or says no length one reads."""
    said = request.headers.get("content-length", "")
    return bool(said) and read_digits(said, most) is None


async def uploads_of(fields: FormMultiDict) -> tuple[int, list[Upload]]:
    """Return the number of the last act that was seen, and the files; raise `UsageError`, `PaperError`."""
    seen = convert({"seen": str(fields.get("seen", ""))}, SeenForm).number
    # Field by field: `multi_items` has them in any order, and the same form has to be the same papers.
    files = [
        (kind, file)
        for kind in PaperKind
        for file in fields.getall(kind.value, [])
        if isinstance(file, UploadFile) and file.filename
    ]
    if len(files) > FILES_MAX:
        raise UsageError(
            gettext("at most {files_max} papers are sent at once", files_max=FILES_MAX),
            hint=gettext("send the rest after these"),
        )
    return seen, [Upload(kind, await file.read(BYTES_MAX + 1)) for kind, file in files]


def same_files(view: View, uploads: Sequence[Upload]) -> bool:
    """Tell whether exactly these files are the last that came."""
    sums = [hashlib.sha256(one.data).hexdigest() for one in uploads]
    return bool(sums) and [paper.sha256 for paper in view.request.papers[-len(sums) :]] == sums


def count_papers(limits: DeskLimits, client: str, network: str, uploads: Sequence[Upload]) -> None:
    """Count papers against their sender's limits; raise `UsageError`, `LimitReachedError`."""
    if not uploads:
        raise UsageError(gettext("no paper was chosen"), hint=gettext("choose at least one, then send"))
    limits.take("papers", client, network, len(uploads))


def hand_in(desk: Desk, request_id: str, seen: int, by: str, uploads: Sequence[Upload]) -> None:
    """Hand papers in, all or none; raise what `Desk.send_papers` raises, saying which was not taken."""
    try:
        desk.send_papers(request_id, seen, by, uploads)
    except PaperError as refused:
        raise _which(refused, uploads) from refused


def _which(refused: PaperError, uploads: Sequence[Upload]) -> PaperError:
    """Say which of several papers was not taken."""
    at = int(refused.facts["at"])
    kind, same = (
        uploads[at].kind,
        [place for place, one in enumerate(uploads) if one.kind is uploads[at].kind],
    )
    which = gettext(NAMES[kind])
    if len(same) > 1:
        which = gettext("{paper}, file {n}", paper=which, n=same.index(at) + 1)
    which = f"{which}: {refused.sentence}"
    return PaperError(which, hint=refused.hint, reason=refused.facts["reason"])
