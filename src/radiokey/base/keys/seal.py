"""Codes at rest: AES-256-GCM per code, bound to the unit it belongs to (docs/spec/ledger.md).

A key hides itself, and so does a code: sealed bytes are all that leaves this module beside a `Code`. Every
failure to open is one `SealError` that says nothing of the bytes.
"""

import hashlib
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from radiokey.base.ports.store import StoredUnit
from radiokey.code.value import CODE_LENGTH_MAX, Code
from radiokey.errors import CodeShapeError, SealError
from radiokey.language.speech import gettext, later

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
SEALED_SIZE: Final = NONCE_SIZE + CODE_LENGTH_MAX + 16

SEALS_MAX: Final = 2**32
"""Codes that one key may seal under random nonces (NIST SP 800-38D, section 8.3)."""

_ID_LENGTH: Final = 16
_ID_DOMAIN: Final = b"radiokey seal key v1\n"
_DERIVED_DOMAIN: Final = "radiokey derived key v1\n"
_FILL: Final = b"\0"
_HINT: Final = later(
    "the unit was changed in the database, or its key is another one: restore both from one backup"
)


class SealKey:
    """A key that seals codes. `id` names it and reveals nothing about it."""

    __slots__ = ("_aead", "_secret", "id")

    def __init__(self, secret: bytes) -> None:
        assert len(secret) == KEY_SIZE
        self._secret = secret
        self._aead = AESGCM(secret)
        self.id = hashlib.sha256(_ID_DOMAIN + secret).hexdigest()[:_ID_LENGTH]

    def reveal(self) -> bytes:
        """Return the key in clear: for the key ring's file, and for nothing else."""
        return self._secret

    def derive(self, purpose: str) -> bytes:
        """Return the 32 bytes of the key for another purpose (HKDF-SHA-256, RFC 5869); it opens no code."""
        info = f"{_DERIVED_DOMAIN}{purpose}".encode("ascii")
        return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=info).derive(self._secret)

    def seal(self, kind: str, number: str, model: str, code: Code, nonce: bytes) -> bytes:
        """Return `code` sealed for the unit of that kind, number, model; `nonce` is 12 fresh random bytes."""
        assert len(nonce) == NONCE_SIZE
        plain = code.reveal().encode("ascii").ljust(CODE_LENGTH_MAX, _FILL)
        return nonce + self._aead.encrypt(nonce, plain, _bound_to(kind, number, model))

    def open(self, unit: StoredUnit) -> Code:
        """Return the code of `unit`; raise `SealError` where it does not open, whatever the reason."""
        if unit.key != self.id or len(unit.sealed) != SEALED_SIZE:
            raise _does_not_open()
        nonce, rest = unit.sealed[:NONCE_SIZE], unit.sealed[NONCE_SIZE:]
        try:
            plain = self._aead.decrypt(nonce, rest, _bound_to(unit.kind, unit.number, unit.model))
            text = plain.rstrip(_FILL).decode("ascii")
            code = Code(text)
        except (InvalidTag, UnicodeError, CodeShapeError):
            raise _does_not_open() from None  # the cause could show a part of the code
        if code.reveal() != text:
            raise _does_not_open()
        return code

    def __repr__(self) -> str:
        return f"SealKey('{self.id}')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")


def _bound_to(kind: str, number: str, model: str) -> bytes:
    """Return the additional data: which unit the code is of, so that no two units share a name."""
    names = f"{len(kind)}:{kind},{len(number)}:{number},{len(model)}:{model},"
    return f"radiokey sealed code v1\n{names}".encode("ascii")


def _does_not_open() -> SealError:
    return SealError(gettext("the code of this unit does not open"), hint=gettext(_HINT))
