"""What the staff needs from its database: organisations, accounts, passkeys, sessions (docs/spec/staff.md).

Rows are only ever added, except for what a passkey counted and when a session was last seen. Of a link, a
recovery code and a session's id only the SHA-256 is there.
"""

from typing import Protocol

import msgspec


class StoredOrganisation(msgspec.Struct, frozen=True):
    """A dealer, an office or a specialist with a desk of its own."""

    id: str
    name: str
    kind: str
    at_ms: int
    by: str


class StoredProfile(msgspec.Struct, frozen=True):
    """What an organisation shows of itself; `number` counts from 1, the newest is what it is.

    `register` is where and as what it is registered, `covers` the radios, `data_until` how new its data is.
    """

    organisation: str
    number: int
    address: str
    register: str
    covers: str
    data_until: str
    price: str
    at_ms: int
    by: str


class StoredAccount(msgspec.Struct, frozen=True):
    """A person of the staff; `handle` is what an authenticator knows them by."""

    name: str
    role: str
    organisation: str
    display: str
    handle: bytes
    at_ms: int
    by: str


class StaffCard(msgspec.Struct, frozen=True):
    """What is listed of a person: also since when they have ended (0: they have not), and their passkeys."""

    name: str
    role: str
    organisation: str
    display: str
    at_ms: int
    by: str
    ended_at_ms: int
    passkeys: int
    sessions: int


class StoredEnrolment(msgspec.Struct, frozen=True):
    """A one-time link: why it was made, until when it can be used."""

    hashed: bytes
    account: str
    kind: str
    at_ms: int
    expires_at_ms: int
    by: str


class StoredPasskey(msgspec.Struct, frozen=True):
    """A passkey: its credential id, its public key (COSE), what it counted and when it was last used."""

    id: bytes
    account: str
    public_key: bytes
    label: str
    challenge: bytes
    at_ms: int
    counter: int
    used_ms: int


class StoredSession(msgspec.Struct, frozen=True):
    """A session: whose, by which passkey, the digest of the challenge that opened it, until when."""

    hashed: bytes
    account: str
    passkey: bytes
    challenge: bytes
    at_ms: int
    expires_at_ms: int
    seen_ms: int


class StaffTransaction(Protocol):
    """The staff's part of a transaction."""

    def organisations(self) -> list[StoredOrganisation]:
        """Return all organisations by name."""
        ...

    def add_organisation(self, organisation: StoredOrganisation) -> None:
        """Record an organisation."""
        ...

    def shown(self) -> list[StoredProfile]:
        """Return what each organisation shows now."""
        ...

    def add_shown(self, shown: StoredProfile) -> None:
        """Record what an organisation shows from now on."""
        ...

    def account(self, name: str) -> StoredAccount | None:
        """Return an account that was not ended."""
        ...

    def account_of_handle(self, handle: bytes) -> StoredAccount | None:
        """Return the account with that handle, if it was not ended."""
        ...

    def name_used_by(self, name: str) -> str:
        """Return `person` or `machine` if an account or a token ever had that name, otherwise nothing."""
        ...

    def staff(self, now_ms: int) -> list[StaffCard]:
        """Return everybody there ever was, by name."""
        ...

    def add_account(self, account: StoredAccount) -> None:
        """Record an account; the database refuses the name of a token."""
        ...

    def end_account(self, name: str, at_ms: int, by: str) -> None:
        """End an account for ever."""
        ...

    def enrolment(self, hashed: bytes, now_ms: int) -> StoredEnrolment | None:
        """Return a link that was not used and whose time is not over, of an account that was not ended."""
        ...

    def ever_enrolled(self, account: str) -> bool:
        """Tell whether an account ever had a passkey."""
        ...

    def add_enrolment(self, enrolment: StoredEnrolment) -> None:
        """Record a link; the database refuses to invite an account that ever had a passkey."""
        ...

    def use_enrolment(self, hashed: bytes, at_ms: int) -> None:
        """Record that a link was used: once."""
        ...

    def passkey(self, passkey_id: bytes) -> StoredPasskey | None:
        """Return a passkey that was not ended."""
        ...

    def passkey_taken(self, passkey_id: bytes) -> bool:
        """Tell whether there is, or was, a passkey of that id."""
        ...

    def passkeys(self, account: str) -> list[StoredPasskey]:
        """Return somebody's passkeys that were not ended, oldest first."""
        ...

    def add_passkey(self, passkey: StoredPasskey) -> None:
        """Record a passkey."""
        ...

    def count_passkey(self, passkey_id: bytes, was: int, counter: int, at_ms: int) -> bool:
        """Record what a passkey counted; `False` if it is no longer at `was`, and nothing was done."""
        ...

    def end_passkey(self, passkey_id: bytes, at_ms: int, by: str, reason: str) -> None:
        """End a passkey for ever."""
        ...

    def recovery_codes(self, account: str) -> int:
        """Return how many recovery codes somebody has left."""
        ...

    def recovery_code(self, hashed: bytes) -> str | None:
        """Return whose recovery code it is, if it was neither used nor replaced."""
        ...

    def add_recovery_code(self, hashed: bytes, account: str, at_ms: int) -> None:
        """Record a recovery code."""
        ...

    def use_recovery_code(self, hashed: bytes, at_ms: int) -> None:
        """Record that a recovery code was used: once."""
        ...

    def replace_recovery_codes(self, account: str, at_ms: int) -> None:
        """End whatever recovery codes somebody has."""
        ...

    def session(self, hashed: bytes, now_ms: int) -> StoredSession | None:
        """Return a session that was not ended, is not over, and whose account and passkey hold."""
        ...

    def sessions(self, account: str, now_ms: int) -> list[StoredSession]:
        """Return somebody's sessions that were not ended and are not over, newest first."""
        ...

    def add_session(self, session: StoredSession) -> None:
        """Record a session."""
        ...

    def see_session(self, hashed: bytes, at_ms: int) -> None:
        """Record that a session was used."""
        ...

    def end_session(self, hashed: bytes, at_ms: int, by: str) -> None:
        """End a session for ever."""
        ...

    def end_sessions(self, account: str, at_ms: int, by: str) -> int:
        """End all of somebody's sessions that could still be used; return how many."""
        ...

    def answered(self, challenge: bytes) -> bool:
        """Tell whether the challenge with that digest was answered before."""
        ...

    def add_confirmation(self, challenge: bytes, account: str, act: str, at_ms: int) -> None:
        """Record what somebody confirmed with their passkey: each challenge once."""
        ...
