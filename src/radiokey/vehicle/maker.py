"""The maker of the radio, as far as the bench needs one: it gives a code, and grants a new memory chip.

`Maker` is the port. The bench brings a maker of its own, so that a run needs nothing from outside: it signs
with a MAC, which is the same everywhere and needs no randomness. Anybody who can check a MAC can also make
one, so it is for the bench alone; a maker with two keys (Ed25519, as in docs/spec/record.md) fits the same
port, and no log of a run tells the two apart.
"""

import hmac
from typing import Final, Protocol

from radiokey.code.signed import Signer
from radiokey.code.value import Code, CodeShape
from radiokey.vehicle.chance import Chance


class Maker(Signer, Protocol):
    """Signs grants; its radios check them with `verify`."""

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Say whether `signature` is the maker's signature of `message`."""
        ...


class BenchMaker:
    """The maker of every radio on the bench; `key` is any secret."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, message: bytes) -> bytes:
        """Return HMAC-SHA-512 of `message`, which has the size of a signature."""
        return hmac.digest(self._key, message, "sha512")

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Say whether `signature` is what `sign` returns."""
        return hmac.compare_digest(self.sign(message), signature)


BENCH_MAKER: Final = BenchMaker(b"the maker of the radios on the bench")


def draw_code(shape: CodeShape, chance: Chance) -> Code:
    """Return a code of that shape, drawn place by place."""
    return Code("".join(place[chance.below(len(place))] for place in shape.places))
