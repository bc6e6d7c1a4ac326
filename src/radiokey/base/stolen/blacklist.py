"""The stolen list: reported, and cleared again; every act is kept.

What a hit means depends on whose number it is. A number that names one unit refuses its radio to everybody.
A number that many radios share must not turn strangers away: there the list also needs the same label or the
same car, and a hit asks for papers.
"""

import re
from dataclasses import dataclass
from typing import Final, Protocol

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.store import (
    COUNTED_MAX,
    Clearing,
    ClearingPaper,
    Mark,
    MarkAct,
    Store,
    StoredAct,
    Transaction,
)
from radiokey.clock import Clock
from radiokey.errors import NotThereError, PapersNeededError, RefusedError, StolenError, UsageError
from radiokey.language.speech import gettext
from radiokey.serial.number import Identity, Reading, SerialNumber
from radiokey.serial.spelling import spell
from radiokey.serial.vin import Vin

LABEL_SURPLUS_MIN: Final = 4
"""How many letters and digits a label must show beside a shared number before it can tell radios apart."""

TEXT_LENGTH_MAX: Final = 500

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

ENDS_OF: Final = {"fiat-last4": "continental-a2c"}
"""Formats that are only the end of another, whose radios they open too."""


PAGE: Final = 200
"""Reports on a page of the list."""

