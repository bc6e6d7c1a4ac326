"""The API of the audit: all of it, as JSON lines."""

from collections.abc import Iterator
from typing import Final

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from radiokey.base.identity.roles import Permission
from radiokey.web.api.openapi import problems_of
from radiokey.web.auth.callers import PERMISSION
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

LINES: Final = "application/jsonl"


@get(
    "/api/audit",
    sync_to_thread=True,
    opt={PERMISSION: Permission.AUDIT_READ},
    responses=problems_of(401, 403, 503),
    media_type=LINES,
    tags=["desk"],
)
def audit(site: NamedDependency[Site]) -> Stream:
    """Return the audit as JSON lines, oldest first."""
    acts = _acts(site)
    first = next(acts, b"")  # a base that does not answer is a problem, not half an answer
    return Stream(_after(first, acts), media_type=LINES, headers=NO_STORE)


def _acts(site: Site) -> Iterator[bytes]:
    for act in site.base.audit().entries():
        yield msgspec.json.encode(act) + b"\n"


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


HANDLERS: Final = (audit,)
