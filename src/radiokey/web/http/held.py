"""What may stand in no address, or is too long for one: held in this process for a while, and then forgotten.

Nothing is held in clear: each text is encrypted under its own name, which only the address that was given out
has, and is found by a digest of that name. Who reads the memory without the address has nothing.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from radiokey.base.ports.store import Randomness
from radiokey.clock import Clock

_NAME_SIZE: Final = 16
_NONCE: Final = bytes(12)
"""Every name seals one text, so its key needs no nonce of its own."""


@dataclass(frozen=True, slots=True)
class _Sealed:
    until_ms: int
    content: bytes


class HeldTexts:
    """Holds texts for `lasts_ms`: so many, so many bytes; the oldest go first. Used from any thread."""

    def __init__(
        self, clock: Clock, randomness: Randomness, *, lasts_ms: int, most: int, bytes_max: int
    ) -> None:
        self._clock = clock
        self._randomness = randomness
        self._lasts_ms = lasts_ms
        self._most = most
        self._bytes_max = bytes_max
        self._bytes = 0
        self._held: OrderedDict[bytes, _Sealed] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, text: str) -> str:
        """Return the name under which a text is held from now on."""
        name = self._randomness.bytes(_NAME_SIZE)
        content = AESGCM(_digest(b"key", name)).encrypt(_NONCE, text.encode(), None)
        now_ms = self._clock.now_ms()
        with self._lock:
            self._drop(now_ms, len(content))
            self._held[_digest(b"place", name)] = _Sealed(now_ms + self._lasts_ms, content)
            self._bytes += len(content)
        return name.hex()

    def text_of(self, name: str) -> str | None:
        """Return the text that is held under a name, `None` where it is gone or never was."""
        try:
            raw = bytes.fromhex(name)
        except ValueError:
            return None
        with self._lock:
            self._drop(self._clock.now_ms(), 0)
            found = self._held.get(_digest(b"place", raw))
        return (
            None
            if found is None
            else AESGCM(_digest(b"key", raw)).decrypt(_NONCE, found.content, None).decode()
        )

    def _drop(self, now_ms: int, more: int) -> None:
        """Forget what is over, and the oldest while there is no room for so many bytes more."""
        while self._held:
            oldest = next(iter(self._held.values()))
            full = more and (len(self._held) >= self._most or self._bytes + more > self._bytes_max)
            if now_ms < oldest.until_ms and not full:
                return
            self._held.popitem(last=False)
            self._bytes -= len(oldest.content)


def _digest(use: bytes, name: bytes) -> bytes:
    return hashlib.sha256(use + name).digest()