BEYOND: Final = 1 << 62
"""After every entry of the list."""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A page of the reports that stand, how many do in all, and before which entry the next page goes on.

    `count` counts up to `COUNTED_MAX` + 1; `more` is 0 on the last page.
    """

    reports: tuple[Mark, ...]
    count: int
    more: int


class Blacklist:
    """The stolen list of one base. It checks no rights: that is the caller's matter."""

    __slots__ = ("_clock", "_store")

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(
        self, reading: Reading, *, vin: Vin | None = None, label: str = "", reason: str, by: str = "owner"
    ) -> Mark:
        """Report a radio stolen and return the entry; `label` is the whole text of its sticker.

        Without `label` the text that the number was read from counts. Raises `UsageError` where many radios
        share the number and neither label nor car tells this one apart, and `StoreError`.
        """
        mark = self._mark(MarkAct.REPORTED, reading, vin, label or reading.label, reason, by)
        if reading.serial.identity is Identity.SHARED and not mark.vin and not mark.label:
            raise UsageError(
                gettext("many radios share this number; alone it tells nobody which one was stolen"),
                hint=gettext("add the VIN of the car, or the whole text of the label"),
            )
        with self._store.transaction() as transaction:
            transaction.add_mark(mark)
            transaction.add_act(_act(mark, Permission.STOLEN_REPORT))
        return mark

    def clear(
        self, reading: Reading, *, vin: Vin | None = None, label: str = "", reason: str, by: str = "owner"
    ) -> tuple[Mark, ...]:
        """Clear the reports on a number that name the same car and label, and return them.

        A clearing that names no car, or no label, meets reports of any. Raises `UsageError` where no report
        stands or, for a shared number, neither car nor label is named, and `StoreError`.
        """
        mark = self._clearing(reading, vin, label, reason, by)
        with self._store.transaction() as transaction:
            if transaction.hosting() is not None:
                raise UsageError(
                    gettext("a clearing of this base takes the papers and two people"),
                    hint=gettext("one proposes it with the papers, another carries it out"),
                )
            ended = _ended_by(mark, transaction)
            transaction.add_mark(mark)
        return ended

    def propose_clearing(  # noqa: PLR0913 - a proposal is given as a whole
        self,
        reading: Reading,
        *,
        clearing_id: str,
        vin: Vin | None = None,
        label: str = "",
        reason: str,
        papers: str,
        paper: ClearingPaper | None = None,
        by: str,
    ) -> Clearing:
        """Propose to clear the reports that `clear` would, resting on papers; return the proposal.

        `papers` is their SHA-256 in hex, `clearing_id` a fresh random id; `paper` is kept with the
        proposal, or neither is. Raises `UsageError`, `StoreError`.
        """
        if not _DIGEST.fullmatch(papers):
            raise UsageError(
                gettext("a clearing rests on papers"), hint=gettext("give the SHA-256 of their file, in hex")
            )
        mark = self._clearing(reading, vin, label, reason, by)
        clearing = Clearing(
            id=clearing_id,
            kind=mark.kind,
            number=mark.number,
            vin=mark.vin,
            label=mark.label,
            reason=mark.reason,
            papers=papers,
            by=by,
            at_ms=mark.at_ms,
        )
        with self._store.transaction() as transaction:
            _ended_by(mark, transaction)
            transaction.add_clearing(clearing)
            transaction.add_act(_act(mark, Permission.STOLEN_PROPOSE))
            if paper is not None:
                transaction.add_clearing_paper(paper)
                sums = gettext(
                    "{received_sha256} kept as {stored_sha256}",
                    received_sha256=paper.received_sha256,
                    stored_sha256=paper.stored_sha256,
                )
                transaction.add_act(_act(mark, "stolen:keep-paper", sums))
        return clearing

    def carry_out(self, clearing_id: str, *, by: str) -> tuple[Mark, ...]:
        """Carry out a proposal of somebody else and return the reports that it ended.

        Raises `NotThereError` where there is none, `RefusedError` where the same person proposed it,
        `StoreError`.
        """
        with self._store.transaction() as transaction:
            clearing = open_clearing(transaction, clearing_id)
            if clearing.by == by:
                raise RefusedError(
                    gettext("who proposed a clearing does not carry it out"),
                    hint=gettext("somebody else has to look at the papers"),
                )
            mark = Mark(
                act=MarkAct.CLEARED,
                kind=clearing.kind,
                number=clearing.number,
                vin=clearing.vin,
                label=clearing.label,
                reason=clearing.reason,
                by=by,
                at_ms=self._clock.now_ms(),
                clearing=clearing.id,
            )
            ended = _ended_by(mark, transaction)
            transaction.add_mark(mark)
            transaction.add_act(_act(mark, Permission.STOLEN_CLEAR))
        return ended

    def proposals(self) -> tuple[Clearing, ...]:
        """Return the proposals that nobody carried out, oldest first."""
        with self._store.transaction() as transaction:
            return tuple(transaction.open_clearings())

    def proposed(
        self, reading: Reading, *, vin: Vin | None, reason: str, papers: str, by: str
    ) -> Clearing | None:
        """Return what somebody proposed for that very radio with those papers and that waits, if anything.

        Raises `UsageError` where it could not be proposed at all.
        """
        mark = self._clearing(reading, vin, "", reason, by)
        wanted = (mark.kind, mark.number, mark.vin, mark.label, papers, by)
        for one in self.proposals():
            if (one.kind, one.number, one.vin, one.label, one.papers, one.by) == wanted:
                return one
        return None

    def page(self, before: int = BEYOND, limit: int = PAGE) -> ReportPage:
        """Return a page of the reports that stand, the newest first: those older than entry `before`."""
        with self._store.snapshot() as seen:
            found = seen.active_reports_before(before, limit + 1)
            count = seen.count_active_reports(COUNTED_MAX + 1)
        more = found[limit - 1][0] if len(found) > limit else 0
        return ReportPage(tuple(mark for _, mark in found[:limit]), count, more)

    def history_of(self, serial: SerialNumber) -> "list[Mark]":
        """Return every report and every clearing of one number, oldest first."""
        with self._store.snapshot() as seen:
            return seen.marks(serial.kind, serial.key)

    def list(self) -> tuple[Mark, ...]:
        """Return the reports that stand, oldest first."""
        with self._store.transaction() as transaction:
            return tuple(find_active_reports(transaction.all_marks()))

    def history(self) -> tuple[Mark, ...]:
        """Return every report and every clearing, oldest first."""
        with self._store.transaction() as transaction:
            return tuple(transaction.all_marks())

    def _clearing(self, reading: Reading, vin: Vin | None, label: str, reason: str, by: str) -> Mark:
        mark = self._mark(MarkAct.CLEARED, reading, vin, label or reading.label, reason, by)
        if reading.serial.identity is Identity.SHARED and not mark.vin and not mark.label:
            raise UsageError(
                gettext("many radios share this number; the report to clear has to be named"),
                hint=gettext("add the VIN or the label that the report gives"),
            )
        return mark

    def _mark(  # noqa: PLR0913, PLR0917 - one row of the list
        self, act: MarkAct, reading: Reading, vin: Vin | None, label: str, reason: str, by: str
    ) -> Mark:
        if not reason.strip():
            raise UsageError(
                gettext("the stolen list keeps a reason for every entry"), hint=gettext("say what happened")
            )
        if max(map(len, (label, reason, by))) > TEXT_LENGTH_MAX:
            raise UsageError(
                gettext(
                    "a text on the stolen list has at most {text_length_max} characters",
                    text_length_max=TEXT_LENGTH_MAX,
                ),
                hint=gettext("say it shorter"),
            )
        shown = compact(spell(label).text)  # spelled as the labels are that come with a number
        return Mark(
            act=act,
            kind=reading.serial.kind,
            number=reading.serial.key,
            vin=vin.text if vin else "",
            label=shown if _is_distinctive(shown, reading) else "",
            reason=reason.strip(),
            by=by,
            at_ms=self._clock.now_ms(),
        )


