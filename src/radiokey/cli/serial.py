"""`radiokey serial`: what a person copied, understood."""

from typing import Any

import click

from radiokey.catalogue.fitting import families_for, radios_with
from radiokey.catalogue.index import Card
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import card_of, json_option, make_option, model_option
from radiokey.code.family import FAMILIES
from radiokey.code.reading import make_said, read_number, read_numbers
from radiokey.errors import SerialError
from radiokey.serial.formats import FORMATS
from radiokey.serial.makes import spoken_all
from radiokey.serial.number import Reading

app = Noun("serial", help="The number on the radio.")


@app.command("check")
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True, help="As it stands on the label.")
@make_option
@model_option
@json_option
def check(*, texts: tuple[str, ...], make: str | None, model: str | None, as_json: bool) -> None:
    """Say which serial number each TEXT holds, and which characters to look at again."""
    known = card_of(model)
    rows: list[dict[str, Any]] = []
    for text in texts:
        said = make_said(text, make or "", known)
        found = read_numbers(text, make=said, radio=known)
        if not found:
            # Nothing fits: say why, with the error that says most.
            read_number(text, make=said, radio=known)
            raise SerialError("no serial number was found", hint="type it as it stands on the label")
        rows.extend(_row(text, reading, said, known) for reading in found)
    if as_json:
        say.document(rows)
        return
    for row in rows:
        _write_reading(row)


def look_again(at: int, read: str, other: str) -> str:
    """Say which character of a number deserves a second look."""
    return f"look again at character {at + 1}: {read} and {other} look alike"


def _row(text: str, reading: Reading, make: str, known: Card | None) -> dict[str, Any]:
    serial = reading.serial
    radios = radios_with(serial, make, known)
    family = next((one.id for one in families_for(serial, known, make)), None)
    return {
        "input": text,
        "serial": serial.text,
        "kind": serial.kind,
        "family": family,
        "models": [card.id for card in radios],
        "doubts": [{"at": doubt.at, "read": doubt.read, "or": doubt.other} for doubt in reading.doubts],
        "identity": serial.identity.value,
        "ask_makes": list(reading.ask_makes),
    }


def _write_reading(row: dict[str, Any]) -> None:
    form = FORMATS[row["kind"]]
    known_from = form.type_of(row["serial"])
    say.out(f"{say.bold(row['serial'])}  {form.name}{f', of a {known_from}' if known_from else ''}")
    for doubt in row["doubts"]:
        say.out(f"  {look_again(doubt['at'], doubt['read'], doubt['or'])}")
    if row["ask_makes"]:
        say.item(
            "  makes",
            f"radios of several makes have such a number, say --make: {spoken_all(row['ask_makes'])}",
        )
    way = FAMILIES[row["family"]].name if row["family"] else "no public derivation; the maker's dealer knows"
    say.item("  code", way)
    if row["models"]:
        say.item("  radios", ", ".join(row["models"]))
