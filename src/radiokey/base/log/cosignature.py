r"""Cosignatures (C2SP tlog-cosignature): "at this time this was the largest tree I knew".

A signature line like any other, by a key of its own kind. Its bytes are the time in seconds since 1970, eight
of them, and a signature. With Ed25519 (version 1) it is over::

    cosignature/v1
    time 1679315147
    <the checkpoint's text>

With ML-DSA-44 (FIPS 204, no context) it is over a `cosigned_message` in the notation of RFC 8446, which says
nothing of lines below the root::

    uint8 label[12] = "subtree/v1\n\0";
    opaque cosigner_name<1..2^8-1>;
    uint64 timestamp;
    opaque log_origin<1..2^8-1>;
    uint64 start;                        /* 0: a whole tree */
    uint64 end;                          /* its size */
    uint8 hash[32];
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from radiokey.base.log.note import Algorithm, Checkpoint, SignatureLine, VerifierKey, load_ml_dsa, split_note
from radiokey.errors import ReceiptError

_TIME_SIZE: Final = 8
_TIME_MAX: Final = 2**63 - 1
_OPAQUE_SIZE_MAX: Final = 255
_LABEL: Final = b"subtree/v1\n\0"


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A cosignature that holds: by which witness, when (seconds since 1970), its line with the newline."""

    key: VerifierKey
    at_s: int
    line: str


class Cosigner:
    """Signs for a witness. The private key never leaves it, and is used for nothing else.

    `private` is 32 bytes: an Ed25519 key, or the seed of an ML-DSA-44 one. Raises `UsageError` where there is
    no ML-DSA-44.
    """

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, private: bytes, algorithm: Algorithm = Algorithm.COSIGNATURE_V1) -> None:
        self._key: Ed25519PrivateKey | MLDSA44PrivateKey
        if algorithm is Algorithm.ML_DSA_44:
            self._key = load_ml_dsa(MLDSA44PrivateKey.from_seed_bytes, private)
        else:
            self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.verifier = VerifierKey(name, self._key.public_key().public_bytes_raw(), algorithm)

    def __repr__(self) -> str:
        return f"Cosigner({self.verifier.name!r})"

    def line(self, text: str, at_s: int) -> str:
        """Return the signature line for the checkpoint `text`, with its newline.

        Raises `ReceiptError` where `text` is no checkpoint that can be signed so.
        """
        signature = at_s.to_bytes(_TIME_SIZE, "big") + self._key.sign(_signed(self.verifier, text, at_s))
        return str(SignatureLine(self.verifier.name, self.verifier.id, signature))


def _signed(key: VerifierKey, text: str, at_s: int) -> bytes:
    """Return the bytes that a cosignature of `text` by `key` is over."""
    if key.algorithm is not Algorithm.ML_DSA_44:
        return f"cosignature/v1\ntime {at_s}\n{text}".encode()
    checkpoint = Checkpoint.beginning(text)
    numbers = (at_s, 0, checkpoint.size)
    time, start, end = (number.to_bytes(8, "big") for number in numbers)
    return _LABEL + _opaque(key.name) + time + _opaque(checkpoint.origin) + start + end + checkpoint.root


def _opaque(text: str) -> bytes:
    """Return `text` behind its length in a byte (RFC 8446 section 3.4); raise `ReceiptError` if too long."""
    raw = text.encode()
    if len(raw) > _OPAQUE_SIZE_MAX:
        raise ReceiptError("the name of the log or the witness is too long", hint="255 bytes can be signed")
    return bytes([len(raw)]) + raw


def holds(key: VerifierKey, line: SignatureLine, text: str) -> bool:
    """Tell whether `line` is the signature of `text` by `key`, whatever it signs with.

    Raises `ReceiptError` where `text` is no checkpoint.
    """
    if not line.of(key):
        return False
    if key.algorithm is Algorithm.ED25519:
        return key.checks(text.encode(), line.signature)
    at_s = _time(line)
    return at_s <= _TIME_MAX and key.checks(_signed(key, text, at_s), line.signature[_TIME_SIZE:])


def _time(line: SignatureLine) -> int:
    return int.from_bytes(line.signature[:_TIME_SIZE], "big")


def cosignatures(note: str, keys: Iterable[VerifierKey]) -> list[Cosignature]:
    """Return the cosignatures of `keys` that hold, one for each public key; those of others are ignored.

    One without a time (0) says nothing of when, and is none. Raises `ReceiptError` where `note` is no
    checkpoint.
    """
    text, lines = split_note(note)
    found: dict[bytes, Cosignature] = {}
    for key in keys:
        for line in lines:
            if _time(line) and holds(key, line, text):
                found.setdefault(key.public, Cosignature(key, _time(line), str(line)))
    return list(found.values())


def count_witnesses(keys: Iterable[VerifierKey]) -> int:
    """Return how many witnesses `keys` are of: those with one name are one, and so are those with one key.

    A witness has a key of each algorithm, and with both of them it is still one.
    """
    groups: list[set[str | bytes]] = []
    for key in keys:
        own: set[str | bytes] = {key.name, key.public}
        apart = [group for group in groups if group.isdisjoint(own)]
        groups = [*apart, own.union(*(group for group in groups if not group.isdisjoint(own)))]
    return len(groups)
