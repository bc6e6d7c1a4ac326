"""The wiring of `radiokey unit car`: a car that says its VIN, and the hand that puts units into another."""

import asyncio
import contextlib
import signal
import sys
import threading
from typing import TYPE_CHECKING, Final

from radiokey.cli import say
from radiokey.diagnostics.car import SimulatedGateway
from radiokey.errors import RadiokeyError, UsageError
from radiokey.serial.vin import Vin

if TYPE_CHECKING:
    from radiokey.diagnostics.can import CanAddress
    from radiokey.diagnostics.car_can import SimulatedCar

NOISE: Final = "?" * 17
"""What no VIN is: what a unit hears on a noisy bus."""


def serve_car(vin: Vin, doip: tuple[str, int] | None, bus: "CanAddress | None", *, as_json: bool) -> None:
    """Be that car until it is interrupted."""
    asyncio.run(_serve(vin, doip, bus, as_json=as_json))


async def _serve(vin: Vin, doip: tuple[str, int] | None, bus: "CanAddress | None", *, as_json: bool) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(ending, ended.set)
    gateway = SimulatedGateway(vin.text)
    cars: list[SimulatedGateway | SimulatedCar] = [gateway]
    where: dict[str, str] = {"vin": vin.text}
    try:
        if doip:
            where["doip"] = f"{doip[0]}:{await _listen(gateway, *doip)}"
        if bus:
            cars.append(_open_can(vin, bus))
            where["can"] = f"{bus.interface}/{bus.channel}"
        if as_json:
            say.document(where)
        else:
            say.out(", ".join(f"{name} {value}" for name, value in where.items()))
        sys.stdout.flush()
        threading.Thread(target=_read_hand, args=(cars,), daemon=True).start()
        await ended.wait()
    finally:
        for car in cars:
            car.stop()


async def _listen(gateway: SimulatedGateway, host: str, port: int) -> int:
    try:
        return await gateway.start(host, port)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}, port {port}: {error.strerror or 'that did not work'}",
            hint="try port 0, which takes a free one",
        ) from error


def _open_can(vin: Vin, bus: "CanAddress") -> "SimulatedCar":
    from radiokey.diagnostics.car_can import SimulatedCar  # noqa: PLC0415 - an extra of its own

    car = SimulatedCar(bus.open(), vin.text)
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
            raise UsageError("this is nothing that happens to a car", hint="'vin VIN', 'silent' or 'noisy'")
