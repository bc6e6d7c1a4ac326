"""Errors as HTTP answers: one table of statuses, one page; an unexpected error is a 500 without details.

Under /api the same is a problem of RFC 9457 (docs/spec/api.md). A problem says what was wrong and what to do,
and repeats nothing of what was sent. A form is never answered with a page: what was wrong with it is said on
a page of its own, which a reload asks for again (docs/spec/visit.md).
"""

import logging
import re
import traceback
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import ClientException, HTTPException
from litestar.response import Redirect

from radiokey.errors import (
    ChangedMeanwhileError,
    InputError,
    LinkError,
    NameTakenError,
    NoCodeHereError,
    NotAllowedError,
    NotThereError,
    OurFaultError,
    RadiokeyError,
    RefusedError,
    RequestReusedError,
    SignedOutError,
    SignInError,
    TokenError,
    TooSlowError,
    TryLaterError,
    UsageError,
)
from radiokey.language.speech import gettext, later
from radiokey.web.http.logs import seen_of
from radiokey.web.http.render import NO_STORE, Pages
from radiokey.web.http.visits import Problem as FormProblem
from radiokey.web.http.visits import Visit, Visits

STATUSES: Final[dict[type[RadiokeyError], int]] = {
    InputError: 422,
    LinkError: 404,
    UsageError: 400,
    ChangedMeanwhileError: 409,
    NameTakenError: 409,
    NotThereError: 404,
    RequestReusedError: 422,
    NoCodeHereError: 404,
    TooSlowError: 408,
    TryLaterError: 429,
    RefusedError: 403,
    SignedOutError: 401,
    SignInError: 401,
    TokenError: 401,
    OurFaultError: 503,
}
"""The status of each branch of the error tree; the nearest branch decides."""

UNKNOWN: Final = 500
TOO_LARGE: Final = 413
PROBLEM_PAGE: Final = "problem"
"""The page of a visit that says what was wrong and asks for nothing."""
PROBLEM: Final = "application/problem+json"
API: Final = "/api"
HUNG_UP: Final = "client disconnected prematurely"
"""What Litestar says, as a fault of its own, where a body ended before it was whole."""

_FOR_PROGRAMS: Final = re.compile(rf"({API}|/log|/health|/ready|/metrics)(/|$)")
LOG: Final = logging.getLogger(__name__)
_FACTS: Final = ("limit", "retry_after_s", "choices")
"""The facts of an error that a problem repeats: of a limit, and of a question that the number leaves open."""

_SORRY: Final = later("something went wrong here that is not your doing")


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem: what happened and what to do. `type` names it, see GET /api/problems."""

    type: str
    title: str
    status: int
    detail: str
    hint: str
    limit: str | None = None
    retry_after_s: int | None = None
    choices: list[str] | None = None


class ProblemType(msgspec.Struct, frozen=True):
    """What the `type` of a problem means."""

    type: str
    title: str
    status: int


def status_of(error: Exception) -> int:
    """Return the status of `error`; 500 for one that is not ours."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), UNKNOWN)


def types() -> list[ProblemType]:
    """Return every type of problem, by slug."""
    ours = {kind.slug: (_title(kind), status_of(kind(""))) for kind in _tree(RadiokeyError)}
    del ours[RadiokeyError.slug]  # the root: nothing raises it
    http = {slug: (title, status) for status, (slug, title, _) in _HTTP_API.items()}
    return [ProblemType(f"{API}/problems#{slug}", *said) for slug, said in sorted((ours | http).items())]


def handle_domain_error(request: Request[Any, Any, State], error: RadiokeyError) -> Response[Any]:
    """Answer with the sentence and the hint of one of our own errors, if the table knows it."""
    status = status_of(error)
    if status == UNKNOWN:
        return handle_unexpected(request, error)
    seen_of(request.scope).slug = error.slug
    if _wants_problem(request):
        facts: dict[str, Any] = {name: error.facts[name] for name in _FACTS if name in error.facts}
        if "choices" in facts:
            facts["choices"] = facts["choices"].split(",")
        problem = Problem(
            type=f"{API}/problems#{error.slug}",
            title=_title(type(error)),
            status=status,
            detail=error.sentence,
            hint=error.hint,
            **facts,
        )
        return _problem(problem, _headers_of(request, error))
    program = "authorization" in request.headers
    if request.scope["method"] == "POST" and not program and not isinstance(error, TooSlowError):
        return _lead_to(request, form_problem(error, PROBLEM_PAGE))
    return page(request, error, "problem.html")


def form_problem(error: RadiokeyError, page: str = "", *, hint: str = "") -> FormProblem:
    """Return what was wrong with a form, for the page that says it; `hint` is said after the error's own."""
    return FormProblem(
        page,
        error.sentence,
        "; ".join(said for said in (error.hint, hint) if said),
        status_of(error),
        str(error.facts.get("limit", "")),
        int(error.facts.get("retry_after_s", 0)),
    )


def headers_of_problem(problem: FormProblem | None) -> dict[str, str]:
    """Return what HTTP itself wants to know of what was wrong with a form."""
    return _limit_headers(problem.limit, problem.retry_after_s) if problem and problem.limit else {}


def _lead_to(request: Request[Any, Any, State], problem: FormProblem) -> Redirect:
    """Lead a browser to the page that says what was wrong with its form."""
    visits: Visits = request.app.state.site.visits
    return Redirect(visits.path(Visit(problem=problem)), status_code=303, headers=NO_STORE)


def page(
    request: Request[Any, Any, State],
    error: RadiokeyError,
    template: str,
    **context: Any,  # noqa: ANN401 - whatever the template names
) -> Response[str]:
    """Answer with a page that says one of our own errors."""
    seen_of(request.scope).slug = error.slug
    pages: Pages = request.app.state.pages
    headers = {**NO_STORE, **_headers_of(request, error)}
    return pages.show(template, status=status_of(error), headers=headers, problem=error, **context)