def find_active_reports(marks: list[Mark]) -> list[Mark]:
    """Return the reports that still stand after every act of `marks`, which are given oldest first."""
    standing: dict[tuple[str, str], dict[int, Mark]] = {}
    for at, mark in enumerate(marks):
        of_number = standing.setdefault((mark.kind, mark.number), {})
        if mark.act is MarkAct.REPORTED:
            of_number[at] = mark
        else:
            for ended in [one for one, report in of_number.items() if clears_report(mark, report)]:
                del of_number[ended]
    left = {at: mark for of_number in standing.values() for at, mark in of_number.items()}
    return [left[at] for at in sorted(left)]


def open_clearing(transaction: Transaction, clearing_id: str) -> Clearing:
    """Return a proposal that nobody carried out or rejected; raise `NotThereError`."""
    for one in transaction.open_clearings():
        if one.id == clearing_id:
            return one
    raise NotThereError(gettext("no such proposal waits"), hint=gettext("look at the proposals that wait"))


def _ended_by(clearing: Mark, transaction: Transaction) -> tuple[Mark, ...]:
    """Return the standing reports that a clearing ends; raise `UsageError` if there are none."""
    standing = find_active_reports(transaction.marks(clearing.kind, clearing.number))
    ended = tuple(report for report in standing if clears_report(clearing, report))
    if not ended:
        raise UsageError(
            gettext("no such radio stands on the stolen list"),
            hint=gettext("see the list: radiokey base blacklist list"),
        )
    return ended


def _act(mark: Mark, act: str, detail: str = "") -> StoredAct:
    subject = f"{mark.kind}:{mark.number}"
    return StoredAct(at_ms=mark.at_ms, who=mark.by, act=act, subject=subject, detail=detail or mark.reason)


def clears_report(clearing: Mark | Clearing, report: Mark) -> bool:
    """Tell whether a clearing, or a proposal of one, ends that report."""
    return (
        (clearing.kind, clearing.number) == (report.kind, report.number)
        and clearing.vin in {"", report.vin}
        and clearing.label in {"", report.label}
    )


class Marks(Protocol):
    """The acts on numbers: a transaction, or what was read of it ahead."""

    def marks(self, kind: str, number: str) -> list[Mark]:
        """See `Transaction.marks`."""
        ...

    def marks_ending(self, kind: str, ending: str) -> list[Mark]:
        """See `Transaction.marks_ending`."""
        ...


def check(transaction: Marks, reading: Reading, vin: Vin | None) -> None:
    """Raise `StolenError` or `PapersNeededError` where a standing report meets this request."""
    if (whole := ENDS_OF.get(reading.serial.kind)) is not None and find_active_reports(
        transaction.marks_ending(whole, reading.serial.key)
    ):
        raise PapersNeededError(
            gettext("a radio whose number ends like this is reported stolen"),
            hint=gettext("type the whole number, from A2C on: it tells whether it is yours"),
        )
    reports = find_active_reports(transaction.marks(reading.serial.kind, reading.serial.key))
    if not reports:
        return
    if reading.serial.identity is Identity.UNIT:
        raise StolenError(
            gettext("this radio is reported stolen"),
            hint=gettext(
                "if it is yours again, its maker's dealer clears the mark with the police "
                "receipt or the insurer's letter"
            ),
        )
    shown = compact(reading.label)
    for report in reports:
        same_car = vin is not None and report.vin == vin.text
        # One may have copied less of the label than the other.
        part = _is_distinctive(shown, reading) and shown in report.label
        if same_car or part or (report.label and report.label in shown):
            raise PapersNeededError(
                gettext("a radio with this label or from this car is reported stolen"),
                hint=gettext("many radios share this number; a dealer settles it with the car's papers"),
            )


def _is_distinctive(shown: str, reading: Reading) -> bool:
    """Tell whether a compact label shows enough beside the number to tell radios apart."""
    return len(shown) >= len(compact(reading.serial.text)) + LABEL_SURPLUS_MIN


def compact(label: str) -> str:
    """Return a label without what scanning and copying change: its spaces, dashes and case."""
    return "".join(character for character in label.upper() if character.isalnum())
