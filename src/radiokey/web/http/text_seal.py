"""What travels through a browser and is nobody's to read or change: sealed into text, for one place.

AES-256-GCM under a key of the site, a nonce of 12 random bytes before what is sealed, as base64url without
padding (RFC 4648, 5). The place, as associated data, is where the text belongs: a practice radio of one
model, the pages of a visit, one page of one account. In another place it does not open.
"""

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from radiokey.base.ports.store import Randomness

_NONCE_SIZE: Final = 12


class TextSeal:
    """Seals bytes into text, and opens what it sealed for the same place. `key` has 32 bytes."""

    def __init__(self, key: bytes, randomness: Randomness) -> None:
        self._cipher = AESGCM(key)
        self._randomness = randomness

    def seal(self, content: bytes, place: str) -> str:
        """Return the content as text for an address, a form or a script."""
        nonce = self._randomness.bytes(_NONCE_SIZE)
        sealed = self._cipher.encrypt(nonce, content, place.encode())
        return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode("ascii")

    def open(self, text: str, place: str) -> bytes | None:
        """Return what was sealed for this place, `None` where this text was not made here for it."""
        if "+" in text or "/" in text:  # base64's other alphabet: Python reads both
            return None
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(raw[:_NONCE_SIZE], raw[_NONCE_SIZE:], place.encode())
        except (binascii.Error, ValueError, InvalidTag):
            return None
