"""The log's side of the witness protocol: ask a witness for its signature of the last checkpoint, keep it.

Only a signature by its key is believed. Its refusals are distinguished: a conflict (409) says which size it
knows, and a longer one than is here means that this database was rolled back; a request that cannot be
processed (422) means that it knows another history of this log.
"""

import base64
from collections.abc import Callable
from typing import Final

from radiokey.base.log.append import StoredHashes, signed_tree
from radiokey.base.log.cosignature import cosignatures
from radiokey.base.log.note import VerifierKey
from radiokey.base.log.tree import consistency_proof
from radiokey.base.log.witness import SIZE_TYPE
from radiokey.base.ports.store import Store, Transaction
from radiokey.digits import read_digits
from radiokey.errors import LogError, ReceiptError, UsageError
from radiokey.language.speech import gettext

Post = Callable[[bytes], tuple[int, str, str]]
"""Sends a body to `<prefix>/add-checkpoint`; returns status, type and body of the answer."""

_TRIES: Final = 3
_OK: Final = 200
_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422
_SIZE_MAX: Final = 2**64 - 1


def request_body(transaction: Transaction, log: VerifierKey, old: int) -> bytes:
    """Return the request for the last checkpoint, proven from `old`; raise `UsageError`, `LogError`."""
    fetch = StoredHashes(transaction)
    size = signed_tree(transaction, log, fetch).size
    last = transaction.last_checkpoint()
    if last is None:
        raise UsageError(
            gettext("the log is empty: there is nothing to witness"),
            hint=gettext("its first entry is a release"),
        )
    if old > size:
        raise LogError(
            gettext(
                "a witness signed {old} entries of this log, and {size} are here: the database was "
                "rolled back",
                old=old,
                size=size,
            ),
            hint=gettext("put back the newest database; an older one must never sign again"),
        )
    proof = consistency_proof(old, size, fetch) if old else []
    steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
    return f"old {old}\n{steps}\n{last.note}".encode()


def ask_witness(store: Store, log: VerifierKey, witness: VerifierKey, post: Post, old: int = 0) -> str:
    """Have `witness` sign the last checkpoint of `log`, keep its line and return it.

    `old` is the size it signed last, where that is known; it says so itself otherwise. Raises `LogError`
    where it knows another log than this database holds, `ReceiptError` where it answers with no signature,
    `UsageError` for an empty log, `StoreError`.
    """
    for _ in range(_TRIES):
        with store.snapshot() as transaction:
            body = request_body(transaction, log, old)
            last = transaction.last_checkpoint()
        assert last is not None
        status, kind, answer = post(body)
        if status == _OK:
            return _keep(store, last.size, last.note, witness, answer)
        conflict = status == _CONFLICT and kind.partition(";")[0] == SIZE_TYPE
        known = _size(answer) if conflict else None
        # Until July 2026 the protocol said so of another root, too: at the size that was asked from.
        if status == _UNPROCESSABLE or (known is not None and known == old == last.size):
            raise LogError(
                gettext("the witness {name} knows another history of this log", name=witness.name),
                hint=gettext("keep both and find out which"),
            )
        if known is None or known == old:
            raise ReceiptError(
                gettext("the witness {name} refused ({status})", name=witness.name, status=status),
                hint=gettext("does it know this log and its key?"),
            )
        old = known
    raise ReceiptError(
        gettext("the witness {name} says another size each time", name=witness.name),
        hint=gettext("is somebody else asking it for this log?"),
    )


def _size(answer: str) -> int:
    size = read_digits(answer.removesuffix("\n"), _SIZE_MAX)
    if size is None:
        raise ReceiptError(gettext("the witness answered no size"), hint=gettext("is it a witness?"))
    return size


def _keep(store: Store, size: int, note: str, witness: VerifierKey, answer: str) -> str:
    found = cosignatures(note + answer, [witness])
    if not found:
        raise ReceiptError(
            gettext("the answer holds no signature of {name}", name=witness.name),
            hint=gettext("compare the witness's verifier key"),
        )
    with store.transaction() as transaction:
        kept = cosignatures(note + "".join(transaction.cosignatures(size)), [witness])
        if kept:
            return kept[0].line  # it signed this checkpoint before: the first stays
        transaction.add_cosignature(size, f"{witness.name}+{witness.id.hex()}", found[0].line)
    return found[0].line
