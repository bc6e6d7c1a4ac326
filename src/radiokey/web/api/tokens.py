"""The API of API tokens: list, make, end."""

from typing import Final

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.store import TokenCard
from radiokey.web.api.bodies import ApiRequest, TokenBody
from radiokey.web.api.openapi import problems_of
from radiokey.web.auth.callers import PERMISSION, Caller
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff import token_requests
from radiokey.web.staff.token_requests import TokenRequest

StaffRequest = Request[None, Caller, State]


class TokensAnswer(msgspec.Struct, frozen=True):
    """Tokens that nobody ended."""

    tokens: list[TokenCard]


class MadeAnswer(msgspec.Struct, frozen=True):
    """A token that was made, this once."""

    card: TokenCard
    token: str

    def __repr__(self) -> str:
        return f"MadeAnswer({self.card.id!r}, token=****)"


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
    wanted = TokenRequest(data.account, data.organisation, frozenset(data.scopes), data.days)
    token, card = token_requests.make_token(site, request.auth, wanted)
    return Response(MadeAnswer(card, token.reveal()), headers=NO_STORE)


@delete(
    "/api/tokens/{token_id:str}",
    status_code=200,
    sync_to_thread=True,
    opt={PERMISSION: Permission.TOKEN_END},
    responses=problems_of(400, 401, 403, 404, 503),
    tags=["tokens"],
)
def end_token(
    site: NamedDependency[Site], request: StaffRequest, token_id: FromPath[str]
) -> Response[TokenCard]:
    """End a token for ever."""
    return Response(site.base.tokens.end(token_id, by=request.auth.by), headers=NO_STORE)


HANDLERS: Final = (tokens, make_token, end_token)
