"""The API for those who run a base: the stolen list, look-ups, tokens, the audit, the log's checkpoint."""

from collections.abc import Iterator
from typing import Annotated, Final

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.store import Clearing, Mark, TokenCard, UnitCard
from radiokey.base.sql.principals import Principal
from radiokey.base.units.search import Search
from radiokey.errors import NotThereError
from radiokey.web import registry
from radiokey.web.bodies import CLEAN, ApiRequest, ClearingBody, StolenBody, TokenBody
from radiokey.web.callers import PERMISSION, Caller
from radiokey.web.openapi import problems_of
from radiokey.web.render import NO_STORE
from radiokey.web.site import Site

LINES: Final = "application/jsonl"

Asking = Request[None, Caller, State]


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


class TokensAnswer(msgspec.Struct, frozen=True):
    """Tokens that nobody ended."""

    tokens: list[TokenCard]


class MadeAnswer(msgspec.Struct, frozen=True):
    """A token that was made, this once."""

    card: TokenCard
    token: str

    def __repr__(self) -> str:
        return f"MadeAnswer({self.card.id!r}, token=****)"


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
    return _mark(registry.report(site, request.auth, _told(data)))


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
    return registry.propose(site, request.auth, _told(data), data.papers)


@post(
    "/api/stolen/clearings/{clearing_id:str}",
    status_code=200,
    sync_to_thread=True,
    opt={PERMISSION: Permission.STOLEN_CLEAR},
    responses=problems_of(400, 401, 403, 404, 503),
    tags=["stolen list"],
)
def carry_out(site: NamedDependency[Site], request: Asking, clearing_id: FromPath[str]) -> MarksAnswer:
    """Carry out a proposal of somebody else."""
    ended = site.base.blacklist.carry_out(clearing_id, by=request.auth.by)
    return MarksAnswer([_mark(one) for one in ended])


@get(
    "/api/units",
    sync_to_thread=True,
    opt={PERMISSION: Permission.UNIT_SEARCH},
    responses=problems_of(400, 401, 403, 422, 503),
    tags=["desk"],
)
def units(
    site: NamedDependency[Site],
    request: Asking,
    number: Annotated[str, QueryParameter(min_length=1, max_length=64, pattern=CLEAN)],
) -> Response[HitsAnswer]:
    """Look a unit up by its number; one typing error is forgiven. The search is in the audit first."""
    search = Search(site.base.stores.of(Principal.DESK), site.clock)
    hits = [
        HitAnswer(hit.card, None if hit.slip is None else SlipAnswer(hit.slip.error.value, hit.slip.at))
        for hit in search.find(number, request.auth.by)
    ]
    return Response(HitsAnswer(hits), headers=NO_STORE)


@get(
    "/api/tokens",
    sync_to_thread=True,
    opt={PERMISSION: Permission.TOKEN_LIST},
    responses=problems_of(401, 403, 503),
    tags=["tokens"],
)
def tokens(site: NamedDependency[Site]) -> Response[TokensAnswer]:
    """Return the tokens that nobody ended."""
    return Response(TokensAnswer(site.base.tokens.list()), headers=NO_STORE)


@post(
    "/api/tokens",
    status_code=201,
    sync_to_thread=True,
    opt={PERMISSION: Permission.TOKEN_MAKE},
    responses=problems_of(400, 401, 403, 413, 415, 503),
    tags=["tokens"],
)
def make_token(
    site: NamedDependency[Site], request: ApiRequest, data: JSONBody[TokenBody]
) -> Response[MadeAnswer]:
    """Make a token. The answer holds it, this once."""
    wanted = registry.Wanted(data.account, data.organisation, frozenset(data.scopes), data.days)
    token, card = registry.make_token(site, request.auth, wanted)
    return Response(MadeAnswer(card, token.reveal()), headers=NO_STORE)


@delete(
    "/api/tokens/{token_id:str}",
    status_code=200,
    sync_to_thread=True,
    opt={PERMISSION: Permission.TOKEN_END},
    responses=problems_of(400, 401, 403, 404, 503),
    tags=["tokens"],
)
def end_token(site: NamedDependency[Site], request: Asking, token_id: FromPath[str]) -> Response[TokenCard]:
    """End a token for ever."""
    return Response(site.base.tokens.end(token_id, by=request.auth.by), headers=NO_STORE)


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
    with site.base.stores.of(Principal.AUDITOR).snapshot() as seen:
        for act in seen.acts():
            yield msgspec.json.encode(act) + b"\n"


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


@get(
    "/api/log/checkpoint",
    sync_to_thread=True,
    responses=problems_of(404, 503),
    media_type="text/plain",
    tags=["log"],
)
def checkpoint(site: NamedDependency[Site]) -> Response[str]:
    """Return the log's newest signed checkpoint."""
    note = site.base.log.note()
    if note is None:
        raise NotThereError("the log is empty", hint="it begins with the first code that is released")
    return Response(note, headers={"Cache-Control": "no-cache"})


def _told(data: StolenBody) -> registry.Told:
    return registry.Told(data.serial, data.reason, data.vin, data.label, data.make, data.model)


def _mark(mark: Mark) -> MarkAnswer:
    return MarkAnswer(**{name: getattr(mark, name) for name in MarkAnswer.__struct_fields__})


HANDLERS: Final = (
    report,
    clearings,
    propose,
    carry_out,
    units,
    tokens,
    make_token,
    end_token,
    audit,
    checkpoint,
)
