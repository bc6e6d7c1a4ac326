"""The API of the ledger's units: look one up."""

from typing import Annotated, Final

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.store import UnitCard
from radiokey.web.api.bodies import CLEAN
from radiokey.web.api.openapi import problems_of
from radiokey.web.auth.callers import PERMISSION, Caller
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

StaffRequest = Request[None, Caller, State]


class SlipAnswer(msgspec.Struct, frozen=True):
    """The one typing error between what was typed and a number: what, and at which character from 0."""

    error: str
    at: int


class HitAnswer(msgspec.Struct, frozen=True):
    """A unit that was found."""

    unit: UnitCard
    slip: SlipAnswer | None


class HitsAnswer(msgspec.Struct, frozen=True):
    """Units that were found, the one without a typing error first."""

    hits: list[HitAnswer]


@get(
    "/api/units",
    sync_to_thread=True,
    opt={PERMISSION: Permission.UNIT_SEARCH},
    responses=problems_of(400, 401, 403, 422, 503),
    tags=["desk"],
)
def units(
    site: NamedDependency[Site],
    request: StaffRequest,
    number: Annotated[str, QueryParameter(min_length=1, max_length=64, pattern=CLEAN)],
) -> Response[HitsAnswer]:
    """Look a unit up by its number; one typing error is forgiven. The search is in the audit first."""
    hits = [
        HitAnswer(hit.card, None if hit.slip is None else SlipAnswer(hit.slip.error.value, hit.slip.at))
        for hit in site.base.search().find(number, request.auth.by)
    ]
    return Response(HitsAnswer(hits), headers=NO_STORE)


HANDLERS: Final = (units,)
