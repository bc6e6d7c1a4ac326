"""Seeds and keys of service 27: a code goes over the plug exclusive-or a seed, a workshop signs one.

A seed is made from chance, a count and the device's key, so that none comes twice in the life of a boot even
where the chance is bad.
"""

import hmac
import struct
from typing import Final

from radiokey.code.value import Code, CodeShape
from radiokey.diagnostics.names import SEED_SIZE, Level
from radiokey.errors import CodeShapeError

NO_SEED: Final = bytes(SEED_SIZE)
"""What is given out where the level is open already."""

_CONTEXT: Final = b"radiokey access\n"


class Seeds:
    """Gives out seeds, none of them twice and none of them zeros."""

    __slots__ = ("_count", "_key")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._count = 0

    def next(self, chance: bytes) -> bytes:
        """Return a new seed; `chance` has 16 bytes or more."""
        assert len(chance) >= SEED_SIZE
        seed = NO_SEED
        while seed == NO_SEED:
            self._count += 1
            message = b"seed\n" + struct.pack(">Q", self._count) + chance
            seed = hmac.digest(self._key, message, "sha256")[:SEED_SIZE]
        return seed


def key_of(code: Code, seed: bytes) -> bytes:
    """Return the key of level 01: the code, filled up, exclusive-or the seed."""
    return _mask(code.reveal().encode("ascii").ljust(SEED_SIZE, b"\0"), seed)


def code_of(key: bytes, seed: bytes, shape: CodeShape) -> Code | None:
    """Return the code that `key` stands for, `None` where that can be no code of this shape."""
    text = _mask(key, seed).rstrip(b"\0")
    if not (text.isascii() and text.isalnum()):
        return None
    code = Code(text.decode("ascii"))
    try:
        shape.check(code)
    except CodeShapeError:
        return None
    return code


def access_message(serial: str, seed: bytes) -> bytes:
    """Return what the trusted signer signs to open level 03 of unit `serial` for this one seed."""
    name = serial.encode("ascii")
    return _CONTEXT + bytes((Level.WORKSHOP, len(name))) + name + seed


def _mask(data: bytes, seed: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(data, seed, strict=True))
