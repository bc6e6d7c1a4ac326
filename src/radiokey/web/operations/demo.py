"""The demonstration that `make run` serves: a hosted base of its own, and a page that names its radios."""

from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from radiokey.base.bootstrap import SystemClock, SystemRandomness, init_base
from radiokey.base.demo import ORGANISATION, UNITS, fill
from radiokey.base.identity.roles import Role
from radiokey.base.identity.secret_values import Secret
from radiokey.base.identity.staff import OPERATOR, Person, Staff
from radiokey.base.location import DatabaseLocation, default_database, parse_location
from radiokey.catalogue.load import load_catalogue
from radiokey.clock import Clock
from radiokey.web.site import Site

REGISTRAR: Final = "registrar"


def make(
    database: DatabaseLocation | Path | str | None = None, clock: Clock | None = None
) -> tuple[DatabaseLocation, Secret | None]:
    """Make the demonstration's base, or go on with the one that is there.

    Returns where it is, and the invitation of its registrar as long as nobody used one. By default it lies
    beside this user's own base, which it never touches. Raises `UsageError` where another base is there,
    `StoreError`, `SealError`.
    """
    location = parse_location(database or default_database().with_name("demo.sqlite3"))
    clock, randomness = clock or SystemClock(), SystemRandomness()
    with init_base(location, ORGANISATION, clock, randomness) as base:
        assert base.ring is not None  # a hosted base has one
        fill(base.unit_store(), base.ring, load_catalogue().models, clock, randomness)
        return location, _invited(base.staff)


def _invited(staff: Staff) -> Secret | None:
    card = next((one for one in staff.people() if one.name == REGISTRAR), None)
    if card is None:
        office = staff.office_of(ORGANISATION, by=OPERATOR)
        return staff.invite(Person(REGISTRAR, Role.REGISTRAR, office, "The registrar"), by=OPERATOR)
    return None if card.passkeys else staff.invite_again(REGISTRAR, by=OPERATOR)


@get("/demo", sync_to_thread=False)
def demo(site: NamedDependency[Site]) -> Response[str]:
    """Name the made-up radios, on a demonstration alone."""
    if site.base.organisation != ORGANISATION:
        raise NotFoundException
    models = site.catalogue.models
    units = [(unit, unit.reading(models).serial.text, models[unit.model]) for unit in UNITS]
    return site.pages.show("demo.html", units=units)


HANDLERS: Final = (demo,)
