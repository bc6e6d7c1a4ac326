"""Where an owner can be written to: an address that hides itself, sealed at rest, bound to its request.

A copied database says nobody's address; one that is moved to another request does not open
(docs/spec/request.md).
"""

import re
from typing import Final, NoReturn, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from radiokey.errors import SealError, UsageError
from radiokey.language.speech import gettext

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
_LENGTH_MAX: Final = 254
_SHAPE: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_DOMAIN: Final = "radiokey contact v1\n"


class Address:
    """An e-mail address.

    >>> Address.parse(" owner@example.org ")
    Address(****)
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address a person typed; raise `UsageError` if it is none."""
        text = text.strip()
        if len(text) > _LENGTH_MAX or not _SHAPE.fullmatch(text):
            raise UsageError(
                gettext("this is no e-mail address"), hint=gettext("it reads like name@example.org")
            )
        return cls(text)

    def reveal(self) -> str:
        """Return it in clear: for the mail itself, and for nothing else."""
        return self._text

    def __repr__(self) -> str:
        return "Address(****)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("an address is never pickled")


class ContactKey:
    """The key that seals addresses."""

    __slots__ = ("_aead",)

    def __init__(self, secret: bytes) -> None:
        assert len(secret) == KEY_SIZE
        self._aead = AESGCM(secret)

    def seal(self, address: Address, request_id: str, nonce: bytes) -> bytes:
        """Return `address` sealed for one request; `nonce` is 12 fresh random bytes."""
        assert len(nonce) == NONCE_SIZE
        return nonce + self._aead.encrypt(nonce, address.reveal().encode("ascii"), _bound_to(request_id))

    def open(self, sealed: bytes, request_id: str) -> Address:
        """Return the address; raise `SealError` where it does not open, whatever the reason."""
        try:
            plain = self._aead.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], _bound_to(request_id))
            return Address(plain.decode("ascii"))
        except (InvalidTag, ValueError):
            raise SealError(
                gettext("the address of this request does not open"),
                hint=gettext("restore database and key from one backup"),
            ) from None

    def __repr__(self) -> str:
        return "ContactKey(****)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")


def _bound_to(request_id: str) -> bytes:
    return f"{_DOMAIN}{request_id}".encode()
