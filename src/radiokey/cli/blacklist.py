"""`radiokey base blacklist`: the stolen list."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

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
from radiokey.language.speech import gettext
from radiokey.serial.number import Reading
from radiokey.serial.vin import Vin

app = Noun("blacklist", help="Radios reported stolen.")

_OF_A_RADIO: Final = (
    serial_argument,
    click.option("--reason", metavar="TEXT", required=True, help="Why, for the history."),
    click.option("--vin", metavar="VIN", help="The car it belongs to."),
    click.option("--label", metavar="TEXT", default="", help="The whole text of its label."),
    model_option,
    make_option,
    database_option,
    json_option,
)
"""What a radio on the stolen list is named by, for both acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A radio as both acts name it; the fields are the options of `_OF_A_RADIO`."""

    serial: str
    reason: str
    vin: str | None
    label: str
    model: str | None
    make: str | None
    database: DatabaseLocation | None
    as_json: bool

    def read(self) -> Reading:
        """Return the number as it is understood."""
        return read_number(self.serial, make=self.make or "", radio=card_of(self.model))

    def values(self) -> dict[str, Any]:
        """Return what both acts take beside the number."""
        return {"vin": _vin(self.vin), "label": self.label, "reason": self.reason, "by": BY}


def _with_options(act: Callable[[_Named], None]) -> Callable[..., None]:
    """Return the command of an act, with the options of both."""

    @wraps(act)
    def command(**options: Any) -> None:  # noqa: ANN401 - Click gives them by name
        act(_Named(**options))

    for option in reversed(_OF_A_RADIO):
        command = option(command)
    return command


@app.command("add")
@_with_options
def add(named: _Named) -> None:
    """Report a radio stolen. A number that many radios share needs the label or the car too."""
    reading = named.read()
    with open_base(named.database, make=named.database is None) as base:
        report = base.blacklist.add(reading, **named.values())
    if named.as_json:
        say.document(_as_json(report))
    else:
        say.out(gettext("{serial} is on the stolen list.", serial=reading.serial))


@app.command("clear")
@_with_options
def clear(named: _Named) -> None:
    """Clear the report of the same car and label; the history stays."""
    reading = named.read()
    with open_base(named.database, make=named.database is None) as base:
        ended = base.blacklist.clear(reading, **named.values())
    if named.as_json:
        say.document([_as_json(report) for report in ended])
    else:
        say.out(gettext("The report of {serial} is cleared.", serial=reading.serial))


@app.command("list")
@database_option
@json_option
def listed(*, database: DatabaseLocation | None, as_json: bool) -> None:
    """List the reports that stand."""
    with open_base(database, make=database is None) as base:
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
