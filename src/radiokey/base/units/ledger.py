"""Codes of single units: what a number, a car and a model have to say together before one is opened.

What is said must agree. A number that is there, named with another car or another model, gets the same answer
as a number that is not there. A number mistyped by one character that happens to be
another unit's opens nothing, because that unit belongs to another car.

What nobody said contradicts nothing: the ledger knows the model of its unit, so an owner who does not know it
gets the code where the papers were checked and the car is the unit's. Of car and model one has to agree
beside the number.

A VIN is read through a windscreen, a number off a label of the unit that somebody took out: that they agree
shows who holds the radio, not whose it is. So a base that is run for others gives its codes to people it
knows alone, at the desk or by a token, unless it states otherwise (`LedgerRelease`).
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from radiokey.base.ports.store import StoredUnit, Transaction
from radiokey.code.value import Code
from radiokey.errors import DeskNeededError, NotReleasedError
from radiokey.language.speech import gettext
from radiokey.serial.vin import Vin

if TYPE_CHECKING:
    from radiokey.catalogue.index import Card
    from radiokey.catalogue.model import Model


SETTING: Final = "ledger"
"""The name under which a base states how its codes leave."""


class LedgerRelease(StrEnum):
    """How a code of the ledger leaves a base: through the desk alone, or to anybody who names all three."""

    DESK = "desk"
    DIRECT = "direct"


def ledger_release(transaction: Transaction) -> LedgerRelease:
    """Return what the base states now; the stricter of the two where it states nothing that is known here."""
    stated = transaction.setting(SETTING)
    return LedgerRelease.DIRECT if stated == LedgerRelease.DIRECT.value else LedgerRelease.DESK


class Opener(Protocol):
    """Opens sealed codes; it holds the keys (`radiokey.base.keys.keyring`)."""

    def code_of(self, unit: StoredUnit) -> Code:
        """Return the code of `unit`; raise `SealError` where it does not open."""
        ...


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of a base. `hosted`: somebody runs it for others, so it does not reveal what it lacks."""

    opener: Opener | None = None
    hosted: bool = False

    def code_of(
        self,
        unit: StoredUnit | None,
        model: "Model | Card | None",
        vin: Vin | None,
        *,
        checked: bool,
    ) -> Code | None:
        """Return the code of `unit`, `None` where the ledger knows no such number.

        A unit that was never paired with a car has no VIN to agree: for it an account answers that has
        `checked` the papers. Then the model has to be named; with a car that agrees it need not be. Raises
        `NotReleasedError`, `SealError`.
        """
        if unit is None:
            return None
        same_car = hmac.compare_digest(unit.vin, vin.text if vin else "") if unit.vin else checked
        same_model = checked and bool(unit.vin) if model is None else unit.model == model.id
        if self.opener is None or not (same_model and same_car):
            raise not_released()
        return self.opener.code_of(unit)


def not_released() -> NotReleasedError:
    """Return the one refusal for a number that is not there and for one that does not belong to its car."""
    return NotReleasedError(
        gettext("this base releases no code for this number, car and model together"),
        hint=gettext(
            "compare all three with the papers, letter by letter; a dealer settles it with the papers"
        ),
    )


def desk_needed() -> DeskNeededError:
    """Return the one refusal where codes leave through the desk, whether the base has the number or not."""
    return DeskNeededError(
        gettext(
            "this base gives the code of such a number through its desk: "
            "who stands at the car can read its VIN"
        ),
        hint=gettext("ask the desk with the papers: a clerk looks, a second person looks again"),
    )
