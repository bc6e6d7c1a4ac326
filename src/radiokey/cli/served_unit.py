"""The wiring of `radiokey unit serve`: files, sockets, signals."""

import asyncio
import contextlib
import ipaddress
import os
import secrets
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from radiokey.cli import say
from radiokey.cli.unit_around import NOTHING_AROUND, Around, tell
from radiokey.cli.unit_design import NO_LOCKS, design_of
from radiokey.cli.unit_hand import Hand, read_hand
from radiokey.clock import SECOND_MS
from radiokey.code.signed import SERIAL_SIZE_MAX
from radiokey.code.value import Code
from radiokey.diagnostics.describe import without_secret
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import Nameplate
from radiokey.diagnostics.server import DoipServer, Plug
from radiokey.diagnostics.slots import SlotStore
from radiokey.diagnostics.traffic import Traffic
from radiokey.diagnostics.unit_files import (
    FIRMWARE_CHIP_SIZE,
    DeviceFile,
    FileChip,
    Floor,
    Locks,
    make_firmware_chip,
    open_firmware_chip,
    trusts,
)
from radiokey.errors import InputError, OurFaultError, UsageError
from radiokey.headunit.events import SupplyRestored
from radiokey.headunit.firmware import Firmware
from radiokey.headunit.flash import ChipError
from radiokey.headunit.status import Surroundings
from radiokey.headunit.store import Store, digest
from radiokey.headunit.sync import challenge_lines
from radiokey.headunit.unit import Design, HeadUnit
from radiokey.serial.vin import Vin

if TYPE_CHECKING:
    from radiokey.diagnostics.can import CanAddress, CanServer

MADE_UP_VIN: Final = "SJNFAAN16U0123456"
PORT_MAX: Final = 65_535
UNTOUCHED_S: Final = 5.0
"""How long the chip's file lies untouched at most while the unit has supply."""
_PUBLIC_KEY_SIZE: Final = 32
_ENTITY_ID: Final = bytes(5) + b"\x01"
_PRESENCE: Final = frozenset({0x3E, 0x7E})
_LOOK_S: Final = 0.05
_NS_IN_MS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What a new unit is made with, as it was typed."""

    code: str | None
    serial: str | None
    vin: str | None
    signer: Path | None
    image: Path | None = None
    locks: Locks = NO_LOCKS


def parse_address(text: str, *, reachable: bool) -> tuple[str, int]:
    """Return host and port; raise `UsageError`, also for an address that others can reach."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > PORT_MAX:
        raise UsageError("an address is HOST:PORT", hint="like 127.0.0.1:13400; port 0 takes a free one")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback and not reachable:
        raise UsageError(
            "other machines can reach this address, and DoIP asks nobody who they are",
            hint="take 127.0.0.1, or add --reachable if that is what you want",
        )
    return host, int(port)


