"""Everything the base needs from outside, as protocols; `base.sql` implements them on real databases.

A `Transaction` is one unit of work: either all of it is durable or none. `Store.transaction()` is serialised
against every other one, so that a stolen mark that is committed first always wins over a release;
`Store.concurrent_transaction()` waits for no other; `Store.snapshot()` reads one state and blocks nothing.

Rows are only ever added, except for state that is not history: how full a bucket is, with which key a code is
sealed, how far an import has come, what a passkey counted, when a session was last seen.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from radiokey.base.ports.grants import GrantTransaction
from radiokey.base.ports.identity import StaffTransaction
from radiokey.base.ports.log import LogTransaction
from radiokey.base.ports.poll import PollTransaction
from radiokey.base.ports.requests import DeskTransaction
from radiokey.base.ports.stated import StatedTransaction

CLOCK: Final = "clock"
"""Who acts where only time does: reminders, expiries, deletions. A name in the audit like an account's."""

COUNTED_MAX: Final = 10_000
"""What is counted one by one; one more stands for all that are more."""


class StoredRelease(msgspec.Struct, frozen=True):
    """A request that was answered: its fingerprint tells a repeat from another request of the same id.

    `kind` and `number` name the radio (the number's key), `vin` the car where one was named; `account` is who
    asked with a token, empty for an owner; `evidence` says what the release rests on, as JSON.
    """

    request_id: str
    fingerprint: bytes
    client: str
    at_ms: int
    index: int
    receipt: bytes
    kind: str = ""
    number: str = ""
    vin: str = ""
    account: str = ""
    evidence: str = ""


class StoredUnit(msgspec.Struct, frozen=True):
    """A radio that the ledger knows, and its code sealed with the key named `key` (see `base.seal`).

    `kind` and `number` (the number's key) name it; `serial` is the number as it is printed; `vin` is empty
    for a radio that was never paired.
    """

    kind: str
    number: str
    serial: str
    model: str
    market: str
    vin: str
    key: str
    sealed: bytes


class UnitCard(msgspec.Struct, frozen=True):
    """What a clerk may see of a unit: everything but its code."""

    kind: str
    number: str
    serial: str
    model: str
    market: str
    vin: str


class ImportStep(msgspec.Struct, frozen=True):
    """A batch of an import that is durable: `file` is the digest of the file, `offset` the byte after it."""

    file: str
    lines: int
    offset: int
    accepted: int
    refused: int
    at_ms: int
    by: str


class Covered(msgspec.Struct, frozen=True):
    """How many units of a model the ledger has, and when the newest of them came (0: not written down)."""

    model: str
    units: int
    at_ms: int


class StoredToken(msgspec.Struct, frozen=True):
    """An API token as stored: never the token, only the SHA-256 of its secret half."""

    id: str
    hashed: bytes
    account: str
    organisation: str
    scopes: str
    made_at_ms: int
    expires_at_ms: int
    by: str


class TokenCard(msgspec.Struct, frozen=True):
    """What may be listed of a token."""

    id: str
    account: str
    organisation: str
    scopes: str
    made_at_ms: int
    expires_at_ms: int
    by: str


class StoredAct(msgspec.Struct, frozen=True):
    """An entry of the audit: who did what to what. It outlives its subject."""

    at_ms: int
    who: str
    act: str
    subject: str
    detail: str


class AuditLine(msgspec.Struct, frozen=True):
    """An entry of the audit as it is listed: `id` rises with each."""

    id: int
    at_ms: int
    who: str
    act: str
    subject: str
    detail: str


class MarkAct(StrEnum):
    """What happens to the stolen list."""

    REPORTED = "reported"
    CLEARED = "cleared"


class Mark(msgspec.Struct, frozen=True):
    """One act on the stolen list; the list is the history of its acts, and nothing is ever taken out.

    `number` is the serial's key (see `SerialNumber.key`), `kind` its format; `vin` and `label` are empty
    where they are not known. `by` says who, `reason` why. `clearing` is the proposal that a clearing carries
    out.
    """

    act: MarkAct
    kind: str
    number: str
    vin: str
    label: str
    reason: str
    by: str
    at_ms: int
    clearing: str = ""


