"""What the base knows about a request, as answers: yes, no, not known. For the clerk's check list.

No answer shows what the ledger holds: not the car of a unit that is in another one, and not whose report
stands on the stolen list.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum

from radiokey.base.ports.requests import StoredRequest
from radiokey.base.ports.store import Store
from radiokey.base.stolen import blacklist
from radiokey.errors import PapersNeededError, StolenError
from radiokey.language.speech import later
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import Reading, SerialNumber
from radiokey.serial.vin import Vin


class Answer(StrEnum):
    """An answer."""

    YES = later("yes")
    NO = later("no")
    UNKNOWN = later("not known")


class StolenStatus(StrEnum):
    """What the stolen list says: no report, a refusal, or a need for papers."""

    CLEAR = "clear"
    PAPERS = "papers"
    STOLEN = "stolen"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`unit`: does the ledger know the number; `car`, `model`: are that unit's the request's."""

    unit: bool
    car: Answer
    model: Answer
    listed: StolenStatus

    @property
    def needs_model(self) -> bool:
        """Tell that the release would refuse this unit until its model is named: it has no car to agree."""
        return self.unit and self.car is self.model is Answer.UNKNOWN


class Checks:
    """The comparisons of one base; `store` is that of the desk."""

    __slots__ = ("_store",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def compare(self, stored: StoredRequest) -> CheckResult:
        """Compare a request with ledger and stolen list, as of now; raise `StoreError`."""
        serial = SerialNumber(stored.serial, stored.kind, FORMATS[stored.kind].identity)
        vin = Vin.parse(stored.vin) if stored.vin else None
        with self._store.snapshot() as seen:
            cards = seen.unit_cards({stored.kind}, {stored.number})
            try:
                blacklist.check(seen, Reading(serial, stored.label), vin)
                listed = StolenStatus.CLEAR
            except StolenError:
                listed = StolenStatus.STOLEN
            except PapersNeededError:
                listed = StolenStatus.PAPERS
        if not cards:
            return CheckResult(unit=False, car=Answer.UNKNOWN, model=Answer.UNKNOWN, listed=listed)
        (card,) = cards
        return CheckResult(
            unit=True,
            car=_compare(card.vin, stored.vin),
            model=_compare(card.model, stored.model),
            listed=listed,
        )


def _compare(held: str, asked: str) -> Answer:
    if not (held and asked):
        return Answer.UNKNOWN
    return Answer.YES if hmac.compare_digest(held, asked) else Answer.NO
