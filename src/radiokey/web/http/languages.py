"""Which language a request is answered in: the one chosen here, or else what the browser asks for.

The choice is a cookie that holds a tag and nothing else. Programs are answered in what they ask for as well;
one that asks for nothing is answered in English.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qsl, urlencode

from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from radiokey.language.load import Languages
from radiokey.language.speech import Language, current, speaking

COOKIE: Final = "language"
YEAR_S: Final = 365 * 24 * 60 * 60
HOME: Final = "/"
VARIES: Final = b"Accept-Language, Cookie"
_LOCAL: Final = re.compile(r"/(?![/\\])[\x21-\x7e]{0,8191}", re.ASCII)
_HERE: Final[ContextVar[str]] = ContextVar("address", default=HOME)


class Spoken:
    """Answers each request in its language, and says so to caches; wraps the routes."""

    def __init__(self, app: ASGIApp, languages: Languages) -> None:
        self._app = app
        self._languages = languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its language."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_language(list(message["headers"]))
            await send(message)

        here = _HERE.set(_address(scope))
        try:
            with speaking(language_of(scope, self._languages)):
                await self._app(scope, receive, said)
        finally:
            _HERE.reset(here)


def language_of(scope: Scope, languages: Languages) -> Language:
    """Return the language of a request: that of its cookie, or of its `Accept-Language`."""
    headers = dict(scope["headers"])
    chosen = SimpleCookie()
    try:
        chosen.load(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        chosen = SimpleCookie()
    named = languages.find(chosen[COOKIE].value) if COOKIE in chosen else None
    return named or languages.accepted(headers.get(b"accept-language", b"").decode("latin-1"))


def cookie_of(language: Language, *, secure: bool) -> Cookie:
    """Return the cookie that keeps a choice."""
    return Cookie(
        key=COOKIE,
        value=language.tag,
        path="/",
        max_age=YEAR_S,
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def here() -> str:
    """Return the address of the page that is being made, on this site."""
    return _HERE.get()


def address_here(said: Mapping[str, str]) -> str:
    """Return the address of the page that is being made, with what `said` has in place of what it had."""
    path, _, query = here().partition("?")
    return f"{path}?{urlencode({**dict(parse_qsl(query)), **said})}"


def safe_address(text: str) -> str:
    """Return an address of this site; `HOME` for anything else.

    >>> [safe_address(text) for text in ("/models?search=duster", "//example.net", "https://example.net")]
    ['/models?search=duster', '/', '/']
    """
    return text if _LOCAL.fullmatch(text) else HOME


def _address(scope: HTTPScope) -> str:
    """Return where Back leads: the page itself, or the first one where a form was answered by a page."""
    if scope["method"] != "GET":
        return HOME
    path = (scope.get("raw_path") or b"").partition(b"?")[0].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return safe_address(f"{path}?{query}" if query else path)


def _with_language(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the head of an answer with what it depends on; a page that is stored nowhere need not say it."""
    named = {name.lower(): value for name, value in headers}
    kind = named.get(b"content-type", b"")
    if not kind.startswith((b"text/html", b"application/problem+json")):
        return headers
    headers.append((b"content-language", current().tag.encode()))
    if b"no-store" in named.get(b"cache-control", b""):
        return headers
    before = named.get(b"vary")
    kept = [(name, value) for name, value in headers if name.lower() != b"vary"]
    return [*kept, (b"vary", VARIES if before is None else before + b", " + VARIES)]
