"""What the database keeps of each release, held against the log: a row for each entry, nothing changed in it.

An entry is bound to its row by the receipt that the row holds, and the row to its entry by the nonce, which
is made of the request's id and fingerprint. So what a row says is compared with the entry, with the receipt
or with the fingerprint (docs/spec/log.md). Rows, entries and checkpoints are read once, in their order.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from radiokey.base.log.append import check_whole
from radiokey.base.log.head import Head
from radiokey.base.log.leaf import DeskLeaf, Leaf, LedgerLeaf, UnitLeaf, Way, hidden_person, release_nonce
from radiokey.base.log.note import Checkpoint, NoteSigner, VerifierKey, open_note
from radiokey.base.log.receipt import Receipt, open_receipt, parse_receipt
from radiokey.base.log.recompute import HINT
from radiokey.base.log.tree import Edge, leaf_hash
from radiokey.base.ports.log import StoredCheckpoint, StoredEntry
from radiokey.base.ports.store import Store, StoredRelease, Transaction
from radiokey.errors import LogError, ReceiptError, StoreError
from radiokey.language.speech import gettext

DEALER: Final = "dealer"
"""The source of a code that a dealer gave the owner."""


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a release rests on, as its row keeps it.

    `owns` is the statement of ownership, `source` that of the entry, `checked_by` the account: whose token it
    was, who approved or who signed; `salt` (hex) hides people; `bound`: the nonce was made of the request.
    """

    owns: bool
    source: str
    checked_by: str
    salt: str = ""
    bound: bool = False


class RequestSubject(msgspec.Struct, frozen=True, array_like=True):
    """What a request is about: for whom, which number of which kind, which model and car (ids, may be empty).

    `dealer` is that word where a dealer's answer is kept, never the answer: ten thousand are quickly tried.
    Of what the base signed for a unit it is the SHA-256.
    """

    client: str
    kind: str
    serial: str
    model: str
    vin: str
    dealer: str = ""

    def fingerprint(self) -> bytes:
        """Return what tells a request from another one of the same id."""
        parts = msgspec.structs.astuple(self)
        return hashlib.sha256(msgspec.json.encode(parts if self.dealer else parts[:-1])).digest()


def verify_base(store: Store, signer: NoteSigner, head: Head) -> Checkpoint:
    """Compare everything that must agree; return the log's checkpoint. `store` is one that reads releases.

    The log is recomputed and held against the head, each release is held against its entry, and the database
    looks at its own files. Raises `LogError` where anything differs, `StoreError`.
    """
    kept = head.checkpoint()  # before the snapshot: it names only what was committed
    try:
        with store.snapshot() as transaction:
            checkpoint = check_whole(transaction, signer.verifier, kept)
            check_releases(transaction, signer.verifier, signer.keyed)
    except StoreError:
        store.check_integrity()  # what cannot be read: where the file is damaged it says so
        raise
    store.check_integrity()
    return checkpoint


def check_releases(transaction: Transaction, key: VerifierKey, keyed: Callable[[bytes], bytes]) -> None:
    """Compare every row with its entry, every checkpoint with the entries; raise `LogError` naming a fault.

    The entries were recomputed before (`check_whole`); `keyed` is that of the log's signer.
    """
    signed = _Signed(transaction.checkpoints(), key)
    rows = iter(transaction.releases())
    row = next(rows, None)
    size = 0
    for entry in signed.passing(transaction.entries()):
        size = entry.index + 1
        if row is None or row.index > entry.index:
            raise LogError(
                gettext("the release of entry {index} is missing in the database", index=entry.index),
                hint=gettext(HINT),
            )
        if row.index < entry.index:
            raise LogError(
                gettext("the database has two releases of entry {index}", index=row.index), hint=gettext(HINT)
            )
        _check_row(row, entry, signed, key, keyed)
        row = next(rows, None)
    if row is not None:
        raise LogError(
            gettext(
                "the database has a release of entry {index}, and the log has {size} entries",
                index=row.index,
                size=size,
            ),
            hint=gettext(HINT),
        )
    signed.end()


