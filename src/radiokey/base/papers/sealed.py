"""Papers at rest: AES-256-GCM, bound to the paper and its request (docs/spec/papers.md).

The key comes out of a key of the ring that seals codes, for this purpose alone: there is one ring to back up
and to turn, and neither key opens what the other sealed.
"""

import re
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from radiokey.base.keys.seal import NONCE_SIZE, SealKey
from radiokey.errors import SealError
from radiokey.language.speech import gettext, later

_PURPOSE: Final = "papers"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HINT: Final = later(
    "the paper was changed in the database, or its key is another one: restore both from one backup"
)


class PapersKey:
    """A key that seals papers. `id` is that of the ring's key it comes from."""

    __slots__ = ("_aead", "id")

    def __init__(self, key: SealKey) -> None:
        self._aead = AESGCM(key.derive(_PURPOSE))
        self.id = key.id

    def seal(self, paper_id: str, request_id: str, content: bytes, nonce: bytes) -> bytes:
        """Return `content` sealed for this paper of this request; `nonce` is 12 fresh random bytes."""
        assert len(nonce) == NONCE_SIZE
        return nonce + self._aead.encrypt(nonce, content, _bound_to(paper_id, request_id))

    def open(self, paper_id: str, request_id: str, sealed: bytes) -> bytes:
        """Return the content; raise `SealError` where it does not open, whatever the reason."""
        bound = _bound_to(paper_id, request_id)
        try:
            return self._aead.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], bound)
        except (InvalidTag, ValueError):  # ValueError: shorter than nonce and tag
            raise SealError(gettext("this paper does not open"), hint=gettext(_HINT)) from None

    def __repr__(self) -> str:
        return f"PapersKey('{self.id}')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")


def _bound_to(paper_id: str, request_id: str) -> bytes:
    """Return the additional data: which paper of which request."""
    assert _ID.fullmatch(paper_id)
    assert _ID.fullmatch(request_id)
    names = f"{len(paper_id)}:{paper_id},{len(request_id)}:{request_id},"
    return f"radiokey sealed paper v1\n{names}".encode("ascii")
