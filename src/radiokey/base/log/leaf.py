"""One release as a leaf of the log: what happened, without the code and without the number.

A leaf is a line of JSON with its keys in the order of the fields below, ASCII, without spaces. The number is
hidden: `number` is the SHA-256 over a domain word, a random 32-byte nonce, the serial's kind and its
canonical text. Who holds the receipt holds the nonce and can open the leaf; nobody else can, although a
Renault pre-code has only 25,900 values.
"""

import hashlib
import hmac

import msgspec

from radiokey.serial.number import SerialNumber

LEAF_VERSION = 1
NONCE_SIZE = 32
_DOMAIN = b"radiokey release number v1\n"


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release.

    `at_ms` is when, in milliseconds since 1970 UTC; `source` how the code was known (`derivation`);
    `family` and `tier` say which and how well confirmed; `model` is a catalogue id or empty; `number` is hex.
    """

    v: int
    at_ms: int
    source: str
    family: str
    tier: str
    model: str
    number: str

    def encode(self) -> bytes:
        """Return the bytes that are hashed and stored."""
        return msgspec.json.encode(self)


def hidden_number(nonce: bytes, serial: SerialNumber) -> str:
    """Return what a leaf says instead of the number, as 64 hex digits."""
    opening = _DOMAIN + nonce + serial.kind.encode() + b"\n" + serial.text.encode()
    return hashlib.sha256(opening).hexdigest()


def opens(leaf: Leaf, nonce: bytes, serial: SerialNumber) -> bool:
    """Tell whether `nonce` and `serial` are those of `leaf`."""
    hidden = hidden_number(nonce, serial).encode()
    return len(nonce) == NONCE_SIZE and hmac.compare_digest(hidden, leaf.number.encode())
