"""Who the database takes a part of the base for (docs/spec/rights.md), and the roles that stand for it.

A role belongs to a whole PostgreSQL server, a base to one database of it: so each base has roles of its own,
named after its database (ADR 18). Who may take the role of another base's door would be that door.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

FIRST_PREFIX: Final = "radiokey"
"""What the roles began with while all bases of a server shared them; such a base keeps them."""

_NAME_BYTES: Final = 63
"""As long as PostgreSQL lets a name be, in bytes."""
_PLAIN: Final = re.compile(r"[\w.-]+")
_DIGEST: Final = 32
_MAKING: Final = "EXECUTE format('CREATE ROLE %I NOLOGIN', principal);"


class Principal(StrEnum):
    """On PostgreSQL each is a role; on SQLite all are the owner of the file."""

    DOOR = "door"
    REGISTRAR = "registrar"
    KEEPER = "keeper"
    DESK = "desk"
    GATE = "gate"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    CLERK = "clerk"
    APPROVER = "approver"


_NAMED: Final = re.compile(
    rf"(?P<quote>')?\b{FIRST_PREFIX}_(?P<part>{'|'.join(Principal)})\b(?(quote)')", re.ASCII
)
_LONGEST: Final = max(map(len, Principal)) + 1


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of one base: `prefix`, an underscore, and the part."""

    prefix: str

    @classmethod
    def for_database(cls, name: str) -> Self:
        """Return the roles of the base in the database of that name.

        >>> Roles.for_database("codes").of(Principal.DOOR)
        'radiokey_codes_door'

        A name that is too long for a role of its own, or is more than a word, is in it by its SHA-256.
        """
        prefix = f"{FIRST_PREFIX}_{name}"
        if not _PLAIN.fullmatch(name) or len(prefix.encode()) + _LONGEST > _NAME_BYTES:
            prefix = f"{FIRST_PREFIX}_{hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]}"
        return cls(prefix)

    @classmethod
    def of_door(cls, role: str) -> Self:
        """Return the roles of the base whose door has that role."""
        return cls(role.removesuffix(f"_{Principal.DOOR}"))

    def of(self, principal: Principal) -> str:
        """Return the name of a principal's role."""
        return f"{self.prefix}_{principal.value}"

    def names(self) -> list[str]:
        """Return the names of all."""
        return [self.of(principal) for principal in Principal]

    def step(self, script: str) -> str:
        """Return a step of the schema with the roles of this base.

        The steps were written when all bases shared theirs, and a step never changes. They also made them,
        which an account that owns no more than its database may not even try: here they are there by then.
        """

        def own(found: re.Match[str]) -> str:
            name = self.of(Principal(found["part"]))
            return f"'{name}'" if found["quote"] else quoted(name)

        return _NAMED.sub(own, script.replace(_MAKING, "NULL;"))


def quoted(name: str) -> str:
    """Return a name as SQL has it, whatever is in it.

    >>> print(quoted('a"b'))
    "a""b"
    """
    return '"{}"'.format(name.replace('"', '""'))


def roles_script(roles: Roles, accounts: Sequence[str], database: str) -> Iterator[str]:
    """Yield the lines of SQL that a superuser runs, once or again: the roles, and who may take them.

    No role can sign in or do anything that the steps of the schema do not grant it.
    """
    given = ", ".join(map(quoted, accounts))
    yield f"-- The roles of the base in the database {_comment(database)}, for {_comment(given)}."
    yield "-- A superuser runs this once, in any database of the server; run again it changes nothing."
    yield "BEGIN;"
    for name in map(quoted, roles.names()):
        yield f"DO $$ BEGIN CREATE ROLE {name}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        yield (
            f"ALTER ROLE {name} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS "
            "PASSWORD NULL;"
        )
    yield f"GRANT {', '.join(map(quoted, roles.names()))} TO {given};"
    yield "COMMIT;"


def _comment(text: str) -> str:
    """Return a text that stays in its comment."""
    return " ".join(text.split())
