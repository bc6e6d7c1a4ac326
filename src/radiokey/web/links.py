"""The link to a request: whoever has it may follow the request, without an account.

It stands in the address of a page, so that page sends no referrer and the log of requests never has it
(`radiokey.web.logs`). Every page and every mail gives a fresh one; it holds for a year.
"""

from typing import Final
from urllib.parse import urlsplit

from radiokey.base.keys.link import read, sign
from radiokey.clock import DAY_MS
from radiokey.errors import UsageError
from radiokey.web.site import Site

PURPOSE: Final = "request"
LASTS_MS: Final = 365 * DAY_MS
THIS_MACHINE: Final = {"localhost", "127.0.0.1", "::1"}
"""What a machine calls itself."""


def link_to(site: Site, request_id: str) -> str:
    """Return the path of the page of a request."""
    until_ms = site.clock.now_ms() + LASTS_MS
    return f"/requests/{sign(site.purpose_key(PURPOSE), PURPOSE, request_id, until_ms)}"


def request_of(site: Site, link: str) -> str:
    """Return the id of the request a link names; raise `LinkError`."""
    return read(site.purpose_key(PURPOSE), PURPOSE, link, site.clock.now_ms())


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
        raise UsageError("the site has an address with https", hint="like --site https://codes.example.org")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"
