"""Secrets of people: one-time links, session ids, recovery codes. They hide themselves; a base keeps digests.

Each has enough chance in it (256 bits, a recovery code 80) that a digest without a salt tells nobody
anything.
"""

import base64
import hashlib
from typing import Final, NoReturn, Self

from radiokey.base.ports.store import Randomness

SECRET_SIZE: Final = 32
RECOVERY_SIZE: Final = 10
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LOOK_ALIKES: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": "", " ": ""})
_GROUP: Final = 4
_BITS: Final = 5


class Secret:
    """A secret as its holder has it.

    >>> Secret("abc")
    Secret(****)
    >>> Secret("abc").reveal()
    'abc'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def random(cls, randomness: Randomness) -> Self:
        """Return a new one of 32 bytes, in letters that an address takes."""
        return cls(base64.urlsafe_b64encode(randomness.bytes(SECRET_SIZE)).rstrip(b"=").decode())

    def hashed(self, purpose: str) -> bytes:
        """Return what the base keeps of it; for another purpose it is another digest."""
        return hashlib.sha256(f"radiokey {purpose} v1\n{self._text}".encode()).digest()

    def reveal(self) -> str:
        """Return it in clear."""
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}(****)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never pickled")


class RecoveryCode(Secret):
    """Sixteen letters on paper, in Crockford's base 32: read as they are meant, however they are typed.

    >>> RecoveryCode.read("ABCD-efgh 0O1l-0000").reveal()
    'abcd-efgh-0011-0000'
    """

    __slots__ = ()

    @classmethod
    def random(cls, randomness: Randomness) -> Self:
        """Return a new one."""
        number = int.from_bytes(randomness.bytes(RECOVERY_SIZE))
        length = RECOVERY_SIZE * 8 // _BITS
        return cls.read("".join(_LETTERS[number >> _BITS * at & (1 << _BITS) - 1] for at in range(length)))

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what somebody typed; what is none stays none, and is looked up all the same."""
        plain = text.lower().translate(_LOOK_ALIKES)
        return cls("-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP)))
