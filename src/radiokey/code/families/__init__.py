"""The public derivations: from a serial number to the code. `base.release.service` alone comes in here.

One module per family, each with the same verb `derive(serial) -> Code`, its domain, its refusals and its
sources. The mathematics is written down anew from its description; no program and no table was copied.
"""

from collections.abc import Callable, Mapping
from typing import Final

from radiokey.code.families import fiat_vp, ford_m, nissan_bp, renault_precode, toyota_erc_legacy
from radiokey.code.value import Code
from radiokey.serial.number import SerialNumber

DERIVATIONS: Final[Mapping[str, Callable[[SerialNumber], Code]]] = {
    "renault-precode": renault_precode.derive,
    "ford-m": ford_m.derive,
    "nissan-bp": nissan_bp.derive,
    "toyota-erc-legacy": toyota_erc_legacy.derive,
    "fiat-vp": fiat_vp.derive,
}
"""The derivation of each family of `radiokey.code.family.FAMILIES`, by the family's id."""


def derive(family_id: str, serial: SerialNumber) -> Code:
    """Return the code of `serial` by the derivation of `family_id`, one of `FAMILIES`.

    Raises `OutsideDomainError` where the number does not belong to the family, or lies where its derivation
    is undefined or in doubt. Whether the *radio* belongs to the family is for the caller to settle before
    (`Family.needs_model`): these functions see the number only.
    """
    return DERIVATIONS[family_id](serial)
