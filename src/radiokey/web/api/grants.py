"""The API of what the base signs for units: proposals, signatures, and answers to navigation units.

Specified in docs/spec/grants.md and docs/spec/synchronisation.md.
"""

from typing import Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from radiokey.base.grants.service import GrantKind
from radiokey.base.identity.roles import Permission
from radiokey.base.limits import LimitedClient
from radiokey.base.log.receipt import Receipt
from radiokey.base.ports.grants import GrantProposal
from radiokey.code.signed import Challenge
from radiokey.errors import UsageError
from radiokey.headunit.sync import answer_lines, challenge_from_lines
from radiokey.web.api.bodies import ApiRequest, ChallengeBody, GrantBody
from radiokey.web.api.openapi import problems_of
from radiokey.web.auth.callers import PERMISSION, Caller
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

StaffRequest = Request[None, Caller, State]


class ProposalsAnswer(msgspec.Struct, frozen=True):
    """Proposals that wait for somebody else."""

    proposals: list[GrantProposal]


class GrantAnswer(msgspec.Struct, frozen=True):
    """What is handed to the unit, in hex, and the receipt of its entry in the log."""

    grant: str
    receipt: Receipt


class SyncAnswer(msgspec.Struct, frozen=True):
    """The answer for the unit, in hex and as lines to carry by hand, and the receipt of its entry."""

    answer: str
    lines: list[str]
    receipt: Receipt


@post(
    "/api/grants",
    status_code=201,
    sync_to_thread=True,
    opt={PERMISSION: Permission.GRANT_PROPOSE},
    responses=problems_of(400, 401, 403, 413, 415, 422, 503),
    tags=["units"],
)
def propose(site: NamedDependency[Site], request: ApiRequest, data: JSONBody[GrantBody]) -> GrantProposal:
    """Propose to sign for a unit, with what it gave and the papers that show whose it is."""
    grants, by = site.base.grants, request.auth.by
    reading = site.reading(data.serial, data.make, site.model(data.model))
    if data.what is GrantKind.PAIRING:
        return grants.propose_pairing_end(
            reading, paired=data.number, reason=data.reason, papers=data.papers, by=by
        )
    chip = bytes.fromhex(data.chip)
    return grants.propose_chip(
        reading, chip_id=chip, counter=data.number, reason=data.reason, papers=data.papers, by=by
    )


@get(
    "/api/grants",
    sync_to_thread=True,
    opt={PERMISSION: Permission.GRANT_SIGN},
    responses=problems_of(401, 403, 503),
    tags=["units"],
)
def proposals(site: NamedDependency[Site]) -> Response[ProposalsAnswer]:
    """Return the proposals that wait."""
    return Response(ProposalsAnswer(list(site.base.grants.proposals())), headers=NO_STORE)


@post(
    "/api/grants/{proposal_id:str}",
    status_code=200,
    sync_to_thread=True,
    opt={PERMISSION: Permission.GRANT_SIGN},
    responses=problems_of(400, 401, 403, 404, 503),
    tags=["units"],
)
def sign(
    site: NamedDependency[Site], request: StaffRequest, proposal_id: FromPath[str]
) -> Response[GrantAnswer]:
    """Sign what somebody else proposed."""
    site.log_monitor.require()
    granted = site.base.grants.sign(proposal_id, by=request.auth.by)
    return Response(GrantAnswer(granted.data.hex(), granted.receipt), headers=NO_STORE)


@post(
    "/api/synchronisations",
    status_code=200,
    sync_to_thread=True,
    responses=problems_of(400, 403, 413, 415, 422, 429, 503),
    tags=["units"],
)
def synchronise(
    site: NamedDependency[Site], request: ApiRequest, data: JSONBody[ChallengeBody]
) -> Response[SyncAnswer]:
    """Answer the challenge of a navigation unit whose code was right."""
    reading = site.reading(data.serial, data.make, site.model(data.model))
    challenge = _challenge(data, reading.serial.text)
    client = LimitedClient(request.auth.client, network=request.auth.network)
    site.log_monitor.require()
    granted = site.base.grants.answer(reading, challenge, client)
    lines = list(answer_lines(granted.data))
    return Response(SyncAnswer(granted.data.hex(), lines, granted.receipt), headers=NO_STORE)


def _challenge(data: ChallengeBody, serial: str) -> Challenge:
    """Return the challenge, from its bytes or from the lines that a person copied."""
    if data.lines:
        return challenge_from_lines(serial, data.lines)
    challenge = Challenge.parse(bytes.fromhex(data.challenge))
    if challenge is None:
        raise UsageError(
            "this is no challenge of a unit", hint="give its bytes in hex, or the lines that it shows"
        )
    return challenge


HANDLERS: Final = (propose, proposals, sign, synchronise)
