"""The API of the stolen list: reports, and proposals to clear one."""

from typing import Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.store import Clearing, Mark
from radiokey.web.api.bodies import ApiRequest, ClearingBody, StolenBody
from radiokey.web.api.openapi import problems_of
from radiokey.web.auth.callers import PERMISSION, Caller
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff.stolen_reports import StolenReport, propose_clearing, report_stolen

StaffRequest = Request[None, Caller, State]


class MarkAnswer(msgspec.Struct, frozen=True):
    """A report on the stolen list."""

    kind: str
    number: str
    vin: str
    label: str
    reason: str
    by: str
    at_ms: int


class MarksAnswer(msgspec.Struct, frozen=True):
    """Reports."""

    reports: list[MarkAnswer]


class ClearingsAnswer(msgspec.Struct, frozen=True):
    """Proposals that wait for somebody else."""

    clearings: list[Clearing]


@post(
    "/api/stolen",
    status_code=201,
    sync_to_thread=True,
    opt={PERMISSION: Permission.STOLEN_REPORT},
    responses=problems_of(400, 401, 403, 413, 415, 422, 503),
    tags=["stolen list"],
)
def report(site: NamedDependency[Site], request: ApiRequest, data: JSONBody[StolenBody]) -> MarkAnswer:
    """Report a radio stolen."""
    return _mark(report_stolen(site, request.auth, _radio_of(data)))


@get(
    "/api/stolen/clearings",
    sync_to_thread=True,
    opt={PERMISSION: Permission.STOLEN_LIST},
    responses=problems_of(401, 403, 503),
    tags=["stolen list"],
)
def clearings(site: NamedDependency[Site]) -> Response[ClearingsAnswer]:
    """Return the proposals that wait."""
    return Response(ClearingsAnswer(list(site.base.blacklist.proposals())), headers=NO_STORE)


@post(
    "/api/stolen/clearings",
    status_code=201,
    sync_to_thread=True,
    opt={PERMISSION: Permission.STOLEN_PROPOSE},
    responses=problems_of(400, 401, 403, 413, 415, 422, 503),
    tags=["stolen list"],
)
def propose(site: NamedDependency[Site], request: ApiRequest, data: JSONBody[ClearingBody]) -> Clearing:
    """Propose to clear a report, with the papers that say so."""
    return propose_clearing(site, request.auth, _radio_of(data), data.papers)


@post(
    "/api/stolen/clearings/{clearing_id:str}",
    status_code=200,
    sync_to_thread=True,
    opt={PERMISSION: Permission.STOLEN_CLEAR},
    responses=problems_of(400, 401, 403, 404, 503),
    tags=["stolen list"],
)
def carry_out(site: NamedDependency[Site], request: StaffRequest, clearing_id: FromPath[str]) -> MarksAnswer:
    """Carry out a proposal of somebody else."""
    ended = site.base.blacklist.carry_out(clearing_id, by=request.auth.by)
    return MarksAnswer([_mark(one) for one in ended])


def _radio_of(data: StolenBody) -> StolenReport:
    return StolenReport(data.serial, data.reason, data.vin, data.label, data.make, data.model)


def _mark(mark: Mark) -> MarkAnswer:
    return MarkAnswer(**{name: getattr(mark, name) for name in MarkAnswer.__struct_fields__})


HANDLERS: Final = (report, clearings, propose, carry_out)
