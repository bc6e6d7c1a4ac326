"""Papers of requests: what was sent is cleaned and sealed; what is kept is opened, and let go in time.

No byte that came in gets as far as the database (`radiokey.base.papers.clean`), and what is kept is sealed
under a key of the ring, bound to its paper and its request. A paper is refused before anything of the others
that came with it is kept: either all are, or none (docs/spec/papers.md).
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from radiokey.base.acts import event_of
from radiokey.base.desk_ports import RequestAct, StoredPaper
from radiokey.base.papers.clean import CleanPaper
from radiokey.base.papers.kind import KEPT_DAYS, PaperKind, delete_after_ms
from radiokey.base.papers.sealed import PapersKey
from radiokey.base.ports import Randomness, StoredAct, Transaction
from radiokey.base.request import CLOCK, Paper, PapersSent
from radiokey.base.seal import NONCE_SIZE, SealKey
from radiokey.clock import DAY_MS
from radiokey.errors import NotThereError, PaperError

_ID_SIZE: Final = 16


class Cleaning(Protocol):
    """Makes the stored form of a paper, see `radiokey.base.papers.clean.Cleaner`."""

    def clean(self, data: bytes) -> CleanPaper:
        """Return the paper as it is kept; raise `PaperError`."""
        ...


class Ring(Protocol):
    """Lends keys, see `radiokey.base.keyring.KeyRing`."""

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
class Sent:
    """What is told of a paper that was sent: when, what it is, and when it is deleted.

    The sums are SHA-256 in hex, of the file as received and of what is kept. `delete_ms` is 0 as long as the
    request is open, for the time runs from its end. `media` is the type of what is kept, empty once deleted.
    """

    id: str
    kind: PaperKind
    at_ms: int
    received_sha256: str
    stored_sha256: str
    delete_ms: int
    media: str

    @property
    def kept(self) -> bool:
        """Whether it is still there."""
        return self.media != ""


@dataclass(frozen=True, slots=True)
class OpenedPaper:
    """A paper as it is looked at: the type of its bytes, and they."""

    media: str
    content: bytes = field(repr=False)


class Papers:
    """Cleans, seals and opens papers; the transactions are the desk's."""

    __slots__ = ("_cleaner", "_randomness", "ring")

    def __init__(self, ring: Ring, cleaner: Cleaning, randomness: Randomness) -> None:
        self.ring = ring
        self._cleaner = cleaner
        self._randomness = randomness

    def named(self, uploads: Sequence[Upload]) -> tuple[Paper, ...]:
        """Return each of `uploads` under an id of its own; nothing is looked at but its sum."""
        return tuple(
            Paper(self._randomness.bytes(_ID_SIZE).hex(), hashlib.sha256(one.data).hexdigest(), "", one.kind)
            for one in uploads
        )

    def cleaned(self, uploads: Sequence[Upload]) -> list[CleanPaper]:
        """Return the stored form of each; raise `PaperError`, its fact `at` the place in `uploads` from 0."""
        clean = []
        for place, one in enumerate(uploads):
            try:
                clean.append(self._cleaner.clean(one.data))
            except PaperError as error:
                error.facts["at"] = place
                raise
        return clean

    def sealed(
        self, key: SealKey, request_id: str, at_ms: int, named: Sequence[Paper], clean: Sequence[CleanPaper]
    ) -> list[StoredPaper]:
        """Return the rows of cleaned papers."""
        sealing = PapersKey(key)
        return [
            StoredPaper(
                id=paper.id,
                request=request_id,
                kind=paper.kind,
                at_ms=at_ms,
                media=one.media.value,
                received_sha256=one.received_sha256,
                stored_sha256=one.stored_sha256,
                key=sealing.id,
                sealed=sealing.seal(paper.id, request_id, one.content, self._randomness.bytes(NONCE_SIZE)),
            )
            for paper, one in zip(named, clean, strict=True)
        ]

    def opened(self, stored: StoredPaper) -> OpenedPaper:
        """Return a paper as it is looked at; raise `SealError`."""
        key = PapersKey(self.ring.opening(stored.key))
        return OpenedPaper(stored.media, key.open(stored.id, stored.request, stored.sealed))


def with_sums(named: Sequence[Paper], clean: Sequence[CleanPaper]) -> tuple[Paper, ...]:
    """Return the papers of an act, with the sum of what is kept of each."""
    return tuple(
        replace(paper, stored_sha256=one.stored_sha256) for paper, one in zip(named, clean, strict=True)
    )


def sent(history: Sequence[RequestAct], ended_ms: int | None, kept: Mapping[str, str]) -> tuple[Sent, ...]:
    """Return what is told of the papers of a request, in the order they came.

    `ended_ms` is when the request ended, `None` while it is open. Papers that another program keeps are left
    out: nothing is known of them here.
    """
    acts = ((row, event_of(row)) for row in history[1:])
    return tuple(
        Sent(
            id=paper.id,
            kind=PaperKind(paper.kind),
            at_ms=row.at_ms,
            received_sha256=paper.sha256,
            stored_sha256=paper.stored_sha256,
            delete_ms=0 if ended_ms is None else delete_after_ms(PaperKind(paper.kind), ended_ms),
            media=kept.get(paper.id, ""),
        )
        for row, event in acts
        if isinstance(event, PapersSent)
        for paper in event.papers
        if paper.kind
    )


def due(seen: Transaction, since_ms: int | None, now_ms: int) -> list[str]:
    """Return the ids of the papers whose time was over between then, if given, and now."""
    found = []
    for kind in PaperKind:
        kept_ms = KEPT_DAYS[kind] * DAY_MS
        found += seen.papers_due(kind, None if since_ms is None else since_ms - kept_ms, now_ms - kept_ms)
    return found


def let_go(transaction: Transaction, papers: Sequence[str], now_ms: int) -> int:
    """Delete papers, and write down which; return how many were still there."""
    gone = [(paper_id, transaction.drop_paper(paper_id)) for paper_id in papers]
    acts = [
        StoredAct(now_ms, CLOCK, "request:delete-paper", request_id, paper_id)
        for paper_id, request_id in gone
        if request_id is not None
    ]
    for act in acts:
        transaction.add_act(act)
    return len(acts)


def no_such_paper() -> NotThereError:
    """Return the error of a paper that is not there, was deleted, or is another request's."""
    return NotThereError(
        "there is no such paper", hint="papers are deleted some time after their request ended"
    )
