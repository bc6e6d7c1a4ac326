"""Signed notes (C2SP signed-note) and checkpoints (C2SP tlog-checkpoint), with Ed25519.

A note is text that ends in a newline, an empty line, and one line per signature::

    radiokey.local/1f2e3d4c
    17
    uD+7...=

    -- radiokey.local/1f2e3d4c AbCdEf...

The signature line's base64 holds a four-byte key id and the signature; the id is the start of the SHA-256 of
the key's name, a newline, the algorithm byte 1 and the public key.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from radiokey.base.log.tree import HASH_SIZE
from radiokey.errors import ReceiptError

_ALGORITHM_ED25519 = b"\x01"
_KEY_ID_SIZE = 4
_NOTE_SIZE_MAX = 16_384


def canonical_base64(text: str) -> bytes:
    """Return what `text` encodes; empty where it is not base64 or not the one way to write those bytes."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key that checks a note: its name and 32 bytes of Ed25519 public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that name this key in a signature line."""
        named = self.name.encode() + b"\n" + _ALGORITHM_ED25519 + self.public
        return hashlib.sha256(named).digest()[:_KEY_ID_SIZE]

    def __str__(self) -> str:
        encoded = base64.b64encode(_ALGORITHM_ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the form that `str` writes; raise `ReceiptError` where it is not one."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = canonical_base64(encoded)
        proper = name.isprintable() and name.split() == [name]  # it is shown, and ends at the first space
        key = cls(name if proper else "", raw[1:])
        if (
            not key.name
            or raw[:1] != _ALGORITHM_ED25519
            or len(raw) != 1 + HASH_SIZE
            or key.id.hex() != key_id
        ):
            raise ReceiptError("this is not a verifier key", hint="it reads name+8 hex digits+base64")
        return key


class NoteSigner:
    """Signs notes. The private key never leaves it."""

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.verifier = VerifierKey(name, self._key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"NoteSigner({self.verifier.name!r})"

    def sign(self, text: str) -> str:
        """Return `text` (which ends in a newline) as a signed note."""
        assert text.endswith("\n")
        signature = self.verifier.id + self._key.sign(text.encode())
        return f"{text}\n\N{EM DASH} {self.verifier.name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """Return the text of `note` if `key` signed it; raise `ReceiptError` if not."""
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or len(note) > _NOTE_SIZE_MAX or not signatures.endswith("\n"):
        raise ReceiptError(
            "the checkpoint is not a signed note", hint="get the receipt again from where it was made"
        )
    text += "\n"
    for line in signatures.split("\n"):
        start, _, encoded = line.rpartition(" ")
        if start != f"\N{EM DASH} {key.name}":
            continue
        raw = canonical_base64(encoded)
        if raw[:_KEY_ID_SIZE] != key.id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(raw[_KEY_ID_SIZE:], text.encode())
        except InvalidSignature:
            break
        return text
    raise ReceiptError(
        "the checkpoint is not signed by this log",
        hint="it was changed, or another log made it: compare the verifier key",
    )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its origin, how many leaves it has, the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text to sign."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a checkpoint's text; raise `ReceiptError` where it is not one."""
        origin, size, root = (*text.split("\n"), "", "", "")[:3]
        try:
            parsed = cls(origin, int(size), canonical_base64(root))
        except ValueError:
            parsed = None
        if parsed is None or not origin or len(parsed.root) != HASH_SIZE or parsed.text() != text:
            raise ReceiptError(
                "the signed text is not a checkpoint", hint="it has three lines: origin, size, root"
            )
        return parsed