def handle_http_error(request: Request[Any, Any, State], error: HTTPException) -> Response[Any]:
    """Answer an error of HTTP itself: no such page, too large, a wrong method."""
    if error.detail == HUNG_UP:
        error = ClientException()  # the client is gone; the log must not count it as a fault of the program
    if _wants_problem(request):
        slug, title, hint = _HTTP_API.get(error.status_code, _HTTP_API[400])
        seen_of(request.scope).slug = slug
        detail = _detail(error) or title.rstrip(".").lower()
        kind = f"{API}/problems#{slug}"
        problem = Problem(kind, title, error.status_code, detail, hint)
        return _problem(problem, dict(error.headers or {}))
    pages: Pages = request.app.state.pages
    seen_of(request.scope).slug = "http"
    sentence, hint = _HTTP.get(
        error.status_code, (later("this request is not one that this page takes"), later("go back"))
    )
    sentence, hint = gettext(sentence), gettext(hint)
    if request.scope["method"] == "POST" and error.status_code == TOO_LARGE:
        return _lead_to(request, FormProblem(PROBLEM_PAGE, sentence, hint, TOO_LARGE))
    return pages.show(
        "problem.html",
        status=error.status_code,
        problem=UsageError(sentence, hint=hint),
        headers={**NO_STORE, **(error.headers or {})},
    )


def handle_unexpected(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
    """Answer an unexpected error with a 500 without details; the log says what and where, never any data."""
    frames = traceback.extract_tb(error.__traceback__)
    LOG.error("%s in %s", type(error).__name__, " < ".join(f"{f.name}:{f.lineno}" for f in frames[:-6:-1]))
    slug, title, hint = _HTTP_API[UNKNOWN]
    seen_of(request.scope).slug = slug
    if _wants_problem(request):
        return _problem(Problem(f"{API}/problems#{slug}", title, UNKNOWN, gettext(_SORRY), hint), {})
    pages: Pages = request.app.state.pages
    problem = OurFaultError(gettext(_SORRY), hint=gettext("go back and try again; nothing was released"))
    return pages.show("problem.html", status=UNKNOWN, headers=NO_STORE, problem=problem)


def _wants_problem(request: Request[Any, Any, State]) -> bool:
    return _FOR_PROGRAMS.match(request.scope["path"]) is not None


def _problem(problem: Problem, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=PROBLEM,
        headers={**NO_STORE, **headers},
    )


def _headers_of(request: Request[Any, Any, State], error: RadiokeyError) -> dict[str, str]:
    """Return what HTTP itself wants to know of an error."""
    headers: dict[str, str] = {}
    if isinstance(error, TokenError):
        brought = "authorization" in request.headers
        headers["WWW-Authenticate"] = 'Bearer realm="radiokey"' + (
            ', error="invalid_token"' if brought else ""
        )
    elif isinstance(error, NotAllowedError):
        headers["WWW-Authenticate"] = 'Bearer realm="radiokey", error="insufficient_scope"'
    elif isinstance(error, TooSlowError):
        headers["Connection"] = "close"  # the rest of it is on its way
    if "retry_after_s" in error.facts:
        headers |= _limit_headers(str(error.facts["limit"]), int(error.facts["retry_after_s"]))
    return headers


def _limit_headers(limit: str, retry_after_s: int) -> dict[str, str]:
    return {"Retry-After": str(retry_after_s), "RateLimit": f'"{limit}";r=0;t={retry_after_s}'}


def _detail(error: HTTPException) -> str:
    """Say what was wrong with a request, from what was written for it and nothing that was sent."""
    failures = error.extra if isinstance(error.extra, list) else []
    return "; ".join(_plain(one) for one in failures if isinstance(one, dict))


def _plain(failure: dict[str, Any]) -> str:
    message = str(failure.get("message", ""))
    if "unknown field" in message:
        message = gettext("it has a field that is none of its own")
    message = message.replace("`", "").replace("Object", "it")
    where = failure.get("source")
    return f"{failure['key']}: {message}" if where in {"header", "query"} and "key" in failure else message


def _title(kind: type[RadiokeyError]) -> str:
    """Return what every problem of one kind has in common."""
    return (kind.__doc__ or "").partition("\n")[0]


def _tree(kind: type[RadiokeyError]) -> list[type[RadiokeyError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _tree(child))]


_HTTP: Final = {
    403: (later("this form was sent from another site"), later("open the page here and send it again")),
    404: (later("there is no such page"), later("begin again from the start")),
    405: (
        later("this page is opened, not sent to, or the other way round"),
        later("go back and use the button"),
    ),
    413: (later("that is far more than this form holds"), later("send less at once")),
}

_HTTP_API: Final = {
    400: (
        "malformed",
        "The request is not what the route takes.",
        "compare it with /api/openapi.json",
    ),
    403: (
        "foreign-site",
        "A page of another site sent this.",
        "send it from a program of yours",
    ),
    404: ("no-such-route", "There is no such route.", "the routes stand in /api/openapi.json"),
    405: (
        "wrong-method",
        "The route does not take this method.",
        "the routes stand in /api/openapi.json",
    ),
    413: ("too-large", "The body is larger than any here.", "send one request for one radio"),
    415: (
        "media-type",
        "The body is not JSON, or is encoded.",
        "send Content-Type: application/json",
    ),
    UNKNOWN: (
        "fault",
        "Something of ours failed.",
        "try again; if it stays, report it without the code",
    ),
}
"""The slug, the title and the hint of an error of HTTP itself."""
