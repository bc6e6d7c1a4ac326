"""`radiokey serial`: what a person copied, understood."""

from typing import Any

import click

from radiokey.catalogue.index import models_with
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import json_option, kinds_of, make_option, model_option
from radiokey.code.family import FAMILIES, families_of
from radiokey.errors import SerialDoubtError, SerialError
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import Reading, parse, readings

app = Noun("serial", help="The number on the radio.")


@app.command("check")
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True, help="As it stands on the label.")
@make_option
@model_option
@json_option
def check(*, texts: tuple[str, ...], make: str | None, model: str | None, as_json: bool) -> None:
    """Say which serial number each TEXT holds, and which characters to look at again."""
    kinds = kinds_of(model)
    rows: list[dict[str, Any]] = []
    for text in texts:
        found = readings(text, make=make, kinds=kinds)
        if not found:
            # Nothing fits: say why, with the error that says most.
            parse(text, make=make, kinds=kinds)
            raise SerialError("no serial number was found", hint="type it as it stands on the label")
        rows.extend(_row(text, reading, make) for reading in found)
    if as_json:
        say.document(rows)
        return
    for row in rows:
        _write_reading(row)


def read_one(text: str, *, make: str | None = None, kinds: tuple[str, ...] | None = None) -> Reading:
    """Return the one reading of TEXT for a command that needs a number; raise its error otherwise."""
    try:
        return parse(text, make=make, kinds=kinds)
    except SerialDoubtError as doubt:
        if not doubt.hint:
            doubt.hint = "'radiokey serial check' shows every reading"
        raise


def look_again(at: int, read: str, other: str) -> str:
    """Say which character of a number deserves a second look."""
    return f"look again at character {at + 1}: {read} and {other} look alike"


def _row(text: str, reading: Reading, make: str | None) -> dict[str, Any]:
    serial = reading.serial
    family = next((family.id for family in families_of(serial, make or "")), None)
    return {
        "input": text,
        "serial": serial.text,
        "kind": serial.kind,
        "family": family,
        "models": list(models_with(kind=serial.kind)),
        "doubts": [{"at": doubt.at, "read": doubt.read, "or": doubt.other} for doubt in reading.doubts],
        "identity": serial.identity.value,
        "ask_makes": list(reading.ask_makes),
    }


def _write_reading(row: dict[str, Any]) -> None:
    say.out(f"{say.bold(row['serial'])}  {FORMATS[row['kind']].name}")
    for doubt in row["doubts"]:
        say.out(f"  {look_again(doubt['at'], doubt['read'], doubt['or'])}")
    if row["ask_makes"]:
        say.item(
            "  makes",
            f"radios of several makes have such a number, say --make: {', '.join(row['ask_makes'])}",
        )
    way = FAMILIES[row["family"]].name if row["family"] else "no public derivation; the maker's dealer knows"
    say.item("  code", way)
    if row["models"]:
        say.item("  radios", ", ".join(row["models"]))
