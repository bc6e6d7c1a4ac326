"""The API for programs: releasing a code, its receipt, and what was ever released.

Specified in docs/spec/api.md. One serial number per request; the desk's routes are in `api_desk`.
"""

import hashlib
from typing import Annotated, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from radiokey.base.identity.roles import Permission
from radiokey.base.limits import Remaining
from radiokey.base.log.receipt import Receipt, parse_receipt
from radiokey.base.release.request import Released, ReleaseRequest
from radiokey.code.value import Code
from radiokey.errors import UsageError
from radiokey.serial.vin import Vin
from radiokey.web.api.bodies import END, ApiRequest, AskedBody, ReleaseBody
from radiokey.web.api.openapi import problems_of
from radiokey.web.auth.callers import PERMISSION, Caller
from radiokey.web.http.problems import ProblemType, types
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

KEY: Final = r"[A-Za-z0-9_-]{1,64}"
IdempotencyKey = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        pattern=f'^({KEY}|"{KEY}"){END}',
        description="Names this request: the same key is the same request.",
    ),
]


class LineageAnswer(msgspec.Struct, frozen=True):
    """An independent line of sources."""

    name: str
    what: str


class ProvenanceAnswer(msgspec.Struct, frozen=True):
    """What a code was compared with, and what to know before keying it in."""

    checked: str
    caution: str
    lineages: list[LineageAnswer]


class ReleaseAnswer(msgspec.Struct, frozen=True):
    """A code with its receipt. It hides the code."""

    serial: str
    source: str
    family: str
    tier: str
    code: str
    provenance: ProvenanceAnswer
    receipt: Receipt

    def __repr__(self) -> str:
        return f"ReleaseAnswer(serial={self.serial!r}, code=****)"


class ReleaseSaid(msgspec.Struct, frozen=True):
    """A release that is in the log: when, what the code was known from, its place there."""

    at_ms: int
    source: str
    index: int


class AskedAnswer(msgspec.Struct, frozen=True):
    """What was released; nothing where there is nothing, or nothing of yours."""

    releases: list[ReleaseSaid]


class ProblemsAnswer(msgspec.Struct, frozen=True):
    """Every type of problem."""

    problems: list[ProblemType]


def named_by(caller: Caller, key: str) -> str:
    """Return the id of a request: the keys that one caller chooses never meet the requests of another."""
    text = f"radiokey api request\n{caller.client}\n{key.strip(chr(34))}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@post(
    "/api/releases",
    status_code=200,
    opt={PERMISSION: Permission.CODE_RELEASE},
    responses=problems_of(400, 401, 403, 404, 413, 415, 422, 429, 503),
    tags=["codes"],
)
async def release(
    site: NamedDependency[Site],
    request: ApiRequest,
    data: JSONBody[ReleaseBody],
    idempotency_key: IdempotencyKey,
) -> Response[ReleaseAnswer]:
    """Release the code of one radio."""
    caller = request.auth
    reading, model = site.radio(data.serial, data.make, data.model)
    released = await site.release_in_loop(
        ReleaseRequest(
            request_id=named_by(caller, idempotency_key),
            client=caller.client,
            serial=reading,
            model=model,
            vin=Vin.parse(data.vin) if data.vin else None,
            owns=data.owns,
            make=data.make,
            network=caller.network,
            account=caller.account,
            answer=Code.typed(data.answer) if data.answer else None,
        )
    )
    headers = {**NO_STORE, **_limits(released.left)}
    if released.repeated:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer_of(released), headers=headers)


def answer_of(released: Released) -> ReleaseAnswer:
    """Return a release as it is sent; this is where a code leaves to a program."""
    family = released.family
    return ReleaseAnswer(
        serial=released.receipt.serial,
        source=released.source.value,
        family=family.id if family else "",
        tier=family.tier.value if family else "",
        code=released.code.reveal(),
        provenance=ProvenanceAnswer(
            released.checked,
            released.caution,
            [LineageAnswer(lineage.name, lineage.what) for lineage in (family.lineages if family else ())],
        ),
        receipt=released.receipt,
    )


def _limits(left: Remaining | None) -> dict[str, str]:
    """Return the caller's own limit as the draft on rate limits writes it."""
    if left is None:
        return {}
    window = left.limit.period_ms // 1000
    return {
        "RateLimit-Policy": f'"{left.name}";q={left.limit.most};w={window}',
        "RateLimit": f'"{left.name}";r={left.releases};t={left.full_in_s}',
    }


@get(
    "/api/releases/{key:str}/receipt",
    sync_to_thread=True,
    opt={PERMISSION: Permission.CODE_RELEASE},
    responses=problems_of(400, 401, 403, 404, 503),
    tags=["codes"],
)
def receipt(
    site: NamedDependency[Site], request: Request[None, Caller, State], key: FromPath[str]
) -> Response[Receipt]:
    """Return the receipt of a request of the caller."""
    caller = request.auth
    return Response(site.base.release_history.receipt(named_by(caller, key), caller.client), headers=NO_STORE)


@post(
    "/api/asked",
    status_code=200,
    sync_to_thread=True,
    responses=problems_of(400, 413, 415, 422, 429, 503),
    tags=["codes"],
)
def asked(
    site: NamedDependency[Site], request: ApiRequest, data: JSONBody[AskedBody]
) -> Response[AskedAnswer]:
    """Say whether the code of the caller's radio was ever released."""
    client, base = request.auth.client, site.base.release_history
    if data.receipt is not None and not (data.serial or data.vin or data.make):
        found = base.of_receipt(parse_receipt(msgspec.json.encode(data.receipt)), client)
    elif data.receipt is None and data.serial and data.vin:
        reading, _ = site.radio(data.serial, data.make, "")
        found = base.of_car(reading.serial, Vin.parse(data.vin), client)
    else:
        raise UsageError(
            "this takes a receipt, or a serial number and a VIN", hint="send the one or the other"
        )
    said = [ReleaseSaid(one.at_ms, one.source, one.index) for one in found]
    return Response(AskedAnswer(said), headers=NO_STORE)


@get("/api/problems", sync_to_thread=False, tags=["about"])
def all_problems() -> ProblemsAnswer:
    """Return every type of problem."""
    return ProblemsAnswer(types())


HANDLERS: Final = (release, receipt, asked, all_problems)
