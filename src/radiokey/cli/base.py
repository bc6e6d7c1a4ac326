"""`radiokey base`: the stolen list and the log of one's own base."""

from typing import Annotated, Any

import typer

from radiokey.base.bootstrap import init_base, open_base
from radiokey.base.ports.store import Mark
from radiokey.cli import backup, import_units, keys, log, say, staff, tokens, witness
from radiokey.cli.options import BY, Database, Json, Make, ModelId, kinds_of
from radiokey.cli.serial import read_one
from radiokey.serial.vin import Vin

app = typer.Typer(help="One's own base: stolen list and log.", no_args_is_help=True)
blacklist = typer.Typer(help="Radios reported stolen.", no_args_is_help=True)
app.add_typer(blacklist, name="blacklist")
app.add_typer(log.app, name="log")
app.command("witness")(witness.serve)
app.add_typer(keys.app, name="keys")
app.add_typer(staff.app, name="staff")
app.add_typer(tokens.app, name="tokens")
app.command("import")(import_units.import_units)
app.command("backup")(backup.back_up)
app.command("restore")(backup.restore)

Serial = Annotated[str, typer.Argument(metavar="SERIAL", help="As it stands on the label.")]
VinText = Annotated[str | None, typer.Option("--vin", help="The car it belongs to.")]
Label = Annotated[str, typer.Option("--label", help="The whole text of its label.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the history.")]


@app.command("init")
def init(
    *,
    organisation: Annotated[
        str, typer.Option("--organisation", help="Its name for ever, a domain of yours: codes.example.org")
    ],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make a hosted base, or bring one up to date: schema, keys, and the name of its log."""
    with init_base(database, organisation) as base:
        key = str(base.log.key)
    if as_json:
        say.document({"organisation": organisation, "key": key})
    else:
        say.out(f"{organisation} is ready. Its log is checked with this key; publish it:")
        say.out(key)


@blacklist.command("add")
def add(
    serial: Serial,
    *,
    reason: Reason,
    vin: VinText = None,
    label: Label = "",
    model: ModelId = None,
    make: Make = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Report a radio stolen. A number that many radios share needs the label or the car too."""
    reading = read_one(serial, make=make, kinds=kinds_of(model))
    with open_base(database) as base:
        report = base.blacklist.add(reading, vin=_vin(vin), label=label, reason=reason, by=BY)
    if as_json:
        say.document(_as_json(report))
    else:
        say.out(f"{reading.serial} is on the stolen list.")


@blacklist.command("clear")
def clear(
    serial: Serial,
    *,
    reason: Reason,
    vin: VinText = None,
    label: Label = "",
    model: ModelId = None,
    make: Make = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Clear the report of the same car and label; the history stays."""
    reading = read_one(serial, make=make, kinds=kinds_of(model))
    with open_base(database) as base:
        ended = base.blacklist.clear(reading, vin=_vin(vin), label=label, reason=reason, by=BY)
    if as_json:
        say.document([_as_json(report) for report in ended])
    else:
        say.out(f"The report of {reading.serial} is cleared.")


@blacklist.command("list")
def listed(*, database: Database = None, as_json: Json = False) -> None:
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
