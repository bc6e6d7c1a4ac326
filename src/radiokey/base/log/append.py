"""Appending to the log: nothing is signed that was not recomputed from what is stored.

One flipped bit in a stored hash, signed once, can never be repaired. So before each signature the right edge
of the last signed tree is recomputed from the stored subtrees and compared with its signed root, that root
with the head, which is kept outside the database; the new leaves are read back before they are hashed, and
the new right edge before its root is signed (docs/spec/log.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from radiokey.base.log.head import Head, check_continues
from radiokey.base.log.note import Checkpoint, NoteSigner, VerifierKey, open_note
from radiokey.base.log.recompute import HINT, check_entries
from radiokey.base.log.tree import (
    EMPTY_ROOT,
    Edge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    perfect_parts,
    root_at,
)
from radiokey.base.ports.log import Node, StoredCheckpoint, StoredEntry
from radiokey.base.ports.store import Store, Transaction
from radiokey.errors import LogError, ReceiptError, UsageError
from radiokey.language.speech import gettext


@dataclass(frozen=True, slots=True)
class AppendResult:
    """Leaves that were appended together: the first one's index, the signed note, a proof for each."""

    first: int
    note: str
    proofs: tuple[tuple[bytes, ...], ...]

    @property
    def size(self) -> int:
        """How many leaves the signed tree has."""
        return self.first + len(self.proofs)


class StoredHashes:
    """Reads the stored hashes, each once: a stored hash never changes within a transaction."""

    __slots__ = ("_read", "_transaction")

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._read: dict[Node, bytes] = {}

    def __call__(self, node: Node) -> bytes:
        """Return the hash of a subtree; raise `LogError` where it is lost."""
        hashed = self._read.get(node) or self._transaction.node(node)
        if hashed is None:
            raise LogError(
                gettext("the log has lost the hash of subtree {node}", node=node), hint=gettext(HINT)
            )
        self._read[node] = hashed
        return hashed

    def prepare(self, nodes: Iterable[Node]) -> None:
        """Read what will be asked for in one statement."""
        self._read |= self._transaction.nodes_of([node for node in nodes if node not in self._read])


def append_many(
    transaction: Transaction, leaves: Sequence[bytes], signer: NoteSigner, head: Head | None = None
) -> AppendResult:
    """Append `leaves`, at least one, under one new signed checkpoint.

    `head` is what was signed last; after the commit it is to be advanced to the note, before anything leaves.
    Raises `LogError` where anything stored is not what was signed or written.
    """
    assert leaves
    fetch = StoredHashes(transaction)
    tree = signed_tree(transaction, signer.verifier, fetch)
    if head is not None:
        kept = head.checkpoint()
        if kept is None:
            raise LogError(
                gettext("what the log signed last is gone"),
                hint=gettext("it is kept beside the database: put it back"),
            )
        check_continues(kept, tree, fetch)
    size = tree.size + len(leaves)
    edge = {part: fetch(part) for part in perfect_parts(0, tree.size)}
    fresh = _add(transaction, edge, tree.size, leaves)
    known = edge | fresh
    root = root_at(size, known.__getitem__)
    written = {part: fresh[part] for part in perfect_parts(0, size) if part in fresh}
    if transaction.nodes_of(written) != written:
        raise LogError(
            gettext("the log did not keep the new hashes as they were written"), hint=gettext(HINT)
        )
    note = signer.sign(Checkpoint(signer.verifier.name, size, root).text())
    transaction.add_checkpoint(StoredCheckpoint(size=size, note=note))
    proofs = tuple(tuple(inclusion_proof(index, size, known.__getitem__)) for index in range(tree.size, size))
    return AppendResult(tree.size, note, proofs)


def _add(
    transaction: Transaction, edge: Mapping[Node, bytes], first: int, leaves: Sequence[bytes]
) -> dict[Node, bytes]:
    """Store `leaves` beyond `edge`, read them back, store and return the hashes of what they complete."""
    transaction.add_entries([StoredEntry(index, leaf) for index, leaf in enumerate(leaves, start=first)])
    stored = transaction.entries_between(first, first + len(leaves))
    if [(entry.index, entry.leaf) for entry in stored] != list(enumerate(leaves, start=first)):
        raise LogError(
            gettext("the log did not keep the new entries as they were written"), hint=gettext(HINT)
        )
    fresh = {
        (level, index + place): hashed
        for (level, index), run in Edge(first, list(edge.values())).extend(
            leaf_hashes([entry.leaf for entry in stored])
        )
        for place, hashed in enumerate(run)
    }
    transaction.add_nodes(fresh)
    return fresh


