"""What the base keeps of the things that it signs for units (`radiokey.base.grants`)."""

from typing import Final, Protocol

import msgspec

GRANT_PREFIX: Final = "grant-"
SYNC_PREFIX: Final = "sync-"
"""How the request ids of these releases begin: no code leaves under one."""


class GrantProposal(msgspec.Struct, frozen=True):
    """A proposal to sign for a unit; somebody else signs, and the database refuses the same person.

    `what` is a `GrantKind`; `chip` the id of a chip in hex, or empty; `counter` the number that the unit
    gave; `papers` the SHA-256 of what shows whose it is, in hex.
    """

    id: str
    what: str
    kind: str
    number: str
    serial: str
    chip: str
    counter: int
    reason: str
    papers: str
    by: str
    at_ms: int


class GrantLine(GrantProposal, frozen=True):
    """A proposal as a list shows it; `signed`: somebody else signed it."""

    signed: bool = False


class GrantTransaction(Protocol):
    """The part of a transaction that proposals and digests need."""

    def add_grant_proposal(self, proposal: GrantProposal) -> None:
        """Record a proposal to sign for a unit."""
        ...

    def grant_proposal(self, proposal_id: str) -> GrantProposal | None:
        """Return a proposal to sign for a unit."""
        ...

    def open_grant_proposals(self, since_ms: int) -> list[GrantProposal]:
        """Return those made since then that nobody signed, oldest first."""
        ...

    def grant_lines(self, since_ms: int, count: int) -> list[GrantLine]:
        """Return the newest `count` of those made since then, newest first."""
        ...

    def add_unit_digest(self, kind: str, number: str, digest: bytes, at_ms: int) -> None:
        """Keep the digest of a unit's code under its device's key; the database refuses a second one."""
        ...

    def unit_digest(self, kind: str, number: str) -> bytes | None:
        """Return that digest."""
        ...
