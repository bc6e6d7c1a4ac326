"""Signed notes (C2SP signed-note) and checkpoints (C2SP tlog-checkpoint).

A note is text that ends in a newline, an empty line, and one line per signature::

    radiokey.local/1f2e3d4c
    17
    uD+7...=

    -- radiokey.local/1f2e3d4c AbCdEf...

The signature line's base64 holds a four-byte key id and the signature; the id is the start of the SHA-256 of
the key's name, a newline, the byte of its algorithm and the public key. Logs of ours sign with Ed25519.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from radiokey.base.log.tree import HASH_SIZE
from radiokey.errors import ReceiptError, UsageError
from radiokey.language.speech import gettext

NOTE_SIZE_MAX: Final = 131_072
"""In characters. C2SP signed-note: sixteen signatures have to be taken, and one can be nearly 5 kB."""
_KEY_ID_SIZE = 4
_NAME_SIZE_MAX: Final = 255
"""In bytes: the length of a name is one byte in what an ML-DSA-44 cosignature signs."""
_SIZE_MAX: Final = 2**64 - 1
_LINE = re.compile(r"\N{EM DASH} (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/=]+)")


_Key = TypeVar("_Key")
_NO_CHECKPOINT = "the signed text is not a checkpoint"
_THREE_LINES = "it has three lines: origin, size, root"


class Algorithm(IntEnum):
    """What a key signs: a note's text (Ed25519), or a cosignature of it (`base.log.cosignature`).

    The value is the byte that C2SP signed-note assigned.
    """

    ED25519 = 1
    COSIGNATURE_V1 = 4
    ML_DSA_44 = 6


COSIGNING: Final = (Algorithm.COSIGNATURE_V1, Algorithm.ML_DSA_44)
"""What a witness signs with."""
_PUBLIC_SIZES: Final = {Algorithm.ED25519: 32, Algorithm.COSIGNATURE_V1: 32, Algorithm.ML_DSA_44: 1_312}


def canonical_base64(text: str) -> bytes:
    """Return what `text` encodes; empty where it is not base64 or not the one way to write those bytes."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key that checks a note: its name, its public key, and what it signs.

    The public key is 32 bytes of Ed25519, or 1,312 bytes of ML-DSA-44 (FIPS 204).
    """

    name: str
    public: bytes
    algorithm: Algorithm = Algorithm.ED25519

    @property
    def id(self) -> bytes:
        """The four bytes that name this key in a signature line."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(named).digest()[:_KEY_ID_SIZE]

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str, *algorithms: Algorithm) -> Self:
        """Read the form that `str` writes; raise `ReceiptError` where it is none of `algorithms`.

        By default it is a key that signs a note's text, as a log of ours does.
        """
        allowed = algorithms or (Algorithm.ED25519,)
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = canonical_base64(encoded)
        found = [one for one in allowed if raw[:1] == bytes([one]) and len(raw) == 1 + _PUBLIC_SIZES[one]]
        key = cls(name, raw[1:], found[0]) if found and is_name(name) else None
        if key is None or key.id.hex() != key_id:
            whose = gettext("a log's") if Algorithm.ED25519 in allowed else gettext("a witness's")
            raise ReceiptError(
                gettext("this is not a verifier key of {whose}", whose=whose),
                hint=gettext("it reads name+8 hex digits+base64"),
            )
        return key

    def checks(self, signed: bytes, signature: bytes) -> bool:
        """Tell whether `signature` is this key's over `signed`; raise `UsageError` where it cannot."""
        try:
            if self.algorithm is Algorithm.ML_DSA_44:
                load_ml_dsa(MLDSA44PublicKey.from_public_bytes, self.public).verify(signature, signed)
            else:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except InvalidSignature:
            return False
        return True


def is_name(name: str) -> bool:
    """Tell whether `name` can be a key's: printable, no space, no plus, and its length fits in a byte."""
    return (
        name.isprintable()
        and name.split() == [name]
        and "+" not in name
        and len(name.encode()) <= _NAME_SIZE_MAX
    )


