"""Clearings of a hosted base with their papers: proposed with the receipt itself, looked at, decided.

The proposer hands in the file; its picture is cleaned, sealed and kept like every paper, and the proposal
names the sum of what was handed in (docs/spec/papers.md). A proposal waits for somebody else, who sees that
picture, for `WAITS_DAYS`; then, or when a person says so, it is rejected. A program proposes with the sum
alone, and then there is nothing here to look at.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from radiokey.base.papers.archive import OpenedPaper, PaperArchive, Upload, no_such_paper
from radiokey.base.papers.kind import KEPT_DAYS, REJECTED_KEPT_DAYS, PaperKind
from radiokey.base.ports.store import CLOCK, Clearing, ClearingPaper, Mark, Store, StoredAct, Transaction
from radiokey.base.stolen.blacklist import (
    TEXT_LENGTH_MAX,
    Blacklist,
    clears_report,
    find_active_reports,
    open_clearing,
)
from radiokey.clock import DAY_MS, Clock
from radiokey.errors import UsageError
from radiokey.language.speech import gettext
from radiokey.serial.number import Reading
from radiokey.serial.vin import Vin

WAITS_DAYS: Final = 90
"""Days a proposal waits for somebody else; what waits longer is proposed anew, with a paper of today."""

_BOUND_TO: Final = "clearing"
"""Stands where the seal of a request's paper names the paper: no paper has this id."""


@dataclass(frozen=True, slots=True)
class ClearingView:
    """A proposal that waits: the reports it would end, the type of its paper (empty where none is kept)."""

    clearing: Clearing
    reports: tuple[Mark, ...]
    media: str


class Clearings:
    """The clearings of one base. It checks no rights: that is the caller's matter."""

    __slots__ = ("_blacklist", "_clock", "_papers", "_store")

    def __init__(self, blacklist: Blacklist, store: Store, clock: Clock, papers: PaperArchive) -> None:
        self._blacklist = blacklist
        self._store = store
        self._clock = clock
        self._papers = papers

    def propose(
        self, reading: Reading, *, vin: Vin | None = None, reason: str, receipt: bytes, by: str
    ) -> Clearing:
        """Propose to clear the reports on a radio, resting on a paper; return the proposal.

        The same proposal by the same person with the same file, while it waits, is one. Raises `UsageError`,
        `PaperError`, `StoreError`.
        """
        if not receipt:
            raise UsageError(
                gettext("a clearing rests on papers"),
                hint=gettext("choose the police receipt, or the insurer's letter"),
            )
        digest = hashlib.sha256(receipt).hexdigest()
        waits = self._blacklist.proposed(reading, vin=vin, reason=reason, papers=digest, by=by)
        if waits is not None:
            return waits
        (clean,) = self._papers.clean_all([Upload(PaperKind.POLICE_RECEIPT, receipt)])
        clearing_id = self._papers.new_id()
        with self._papers.ring.sealing() as key:
            kept = self._papers.seal(key, _BOUND_TO, clearing_id, clean)
            paper = ClearingPaper(
                clearing=clearing_id,
                at_ms=self._clock.now_ms(),
                media=clean.media.value,
                received_sha256=clean.received_sha256,
                stored_sha256=clean.stored_sha256,
                key=kept.key,
                sealed=kept.sealed,
            )
            return self._blacklist.propose_clearing(
                reading, clearing_id=clearing_id, vin=vin, reason=reason, papers=digest, paper=paper, by=by
            )

    def view_clearing(self, clearing_id: str) -> ClearingView:
        """Return a proposal that waits; raise `NotThereError` for any other."""
        with self._store.snapshot() as seen:
            clearing = open_clearing(seen, clearing_id)
            standing = find_active_reports(seen.marks(clearing.kind, clearing.number))
            media = seen.clearing_paper_media(clearing_id)
        return ClearingView(clearing, tuple(one for one in standing if clears_report(clearing, one)), media)

    def was_carried_out(self, clearing_id: str, by: str) -> bool:
        """Tell whether that very person carried a proposal out."""
        with self._store.snapshot() as seen:
            clearing = seen.clearing(clearing_id)
            marks = seen.marks(clearing.kind, clearing.number) if clearing is not None else []
        return (clearing_id, by) in {(mark.clearing, mark.by) for mark in marks}

    def paper(self, clearing_id: str, by: str) -> OpenedPaper:
        """Return the paper of a proposal that waits; that somebody looked is in the audit first.

        Raises `NotThereError`, `SealError`.
        """
        with self._store.transaction() as transaction:
            clearing = open_clearing(transaction, clearing_id)
            stored = transaction.clearing_paper(clearing_id)
            if stored is None:
                raise no_such_paper()
            _record_act(transaction, clearing, self._clock.now_ms(), by, "stolen:open-paper", clearing_id)
        content = self._papers.open(stored.key, _BOUND_TO, clearing_id, stored.sealed)
        return OpenedPaper(stored.media, content)

    def reject(self, clearing_id: str, reason: str, *, by: str) -> None:
        """Reject a proposal, with a reason; the proposer may do this too.

        Raises `UsageError`, `NotThereError`, `StoreError`.
        """
        if not reason.strip():
            raise UsageError(
                gettext("a proposal is rejected for a reason"), hint=gettext("say what is wrong with it")
            )
        if len(reason) > TEXT_LENGTH_MAX:
            raise UsageError(
                gettext("a reason has at most {text_length_max} characters", text_length_max=TEXT_LENGTH_MAX),
                hint=gettext("say it shorter"),
            )
        now_ms = self._clock.now_ms()
        with self._store.transaction() as transaction:
            clearing = open_clearing(transaction, clearing_id)
            transaction.end_clearing(clearing_id, now_ms, by, reason.strip())
            _record_act(transaction, clearing, now_ms, by, "stolen:lay-aside", reason.strip())


def due(seen: Transaction, now_ms: int) -> bool:
    """Tell whether anything waited too long, or the time of any paper is over."""
    return bool(_find_late(seen, now_ms) or _find_expired_papers(seen, now_ms))


def purge_papers(transaction: Transaction, now_ms: int) -> int:
    """Reject proposals that waited too long, delete the papers whose time is over; return how many papers."""
    reason = f"nobody carried it out in {WAITS_DAYS} days"
    for clearing_id in _find_late(transaction, now_ms):
        transaction.end_clearing(clearing_id, now_ms, CLOCK, reason)
        transaction.add_act(StoredAct(now_ms, CLOCK, "stolen:lay-aside", clearing_id, reason))
    gone = [one for one in _find_expired_papers(transaction, now_ms) if transaction.drop_clearing_paper(one)]
    for clearing_id in gone:
        transaction.add_act(StoredAct(now_ms, CLOCK, "stolen:delete-paper", clearing_id, ""))
    return len(gone)


def _find_late(seen: Transaction, now_ms: int) -> list[str]:
    return seen.late_clearings(now_ms - WAITS_DAYS * DAY_MS)


def _find_expired_papers(seen: Transaction, now_ms: int) -> list[str]:
    kept_ms, aside_ms = KEPT_DAYS[PaperKind.POLICE_RECEIPT] * DAY_MS, REJECTED_KEPT_DAYS * DAY_MS
    return seen.clearing_papers_due(now_ms - kept_ms, now_ms - aside_ms)


def _record_act(  # noqa: PLR0913, PLR0917 - an entry of the audit
    transaction: Transaction, clearing: Clearing, at_ms: int, by: str, act: str, detail: str
) -> None:
    transaction.add_act(StoredAct(at_ms, by, act, f"{clearing.kind}:{clearing.number}", detail))
