"""The grant by which a new memory chip becomes this unit's own: the only way out of a permanent lock.

It is signed by a signer that the device trusts, and it is bound to three things: the unit's serial number,
the id of the chip, and the counter of the device. The chip forgets, the counter does not: once a chip is
provisioned it has gone on, and the same grant is worth nothing. Every byte is in docs/spec/record.md.

The grant carries the digest of the code under the device's key, which the base keeps from the factory; the
code itself is not in it.
"""

from dataclasses import dataclass
from typing import Self

from radiokey.code.signed import ChipGrant, Signer, sign, split
from radiokey.headunit.device import Device
from radiokey.headunit.flash import Chip


@dataclass(frozen=True, slots=True)
class Grant(ChipGrant):
    """A `ChipGrant` as a unit takes it."""

    def signed_by(self, signer: Signer) -> bytes:
        """Return the grant as it is handed to the unit."""
        return sign(self, signer)

    @classmethod
    def opened(cls, data: bytes, device: Device, chip: Chip) -> Self | None:
        """Return the grant in `data` if it is signed, and is for this device, this chip and just now."""
        body, signature = split(data)
        grant = cls.parse(body)
        if grant is None or not device.verify(cls.DOMAIN + body, signature):
            return None
        here = (device.serial, chip.id, device.counter.value)
        return grant if (grant.serial, grant.chip_id, grant.counter) == here else None