def load_ml_dsa(load: Callable[[bytes], _Key], raw: bytes) -> _Key:
    """Return the key that `load` makes of `raw`; raise `UsageError` where this machine has no ML-DSA-44."""
    try:
        return load(raw)
    except UnsupportedAlgorithm as error:
        raise UsageError(
            "ML-DSA-44 is not known to the OpenSSL of this installation",
            hint="from 3.5 on it is; the wheels of `cryptography` bring one",
        ) from error


class NoteSigner:
    """Signs notes. The private key never leaves it."""

    __slots__ = ("_key", "_keyed", "verifier")

    def __init__(self, name: str, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self._keyed = hmac.digest(private, b"radiokey log keyed v1\n", "sha256")
        self.verifier = VerifierKey(name, self._key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"NoteSigner({self.verifier.name!r})"

    def keyed(self, message: bytes) -> bytes:
        """Return 32 bytes that nobody makes of `message` without this key."""
        return hmac.digest(self._keyed, message, "sha256")

    def sign(self, text: str) -> str:
        """Return `text` (which ends in a newline) as a signed note."""
        assert text.endswith("\n")
        signature = self.verifier.id + self._key.sign(text.encode())
        return f"{text}\n\N{EM DASH} {self.verifier.name} {base64.b64encode(signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature of a note: whose it says it is, the id of the key, the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"\N{EM DASH} {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"

    def of(self, key: VerifierKey) -> bool:
        """Tell whether it says that `key` made it."""
        return (self.name, self.key_id) == (key.name, key.id)

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read one line without its newline; raise `ReceiptError` where it is none."""
        found = _LINE.fullmatch(line)
        raw = canonical_base64(found["signature"]) if found else b""
        if found is None or len(raw) <= _KEY_ID_SIZE:
            raise ReceiptError(
                gettext("a line below the text is not a signature"), hint=gettext("the note was changed")
            )
        return cls(found["name"], raw[:_KEY_ID_SIZE], raw[_KEY_ID_SIZE:])


def split_note(note: str) -> tuple[str, list[SignatureLine]]:
    """Return the text of `note` and its signatures, unchecked; raise `ReceiptError` where it is no note."""
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or len(note) > NOTE_SIZE_MAX or not signatures.endswith("\n"):
        raise ReceiptError(
            gettext("the checkpoint is not a signed note"),
            hint=gettext("get the receipt again from where it was made"),
        )
    return f"{text}\n", [SignatureLine.parse(line) for line in signatures[:-1].split("\n")]


def open_note(note: str, key: VerifierKey) -> str:
    """Return the text of `note` if `key` signed it; raise `ReceiptError` if not."""
    text, lines = split_note(note)
    own = [line for line in lines if line.of(key)]
    if not own or not all(key.checks(text.encode(), line.signature) for line in own):
        raise ReceiptError(
            gettext("the checkpoint is not signed by this log"),
            hint=gettext("it was changed, or another log made it: compare the verifier key"),
        )
    return text


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
        """Read a checkpoint's text; raise `ReceiptError` where it is not one of exactly three lines."""
        parsed = cls.beginning(text)
        if parsed.text() != text:
            raise ReceiptError(_NO_CHECKPOINT, hint=_THREE_LINES)
        return parsed

    @classmethod
    def beginning(cls, text: str) -> Self:
        """Read the three lines a checkpoint begins with: other logs may extend it; raise `ReceiptError`."""
        origin, size, root = (*text.split("\n"), "", "", "")[:3]
        try:
            parsed = cls(origin, int(size), canonical_base64(root))
        except ValueError:
            parsed = None
        if (
            parsed is None
            or not origin
            or not 0 <= parsed.size <= _SIZE_MAX
            or len(parsed.root) != HASH_SIZE
            or not text.startswith(parsed.text())
        ):
            raise ReceiptError(_NO_CHECKPOINT, hint=_THREE_LINES)
        return parsed


def own_log_name(private: bytes) -> str:
    """Return the name of the log of a local base: eight hex digits distinguish one such log from another."""
    return f"radiokey.local/{NoteSigner('radiokey.local', private).verifier.public[:4].hex()}"