class _Signed:
    """The checkpoints, each compared with the entries up to it; that of the row at hand is kept open."""

    __slots__ = ("_coming", "_edge", "_key", "_next", "_opened")

    def __init__(self, checkpoints: Iterable[StoredCheckpoint], key: VerifierKey) -> None:
        self._coming = iter(checkpoints)
        self._next = next(self._coming, None)
        self._edge = Edge()
        self._key = key
        self._opened: tuple[str, Checkpoint] | None = None

    def passing(self, entries: Iterable[StoredEntry]) -> Iterator[StoredEntry]:
        """Yield the entries while their roots are compared: an entry, then the checkpoint that signs it."""
        for entry in entries:
            yield entry
            for _ in self._edge.extend([leaf_hash(entry.leaf)]):
                pass
            if self._next is not None and self._next.size == self._edge.size:
                self._compare(self._next)
                self._next = next(self._coming, None)

    def open(self, receipt: Receipt) -> Checkpoint:
        """Return the checkpoint of a receipt: the one that comes next; raise `LogError`, `ReceiptError`."""
        if self._next is None or receipt.size != self._next.size or receipt.checkpoint != self._next.note:
            raise LogError(
                gettext("it names another checkpoint than the one that signed its entry"), hint=gettext(HINT)
            )
        return self._checkpoint(self._next)

    def end(self) -> None:
        """Raise `LogError` where a checkpoint is left that no entry leads to."""
        if self._next is not None:
            raise LogError(
                gettext(
                    "the checkpoint of size {size} signs what the log does not have", size=self._next.size
                ),
                hint=gettext(HINT),
            )

    def _checkpoint(self, stored: StoredCheckpoint) -> Checkpoint:
        if self._opened is None or self._opened[0] != stored.note:
            self._opened = stored.note, Checkpoint.parse(open_note(stored.note, self._key))
        return self._opened[1]

    def _compare(self, stored: StoredCheckpoint) -> None:
        try:
            checkpoint = self._checkpoint(stored)
        except ReceiptError as error:
            raise LogError(
                gettext(
                    "the checkpoint of size {size} does not verify: {sentence}",
                    size=stored.size,
                    sentence=error.sentence,
                ),
                hint=gettext(HINT),
            ) from error
        if (checkpoint.origin, checkpoint.size, checkpoint.root) != (
            self._key.name,
            stored.size,
            self._edge.root(),
        ):
            raise LogError(
                gettext("the checkpoint of size {size} is not that of the entries", size=stored.size),
                hint=gettext(HINT),
            )


def _check_row(
    row: StoredRelease, entry: StoredEntry, signed: _Signed, key: VerifierKey, keyed: Callable[[bytes], bytes]
) -> None:
    try:
        receipt = parse_receipt(row.receipt)
        leaf, serial = open_receipt(receipt, signed.open(receipt), key)
    except (ReceiptError, LogError) as error:
        raise _differs(entry, f"its receipt does not hold: {error.sentence}") from error
    if receipt.leaf.encode() != entry.leaf or receipt.index != entry.index:
        raise _differs(entry, "its receipt is of another entry")
    if receipt.encode() != row.receipt or receipt.key != str(key):
        raise _differs(entry, "its receipt was changed")
    if row.at_ms != leaf.at_ms:
        raise _differs(entry, "its time is another")
    fits = release_nonce(keyed, row.request_id, row.fingerprint).hex() == receipt.nonce
    if not row.evidence and not fits:
        return  # of a base of before there was any: the row says no more
    if (row.kind, row.number) != (serial.kind, serial.key):
        raise _differs(entry, "its number is another")
    dealer = leaf.source if leaf.source == DEALER else ""
    if isinstance(leaf, UnitLeaf):
        dealer = leaf.statement
    subject = RequestSubject(row.client, row.kind, serial.text, leaf.model, row.vin, dealer)
    if row.fingerprint != subject.fingerprint():
        raise _differs(entry, "its client, car or fingerprint is another")
    evidence = _check_evidence(row, entry, leaf)
    if evidence.bound and not fits:
        raise _differs(entry, "its request is another")


def _check_evidence(row: StoredRelease, entry: StoredEntry, leaf: Leaf) -> Evidence:
    try:
        evidence = msgspec.json.decode(row.evidence, type=Evidence)
        salt = bytes.fromhex(evidence.salt)
    except (msgspec.DecodeError, ValueError) as error:
        raise _differs(entry, "what it rests on cannot be read") from error
    person = (
        leaf.approver if isinstance(leaf, DeskLeaf) else leaf.signer if isinstance(leaf, UnitLeaf) else ""
    )
    if (
        not evidence.owns
        or evidence.source != leaf.source
        or evidence.checked_by != row.account
        or bool(salt) is not bool(person)
        or (person and hidden_person(salt, row.account) != person)
        or (isinstance(leaf, LedgerLeaf) and (leaf.way is Way.TOKEN) is not bool(row.account))
    ):
        raise _differs(entry, "what it rests on is not what the entry says")
    return evidence


def _differs(entry: StoredEntry, why: str) -> LogError:
    return LogError(
        gettext(
            "the release of entry {index} is not the one that was logged: {why}", index=entry.index, why=why
        ),
        hint=gettext(HINT),
    )
