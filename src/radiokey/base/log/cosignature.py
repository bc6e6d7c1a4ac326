"""Cosignatures (C2SP tlog-cosignature, version 1): "at this time this was the largest tree I knew".

A signature line like any other, by a key of its own kind. Its bytes are the time in seconds since 1970, eight
of them, and an Ed25519 signature over::

    cosignature/v1
    time 1679315147
    <the checkpoint's text>
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from radiokey.base.log.note import Algorithm, SignatureLine, VerifierKey, split_note

_TIME_SIZE: Final = 8
_TIME_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A cosignature that holds: by which witness, when (seconds since 1970), its line with the newline."""

    key: VerifierKey
    at_s: int
    line: str


class Cosigner:
    """Signs for a witness. The private key never leaves it, and is used for nothing else."""

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        public = self._key.public_key().public_bytes_raw()
        self.verifier = VerifierKey(name, public, Algorithm.COSIGNATURE_V1)

    def __repr__(self) -> str:
        return f"Cosigner({self.verifier.name!r})"

    def line(self, text: str, at_s: int) -> str:
        """Return the signature line for the checkpoint `text`, with its newline."""
        signature = at_s.to_bytes(_TIME_SIZE, "big") + self._key.sign(_signed(text, at_s))
        return str(SignatureLine(self.verifier.name, self.verifier.id, signature))


def _signed(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def cosignatures(note: str, keys: Iterable[VerifierKey]) -> list[Cosignature]:
    """Return the cosignatures of `keys` that hold, one for each key; those of others are ignored.

    Two names for one key are one witness. Raises `ReceiptError` where `note` is no note.
    """
    text, lines = split_note(note)
    found: dict[bytes, Cosignature] = {}
    for key in keys:
        for line in lines:
            at_s = int.from_bytes(line.signature[:_TIME_SIZE], "big")
            if (
                line.of(key)
                and at_s <= _TIME_MAX
                and key.checks(_signed(text, at_s), line.signature[_TIME_SIZE:])
            ):
                found.setdefault(key.public, Cosignature(key, at_s, str(line)))
    return list(found.values())
