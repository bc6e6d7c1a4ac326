"""The wiring of `radiokey unit car`: a car that says its VIN, and the hand that puts units into another."""

import asyncio
import sys
import threading
from typing import TYPE_CHECKING, Final

from radiokey.cli import say
from radiokey.cli.served.addresses import Address, listen
from radiokey.cli.served.end import End
from radiokey.diagnostics.car import SimulatedGateway
from radiokey.errors import RadiokeyError, UsageError
from radiokey.language.speech import gettext
from radiokey.serial.vin import Vin

if TYPE_CHECKING:
    from radiokey.diagnostics.bus import CanAddress
    from radiokey.diagnostics.car_can import SimulatedCar

NOISE: Final = "?" * 17
"""What no VIN is: what a unit hears on a noisy bus."""


def serve_car(vin: Vin, doip: Address | None, bus: "CanAddress | None", *, as_json: bool) -> None:
    """Be that car until it is interrupted; raise `OurFaultError` where it cannot go on."""
    asyncio.run(_serve(vin, doip, bus, as_json=as_json))


async def _serve(vin: Vin, doip: Address | None, bus: "CanAddress | None", *, as_json: bool) -> None:
    end = End()
    gateway = SimulatedGateway(vin.text)
    cars: list[SimulatedGateway | SimulatedCar] = [gateway]
    where: dict[str, str] = {"vin": vin.text}
    try:
        if doip:
            where["doip"] = await listen(gateway.start, doip)
        if bus:
            cars.append(_open_can(vin, bus, end))
            where["can"] = f"{bus.interface}/{bus.channel}"
        if as_json:
            say.document(where)
        else:
            say.out(", ".join(f"{name} {value}" for name, value in where.items()))
        sys.stdout.flush()
        threading.Thread(target=_read_hand, args=(cars,), daemon=True).start()
        await end.wait()
    finally:
        for car in cars:
            car.stop()
    end.raise_what_failed()


def _open_can(vin: Vin, bus: "CanAddress", end: End) -> "SimulatedCar":
    from radiokey.diagnostics.car_can import SimulatedCar  # noqa: PLC0415 - an extra of its own

    car = SimulatedCar(bus, vin.text, lambda about, what: say.note(f"{about}: {what}"), end.fail_at_bus)
    car.start()
    return car


def _read_hand(cars: "list[SimulatedGateway | SimulatedCar]") -> None:
    """Do what each line of standard input says."""
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            says, silent = parse_happening(line)
        except RadiokeyError as error:
            say.error(error.sentence, error.hint)
            continue
        for car in cars:
            car.vin, car.silent = says, silent


def parse_happening(line: str) -> tuple[str, bool]:
    """Return what the car says then, and whether it is silent; raise `UsageError`, `VinError`."""
    match line.split():
        case ["silent"]:
            return "", True
        case ["noisy"]:
            return NOISE, False
        case ["vin", vin]:
            return Vin.parse(vin).text, False
        case _:
            raise UsageError(
                gettext("this is nothing that happens to a car"),
                hint=gettext("'vin VIN', 'silent' or 'noisy'"),
            )
