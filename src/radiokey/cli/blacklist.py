"""`radiokey base blacklist`: the stolen list."""

from typing import Any

import click

from radiokey.base.bootstrap import open_base
from radiokey.base.location import DatabaseLocation
from radiokey.base.ports.store import Mark
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import (
    BY,
    card_of,
    database_option,
    json_option,
    make_option,
    model_option,
    serial_argument,
)
from radiokey.code.reading import read_number
from radiokey.serial.vin import Vin

app = Noun("blacklist", help="Radios reported stolen.")

reason_option = click.option("--reason", metavar="TEXT", required=True, help="Why, for the history.")
vin_option = click.option("--vin", metavar="VIN", help="The car it belongs to.")
label_option = click.option("--label", metavar="TEXT", default="", help="The whole text of its label.")


@app.command("add")
@serial_argument
@reason_option
@vin_option
@label_option
@model_option
@make_option
@database_option
@json_option
def add(
    *,
    serial: str,
    reason: str,
    vin: str | None,
    label: str,
    model: str | None,
    make: str | None,
    database: DatabaseLocation | None,
    as_json: bool,
) -> None:
    """Report a radio stolen. A number that many radios share needs the label or the car too."""
    reading = read_number(serial, make=make or "", radio=card_of(model))
    with open_base(database) as base:
        report = base.blacklist.add(reading, vin=_vin(vin), label=label, reason=reason, by=BY)
    if as_json:
        say.document(_as_json(report))
    else:
        say.out(f"{reading.serial} is on the stolen list.")


@app.command("clear")
@serial_argument
@reason_option
@vin_option
@label_option
@model_option
@make_option
@database_option
@json_option
def clear(
    *,
    serial: str,
    reason: str,
    vin: str | None,
    label: str,
    model: str | None,
    make: str | None,
    database: DatabaseLocation | None,
    as_json: bool,
) -> None:
    """Clear the report of the same car and label; the history stays."""
    reading = read_number(serial, make=make or "", radio=card_of(model))
    with open_base(database) as base:
        ended = base.blacklist.clear(reading, vin=_vin(vin), label=label, reason=reason, by=BY)
    if as_json:
        say.document([_as_json(report) for report in ended])
    else:
        say.out(f"The report of {reading.serial} is cleared.")


@app.command("list")
@database_option
@json_option
def listed(*, database: DatabaseLocation | None, as_json: bool) -> None:
    """List the reports that stand."""
    with open_base(database) as base:
        reports = base.blacklist.list()
    if as_json:
        say.document([_as_json(report) for report in reports])
        return
    say.columns((report.number, report.vin, report.label, report.reason) for report in reports)


def _as_json(report: Mark) -> dict[str, Any]:
    return {
        "serial": report.number,
        "kind": report.kind,
        "vin": report.vin,
        "label": report.label,
        "reason": report.reason,
        "at_ms": report.at_ms,
    }


def _vin(text: str | None) -> Vin | None:
    return Vin.parse(text) if text else None
