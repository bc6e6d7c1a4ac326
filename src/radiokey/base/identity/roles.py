"""Who may do what: one grammar, `noun:act`, for roles, scopes of tokens, and what the audit calls an act.

A permission says what may be asked for; the database's own rights (docs/spec/rights.md) hold below it. A
person has exactly one role (docs/spec/roles.md), a token exactly its scopes.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from radiokey.errors import UsageError
from radiokey.language.speech import gettext, later


class Permission(StrEnum):
    """Every permission there is, sorted."""

    AUDIT_READ = "audit:read"
    CODE_RELEASE = "code:release"
    GRANT_LIST = "grant:list"
    GRANT_PROPOSE = "grant:propose"
    GRANT_SIGN = "grant:sign"
    KEY_LIST = "key:list"
    KEY_TURN = "key:turn"
    METRICS_READ = "metrics:read"
    REQUEST_APPROVE = "request:approve"
    REQUEST_CHECK = "request:check"
    REQUEST_OPEN = "request:open"
    REQUEST_READ = "request:read"
    STAFF_END = "staff:end"
    STAFF_INVITE = "staff:invite"
    STAFF_LIST = "staff:list"
    STOLEN_CLEAR = "stolen:clear"
    STOLEN_LIST = "stolen:list"
    STOLEN_PROPOSE = "stolen:propose"
    STOLEN_REPORT = "stolen:report"
    TOKEN_END = "token:end"  # noqa: S105 - an act, not a secret
    TOKEN_LIST = "token:list"  # noqa: S105 - an act, not a secret
    TOKEN_MAKE = "token:make"  # noqa: S105 - an act, not a secret
    UNIT_IMPORT = "unit:import"
    UNIT_SEARCH = "unit:search"


class Role(StrEnum):
    """What a person of the staff is, sorted. Nobody is two of them: three people are three accounts."""

    APPROVER = "approver"
    AUDITOR = "auditor"
    CLERK = "clerk"
    REGISTRAR = "registrar"


ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.APPROVER: later("approver"),
    Role.AUDITOR: later("auditor"),
    Role.CLERK: later("clerk"),
    Role.REGISTRAR: later("registrar"),
}


def role_name(role: str) -> str:
    """Return what a role is called on a page; raise `ValueError` for a text that is no role."""
    return gettext(ROLE_NAMES[Role(role)])


EVERY: Final = frozenset(Permission)

ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.APPROVER: frozenset(
        {
            Permission.GRANT_LIST,
            Permission.GRANT_SIGN,
            Permission.REQUEST_APPROVE,
            Permission.REQUEST_READ,
            Permission.STOLEN_LIST,
            Permission.UNIT_SEARCH,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.AUDIT_READ,
            Permission.KEY_LIST,
            Permission.METRICS_READ,
            Permission.REQUEST_READ,
            Permission.STAFF_LIST,
            Permission.STOLEN_LIST,
            Permission.TOKEN_LIST,
        }
    ),
    Role.CLERK: frozenset(
        {
            Permission.GRANT_LIST,
            Permission.GRANT_PROPOSE,
            Permission.REQUEST_CHECK,
            Permission.REQUEST_OPEN,
            Permission.REQUEST_READ,
            Permission.STOLEN_LIST,
            Permission.STOLEN_REPORT,
            Permission.UNIT_SEARCH,
        }
    ),
    Role.REGISTRAR: frozenset(
        {
            Permission.KEY_LIST,
            Permission.KEY_TURN,
            Permission.METRICS_READ,
            Permission.STAFF_END,
            Permission.STAFF_INVITE,
            Permission.STAFF_LIST,
            Permission.STOLEN_CLEAR,
            Permission.STOLEN_LIST,
            Permission.STOLEN_PROPOSE,
            Permission.STOLEN_REPORT,
            Permission.TOKEN_END,
            Permission.TOKEN_LIST,
            Permission.TOKEN_MAKE,
            Permission.UNIT_IMPORT,
            Permission.UNIT_SEARCH,
        }
    ),
}
"""What a role may."""

OPERATOR_GIVES: Final = frozenset(
    {
        Permission.GRANT_PROPOSE,
        Permission.GRANT_SIGN,
        Permission.KEY_TURN,
        Permission.REQUEST_APPROVE,
        Permission.REQUEST_CHECK,
        Permission.STAFF_END,
        Permission.STAFF_INVITE,
        Permission.STOLEN_CLEAR,
        Permission.STOLEN_PROPOSE,
        Permission.TOKEN_END,
        Permission.TOKEN_MAKE,
        Permission.UNIT_IMPORT,
    }
)
"""What only the operator's own command line gives a token.

A person who makes tokens could otherwise be both of the two people that a clearing or a grant takes, or two
of the three that a code of the desk takes.
"""

INVITABLE: Final = frozenset({Role.APPROVER, Role.AUDITOR, Role.CLERK})
"""Whom a registrar invites. Another registrar is invited by the operator alone."""


def permissions(names: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions of these names; raise `UsageError` where one is none."""
    try:
        return frozenset(map(Permission, names))
    except ValueError:
        raise UsageError(
            gettext("a scope names what a token may do, like code:release"),
            hint=gettext("there are: {names}", names=", ".join(Permission)),
        ) from None
