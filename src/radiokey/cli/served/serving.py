"""The wiring of `radiokey unit serve`: a unit at its sockets, its bus and its page, until the end."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from radiokey.cli.served.addresses import Address, listen
from radiokey.cli.served.around import NOTHING_AROUND, Around
from radiokey.cli.served.end import End
from radiokey.cli.served.hand import Hand, read_hand
from radiokey.cli.served.reporter import Reporter
from radiokey.cli.served.unit import ServedUnit
from radiokey.diagnostics.monotonic import now_ms
from radiokey.diagnostics.server import DoipServer, Plug
from radiokey.diagnostics.traffic import Traffic

if TYPE_CHECKING:
    from radiokey.diagnostics.bus import CanAddress
    from radiokey.diagnostics.can import CanServer

UNTOUCHED_S: Final = 5.0
"""How long the chip's file lies untouched at most while the unit has supply."""
_ENTITY_ID: Final = bytes(5) + b"\x01"


def serve_unit(
    unit: ServedUnit,
    doip: Address | None,
    bus: "CanAddress | None",
    around: Around = NOTHING_AROUND,
    *,
    panel: Address | None = None,
    as_json: bool,
) -> None:
    """Serve the unit until it is interrupted; raise `OurFaultError` where it cannot go on.

    `around` is where it hears its car and asks its base, `panel` where its page is.
    """
    try:
        asyncio.run(_serve(unit, doip, bus, around, panel=panel, as_json=as_json))
    finally:
        with contextlib.suppress(OSError):
            unit.touch()
        unit.close()


async def _serve(
    unit: ServedUnit,
    doip: Address | None,
    bus: "CanAddress | None",
    around: Around,
    *,
    panel: Address | None,
    as_json: bool,
) -> None:
    end = End()
    reporter = Reporter(unit.ecu, end, as_json=as_json)
    plug = Plug(unit.ecu, now_ms, reporter.watch, reporter.log)
    hand = Hand(plug)
    where: dict[str, str] = {}
    async with contextlib.AsyncExitStack() as served:
        served.callback(reporter.stop)
        can_server = _open_can(plug, bus, end) if bus else None
        if can_server:
            served.push_async_callback(asyncio.to_thread, can_server.stop)
        if panel:
            where["panel"] = await served.enter_async_context(_show_panel(plug, hand, panel))
        if doip:
            server = DoipServer(plug, _ENTITY_ID)
            served.push_async_callback(server.stop)
            where["doip"] = await listen(server.start, doip)
        if can_server and bus:
            can_server.start()
            where["can"] = f"{bus.interface}/{bus.channel}"
        reporter.start(where)
        threading.Thread(target=read_hand, args=(hand, unit.code_typed), daemon=True).start()
        await served.enter_async_context(around.listening(plug))
        while not await end.wait(UNTOUCHED_S):
            unit.touch()
    end.raise_what_failed()


@contextlib.asynccontextmanager
async def _show_panel(plug: Plug, hand: Hand, panel: Address) -> AsyncIterator[str]:
    """Serve the panel's page for a while; yield its address. The plug's traffic is kept from now on."""
    from radiokey.web.panel import Panel, serving  # noqa: PLC0415 - a site takes long to load

    begun_ms, report = plug.now_ms(), plug.watch
    traffic = Traffic(lambda: plug.now_ms() - begun_ms)

    def watch(where: str, data: bytes) -> None:
        report(where, data)
        traffic.message(where, data)

    plug.watch, plug.frames = watch, traffic
    plate = plug.ecu.plate
    facts = {"model": plate.system, "serial": plate.serial, "VIN": plug.ecu.notes.vin}
    page = Panel(plug, traffic, hand.do, {name: value for name, value in facts.items() if value})
    async with serving(page, *panel) as port:
        host = f"[{panel[0]}]" if ":" in panel[0] else panel[0]
        yield f"http://{host}:{port}"


def _open_can(plug: Plug, bus: "CanAddress", end: End) -> "CanServer":
    from radiokey.diagnostics.can import CanServer  # noqa: PLC0415 - an extra of its own, which is there
    from radiokey.diagnostics.car_can import CarOnCan  # noqa: PLC0415 - the same

    car = CarOnCan(plug.now_ms) if plug.ecu.unit.design.policy.pairs else None
    return CanServer(plug, bus, car, end.fail_at_bus)