@dataclass(frozen=True, slots=True)
class ServedUnit:
    """A unit with its files: `close` lets them go, so that another may serve it.

    `code_typed`: a code that it does not need may come first on standard input.
    """

    ecu: Ecu
    state: Path
    close: Callable[[], None]
    code_typed: bool = False

    @classmethod
    def opened(
        cls,
        model_id: str,
        state: Path,
        device: Path,
        new: NewUnit,
        off_ms: int | None = None,
        *,
        firmware: Path | None = None,
    ) -> Self:
        """Return the unit in these files, or a new one; it was without supply since its chip was touched."""
        design = design_of(model_id)
        if not device.exists():
            _make(model_id, design, state, device, new, firmware=firmware)
        with contextlib.ExitStack() as held:
            in_device = DeviceFile.taken(device)
            held.callback(in_device.close)
            if new.locks not in {NO_LOCKS, in_device.locks}:
                raise UsageError(
                    f"the unit in {device.name} was made with other locks",
                    hint="what a unit is made with stays; leave --pairs and --second-lock out",
                )
            design = design_of(model_id, in_device.locks)
            plate = in_device.plate
            if plate.system != model_id:
                raise UsageError(
                    f"the unit in {device.name} is a {plate.system}", hint=f"take --model {plate.system}"
                )
            if firmware and not firmware.exists():
                make_firmware_chip(firmware, _image(new), model_id, in_device.device.verify)
            touched_ms = state.stat().st_mtime_ns // _NS_IN_MS if state.exists() else None
            chip = FileChip(state, in_device.chip_id)
            held.callback(chip.close)
            made_before = in_device.value != 0
            if not made_before:
                _provision(design, chip, in_device, new)
                touched_ms = None
            gap_ms = off_ms if off_ms is not None else _since(touched_ms)
            unit = HeadUnit(design, chip, in_device.device, Surroundings(supply=False, dark_for_ms=gap_ms))
            unit.handle(SupplyRestored())
            slots = None
            if firmware:
                firmware_chip = open_firmware_chip(firmware)
                held.callback(firmware_chip.close)
                slots = SlotStore(
                    Firmware(firmware_chip, model_id, in_device.device.verify, Floor(in_device))
                )
            ecu = Ecu(unit, plate, in_device, secrets.token_bytes, firmware=slots)
            typed = made_before and new.code == "-"
            return cls(ecu, state, held.pop_all().close, code_typed=typed)


