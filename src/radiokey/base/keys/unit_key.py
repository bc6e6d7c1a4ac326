"""The key that units of a base trust: Ed25519, in a file of its own beside the log's.

It signs what `radiokey.code.signed` has a form for, and nothing else. A unit gets the public half in the
factory. Lost, no unit takes anything from this base any more; stolen, a thief can grant chips: so it is
another key than the log's, and everything that it signs for a unit stands in the log first.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

UNIT_KEY_SIZE: Final = 32


class UnitKey:
    """Signs for units. The private key never leaves it."""

    __slots__ = ("_key",)

    def __init__(self, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)

    def __repr__(self) -> str:
        return f"UnitKey({self.public.hex()[:8]})"

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes: what a unit gets in the factory."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`."""
        return self._key.sign(message)


class UnitTrust:
    """What a unit trusts: the public key of its base."""

    __slots__ = ("_key",)

    def __init__(self, public: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(public)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the base signed `message`."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True
