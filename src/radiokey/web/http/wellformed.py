"""What HTTP/1.1 itself forbids and the server lets pass: such a request is answered 400 before any route."""

from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

_LENGTH: Final = b"content-length"
_CODING: Final = b"transfer-encoding"


class WellFormed:
    """Refuses a request without one host, and one whose end can be read in two ways; wraps the application.

    RFC 9112: a request of 1.1 has exactly one `Host` (3.2), and `Content-Length` beside `Transfer-Encoding`
    (6.1) is how one request is smuggled inside another past a proxy that believes the other one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say what is wrong with it."""
        wrong = _find_fault(scope) if scope["type"] == ScopeType.HTTP else ""
        if not wrong:
            await self._app(scope, receive, send)
            return
        body = f"{wrong}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def _find_fault(scope: Scope) -> str:
    names = [name for name, _ in scope["headers"]]
    hosts = names.count(b"host")
    if hosts > 1 or (hosts == 0 and scope["http_version"] == "1.1"):
        return "a request names one host"
    if _LENGTH in names and (_CODING in names or names.count(_LENGTH) > 1):
        return "a request has one length"
    return ""