def begin(store: Store, signer: NoteSigner, head: Head) -> Checkpoint:
    """Hold the database against the head, at start; return the checkpoint that both then name.

    A base without a head takes the one it finds, and so does a head that a crash left behind. Raises
    `LogError` where the database does not continue the head, `StoreError`.
    """
    kept = head.checkpoint()  # before the snapshot: it names only what was committed
    with store.snapshot() as transaction:
        fetch = StoredHashes(transaction)
        checkpoint = signed_tree(transaction, signer.verifier, fetch)
        if kept is not None:
            check_continues(kept, checkpoint, fetch)
        last = transaction.last_checkpoint()
    head.advance(last.note if last else signer.sign(checkpoint.text()))
    return checkpoint


def signed_tree(transaction: Transaction, key: VerifierKey, fetch: StoredHashes | None = None) -> Checkpoint:
    """Return the last checkpoint, checked against its signature and against what is stored."""
    fetch = fetch or StoredHashes(transaction)
    last = transaction.last_checkpoint()
    if last is None:
        if transaction.entry(0) is not None:
            raise LogError(gettext("the log has entries but no checkpoint"), hint=gettext(HINT))
        return Checkpoint(key.name, 0, EMPTY_ROOT)
    try:
        checkpoint = Checkpoint.parse(open_note(last.note, key))
    except ReceiptError as error:
        raise LogError(
            gettext("the log's last checkpoint does not verify: {sentence}", sentence=error.sentence),
            hint=gettext(HINT),
        ) from error
    fetch.prepare([*perfect_parts(0, checkpoint.size), (0, checkpoint.size - 1)])
    newest = transaction.entry(checkpoint.size - 1)
    if (
        checkpoint.size != last.size
        or checkpoint.origin != key.name
        or newest is None
        or leaf_hash(newest.leaf) != fetch((0, checkpoint.size - 1))
        or root_at(checkpoint.size, fetch) != checkpoint.root
        or transaction.entry(checkpoint.size) is not None
    ):
        raise LogError(gettext("what the log holds is not what it signed"), hint=gettext(HINT))
    return checkpoint


def check_whole(transaction: Transaction, key: VerifierKey, kept: Checkpoint | None = None) -> Checkpoint:
    """Recompute the whole log from its leaves, compare every stored hash; raise `LogError` if one differs.

    `kept` is what the head said before this transaction began: the log has to continue it.
    """
    fetch = StoredHashes(transaction)
    checkpoint = signed_tree(transaction, key, fetch)
    edge = check_entries(transaction)
    if edge.size != checkpoint.size or edge.root() != checkpoint.root:
        raise LogError(gettext("the log's entries do not lead to the root it signed"), hint=gettext(HINT))
    if kept is not None:
        check_continues(kept, checkpoint, fetch)
    return checkpoint


class Log:
    """The log of one base, for reading: only the ReleaseService appends."""

    __slots__ = ("_head", "_signer", "_store")

    def __init__(self, store: Store, signer: NoteSigner, head: Head | None = None) -> None:
        self._store = store
        self._signer = signer
        self._head = head

    @property
    def key(self) -> VerifierKey:
        """The key that this log's checkpoints and receipts are checked against."""
        return self._signer.verifier

    def snapshot(self) -> AbstractContextManager[Transaction]:
        """Begin to read one state of the log, for tiles and proofs."""
        return self._store.snapshot()

    def verify(self) -> Checkpoint:
        """Recompute everything from the stored leaves and hold it against the head; return the checkpoint.

        Raises `LogError` where anything differs.
        """
        kept = self._head.checkpoint() if self._head is not None else None
        with self._store.snapshot() as transaction:
            return check_whole(transaction, self.key, kept)

    def checkpoint(self) -> Checkpoint:
        """Return the last checkpoint (size 0: empty log); raise `LogError` if it does not hold."""
        with self._store.snapshot() as transaction:
            return signed_tree(transaction, self.key)

    def note(self) -> str | None:
        """Return the last checkpoint as it was signed, with the lines of witnesses, `None` for an empty log.

        Raises `LogError`.
        """
        with self._store.snapshot() as transaction:
            signed_tree(transaction, self.key)
            last = transaction.last_checkpoint()
            lines = () if last is None else transaction.cosignatures(last.size)
        return None if last is None else last.note + "".join(lines)

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof that the log begins with its first `old` leaves.

        Raises `UsageError` or `LogError`.
        """
        with self._store.snapshot() as transaction:
            size = signed_tree(transaction, self.key).size
            if not 0 < old <= size:
                raise UsageError(
                    gettext("the log has {size} entries; a proof starts from 1 to {size}", size=size), hint=""
                )
            return consistency_proof(old, size, StoredHashes(transaction))
