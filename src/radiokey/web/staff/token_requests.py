"""API tokens, for the pages and the API.

The caller has the permission; this module refuses what is still not allowed.
"""

from dataclasses import dataclass

from radiokey.base.identity.roles import OPERATOR_GIVES, Permission
from radiokey.base.identity.tokens import Token
from radiokey.base.ports.store import TokenCard
from radiokey.errors import NotAllowedError
from radiokey.language.speech import gettext
from radiokey.web.auth.callers import Caller
from radiokey.web.site import Site


def givable(caller: Caller) -> frozenset[Permission]:
    """Return the scopes that a caller can give to a token."""
    return caller.scopes - OPERATOR_GIVES


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A token that is to be made."""

    account: str
    organisation: str
    scopes: frozenset[Permission]
    days: int


def make_token(site: Site, caller: Caller, wanted: TokenRequest) -> tuple[Token, TokenCard]:
    """Make a token; raises `NotAllowedError`, and what `Tokens.make` raises."""
    if not wanted.scopes <= givable(caller):
        raise NotAllowedError(
            gettext(
                "a token made here has only scopes of its maker's, and none that make tokens or clear reports"
            ),
            hint=gettext("the operator of this base makes the others: radiokey base tokens add"),
        )
    if caller.organisation not in {"", wanted.organisation}:
        raise NotAllowedError(
            gettext("a token made here is for the organisation of its maker"),
            hint=gettext("that is {organisation}", organisation=caller.organisation),
        )
    return site.base.tokens.make(
        wanted.account, wanted.organisation, wanted.scopes, days=wanted.days, by=caller.by
    )
