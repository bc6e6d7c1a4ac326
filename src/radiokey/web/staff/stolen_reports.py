"""Reports on the stolen list and proposals to clear one, for the pages and the API.

The caller has the permission; this module refuses what is still not allowed.
"""

from dataclasses import dataclass
from typing import Final

from radiokey.base.ports.store import Clearing, Mark
from radiokey.serial.number import Reading
from radiokey.serial.vin import Vin
from radiokey.web.auth.callers import Caller
from radiokey.web.site import Site

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class StolenReport:
    """A radio for the stolen list, as somebody typed it: to be reported, or to be cleared."""

    serial: str
    reason: str
    vin: str = ""
    label: str = ""
    make: str = ""
    model: str = ""

    def reading(self, site: Site) -> Reading:
        """Return the number; raise `SerialError`, `UsageError`."""
        return site.reading(self.serial, self.make, site.model(self.model))

    @property
    def car(self) -> Vin | None:
        """The car, if one is named; raise `VinError`."""
        return Vin.parse(self.vin) if self.vin else None


def report_stolen(site: Site, caller: Caller, radio: StolenReport) -> Mark:
    """Report a radio stolen; raises what `Blacklist.add` raises."""
    return site.base.blacklist.add(
        radio.reading(site), vin=radio.car, label=radio.label, reason=radio.reason, by=caller.by
    )


def propose_clearing(site: Site, caller: Caller, radio: StolenReport, papers: str) -> Clearing:
    """Propose to clear a report; `papers` is their SHA-256.

    Raises what `Blacklist.propose_clearing` raises.
    """
    return site.base.blacklist.propose_clearing(
        radio.reading(site),
        clearing_id=site.base.randomness.bytes(_ID_BYTES).hex(),
        vin=radio.car,
        label=radio.label,
        reason=radio.reason,
        papers=papers,
        by=caller.by,
    )
