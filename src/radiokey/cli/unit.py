"""`radiokey unit`: a head unit of its own at a network, with the record that a real one keeps."""

from pathlib import Path

import click

from radiokey.cli.noun import Noun
from radiokey.cli.options import json_lines_option, json_option, parse_path
from radiokey.errors import UsageError
from radiokey.language.speech import gettext

app = Noun("unit", help="A head unit at the car's network.")


@app.command("serve")
@click.option("--model", required=True, metavar="ID", help="Which radio; ids from 'radiokey models'.")
@click.option("--code", metavar="CODE|-", help="The code of a new unit; - reads it from standard input.")
@click.option("--doip", metavar="HOST:PORT", help="Answer DoIP there; port 0 takes a free one.")
@click.option(
    "--can", "can_uri", metavar="URI", help="Answer on that CAN bus too, like can://socketcan/can0."
)
@click.option(
    "--state", required=True, type=parse_path, metavar="FILE", help="Its memory chip; made if need be."
)
@click.option(
    "--device",
    required=True,
    type=parse_path,
    metavar="FILE",
    help="Its key, its counter, its numbers; made if need be.",
)
@click.option("--firmware", type=parse_path, metavar="FILE", help="Its firmware chip; made if need be.")
@click.option("--image", type=parse_path, metavar="FILE", help="The signed image of a new firmware chip.")
@click.option("--serial", metavar="TEXT", help="The serial number of a new unit.")
@click.option("--vin", metavar="VIN", help="The car of a new unit.")
@click.option(
    "--signer", type=parse_path, metavar="FILE", help="The Ed25519 public key whose signatures it trusts."
)
@click.option("--pairs", is_flag=True, help="A new unit pairs with its car: a training unit.")
@click.option("--second-lock", is_flag=True, help="A new unit also asks its base: a training unit.")
@click.option("--car", "car_uri", metavar="URI", help="Its car's gateway, like doip://127.0.0.1:13401.")
@click.option("--base", "base_url", metavar="URL", help="The base that it asks after its code was right.")
@click.option(
    "--off",
    "off_ms",
    type=click.IntRange(0),
    metavar="MS",
    help="How long it was without supply before this start; else as long as its chip lay untouched.",
)
@click.option(
    "--panel",
    metavar="HOST:PORT",
    help="Show its panel and its plug as a page there; port 0 takes a free one.",
)
@click.option("--reachable", is_flag=True, help="Allow an address that other machines can reach.")
@json_lines_option
def serve(
    *,
    model: str,
    code: str | None,
    doip: str | None,
    can_uri: str | None,
    state: Path,
    device: Path,
    firmware: Path | None,
    image: Path | None,
    serial: str | None,
    vin: str | None,
    signer: Path | None,
    pairs: bool,
    second_lock: bool,
    car_uri: str | None,
    base_url: str | None,
    off_ms: int | None,
    panel: str | None,
    reachable: bool,
    as_json: bool,
) -> None:
    """Serve a head unit until it is interrupted.

    Each line on standard output is something that happened. Lines on standard input are a hand at the panel:
    'key 4', 'hold 6 2500', 'ignition off', 'radio off', 'supply 12400', 'cut 60000', 'answer LINES'.
    """
    from radiokey.cli.served.addresses import (  # noqa: PLC0415 - a start must stay quick
        parse_address,
        parse_bus,
        parse_gateway,
    )
    from radiokey.cli.served.around import Around  # noqa: PLC0415 - the same
    from radiokey.cli.served.serving import serve_unit  # noqa: PLC0415 - the same
    from radiokey.cli.served.unit import NewUnit, ServedUnit, UnitFiles  # noqa: PLC0415 - the same
    from radiokey.diagnostics.unit_files import Locks  # noqa: PLC0415 - the same

    if not doip and not can_uri:
        raise UsageError(
            gettext("a unit is served somewhere"), hint=gettext("give --doip 127.0.0.1:13400, or --can URI")
        )
    where = parse_address(doip, reachable=reachable) if doip else None
    bus = parse_bus(can_uri) if can_uri else None
    page = parse_address(panel, reachable=reachable) if panel else None
    if image and not firmware:
        raise UsageError(
            gettext("an image goes onto a chip"), hint=gettext("name the firmware chip too, with --firmware")
        )
    around = Around.of(parse_gateway(car_uri) if car_uri else None, base_url, model)
    locks = Locks(pairs=pairs, second_lock=second_lock)
    new = NewUnit(code, serial=serial, vin=vin, signer=signer, image=image, locks=locks)
    unit = ServedUnit.opened(model, UnitFiles(state, device, firmware), new, off_ms)
    serve_unit(unit, where, bus, around, panel=page, as_json=as_json)


@app.command("car")
@click.option("--vin", required=True, metavar="VIN", help="Which car this is.")
@click.option("--doip", metavar="HOST:PORT", help="Answer as its gateway there; port 0 takes a free one.")
@click.option("--can", "can_uri", metavar="URI", help="Answer on that CAN bus too.")
@click.option("--reachable", is_flag=True, help="Allow an address that other machines can reach.")
@json_option
def car(*, vin: str, doip: str | None, can_uri: str | None, reachable: bool, as_json: bool) -> None:
    """Be a car that says its VIN to the units in it, until it is interrupted.

    Lines on standard input are what happens to it: 'vin VIN' puts the units into another car, 'silent' and
    'noisy' break its bus, 'vin VIN' mends it.
    """
    from radiokey.cli.served.addresses import parse_address, parse_bus  # noqa: PLC0415 - a start must stay quick
    from radiokey.cli.served.car import serve_car  # noqa: PLC0415 - the same
    from radiokey.serial.vin import Vin  # noqa: PLC0415 - the same

    if not doip and not can_uri:
        raise UsageError(
            gettext("a car is heard somewhere"), hint=gettext("give --doip 127.0.0.1:13401, or --can URI")
        )
    where = parse_address(doip, reachable=reachable) if doip else None
    serve_car(Vin.parse(vin), where, parse_bus(can_uri) if can_uri else None, as_json=as_json)
