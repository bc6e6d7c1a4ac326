"""What an error means to a browser: one table of statuses, one page; a stranger is a 500 and says nothing."""

import logging
import traceback
from typing import Final

from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from radiokey.errors import (
    InputError,
    LinkError,
    NoCodeHereError,
    NotThereError,
    OurFaultError,
    RadiokeyError,
    RefusedError,
    RequestReusedError,
    TokenError,
    TryLaterError,
    UsageError,
)
from radiokey.web.render import NO_STORE, Pages

STATUSES: Final[dict[type[RadiokeyError], int]] = {
    InputError: 422,
    LinkError: 404,
    UsageError: 400,
    NotThereError: 404,
    RequestReusedError: 422,
    NoCodeHereError: 404,
    TryLaterError: 429,
    RefusedError: 403,
    TokenError: 401,
    OurFaultError: 503,
}
"""The status of each branch of the error tree; the nearest branch decides."""

UNKNOWN: Final = 500
LOG: Final = logging.getLogger(__name__)


def status_of(error: Exception) -> int:
    """Return the status of `error`; 500 for one that is not ours."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), UNKNOWN)


def ours(request: Request[None, None, State], error: RadiokeyError) -> Response[str]:
    """Answer with the sentence and the hint of one of our own errors, if the table knows it."""
    pages: Pages = request.app.state.pages
    status = status_of(error)
    if status == UNKNOWN:
        return stranger(request, error)
    return pages.show("problem.html", status=status, headers=NO_STORE, problem=error)


def http(request: Request[None, None, State], error: HTTPException) -> Response[str]:
    """Answer an error of HTTP itself: no such page, too large, a wrong method."""
    pages: Pages = request.app.state.pages
    sentence, hint = _HTTP.get(error.status_code, ("this request is not one that this page takes", "go back"))
    return pages.show(
        "problem.html",
        status=error.status_code,
        problem=UsageError(sentence, hint=hint),
        headers={**NO_STORE, **(error.headers or {})},
    )


def stranger(request: Request[None, None, State], error: Exception) -> Response[str]:
    """Answer whatever else went wrong, saying nothing; the log learns what and where, never with what."""
    frames = traceback.extract_tb(error.__traceback__)
    LOG.error("%s in %s", type(error).__name__, " < ".join(f"{f.name}:{f.lineno}" for f in frames[:-6:-1]))
    pages: Pages = request.app.state.pages
    sentence = "something went wrong here that is not your doing"
    problem = OurFaultError(sentence, hint="go back and try again; nothing was released")
    return pages.show("problem.html", status=UNKNOWN, headers=NO_STORE, problem=problem)


_HTTP: Final = {
    403: ("this form was sent from another site", "open the page here and send it again"),
    404: ("there is no such page", "begin again from the start"),
    405: ("this page is opened, not sent to, or the other way round", "go back and use the button"),
    413: ("that is far more than any form here holds", "send only the number"),
}
