"""`radiokey code`: the code of one radio, for its owner, through the one door."""

import json
import uuid
from typing import Annotated, Any

import typer

from radiokey.base.release import Released, ReleaseRequest
from radiokey.base.sql.local import default_database, open_base
from radiokey.catalogue.index import cards
from radiokey.catalogue.model import Model
from radiokey.cli import say
from radiokey.cli.options import Database, Json, Make, ModelId, load, press_as_json
from radiokey.cli.serial import read_one
from radiokey.code.value import Press
from radiokey.errors import NoCodeHereError
from radiokey.headunit.panel import presses_for
from radiokey.serial.vin import Vin

CLIENT = "local"


def code(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="As it stands on the label.")],
    *,
    model: ModelId = None,
    make: Make = None,
    vin: Annotated[str | None, typer.Option("--vin", help="The car's number, if a check needs it.")] = None,
    owns: Annotated[bool, typer.Option("--i-own-this-radio", help="State that it is yours.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Give the code of one radio; where none is to be had here, say whom to ask and with what."""
    known = load(model)
    reading = read_one(serial, make=make, kinds=cards()[known.id].kinds if known else None)
    request = ReleaseRequest(
        request_id=uuid.uuid4().hex,
        client=CLIENT,
        serial=reading,
        model=known,
        vin=Vin.parse(vin) if vin else None,
        owns=owns,
    )
    try:
        with open_base(database or default_database()) as base:
            released = base.door.release(request)
    except NoCodeHereError:
        from radiokey.cli.sheet import on_stderr  # noqa: PLC0415 - only at the end of the road

        on_stderr(known, make, reading)
        raise
    entry = presses(known, released)
    if as_json:
        say.document(document(released, entry))
    else:
        _tell(released, known, entry)


def presses(model: Model | None, released: Released) -> tuple[Press, ...] | None:
    """Return the presses that key the code in, `None` where the panel or the shape is not known."""
    if model is None or model.panel is None or model.code.value is None:
        return None
    return presses_for(model.panel, model.code.value, released.code)


def document(released: Released, entry: tuple[Press, ...] | None) -> dict[str, Any]:
    """Return the JSON document of a release."""
    family, receipt = released.family, released.receipt
    return {
        "serial": receipt.serial,
        "family": family.id,
        "tier": family.tier.value,
        "code": released.code.reveal(),
        "provenance": {
            "checked": family.checked,
            "caution": family.caution,
            "lineages": [{"name": lineage.name, "what": lineage.what} for lineage in family.lineages],
        },
        "receipt": json.loads(receipt.encode()),
        "entry": None if entry is None else [press_as_json(press) for press in entry],
    }


def _tell(released: Released, model: Model | None, entry: tuple[Press, ...] | None) -> None:
    family = released.family
    probable = "" if family.tier.value == "A" else "probable: "
    say.out(say.bold(" ".join(released.code.reveal())))
    say.out(f"for {released.receipt.serial}, {family.name} ({probable}{family.checked})")
    say.out()
    say.out(family.caution)
    if entry is not None and model is not None:
        from radiokey.cli.entry import tell  # noqa: PLC0415 - the coach is long

        say.out()
        tell(model, released.code)
    else:
        say.out("Keying it in: 'radiokey entry MODEL -' shows each press once you know which radio it is.")
    say.out()
    say.out("If the radio refuses it once, stop: 'radiokey guide' says what to check before anything else.")
