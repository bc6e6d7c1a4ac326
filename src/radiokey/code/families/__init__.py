"""The public derivations: from a serial number to the code. `base.release.service` alone comes in here.

One module per family, each with the same verb `derive(serial) -> Code`, its domain, its refusals and its
sources; `ford` and `blaupunkt` hold what two of them share. The mathematics is written down anew from its
description; no program and no table was copied.
"""

from collections.abc import Callable, Mapping
from typing import Final

from radiokey.code.families import (
    blaupunkt_bp,
    fiat_vp,
    ford_m,
    ford_v,
    opel_gm0203,
    renault_precode,
    toyota_erc_legacy,
)
from radiokey.code.value import Code
from radiokey.serial.number import SerialNumber

DERIVATIONS: Final[Mapping[str, Callable[[SerialNumber], Code]]] = {
    "renault-precode": renault_precode.derive,
    "ford-m": ford_m.derive,
    "ford-v": ford_v.derive,
    "blaupunkt-bp": blaupunkt_bp.derive,
    "opel-gm0203": opel_gm0203.derive,
    "toyota-erc-legacy": toyota_erc_legacy.derive,
    "fiat-vp": fiat_vp.derive,
}
"""The derivation of each family of `radiokey.code.family.FAMILIES`, by the family's id."""


def derive(family_id: str, serial: SerialNumber) -> Code:
    """Return the code of `serial` by the derivation of `family_id`, one of `FAMILIES`.

    Raises `OutsideDomainError` where the number does not belong to the family, or lies where its derivation
    is undefined or in doubt. Whether the *radio* belongs to the family is for the caller to settle before
    (`Family.needs_model`, `Family.gates`): these functions see the number only.
    """
    return DERIVATIONS[family_id](serial)
