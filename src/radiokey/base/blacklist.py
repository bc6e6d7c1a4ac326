"""The stolen list: reported, and cleared again; every act is kept.

What a hit means depends on whose number it is. A number that names one unit refuses its radio to everybody.
A number that many radios share must not turn strangers away: there the list also needs the same label or the
same car, and a hit asks for papers.
"""

from radiokey.base.ports import Mark, MarkAct, Transaction
from radiokey.errors import PapersNeededError, StolenError
from radiokey.serial.number import Identity, Reading
from radiokey.serial.vin import Vin


def stand(marks: list[Mark]) -> list[Mark]:
    """Return the reports that still stand: a clearing ends earlier reports of the same car and label."""
    standing: list[Mark] = []
    for mark in marks:
        if mark.act is MarkAct.REPORTED:
            standing.append(mark)
        else:
            standing = [report for report in standing if (report.vin, report.label) != (mark.vin, mark.label)]
    return standing


def check(transaction: Transaction, reading: Reading, vin: Vin | None) -> None:
    """Raise `StolenError` or `PapersNeededError` where a standing report meets this request."""
    reports = stand(transaction.marks(reading.serial.kind, reading.serial.key))
    if not reports:
        return
    if reading.serial.identity is Identity.UNIT:
        raise StolenError(
            "this radio is reported stolen",
            hint="if it is yours again, its maker's dealer clears the mark with the police receipt or the "
            "insurer's letter",
        )
    for report in reports:
        same_car = vin is not None and report.vin == vin.text
        same_label = bool(report.label) and compact(report.label) == compact(reading.label)
        if same_car or same_label:
            raise PapersNeededError(
                "a radio with this label or from this car is reported stolen",
                hint="many radios share this number; a dealer settles it with the car's papers",
            )


def compact(label: str) -> str:
    """Return a label without what scanning and copying change: its spaces, dashes and case."""
    return "".join(character for character in label.upper() if character.isalnum())
