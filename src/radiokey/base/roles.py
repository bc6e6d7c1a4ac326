"""Who may do what: one grammar, `noun:act`, for the scopes of a token and for what the audit calls an act.

A permission says what may be asked for; the database's own rights (docs/spec/rights.md) hold below it.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from radiokey.errors import UsageError


class Permission(StrEnum):
    """Every permission there is, sorted."""

    AUDIT_READ = "audit:read"
    CODE_RELEASE = "code:release"
    METRICS_READ = "metrics:read"
    STOLEN_CLEAR = "stolen:clear"
    STOLEN_LIST = "stolen:list"
    STOLEN_PROPOSE = "stolen:propose"
    STOLEN_REPORT = "stolen:report"
    TOKEN_END = "token:end"  # noqa: S105 - an act, not a secret
    TOKEN_LIST = "token:list"  # noqa: S105 - an act, not a secret
    TOKEN_MAKE = "token:make"  # noqa: S105 - an act, not a secret
    UNIT_SEARCH = "unit:search"


EVERY: Final = frozenset(Permission)

OPERATOR_GIVES: Final = frozenset(
    {Permission.STOLEN_CLEAR, Permission.STOLEN_PROPOSE, Permission.TOKEN_END, Permission.TOKEN_MAKE}
)
"""What only the operator's own command line gives.

Whoever makes tokens could otherwise be both of the two people that a clearing takes.
"""


def permissions(names: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions of these names; raise `UsageError` where one is none."""
    try:
        return frozenset(map(Permission, names))
    except ValueError:
        raise UsageError(
            "a scope names what a token may do, like code:release", hint=f"there are {', '.join(Permission)}"
        ) from None