class Clearing(msgspec.Struct, frozen=True):
    """A proposal to clear reports: the papers it rests on (their SHA-256, hex) and who proposed it.

    Somebody else carries it out; the database refuses a clearing by the same person.
    """

    id: str
    kind: str
    number: str
    vin: str
    label: str
    reason: str
    papers: str
    by: str
    at_ms: int


class ClearingPaper(msgspec.Struct, frozen=True):
    """The paper of a clearing, its stored form sealed with the key named `key` (docs/spec/papers.md).

    The sums are SHA-256 in hex, of the file as it was received, which the clearing names, and of the stored
    form, whose type is `media`.
    """

    clearing: str
    at_ms: int
    media: str
    received_sha256: str
    stored_sha256: str
    key: str
    sealed: bytes

    def __repr__(self) -> str:
        return f"ClearingPaper({self.clearing!r})"


class Transaction(
    DeskTransaction,
    GrantTransaction,
    LogTransaction,
    PollTransaction,
    StaffTransaction,
    StatedTransaction,
    Protocol,
):
    """One durable unit of work."""

    def release_of(self, request_id: str) -> StoredRelease | None:
        """Return the answered request of that id."""
        ...

    def add_releases(self, releases: Sequence[StoredRelease]) -> None:
        """Record answered requests."""
        ...

    def releases(self) -> Iterable[StoredRelease]:
        """Yield every answered request, in the order of its entries in the log."""
        ...

    def count_releases(self) -> int:
        """Return how many requests were answered."""
        ...

    def releases_with(self, request_ids: Collection[str]) -> list[StoredRelease]:
        """Return the answered requests of these ids, in one statement."""
        ...

    def releases_of(self, kind: str, number: str) -> list[StoredRelease]:
        """Return the releases of one number, oldest first."""
        ...

    def releases_since(self, client: str, since_ms: int) -> int:
        """Return how many releases `client` has had after `since_ms`."""
        ...

    def buckets(self, names: Collection[str]) -> dict[str, int]:
        """Return when each of these buckets is full again, ms since 1970; one never used is missing."""
        ...

    def set_bucket(self, name: str, full_at_ms: int) -> None:
        """Record when the bucket of that name is full again."""
        ...

    def drop_full_buckets(self, now_ms: int) -> None:
        """Forget the buckets that are full: they say nothing."""
        ...

    def units_of(self, kinds: Collection[str], numbers: Collection[str]) -> list[StoredUnit]:
        """Return the units with one of these numbers and one of these kinds, with their sealed codes."""
        ...

    def unit_cards(self, kinds: Collection[str], numbers: Collection[str]) -> list[UnitCard]:
        """Return the units with one of these numbers and kinds, by number, answered from the unique index."""
        ...

    def add_units(self, units: Sequence[StoredUnit]) -> None:
        """Add units, all or none; raise `UnitExistsError` if one of the numbers is there already."""
        ...

    def import_step(self, file: str) -> ImportStep | None:
        """Return how far the import of that file has come."""
        ...

    def add_import_step(self, step: ImportStep) -> None:
        """Record a batch that was imported."""
        ...

    def add_coverage(self, step: ImportStep, units: Mapping[str, int]) -> None:
        """Record how many units of each model a batch brought."""
        ...

    def coverage(self) -> list[Covered]:
        """Return what the imports brought, by model; no unit is counted for it."""
        ...

    def units_not_sealed_with(self, key: str, after: tuple[str, str], limit: int) -> list[StoredUnit]:
        """Return up to `limit` units sealed with another key, in the order of the index.

        Only those beyond `after`, the (number, kind) of a unit; `("", "")` is before the first.
        """
        ...

    def sealed_with(self) -> dict[str, int]:
        """Return how many codes each key seals."""
        ...

    def reseal(self, unit: StoredUnit, was: str) -> bool:
        """Store a code as it is sealed now; `False` if its key is no longer `was` and nothing was done."""
        ...

    def token(self, token_id: str) -> StoredToken | None:
        """Return a token that was not ended."""
        ...

    def tokens(self) -> list[TokenCard]:
        """Return the tokens that were not ended, oldest first."""
        ...

    def add_token(self, token: StoredToken) -> None:
        """Record a token."""
        ...

    def end_token(self, token_id: str, at_ms: int, by: str) -> None:
        """End a token for ever."""
        ...

    def token_ended(self, token_id: str) -> bool:
        """Tell whether there was such a token and it was ended."""
        ...

    def add_act(self, act: StoredAct) -> None:
        """Add an entry to the audit."""
        ...

    def acts(self) -> Iterable[StoredAct]:
        """Yield the audit, oldest first."""
        ...

    def acts_before(self, before: int, limit: int, subject: str = "") -> list[AuditLine]:
        """Return up to `limit` acts before that id, the newest first; with `subject`, those on it."""
        ...

    def add_clearing(self, clearing: Clearing) -> None:
        """Record a proposal to clear reports."""
        ...

    def clearing(self, clearing_id: str) -> Clearing | None:
        """Return a proposal."""
        ...

    def open_clearings(self) -> list[Clearing]:
        """Return the proposals that nobody carried out or rejected, oldest first."""
        ...

    def end_clearing(self, clearing_id: str, at_ms: int, by: str, reason: str) -> None:
        """Reject a proposal; the database refuses one that was carried out or rejected."""
        ...

    def late_clearings(self, before_ms: int) -> list[str]:
        """Return the ids of the proposals that wait since then or longer."""
        ...

    def add_clearing_paper(self, paper: ClearingPaper) -> None:
        """Keep the paper of a clearing; the database refuses one that the clearing does not name."""
        ...

    def clearing_paper(self, clearing_id: str) -> ClearingPaper | None:
        """Return the paper of a clearing, if it is kept."""
        ...

    def clearing_paper_media(self, clearing_id: str) -> str:
        """Return the media type of the paper of a clearing that is kept, empty where none is."""
        ...

    def clearing_papers_due(self, carried_out_ms: int, rejected_ms: int) -> list[str]:
        """Return the clearings that came to one of their ends then or before and whose paper is kept."""
        ...

    def drop_clearing_paper(self, clearing_id: str) -> bool:
        """Delete the paper of a clearing; tell whether it was there."""
        ...

    def marks(self, kind: str, number: str) -> list[Mark]:
        """Return the acts on one number, oldest first."""
        ...

    def marks_of(self, kinds: Collection[str], numbers: Collection[str]) -> list[Mark]:
        """Return the acts on the units with one of these numbers and one of these kinds, oldest first."""
        ...

    def marks_ending(self, kind: str, ending: str) -> list[Mark]:
        """Return the acts on the numbers of that kind with that ending, oldest first."""
        ...

    def active_reports_before(self, before: int, limit: int) -> list[tuple[int, Mark]]:
        """Return up to `limit` reports that stand, each with its entry, older than `before`, newest first."""
        ...

    def count_active_reports(self, most: int) -> int:
        """Return how many reports stand; `most` where as many do, or more."""
        ...

    def add_mark(self, mark: Mark) -> None:
        """Record an act on the stolen list."""
        ...

    def all_marks(self) -> list[Mark]:
        """Return every act, oldest first."""
        ...


class Store(Protocol):
    """A database."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction; leaving it normally commits durably, an exception rolls it back.

        Raises `StoreError` where the database cannot be read or written, at any point of it.
        """
        ...

    def concurrent_transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that waits for no other: for rows that no release decision depends on."""
        ...

    def snapshot(self) -> AbstractContextManager[Transaction]:
        """Begin to read one committed state, as long as it takes; a write in it raises `StoreError`."""
        ...

    def check_writable(self) -> None:
        """Do what a release needs of the database, and leave nothing of it; raise `StoreError`."""
        ...

    def check_integrity(self) -> None:
        """Have the database look at its own files; raise `LogError` where it finds damage, `StoreError`."""
        ...


class Randomness(Protocol):
    """Unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """Return `count` of them."""
        ...