def _since(touched_ms: int | None) -> int:
    return 0 if touched_ms is None else max(0, time.time_ns() // _NS_IN_MS - touched_ms)


def _provision(design: Design, chip: FileChip, in_device: DeviceFile, new: NewUnit) -> None:
    """Write the first record of a new unit."""
    code = _code(new.code)
    design.shape.check(code)
    try:
        Store.provision(chip, in_device.device, digest(in_device.device.key, code.reveal()))
    except ChipError as error:
        raise OurFaultError(f"the unit could not be made: {error}") from error


def _make(
    model_id: str, design: Design, state: Path, device: Path, new: NewUnit, *, firmware: Path | None
) -> None:
    """Make a device; nothing is made where a chip is there, or where code or image are none of this model."""
    if state.exists():
        raise InputError(
            f"{state.name} is a memory chip, and its device {device.name} is not there",
            hint="a chip works in its own device alone; name that, or another chip",
        )
    if new.code is None:
        raise UsageError("a new unit needs a code", hint="give --code CODE, or --code - and type it")
    if new.code != "-":
        design.shape.check(Code.typed(new.code))
    plate = Nameplate(
        serial=new.serial or f"RK{secrets.randbelow(10**8):08}",
        system=model_id,
        part="RADIOKEY",
        software=version("radiokey"),
        supplier_software=version("radiokey"),
        signer=new.signer is not None,
    )
    if not (plate.serial.isascii() and plate.serial.isprintable() and len(plate.serial) <= SERIAL_SIZE_MAX):
        raise UsageError("a serial number has 1 to 32 characters of ASCII", hint="leave --serial out for one")
    vin = Vin.parse(new.vin).text if new.vin else MADE_UP_VIN
    signer = _public_key(new.signer) if new.signer else b""
    if firmware and not firmware.exists():
        make_firmware_chip(firmware, _image(new), model_id, trusts(signer))
    DeviceFile.made(device, plate, secrets.token_bytes, vin=vin, signer=signer, locks=new.locks)


def _image(new: NewUnit) -> bytes:
    if new.image is None:
        raise UsageError("a new firmware chip needs an image", hint="give --image FILE, one that is signed")
    try:
        with new.image.open("rb") as file:
            return file.read(FIRMWARE_CHIP_SIZE)
    except OSError as error:
        raise InputError(f"the image cannot be read: {error.strerror}", hint="look at its path") from error


def _code(typed: str | None) -> Code:
    if typed is None:
        raise UsageError("a new unit needs a code", hint="give --code CODE, or --code - and type it")
    return Code.typed(sys.stdin.readline() if typed == "-" else typed)


def _public_key(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise InputError("the signer's key could not be read", hint="64 hexadecimal digits") from error
    if len(key) != _PUBLIC_KEY_SIZE:
        raise InputError("a public key has 32 bytes", hint="64 hexadecimal digits")
    return key


# --- serving ------------------------------------------------------------------------------------------------


class _Reporter:
    """Writes what happens, a line each: noted at once by any thread, written by the loop soon after."""

    def __init__(self, ecu: Ecu, stop: Callable[[], None], *, as_json: bool) -> None:
        self._ecu = ecu
        self._stop = stop
        self._as_json = as_json
        self._last: dict[str, Any] = {}
        self._noted: deque[tuple[str, bytes]] = deque()

    def watch(self, where: str, data: bytes) -> None:
        """Note a message, but for mere presence."""
        if data[0] not in _PRESENCE:
            self._noted.append((where, data))

    def write_noted(self) -> None:
        """Write the messages since last time, and the state of the unit if it is another one."""
        while self._noted:
            self._write_message(*self._noted.popleft())
        status, screen = self._ecu.unit.status, self._ecu.unit.screen
        fields: dict[str, Any] = {
            "state": status.state.value,
            "display": screen.text,
            "errors": status.errors,
            "tries_left": status.tries_left,
            "wait_left_ms": status.wait_left_ms,
            "supply": self._ecu.has_supply(),
        }
        unit = self._ecu.unit
        if unit.design.policy.pairs:
            fields |= {"bus": unit.bus.value, "car": unit.vin, "paired": bool(unit.paired)}
        challenge = unit.challenge
        if challenge is not None:
            fields["challenge"] = list(challenge_lines(challenge))
        shown = {name: value for name, value in fields.items() if name not in {"wait_left_ms", "display"}}
        if shown == self._last:
            return
        asks = challenge is not None and fields["challenge"] != self._last.get("challenge")
        self._last = shown
        wait = f", {status.wait_left_ms // SECOND_MS} s to wait" if status.wait_left_ms else ""
        left = "" if status.tries_left is None else f", {status.tries_left} tries left"
        what = status.state.value if self._ecu.has_supply() else "no supply"
        heard = f", bus {unit.bus.value}" if unit.design.policy.pairs else ""
        heard += ", paired" if unit.paired else ""
        self._write(fields, f"[{screen.text}] {what}, {status.errors} errors{left}{wait}{heard}")
        if asks and not self._as_json:
            self._print("It asks its base. By hand:", *fields["challenge"])

    def write_place(self, where: dict[str, str]) -> None:
        """Write where the unit is."""
        plate = self._ecu.plate
        fields = {"serial": plate.serial, "vin": self._ecu.notes.vin, "model": plate.system, **where}
        self._write(fields, ", ".join(f"{name} {value}" for name, value in fields.items()))

    def _write_message(self, where: str, data: bytes) -> None:
        """Write a message; seeds and keys stay out, since they make a code."""
        shown = without_secret(data)
        text = shown.hex().upper() + ("****" if len(shown) < len(data) else "")
        asked = where.startswith("<")
        fields = {"from" if asked else "to": where[1:], "message": text}
        self._write(fields, f"{where[1:]} {'->' if asked else '<-'} {text}")

    def _write(self, fields: dict[str, Any], text: str) -> None:
        self._print(text, fields=fields)

    def _print(self, *lines: str, fields: dict[str, Any] | None = None) -> None:
        try:
            if self._as_json:
                say.document(fields)
            else:
                for line in lines:
                    say.out(line)
            sys.stdout.flush()
        except BrokenPipeError:
            self._stop()


def serve_unit(
    unit: ServedUnit,
    doip: tuple[str, int] | None,
    bus: "CanAddress | None",
    around: Around = NOTHING_AROUND,
    *,
    panel: tuple[str, int] | None = None,
    as_json: bool,
) -> None:
    """Serve the unit until it is interrupted.

    `around` is where it hears its car and asks its base, `panel` where its page is.
    """
    try:
        asyncio.run(_serve(unit, doip, bus, around, panel=panel, as_json=as_json))
    finally:
        if unit.ecu.has_supply():
            with contextlib.suppress(OSError):
                os.utime(unit.state)
        unit.close()


async def _serve(
    unit: ServedUnit,
    doip: tuple[str, int] | None,
    bus: "CanAddress | None",
    around: Around,
    *,
    panel: tuple[str, int] | None,
    as_json: bool,
) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        loop.call_soon_threadsafe(ended.set)

    reporter = _Reporter(unit.ecu, stop, as_json=as_json)
    plug = Plug(unit.ecu, lambda: time.monotonic_ns() // _NS_IN_MS, reporter.watch)
    hand = Hand(plug)
    for ending in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(ending, ended.set)
    can_server = _open_can(plug, bus, stop) if bus else None
    server = DoipServer(plug, _ENTITY_ID) if doip else None
    where: dict[str, str] = {}
    beside = contextlib.AsyncExitStack()
    try:
        if panel:
            where["panel"] = await beside.enter_async_context(_show_panel(plug, hand, panel))
        if server and doip:
            where["doip"] = f"{doip[0]}:{await _listen(server, *doip)}"
        if can_server and bus:
            can_server.start()
            where["can"] = f"{bus.interface}/{bus.channel}"
        reporter.write_place(where)
        threading.Thread(target=read_hand, args=(hand, unit.code_typed), daemon=True).start()
        async with around.listening(plug):
            await _write_until(ended, reporter, unit)
    finally:
        await beside.aclose()
        if server:
            await server.stop()
        if can_server:
            await asyncio.to_thread(can_server.stop)
        reporter.write_noted()


async def _write_until(ended: asyncio.Event, reporter: _Reporter, unit: ServedUnit) -> None:
    """Write what happens until the end; the chip is touched now and then, so that it tells when it was on."""
    touched_s = 0.0
    while not ended.is_set():
        reporter.write_noted()
        if unit.ecu.has_supply() and time.monotonic() - touched_s >= UNTOUCHED_S:
            os.utime(unit.state)
            touched_s = time.monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), _LOOK_S)


@contextlib.asynccontextmanager
async def _show_panel(plug: Plug, hand: Hand, panel: tuple[str, int]) -> AsyncIterator[str]:
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


async def _listen(server: DoipServer, host: str, port: int) -> int:
    try:
        return await server.start(host, port)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}, port {port}: {error.strerror or 'that did not work'}",
            hint="try port 0, which takes a free one",
        ) from error


def parse_bus(uri: str) -> "CanAddress":
    """Return the CAN bus that a URI names; raise `UsageError`, also where the packages for it are missing."""
    try:
        from radiokey.diagnostics.can import CanAddress  # noqa: PLC0415 - an extra of its own
    except ImportError as error:
        raise UsageError(
            "CAN needs one more package", hint="install radiokey with its extra: radiokey[can]"
        ) from error
    return CanAddress.parse(uri)


def _open_can(plug: Plug, address: "CanAddress", stop: Callable[[], None]) -> "CanServer":
    from radiokey.diagnostics.can import CanServer  # noqa: PLC0415 - the address was parsed, so it is there

    def failed() -> None:
        say.error("the CAN bus does not answer any more", "look at the adapter, then start again")
        stop()

    opened = address.open()
    if not plug.ecu.unit.design.policy.pairs:
        return CanServer(plug, opened, failed)
    from radiokey.diagnostics.car_can import CarOnCan  # noqa: PLC0415 - the same

    return CanServer(plug, opened, failed, CarOnCan(opened, lambda heard: tell(plug, heard), plug.now_ms))
