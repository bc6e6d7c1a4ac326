"""The link to a request: who has it may follow the request, without an account.

It stands in the address of a page, so that page sends no referrer and the log of requests never has it
(`radiokey.web.http.logs`). Every page and every mail gives a fresh one; it holds for a year.
"""

from typing import Final
from urllib.parse import urlsplit

from radiokey.base.keys.link import read, sign
from radiokey.clock import DAY_MS
from radiokey.errors import UsageError
from radiokey.language.speech import gettext

PURPOSE: Final = "request"
LASTS_MS: Final = 365 * DAY_MS
THIS_MACHINE: Final = {"localhost", "127.0.0.1", "::1"}
"""What a machine calls itself."""


def link_to(key: bytes, request_id: str, now_ms: int) -> str:
    """Return the path of the page of a request, in a link signed with `key` (32 bytes)."""
    return f"/requests/{sign(key, PURPOSE, request_id, now_ms + LASTS_MS)}"


def request_of(key: bytes, link: str, now_ms: int) -> str:
    """Return the id of the request that a link names; raise `LinkError`."""
    return read(key, PURPOSE, link, now_ms)


def origin(address: str) -> str:
    """Return the address of a site as people open it, and links in mails begin.

    Raises `UsageError` where others could read what goes there.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
    if not (secure and parts.hostname) or parts.username or parts.path.strip("/") or parts.query:
        raise UsageError(
            gettext("the site has an address with https"),
            hint=gettext("like --site https://codes.example.org"),
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"
