"""Papers of requests: named, sealed in rows, listed, and deleted when their time is over.

A paper is refused before anything of the others that came with it is kept: either all are, or none
(docs/spec/papers.md).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from radiokey.base.keys.seal import SealKey
from radiokey.base.papers.archive import OpenedPaper, PaperArchive, Upload
from radiokey.base.papers.clean import CleanPaper
from radiokey.base.papers.kind import KEPT_DAYS, PaperKind, delete_after_ms
from radiokey.base.ports.requests import RequestAct, StoredPaper
from radiokey.base.ports.store import CLOCK, StoredAct, Transaction
from radiokey.base.requests.event_log import event_of
from radiokey.base.requests.request import Paper, PapersSent
from radiokey.clock import DAY_MS


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """The record of a paper that was sent: when, what it is, and when it is deleted.

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


def name_papers(archive: PaperArchive, uploads: Sequence[Upload]) -> tuple[Paper, ...]:
    """Return each of `uploads` under an id of its own; nothing is looked at but its sum."""
    return tuple(
        Paper(archive.new_id(), hashlib.sha256(one.data).hexdigest(), "", one.kind) for one in uploads
    )


def seal_papers(  # noqa: PLR0913, PLR0917 - the columns of a row
    archive: PaperArchive,
    key: SealKey,
    request_id: str,
    at_ms: int,
    named: Sequence[Paper],
    clean: Sequence[CleanPaper],
) -> list[StoredPaper]:
    """Return the rows of cleaned papers."""
    rows = []
    for paper, one in zip(named, clean, strict=True):
        kept = archive.seal(key, paper.id, request_id, one)
        rows.append(
            StoredPaper(
                id=paper.id,
                request=request_id,
                kind=paper.kind,
                at_ms=at_ms,
                media=one.media.value,
                received_sha256=one.received_sha256,
                stored_sha256=one.stored_sha256,
                key=kept.key,
                sealed=kept.sealed,
            )
        )
    return rows


def open_paper(archive: PaperArchive, stored: StoredPaper) -> OpenedPaper:
    """Return a paper as it is looked at; raise `SealError`."""
    return OpenedPaper(stored.media, archive.open(stored.key, stored.id, stored.request, stored.sealed))


def with_sums(named: Sequence[Paper], clean: Sequence[CleanPaper]) -> tuple[Paper, ...]:
    """Return the papers of an act, with the sum of what is kept of each."""
    return tuple(
        replace(paper, stored_sha256=one.stored_sha256) for paper, one in zip(named, clean, strict=True)
    )


def list_papers(
    history: Sequence[RequestAct], ended_ms: int | None, kept: Mapping[str, str]
) -> tuple[PaperRecord, ...]:
    """Return the records of the papers of a request, in the order they came.

    `ended_ms` is when the request ended, `None` while it is open. Papers that another program keeps are left
    out: nothing is known of them here.
    """
    acts = ((row, event_of(row)) for row in history[1:])
    return tuple(
        PaperRecord(
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


def purge_papers(transaction: Transaction, papers: Sequence[str], now_ms: int) -> int:
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
