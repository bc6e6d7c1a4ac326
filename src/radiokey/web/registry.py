"""What the API and the pages do alike for those who run a base: the stolen list and tokens.

Whoever calls has been let in with the permission; what may not be done all the same is refused here, once.
"""

from dataclasses import dataclass
from typing import Final

from radiokey.base.identity.roles import OPERATOR_GIVES, Permission
from radiokey.base.identity.tokens import Token
from radiokey.base.ports.store import Clearing, Mark, TokenCard
from radiokey.errors import NotAllowedError
from radiokey.serial.number import Reading
from radiokey.serial.vin import Vin
from radiokey.web.callers import Caller
from radiokey.web.site import Site

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells of a radio for the stolen list, as they typed it."""

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


def report(site: Site, caller: Caller, told: Told) -> Mark:
    """Report a radio stolen; raises what `Blacklist.add` raises."""
    return site.base.blacklist.add(
        told.reading(site), vin=told.car, label=told.label, reason=told.reason, by=caller.by
    )


def propose(site: Site, caller: Caller, told: Told, papers: str) -> Clearing:
    """Propose to clear a report; `papers` is their SHA-256.

    Raises what `Blacklist.propose_clearing` raises.
    """
    return site.base.blacklist.propose_clearing(
        told.reading(site),
        clearing_id=site.base.randomness.bytes(_ID_BYTES).hex(),
        vin=told.car,
        label=told.label,
        reason=told.reason,
        papers=papers,
        by=caller.by,
    )


def givable(caller: Caller) -> frozenset[Permission]:
    """Return the scopes that a caller can give to a token."""
    return caller.scopes - OPERATOR_GIVES


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token that is to be made."""

    account: str
    organisation: str
    scopes: frozenset[Permission]
    days: int


def make_token(site: Site, caller: Caller, wanted: Wanted) -> tuple[Token, TokenCard]:
    """Make a token; raises `NotAllowedError`, and what `Tokens.make` raises."""
    if not wanted.scopes <= givable(caller):
        raise NotAllowedError(
            "a token made here has only scopes of its maker's, and none that make tokens or clear reports",
            hint="whoever runs this base makes the others: radiokey base tokens add",
        )
    if caller.organisation not in {"", wanted.organisation}:
        raise NotAllowedError(
            "a token made here is for the organisation of its maker", hint=f"that is {caller.organisation}"
        )
    return site.base.tokens.make(
        wanted.account, wanted.organisation, wanted.scopes, days=wanted.days, by=caller.by
    )
