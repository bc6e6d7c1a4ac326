"""A unit in its files, opened or made: what `radiokey unit serve` serves."""

import contextlib
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Self

from radiokey.cli.served.design import NO_LOCKS, design_of
from radiokey.clock import NS_IN_MS
from radiokey.code.signed import SERIAL_SIZE_MAX
from radiokey.code.value import Code
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import Nameplate
from radiokey.diagnostics.slots import SlotStore
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
from radiokey.headunit.unit import Design, HeadUnit
from radiokey.language.speech import gettext
from radiokey.serial.vin import Vin

MADE_UP_VIN: Final = "SJNFAAN16U0123456"
_PUBLIC_KEY_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What a new unit is made with, as it was typed."""

    code: str | None
    serial: str | None
    vin: str | None
    signer: Path | None
    image: Path | None = None
    locks: Locks = NO_LOCKS


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """Where a unit lies: its memory chip, what is in the device, and its firmware chip where it has one."""

    state: Path
    device: Path
    firmware: Path | None = None


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
    def opened(cls, model_id: str, files: UnitFiles, new: NewUnit, off_ms: int | None = None) -> Self:
        """Return the unit in these files, or a new one; it was off for `off_ms`, else since it was touched.

        Raises `UsageError`, `InputError`, `OurFaultError`.
        """
        if not files.device.exists():
            _make_device(model_id, files, new)
        with contextlib.ExitStack() as held:
            in_device = DeviceFile.taken(files.device)
            held.callback(in_device.close)
            _check(in_device, model_id, files, new)
            if files.firmware and not files.firmware.exists():
                make_firmware_chip(files.firmware, _image(new), model_id, in_device.device.verify)
            was_made = in_device.value != 0
            untouched_ms = _untouched_ms(files.state) if was_made else 0
            chip = FileChip(files.state, in_device.chip_id)
            held.callback(chip.close)
            design = design_of(model_id, in_device.locks)
            if not was_made:
                _provision(design, chip, in_device, new)
            around = Surroundings(supply=False, dark_for_ms=untouched_ms if off_ms is None else off_ms)
            unit = HeadUnit(design, chip, in_device.device, around)
            unit.handle(SupplyRestored())
            slots = None
            if files.firmware:
                firmware_chip = open_firmware_chip(files.firmware)
                held.callback(firmware_chip.close)
                firmware = Firmware(firmware_chip, model_id, in_device.device.verify, Floor(in_device))
                slots = SlotStore(firmware)
            ecu = Ecu(unit, in_device.plate, in_device, secrets.token_bytes, firmware=slots)
            typed = was_made and new.code == "-"
            return cls(ecu, files.state, held.pop_all().close, code_typed=typed)

    def touch(self) -> None:
        """Let the chip tell that it had supply until now; without supply it tells since when it has none."""
        if self.ecu.has_supply():
            os.utime(self.state)


def _untouched_ms(state: Path) -> int:
    """Return how long the file of a chip lay untouched, 0 where there is none."""
    if not state.exists():
        return 0
    return max(0, (time.time_ns() - state.stat().st_mtime_ns) // NS_IN_MS)


def _check(in_device: DeviceFile, model_id: str, files: UnitFiles, new: NewUnit) -> None:
    """Raise `UsageError` where the unit in a device is another than the one that was asked for."""
    name, plate = files.device.name, in_device.plate
    if new.locks not in {NO_LOCKS, in_device.locks}:
        raise UsageError(
            gettext("the unit in {name} was made with other locks", name=name),
            hint=gettext("what a unit is made with stays; leave --pairs and --second-lock out"),
        )
    if plate.system != model_id:
        raise UsageError(
            gettext("the unit in {name} is a {system}", name=name, system=plate.system),
            hint=gettext("take --model {system}", system=plate.system),
        )


def _provision(design: Design, chip: FileChip, in_device: DeviceFile, new: NewUnit) -> None:
    """Write the first record of a new unit."""
    code = _code(new.code)
    design.shape.check(code)
    try:
        Store.provision(chip, in_device.device, digest(in_device.device.key, code.reveal()))
    except ChipError as error:
        raise OurFaultError(gettext("the unit could not be made: {reason}", reason=error)) from error


def _make_device(model_id: str, files: UnitFiles, new: NewUnit) -> None:
    """Make a device; nothing is made where a chip is there, or where code or image are none of this model."""
    design = design_of(model_id)
    if files.state.exists():
        raise InputError(
            gettext(
                "{name} is a memory chip, and its device {device} is not there",
                name=files.state.name,
                device=files.device.name,
            ),
            hint=gettext("a chip works in its own device alone; name that, or another chip"),
        )
    if new.code != "-":
        design.shape.check(_code(new.code))
    plate = Nameplate(
        serial=new.serial or f"RK{secrets.randbelow(10**8):08}",
        system=model_id,
        part="RADIOKEY",
        software=version("radiokey"),
        supplier_software=version("radiokey"),
        signer=new.signer is not None,
    )
    if not (plate.serial.isascii() and plate.serial.isprintable() and len(plate.serial) <= SERIAL_SIZE_MAX):
        raise UsageError(
            gettext("a serial number has 1 to 32 characters of ASCII"),
            hint=gettext("leave --serial out for one"),
        )
    vin = Vin.parse(new.vin).text if new.vin else MADE_UP_VIN
    signer = _public_key(new.signer) if new.signer else b""
    if files.firmware and not files.firmware.exists():
        make_firmware_chip(files.firmware, _image(new), model_id, trusts(signer))
    DeviceFile.made(files.device, plate, secrets.token_bytes, vin=vin, signer=signer, locks=new.locks)


def _image(new: NewUnit) -> bytes:
    if new.image is None:
        raise UsageError(
            gettext("a new firmware chip needs an image"),
            hint=gettext("give --image FILE, one that is signed"),
        )
    try:
        with new.image.open("rb") as file:
            return file.read(FIRMWARE_CHIP_SIZE)
    except OSError as error:
        raise InputError(
            gettext("the image cannot be read: {strerror}", strerror=error.strerror),
            hint=gettext("look at its path"),
        ) from error


def _code(typed: str | None) -> Code:
    if typed is None:
        raise UsageError(
            gettext("a new unit needs a code"), hint=gettext("give --code CODE, or --code - and type it")
        )
    return Code.typed(sys.stdin.readline() if typed == "-" else typed)


def _public_key(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise InputError(
            gettext("the signer's key could not be read"), hint=gettext("64 hexadecimal digits")
        ) from error
    if len(key) != _PUBLIC_KEY_SIZE:
        raise InputError(gettext("a public key has 32 bytes"), hint=gettext("64 hexadecimal digits"))
    return key
