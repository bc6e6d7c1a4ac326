"""A unit in files: its memory chip, its firmware's chip, and what is in the device and on no chip.

The chip's file is the 512 bytes of docs/spec/record.md, written in place. The device's file has the key, the
counters, the nameplate and the notes, is read by its owner alone, and is replaced as a whole, so that a count
is there or not. Whatever the disk says must have reached it before anything goes on. Both are in one unit at
a time: two copies of a chip would else be two units that spend the tries of one.
"""

import errno
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

if sys.platform != "win32":
    import fcntl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from radiokey.code.signed import CHIP_ID_SIZE, Verify
from radiokey.diagnostics.memory import VIN, Nameplate, Notes, NotesNotKeptError
from radiokey.diagnostics.troubles import Trouble
from radiokey.durable import put_in_place
from radiokey.errors import InputError
from radiokey.headunit.device import COUNTER_MAX, Device, RamCounter
from radiokey.headunit.firmware import RECORDS, SLOTS, Firmware, RefusedImageError
from radiokey.headunit.flash import ERASED, ChipError
from radiokey.headunit.store import CHIP_SIZE, SECTOR_SIZE
from radiokey.headunit.stored import KEY_SIZE
from radiokey.language.speech import gettext

FIRMWARE_SECTOR_SIZE: Final = 4_096
FIRMWARE_CHIP_SIZE: Final = RECORDS * FIRMWARE_SECTOR_SIZE + SLOTS * (1 << 20)
"""A chip with slots of a megabyte."""
_DEVICE_SIZE_MAX: Final = 65_536
_FORM: Final = 1
_PLATE: Final = ("serial", "system", "part", "software", "supplier_software")


class FileChip:
    """A memory chip in a file: programming clears bits, and nothing is certain before `sync`."""

    __slots__ = ("_file", "id", "sector_size", "size")

    def __init__(
        self,
        path: Path,
        id: bytes,  # noqa: A002 - a chip's id
        size: int = CHIP_SIZE,
        sector_size: int = SECTOR_SIZE,
    ) -> None:
        """Open the chip in `path`, or a blank one; raise `InputError` where the file is no such chip."""
        self.id = id
        self.size = size
        self.sector_size = sector_size
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if sys.platform != "win32":
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(self._file).st_size
            if not found:
                os.pwrite(self._file, bytes((ERASED,)) * size, 0)
                os.fsync(self._file)
        except BlockingIOError as error:
            os.close(self._file)
            raise InputError(
                gettext("the memory chip {name} is in a unit that runs", name=path.name),
                hint=gettext("stop that one first"),
            ) from error
        except OSError as error:
            raise InputError(
                gettext(
                    "the memory chip {name} cannot be opened: {strerror}",
                    name=path.name,
                    strerror=error.strerror,
                ),
                hint=gettext("name a file of yours"),
            ) from error
        if found not in {0, size}:
            os.close(self._file)
            raise InputError(
                gettext("{name} is not a memory chip", name=path.name),
                hint=gettext("a chip has {size} bytes; a new one is made", size=size),
            )

    def read(self, at: int, count: int) -> bytes:
        """Return `count` bytes from `at`."""
        if not 0 <= at <= at + count <= self.size:
            raise ChipError(gettext("read outside the chip"))
        try:
            data = os.pread(self._file, count, at)
        except OSError as error:
            raise ChipError(gettext("the chip cannot be read")) from error
        if len(data) != count:
            raise ChipError(gettext("the chip is shorter than it was"))
        return data

    def program(self, at: int, data: bytes) -> None:
        """Clear bits."""
        there = self.read(at, len(data))
        self._write(at, bytes(old & new for old, new in zip(there, data, strict=True)))

    def erase(self, sector: int) -> None:
        """Set a sector to 0xFF."""
        if not 0 <= sector < self.size // self.sector_size:
            raise ChipError(gettext("the chip has no such sector"))
        self._write(sector * self.sector_size, bytes((ERASED,)) * self.sector_size)

    def sync(self) -> None:
        """Return once the disk has it."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise ChipError(gettext("the disk does not answer")) from error

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)

    def _write(self, at: int, data: bytes) -> None:
        try:
            if os.pwrite(self._file, data, at) != len(data):
                raise ChipError(gettext("the disk is full"))
        except OSError as error:
            raise ChipError(gettext("the chip cannot be written")) from error


def trusts(signer: bytes) -> Verify:
    """Return what says whether `signer`, the bytes of an Ed25519 public key, signed; empty, nobody did."""

    def verify(message: bytes, signature: bytes) -> bool:
        if not signer:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(signer).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    return verify


@dataclass(frozen=True, slots=True)
class Floor:
    """What the unit's firmware left behind: a second number of its device."""

    _device: "DeviceFile"

    @property
    def value(self) -> int:
        """The number."""
        return self._device.floor_value

    def advance_to(self, value: int) -> None:
        """Go up to `value`, durably."""
        self._device.raise_floor(value)


