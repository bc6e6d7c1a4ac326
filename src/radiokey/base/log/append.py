"""Appending to the log: nothing is signed that was not recomputed from what is stored.

One flipped bit in a stored hash, signed once, can never be repaired. So before each signature the right edge
of the last signed tree is recomputed from the stored subtrees and compared with its signed root, the last
leaf with its stored hash, and the new leaf is read back and hashed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from radiokey.base.log.note import Checkpoint, NoteSigner, VerifierKey, open_note
from radiokey.base.log.tree import (
    EMPTY_ROOT,
    Fetch,
    completed_by,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
)
from radiokey.base.ports import Node, Store, StoredCheckpoint, StoredEntry, Transaction
from radiokey.errors import LogError, ReceiptError, UsageError

_HINT = "restore the database from a backup; until then no code is released"


@dataclass(frozen=True, slots=True)
class Appended:
    """Leaves that were appended together: the first one's index, the signed note, a proof for each."""

    first: int
    note: str
    proofs: tuple[tuple[bytes, ...], ...]

    @property
    def size(self) -> int:
        """How many leaves the signed tree has."""
        return self.first + len(self.proofs)


def append_many(transaction: Transaction, leaves: Sequence[bytes], signer: NoteSigner) -> Appended:
    """Append `leaves`, at least one, under one new signed checkpoint."""
    computed: dict[Node, bytes] = {}
    fetch = _fetcher(transaction, computed)
    first = signed_tree(transaction, signer, fetch).size
    size = first + len(leaves)
    for index, leaf in enumerate(leaves, start=first):
        transaction.add_entry(StoredEntry(index=index, leaf=leaf))
    stored = transaction.entries_between(first, size)
    if [(entry.index, entry.leaf) for entry in stored] != list(enumerate(leaves, start=first)):
        raise LogError("the log did not keep the new entries as they were written", hint=_HINT)
    for entry in stored:
        for node, hashed in completed_by(entry.index, leaf_hash(entry.leaf), fetch):
            transaction.add_node(node, hashed)
            computed[node] = hashed
    root = root_at(size, fetch)
    note = signer.sign(Checkpoint(signer.verifier.name, size, root).text())
    transaction.add_checkpoint(StoredCheckpoint(size=size, note=note))
    proofs = tuple(tuple(inclusion_proof(index, size, fetch)) for index in range(first, size))
    return Appended(first, note, proofs)


def signed_tree(transaction: Transaction, signer: NoteSigner, fetch: Fetch | None = None) -> Checkpoint:
    """Return the last checkpoint, checked against its signature and against what is stored."""
    fetch = fetch or _fetcher(transaction)
    last = transaction.last_checkpoint()
    if last is None:
        if transaction.entry(0) is not None:
            raise LogError("the log has entries but no checkpoint", hint=_HINT)
        return Checkpoint(signer.verifier.name, 0, EMPTY_ROOT)
    try:
        checkpoint = Checkpoint.parse(open_note(last.note, signer.verifier))
    except ReceiptError as error:
        raise LogError(f"the log's last checkpoint does not verify: {error.sentence}", hint=_HINT) from error
    newest = transaction.entry(checkpoint.size - 1)
    if (
        checkpoint.size != last.size
        or checkpoint.origin != signer.verifier.name
        or newest is None
        or leaf_hash(newest.leaf) != fetch((0, checkpoint.size - 1))
        or root_at(checkpoint.size, fetch) != checkpoint.root
        or transaction.entry(checkpoint.size) is not None
    ):
        raise LogError("what the log holds is not what it signed", hint=_HINT)
    return checkpoint


def check_whole(transaction: Transaction, signer: NoteSigner) -> Checkpoint:
    """Recompute the whole log from its leaves, compare every stored hash; raise `LogError` if one differs."""
    checkpoint = signed_tree(transaction, signer)
    computed: dict[Node, bytes] = {}
    size = 0
    for entry in transaction.entries():
        if entry.index != size:
            raise LogError(f"entry {size} of the log is missing", hint=_HINT)
        computed.update(completed_by(size, leaf_hash(entry.leaf), computed.__getitem__))
        size += 1
    if size != checkpoint.size or root_at(size, computed.__getitem__) != checkpoint.root:
        raise LogError("the log's entries do not lead to the root it signed", hint=_HINT)
    if dict(transaction.nodes()) != computed:
        raise LogError("a stored hash of the log is not that of its entries", hint=_HINT)
    return checkpoint


class Log:
    """The log of one base, for reading: only the door appends."""

    __slots__ = ("_signer", "_store")

    def __init__(self, store: Store, signer: NoteSigner) -> None:
        self._store = store
        self._signer = signer

    @property
    def key(self) -> VerifierKey:
        """The key that this log's checkpoints and receipts are checked against."""
        return self._signer.verifier

    def verify(self) -> Checkpoint:
        """Recompute everything from the stored leaves; return the checkpoint or raise `LogError`."""
        with self._store.snapshot() as transaction:
            return check_whole(transaction, self._signer)

    def checkpoint(self) -> Checkpoint:
        """Return the last checkpoint (size 0: empty log); raise `LogError` if it does not hold."""
        with self._store.snapshot() as transaction:
            return signed_tree(transaction, self._signer)

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof that the log begins with its first `old` leaves.

        Raises `UsageError` or `LogError`.
        """
        with self._store.snapshot() as transaction:
            size = signed_tree(transaction, self._signer).size
            if not 0 < old <= size:
                raise UsageError(f"the log has {size} entries; a proof starts from 1 to {size}", hint="")
            return consistency_proof(old, size, _fetcher(transaction))


def _fetcher(transaction: Transaction, read: dict[Node, bytes] | None = None) -> Fetch:
    """Return what reads the stored hashes, each once: a stored hash never changes within a transaction."""
    read = {} if read is None else read

    def fetch(node: Node) -> bytes:
        hashed = read.get(node) or transaction.node(node)
        if hashed is None:
            raise LogError(f"the log has lost the hash of subtree {node}", hint=_HINT)
        read[node] = hashed
        return hashed

    return fetch
