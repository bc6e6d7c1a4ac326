"""The archive of papers: a file that was sent is cleaned and sealed; what is kept is opened again.

No byte that came in gets as far as the database (`radiokey.base.papers.clean`), and what is kept is sealed
under a key of the ring, bound to its paper and to what it belongs to (docs/spec/papers.md).
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol

from radiokey.base.keys.seal import NONCE_SIZE, SealKey
from radiokey.base.papers.clean import CleanPaper
from radiokey.base.papers.kind import PaperKind
from radiokey.base.papers.sealed import PapersKey
from radiokey.base.ports.store import Randomness
from radiokey.errors import NotThereError, PaperError
from radiokey.language.speech import gettext

_ID_SIZE: Final = 16


class PaperCleaner(Protocol):
    """Makes the stored form of a paper, see `radiokey.base.papers.clean.Cleaner`."""

    def clean(self, data: bytes) -> CleanPaper:
        """Return the paper as it is kept; raise `PaperError`."""
        ...


class KeyProvider(Protocol):
    """Lends keys, see `radiokey.base.keys.keyring.KeyRing`."""

    def sealing(self) -> AbstractContextManager[SealKey]:
        """Lend the key that seals now until what it sealed is committed."""
        ...

    def opening(self, key_id: str) -> SealKey:
        """Return the key of that id."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, and what its sender says it is."""

    kind: PaperKind
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedPaper:
    """A paper as it is looked at: the type of its bytes, and they."""

    media: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """What is kept of a paper: the bytes, and the id of the key that sealed them."""

    key: str
    sealed: bytes = field(repr=False)


class PaperArchive:
    """Cleans, seals and opens papers; the transactions are the caller's."""

    __slots__ = ("_cleaner", "_randomness", "ring")

    def __init__(self, ring: KeyProvider, cleaner: PaperCleaner, randomness: Randomness) -> None:
        self.ring = ring
        self._cleaner = cleaner
        self._randomness = randomness

    def new_id(self) -> str:
        """Return a fresh id, 32 hex digits."""
        return self._randomness.bytes(_ID_SIZE).hex()

    def clean_all(self, uploads: Sequence[Upload]) -> list[CleanPaper]:
        """Return the stored form of each; raise `PaperError`, its fact `at` the place in `uploads` from 0."""
        clean = []
        for place, one in enumerate(uploads):
            try:
                clean.append(self._cleaner.clean(one.data))
            except PaperError as error:
                error.facts["at"] = place
                raise
        return clean

    def seal(self, key: SealKey, paper_id: str, owner_id: str, paper: CleanPaper) -> SealedPaper:
        """Return a cleaned paper sealed with `key`, bound to its id and to the id of what it belongs to."""
        sealing = PapersKey(key)
        nonce = self._randomness.bytes(NONCE_SIZE)
        return SealedPaper(sealing.id, sealing.seal(paper_id, owner_id, paper.content, nonce))

    def open(self, key_id: str, paper_id: str, owner_id: str, sealed: bytes) -> bytes:
        """Return the bytes of a paper; raise `SealError`."""
        return PapersKey(self.ring.opening(key_id)).open(paper_id, owner_id, sealed)


def no_such_paper() -> NotThereError:
    """Return the error of a paper that is not there, was deleted, or is another request's."""
    return NotThereError(
        gettext("there is no such paper"),
        hint=gettext("papers are deleted some time after their request ended"),
    )