@dataclass(frozen=True, slots=True)
class Locks:
    """What a unit was made with beside the code: it pairs with its car, it has a second lock."""

    pairs: bool = False
    second_lock: bool = False


LOCKS: Final = ("pairs", "second_lock")


class DeviceFile:
    """The device's file: key, counters, nameplate, notes. It is the unit's `Counter` and its `Notebook`.

    One that was `taken` is nobody else's before `close`: every file that replaces it is locked first.
    `locks` stand in it only where it has some: a device of an older version has none.
    """

    __slots__ = (
        "_chip_id",
        "_hold",
        "_key",
        "_notes",
        "_path",
        "_plate",
        "_signer",
        "_value",
        "floor_value",
        "locks",
    )

    def __init__(self, path: Path, fields: dict[str, Any]) -> None:
        """Take a device's fields; raise `ValueError`, `KeyError` or `TypeError` where they do not fit."""
        self._path = path
        self._hold: int | None = None
        self._key = bytes.fromhex(fields["key"])
        self._chip_id = bytes.fromhex(fields["chip"])
        self._signer = bytes.fromhex(fields["signer"])
        self._value = fields["counter"]
        self.floor_value: int = fields["floor"]
        self._plate = Nameplate(**{name: _ascii(fields[name]) for name in _PLATE}, signer=bool(self._signer))
        troubles = frozenset(Trouble(number) for number in fields["troubles"])
        self._notes = Notes(_ascii(fields["vin"]), _ascii(fields["workshop"]), troubles)
        self.locks = Locks(**{name: fields.get(name, False) for name in LOCKS})
        if fields["form"] != _FORM or len(self._key) != KEY_SIZE or len(self._chip_id) != CHIP_ID_SIZE:
            raise ValueError
        for count in (self._value, self.floor_value):
            if not isinstance(count, int) or not 0 <= count <= COUNTER_MAX:
                raise ValueError
        if not all(isinstance(getattr(self.locks, name), bool) for name in LOCKS):
            raise ValueError
        if self._notes.vin and not VIN.fullmatch(self._notes.vin):
            raise ValueError

    @classmethod
    def made(  # noqa: PLR0913 - all that a factory gives it, once
        cls,
        path: Path,
        plate: Nameplate,
        chance: Callable[[int], bytes],
        *,
        vin: str,
        signer: bytes = b"",
        locks: Locks | None = None,
    ) -> Self:
        """Make a new device in `path`; raise `InputError` where it cannot be written."""
        written = {name: getattr(plate, name) for name in _PLATE}
        fields = {"form": _FORM, "key": chance(KEY_SIZE).hex(), "chip": chance(CHIP_ID_SIZE).hex()}
        empty = {"counter": 0, "floor": 0, "vin": vin, "workshop": "", "troubles": []}
        chosen = {name: getattr(locks or Locks(), name) for name in LOCKS}
        device = cls(path, {**fields, **written, **empty, **chosen, "signer": signer.hex()})
        try:
            device._keep(0, 0, device._notes)
        except OSError as error:
            raise InputError(
                gettext(
                    "the device {name} cannot be made: {strerror}", name=path.name, strerror=error.strerror
                ),
                hint=gettext("name a file of yours"),
            ) from error
        return device

    @classmethod
    def taken(cls, path: Path) -> Self:
        """Return the device in `path` for one unit alone; raise `InputError`, also where another has it."""
        hold = None
        try:
            hold = _lock(path)
            device = cls(path, json.loads(os.pread(hold, _DEVICE_SIZE_MAX, 0)))
        except BlockingIOError as error:
            raise InputError(
                gettext("the device {name} is in a unit that runs", name=path.name),
                hint=gettext("stop that one first"),
            ) from error
        except OSError as error:
            raise InputError(
                gettext(
                    "the device {name} cannot be read: {strerror}", name=path.name, strerror=error.strerror
                ),
                hint=gettext("name a file of yours"),
            ) from error
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise InputError(
                gettext("{name} is not a device", name=path.name),
                hint=gettext("it is a file that 'radiokey unit serve' made"),
            ) from error
        else:
            device._hold, hold = hold, None
            return device
        finally:
            if hold is not None:
                os.close(hold)

    def close(self) -> None:
        """Let the device go."""
        if self._hold is not None:
            os.close(self._hold)
        self._hold = None

    @property
    def plate(self) -> Nameplate:
        """What the factory wrote on it."""
        return self._plate

    @property
    def chip_id(self) -> bytes:
        """The id of its memory chip."""
        return self._chip_id

    @property
    def device(self) -> Device:
        """The device, as a head unit takes it."""
        return Device(self._key, self._plate.serial, self, trusts(self._signer))

    @property
    def value(self) -> int:
        """The count."""
        return int(self._value)

    def advance(self) -> None:
        """Count one up, durably."""
        try:
            self._keep(self._value + 1, self.floor_value, self._notes)
        except OSError as error:
            raise ChipError(gettext("the counter does not answer")) from error

    def raise_floor(self, value: int) -> None:
        """Raise the floor of its firmware to `value`, durably."""
        assert self.floor_value < value <= COUNTER_MAX
        try:
            self._keep(self._value, value, self._notes)
        except OSError as error:
            raise ChipError(gettext("the counter does not answer")) from error

    def read(self) -> Notes:
        """Return the notes."""
        return self._notes

    def write(self, notes: Notes) -> None:
        """Make `notes` durable."""
        try:
            self._keep(self._value, self.floor_value, notes)
        except OSError as error:
            raise NotesNotKeptError from error

    def _keep(self, value: int, floor: int, notes: Notes) -> None:
        fields = {
            "form": _FORM,
            "key": self._key.hex(),
            "chip": self._chip_id.hex(),
            "counter": value,
            "floor": floor,
            "signer": self._signer.hex(),
            **{name: getattr(self._plate, name) for name in _PLATE},
            "vin": notes.vin,
            "workshop": notes.workshop,
            "troubles": sorted(notes.troubles),
            **{name: getattr(self.locks, name) for name in LOCKS if getattr(self.locks, name)},
        }
        new = _replace(self._path, (json.dumps(fields, indent=1) + "\n").encode("ascii"))
        if self._hold is None:
            os.close(new)
        else:
            os.close(self._hold)
            self._hold = new
        self._value, self.floor_value, self._notes = value, floor, notes


