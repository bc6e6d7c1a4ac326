"""The grant by which a new memory chip becomes this unit's own: the only way out of a permanent lock.

It is signed by a signer that the device trusts, and it is bound to three things: the unit's serial number,
the id of the chip, and the counter of the device. The chip forgets, the counter does not: once a chip is
provisioned it has gone on, and the same grant is worth nothing. Every byte is in docs/spec/record.md.

The grant carries the digest of the code under the device's key, which the maker keeps from the factory; the
code itself is not in it.
"""

import struct
from dataclasses import dataclass
from typing import Final, Protocol, Self

from radiokey.headunit.device import Device
from radiokey.headunit.flash import Chip

CHIP_ID_SIZE: Final = 16
SERIAL_SIZE_MAX: Final = 32
SIGNATURE_SIZE: Final = 64

_CONTEXT: Final = b"radiokey grant\n"
_HEAD: Final = struct.Struct("<4s16sI16sB")
_MAGIC: Final = b"RKG1"


class Signer(Protocol):
    """A signer that may grant chips: the maker, later the central base. Its key stays with it."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`, `SIGNATURE_SIZE` bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Grant:
    """Chip `chip_id` may become the memory of unit `serial` while that unit's counter reads `counter`."""

    serial: str
    chip_id: bytes
    counter: int
    code_digest: bytes

    def message(self) -> bytes:
        """Return what is signed."""
        serial = self.serial.encode("ascii")
        assert len(serial) <= SERIAL_SIZE_MAX
        head = _HEAD.pack(_MAGIC, self.chip_id, self.counter, self.code_digest, len(serial))
        return _CONTEXT + head + serial

    def signed_by(self, signer: Signer) -> bytes:
        """Return the grant as it is handed to the unit."""
        message = self.message()
        signature = signer.sign(message)
        assert len(signature) == SIGNATURE_SIZE
        return message[len(_CONTEXT) :] + signature

    @classmethod
    def opened(cls, data: bytes, device: Device, chip: Chip) -> Self | None:
        """Return the grant in `data` if it is signed, and is for this device, this chip and just now."""
        body, signature = data[:-SIGNATURE_SIZE], data[-SIGNATURE_SIZE:]
        if len(body) < _HEAD.size or not body.startswith(_MAGIC):
            return None
        _, chip_id, counter, digest, length = _HEAD.unpack_from(body)
        serial = body[_HEAD.size :]
        if len(serial) != length or length > SERIAL_SIZE_MAX or not serial.isascii():
            return None
        if not device.verify(_CONTEXT + body, signature):
            return None
        grant = cls(serial.decode("ascii"), chip_id, counter, digest)
        here = (device.serial, chip.id, device.counter.value)
        return grant if (grant.serial, grant.chip_id, grant.counter) == here else None
