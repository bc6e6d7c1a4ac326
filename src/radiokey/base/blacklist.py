"""The stolen list: reported, and cleared again; every act is kept.

What a hit means depends on whose number it is. A number that names one unit refuses its radio to everybody.
A number that many radios share must not turn strangers away: there the list also needs the same label or the
same car, and a hit asks for papers.
"""

from typing import Final

from radiokey.base.ports import Mark, MarkAct, Store, Transaction
from radiokey.clock import Clock
from radiokey.errors import PapersNeededError, StolenError, UsageError
from radiokey.serial.number import Identity, Reading
from radiokey.serial.spelling import spell
from radiokey.serial.vin import Vin

LABEL_SURPLUS_MIN: Final = 4
"""How many letters and digits a label must show beside a shared number before it can tell radios apart."""

TEXT_LENGTH_MAX: Final = 500

ENDS_OF: Final = {"fiat-last4": "continental-a2c"}
"""Formats that are only the end of another, whose radios they open too."""


class Blacklist:
    """The stolen list of one base. Whoever holds it may report and clear: rights are the caller's matter."""

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
                "many radios share this number; alone it tells nobody which one was stolen",
                hint="add the VIN of the car, or the whole text of the label",
            )
        with self._store.transaction() as transaction:
            transaction.add_mark(mark)
        return mark

    def clear(
        self, reading: Reading, *, vin: Vin | None = None, label: str = "", reason: str, by: str = "owner"
    ) -> tuple[Mark, ...]:
        """Clear the reports on a number that name the same car and label, and return them.

        A clearing that names no car, or no label, meets reports of any. Raises `UsageError` where no report
        stands or, for a shared number, neither car nor label is named, and `StoreError`.
        """
        mark = self._mark(MarkAct.CLEARED, reading, vin, label or reading.label, reason, by)
        if reading.serial.identity is Identity.SHARED and not mark.vin and not mark.label:
            raise UsageError(
                "many radios share this number; the report to clear has to be named",
                hint="add the VIN or the label that the report gives",
            )
        with self._store.transaction() as transaction:
            standing = stand(transaction.marks(mark.kind, mark.number))
            ended = tuple(report for report in standing if _ends(mark, report))
            if not ended:
                raise UsageError(
                    "no such radio stands on the stolen list",
                    hint="see the list: radiokey base blacklist list",
                )
            transaction.add_mark(mark)
        return ended

    def list(self) -> tuple[Mark, ...]:
        """Return the reports that stand, oldest first."""
        with self._store.transaction() as transaction:
            return tuple(stand(transaction.all_marks()))

    def history(self) -> tuple[Mark, ...]:
        """Return every report and every clearing, oldest first."""
        with self._store.transaction() as transaction:
            return tuple(transaction.all_marks())

    def _mark(  # noqa: PLR0913, PLR0917 - one row of the list, told once
        self, act: MarkAct, reading: Reading, vin: Vin | None, label: str, reason: str, by: str
    ) -> Mark:
        if not reason.strip():
            raise UsageError("the stolen list keeps a reason for every entry", hint="say what happened")
        if max(map(len, (label, reason, by))) > TEXT_LENGTH_MAX:
            raise UsageError(
                f"a text on the stolen list has at most {TEXT_LENGTH_MAX} characters", hint="say it shorter"
            )
        shown = compact(spell(label).text)  # spelled as the labels are that come with a number
        return Mark(
            act=act,
            kind=reading.serial.kind,
            number=reading.serial.key,
            vin=vin.text if vin else "",
            label=shown if _tells_apart(shown, reading) else "",
            reason=reason.strip(),
            by=by,
            at_ms=self._clock.now_ms(),
        )


def stand(marks: list[Mark]) -> list[Mark]:
    """Return the reports that still stand after every act of `marks`, which are given oldest first."""
    standing: list[Mark] = []
    for mark in marks:
        if mark.act is MarkAct.REPORTED:
            standing.append(mark)
        else:
            standing = [report for report in standing if not _ends(mark, report)]
    return standing


def _ends(clearing: Mark, report: Mark) -> bool:
    return (
        (clearing.kind, clearing.number) == (report.kind, report.number)
        and clearing.vin in {"", report.vin}
        and clearing.label in {"", report.label}
    )


def check(transaction: Transaction, reading: Reading, vin: Vin | None) -> None:
    """Raise `StolenError` or `PapersNeededError` where a standing report meets this request."""
    if (whole := ENDS_OF.get(reading.serial.kind)) is not None and stand(
        transaction.marks_ending(whole, reading.serial.key)
    ):
        raise PapersNeededError(
            "a radio whose number ends like this is reported stolen",
            hint="type the whole number, from A2C on: it tells whether it is yours",
        )
    reports = stand(transaction.marks(reading.serial.kind, reading.serial.key))
    if not reports:
        return
    if reading.serial.identity is Identity.UNIT:
        raise StolenError(
            "this radio is reported stolen",
            hint="if it is yours again, its maker's dealer clears the mark with the police receipt or the "
            "insurer's letter",
        )
    shown = compact(reading.label)
    for report in reports:
        same_car = vin is not None and report.vin == vin.text
        # One may have copied less of the label than the other.
        part = _tells_apart(shown, reading) and shown in report.label
        if same_car or part or (report.label and report.label in shown):
            raise PapersNeededError(
                "a radio with this label or from this car is reported stolen",
                hint="many radios share this number; a dealer settles it with the car's papers",
            )


def _tells_apart(shown: str, reading: Reading) -> bool:
    """Tell whether a compact label shows enough beside the number to tell radios apart."""
    return len(shown) >= len(compact(reading.serial.text)) + LABEL_SURPLUS_MIN


def compact(label: str) -> str:
    """Return a label without what scanning and copying change: its spaces, dashes and case."""
    return "".join(character for character in label.upper() if character.isalnum())