def open_firmware_chip(path: Path) -> FileChip:
    """Return the firmware chip in `path`, or a blank one; raise `InputError` where the file is none."""
    return FileChip(path, bytes(CHIP_ID_SIZE), FIRMWARE_CHIP_SIZE, FIRMWARE_SECTOR_SIZE)


def make_firmware_chip(path: Path, image: bytes, model: str, verify: Verify) -> None:
    """Make a firmware chip with its first image, as a factory does, or none; raise `InputError`.

    The device's floor stays where it is: the image has yet to start in it.
    """
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    chip = open_firmware_chip(new)
    try:
        Firmware(chip, model, verify, RamCounter()).install(image)
        put_in_place(new, path)
    except RefusedImageError as error:
        raise InputError(
            gettext("the image is not taken: {reason}", reason=error),
            hint=gettext("take one that the unit's signer signed for this radio"),
        ) from error
    except (ChipError, OSError) as error:
        raise InputError(
            gettext("the firmware chip {name} cannot be made", name=path.name),
            hint=gettext("name a file of yours"),
        ) from error
    finally:
        chip.close()
        new.unlink(missing_ok=True)


def _ascii(text: str) -> str:
    """Return `text`; raise where it is no text in ASCII."""
    text.encode("ascii")
    return text


def _lock(path: Path) -> int:
    """Open a file for one alone; raise `BlockingIOError` where another has it, `OSError`.

    The file may be replaced between the opening and the lock; then the one that is there now is taken.
    """
    while True:
        file = os.open(path, os.O_RDWR)
        try:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        except OSError:
            os.close(file)
            raise
        os.close(file)


def _write_whole(file: int, data: bytes) -> None:
    """Write all of `data`, durably; raise `OSError`."""
    if os.write(file, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file)


def _replace(path: Path, data: bytes) -> int:
    """Replace a file as a whole, durably, by one that is locked before it is there; return it open.

    Raises `OSError`.
    """
    new = path.with_name(f"{path.name}.new")
    file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _write_whole(file, data)
        put_in_place(new, path)
    except OSError:
        os.close(file)
        raise
    return file
