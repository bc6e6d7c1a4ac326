"""The receipt of a release, which anyone can check offline. Specified in docs/spec/receipt.md.

It holds the leaf, the nonce that opens it, the proof that the leaf is in the log, and the checkpoint the log
signed for it. It never holds the code. A receipt of a local base is signed with that base's own key: it shows
that nothing was changed since, not that the base is honest; witnesses do that, and only add lines to the
checkpoint.
"""

import base64
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from radiokey.base.log.append import StoredHashes, signed_tree
from radiokey.base.log.cosignature import Cosignature, cosignatures, count_witnesses
from radiokey.base.log.leaf import Leaf, matches_leaf, parse_leaf
from radiokey.base.log.note import Checkpoint, VerifierKey, canonical_base64, open_note
from radiokey.base.log.recompute import HINT
from radiokey.base.log.tree import HASH_SIZE, inclusion_proof, leaf_hash, root_from_inclusion
from radiokey.base.ports.log import StoredEntry
from radiokey.base.ports.store import Transaction
from radiokey.errors import LogError, ReceiptError
from radiokey.language.speech import gettext
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import SerialNumber

RECEIPT_VERSION = 1
RECEIPT_SIZE_MAX = 163_840
"""In bytes or characters: a note of 128 KiB, and what else is in a receipt."""
_PROOF_LENGTH_MAX = 63


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A receipt as it is written: binary fields in base64, the nonce in hex.

    `serial` and `kind` name the radio; `leaf` is the leaf's text exactly as logged; `index` and
    `size` place it in the log; `proof` is the audit path, nearest first; `checkpoint` the signed note; `key`
    the verifier key of the log.
    """

    v: int
    serial: str
    kind: str
    nonce: str
    leaf: str
    index: int
    size: int
    proof: tuple[str, ...]
    checkpoint: str
    key: str

    def encode(self) -> bytes:
        """Return the receipt as JSON, for a file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a receipt that verifies says."""

    leaf: Leaf
    serial: SerialNumber
    checkpoint: Checkpoint
    key: VerifierKey
    witnesses: tuple[Cosignature, ...] = ()


def parse_receipt(text: str | bytes) -> Receipt:
    """Read a receipt; raise `ReceiptError` saying which part is not as it should be."""
    if len(text) > RECEIPT_SIZE_MAX:
        raise ReceiptError(
            gettext("this is too long for a receipt"), hint=gettext("a receipt is a file of a few kilobytes")
        )
    try:
        receipt = msgspec.json.decode(text, type=Receipt)
        json.loads(text, object_pairs_hook=_each_once)  # msgspec takes the last of two
    except ValueError as error:
        raise ReceiptError(
            gettext("this is not a receipt"),
            hint=gettext("the file was cut short or changed: {reason}", reason=_printable(str(error))),
        ) from None
    if receipt.v != RECEIPT_VERSION:
        raise ReceiptError(
            gettext("receipts of version {version} are not known here", version=receipt.v),
            hint=gettext("a newer program reads them"),
        )
    return receipt


def verify_receipt_file(text: str | bytes, trusted: str | None = None) -> Verified:
    """Check the text of a receipt file offline; raise `ReceiptError` saying what does not hold.

    `trusted` is the text of the log's verifier key (`name+id+base64`) where the reader has it from elsewhere.
    """
    key = None if trusted is None else VerifierKey.parse(trusted)
    return verify(parse_receipt(text), key)


def verify(
    receipt: Receipt,
    trusted: VerifierKey | None = None,
    witnesses: Collection[VerifierKey] = (),
    quorum: int | None = None,
) -> Verified:
    """Check a receipt against `trusted`, or against the key it brings; raise `ReceiptError` if it fails.

    With no `trusted` key the receipt is only shown to be whole: its maker could have made another. Of
    the witnesses with the keys `witnesses` at least `quorum` must have signed its checkpoint, by default all.
    """
    key = VerifierKey.parse(receipt.key)
    if trusted is not None and key != trusted:
        raise ReceiptError(
            gettext("this receipt comes from another log"),
            hint=gettext("its key is not the one it was to be checked against"),
        )
    checkpoint = Checkpoint.parse(open_note(receipt.checkpoint, key))
    leaf, serial = open_receipt(receipt, checkpoint, key)
    return Verified(leaf, serial, checkpoint, key, _witnessed(receipt, witnesses, quorum))


def open_receipt(receipt: Receipt, checkpoint: Checkpoint, key: VerifierKey) -> tuple[Leaf, SerialNumber]:
    """Return the entry and the number that a receipt is about; its checkpoint's signature was checked before.

    Raises `ReceiptError`.
    """
    if checkpoint.origin != key.name or checkpoint.size != receipt.size:
        raise ReceiptError(
            gettext("the checkpoint speaks of another log or another size"),
            hint=gettext("the receipt was put together from two"),
        )
    leaf_bytes = receipt.leaf.encode()
    root = root_from_inclusion(receipt.index, receipt.size, leaf_hash(leaf_bytes), _proof(receipt))
    if root != checkpoint.root:
        raise ReceiptError(
            gettext("the proof does not lead from this entry to the signed root"),
            hint=gettext("the entry or the proof was changed after it was signed"),
        )
    leaf = parse_leaf(leaf_bytes)
    try:
        nonce = bytes.fromhex(receipt.nonce)
        form = FORMATS[receipt.kind]
        serial = SerialNumber(receipt.serial, receipt.kind, form.identity)
    except (KeyError, ValueError):
        raise ReceiptError(
            gettext("the receipt's entry cannot be read"), hint=gettext("it was written by another version")
        ) from None
    canonical = re.fullmatch(form.pattern, serial.text) is not None
    if not canonical or nonce.hex() != receipt.nonce or not matches_leaf(leaf, nonce, serial):
        raise ReceiptError(
            gettext("the entry in the log is not about this number"),
            hint=gettext("the number or the nonce was changed"),
        )
    return leaf, serial


def add_cosignatures(receipt: Receipt, lines: Iterable[str]) -> Receipt:
    """Return `receipt` with the signature lines of witnesses, each with its newline, at its checkpoint."""
    note = receipt.checkpoint
    return msgspec.structs.replace(
        receipt, checkpoint=note + "".join(line for line in lines if line not in note)
    )


def renew_receipt(receipt: Receipt, transaction: Transaction, key: VerifierKey) -> Receipt:
    """Return the receipt of the same entry under the log's last checkpoint, with the witnesses' lines.

    A witness signs some checkpoints, not every one. Raises `ReceiptError` where the entry is not this log's,
    `LogError` where the log does not hold.
    """
    stored = transaction.entry(receipt.index)
    if stored is None or stored.leaf != receipt.leaf.encode():
        raise ReceiptError(
            gettext("this log does not hold the receipt's entry"),
            hint=gettext("another log made the receipt"),
        )
    nonce = bytes.fromhex(receipt.nonce)
    serial = SerialNumber(receipt.serial, receipt.kind, FORMATS[receipt.kind].identity)
    fresh = receipt_of(stored, serial, nonce, transaction, key)
    return add_cosignatures(fresh, transaction.cosignatures(fresh.size))


def receipt_of(
    entry: StoredEntry, serial: SerialNumber, nonce: bytes, transaction: Transaction, key: VerifierKey
) -> Receipt:
    """Return the receipt of an entry about `serial` under the log's last checkpoint.

    Raises `LogError` where the log does not hold.
    """
    fetch = StoredHashes(transaction)
    checkpoint = signed_tree(transaction, key, fetch)
    last = transaction.last_checkpoint()
    if last is None or entry.index >= checkpoint.size:
        raise LogError(gettext("the log has entries that it did not sign"), hint=gettext(HINT))
    return Receipt(
        v=RECEIPT_VERSION,
        serial=serial.text,
        kind=serial.kind,
        nonce=nonce.hex(),
        leaf=entry.leaf.decode(),
        index=entry.index,
        size=checkpoint.size,
        proof=tuple(
            base64.b64encode(step).decode() for step in inclusion_proof(entry.index, checkpoint.size, fetch)
        ),
        checkpoint=last.note,
        key=str(key),
    )


def _witnessed(
    receipt: Receipt, keys: Collection[VerifierKey], quorum: int | None
) -> tuple[Cosignature, ...]:
    needed = count_witnesses(keys) if quorum is None else quorum
    found = cosignatures(receipt.checkpoint, keys)
    signed = count_witnesses(one.key for one in found)
    if signed < needed:
        raise ReceiptError(
            gettext(
                "{count} of these witnesses signed the checkpoint; {needed} are needed",
                count=signed,
                needed=needed,
            ),
            hint=gettext("ask the log for this receipt again, once its witnesses have signed"),
        )
    return tuple(found)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: two readers could read two receipts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _printable(text: str) -> str:
    """Return `text` without what would command a terminal: it may repeat foreign text."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _proof(receipt: Receipt) -> list[bytes]:
    if len(receipt.proof) > _PROOF_LENGTH_MAX:
        raise ReceiptError(gettext("the proof is too long"), hint=gettext("no log is that large"))
    steps = [canonical_base64(step) for step in receipt.proof]
    if any(len(step) != HASH_SIZE for step in steps):
        raise ReceiptError(
            gettext("a step of the proof is not a hash in base64"), hint=gettext("the file was changed")
        )
    return steps
