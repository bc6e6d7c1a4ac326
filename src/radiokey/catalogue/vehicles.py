"""In which cars a radio is found, typed so that a question by car and year can be answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from radiokey.catalogue.table import Table
from radiokey.serial.makes import spoken

YEAR_MIN: Final = 1970
YEAR_MAX: Final = 2100


@dataclass(frozen=True, slots=True)
class Years:
    """From the first year to the last, both included; `None`: that end is not known.

    `about` says that the sources give no exact year.
    """

    first: int | None = None
    last: int | None = None
    about: bool = False

    def hold(self, year: int) -> bool | None:
        """Say whether a year lies inside; `None` where neither end is known.

        An end that is not known shuts nothing out, and a year that is only about right reaches one further.
        """
        if self.first is None and self.last is None:
            return None
        slack = 1 if self.about else 0
        return (self.first is None or year >= self.first - slack) and (
            self.last is None or year <= self.last + slack
        )

    def __str__(self) -> str:
        """Return the years as a person writes them."""
        if self.first == self.last:
            text = "" if self.first is None else str(self.first)
        elif self.last is None:
            text = f"from {self.first}"
        elif self.first is None:
            text = f"until {self.last}"
        else:
            text = f"{self.first}-{self.last}"
        return f"about {text}" if self.about and text else text


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One car: its make (lower case), its name, and what narrows it down.

    `name` is empty where a source speaks of all cars of the make. `variant` is the generation or body as
    people write it (`J10`, `B and C`). `more` is what the source adds without naming it ("and others").
    """

    make: str
    name: str = ""
    variant: str = ""
    years: Years = Years()
    more: str = ""

    def __str__(self) -> str:
        """Return the car as a person writes it, `Nissan Qashqai J10 2012`."""
        parts = (spoken(self.make), self.name, self.variant, str(self.years), self.more)
        return " ".join(part for part in parts if part)


def read_years(table: Table, key: str) -> Years:
    """Return a table of `first`, `last` and `about`."""
    inner = table.table(key)
    years = _years(inner)
    if years.first is None and years.last is None:
        table.fail(key, "one of `first` and `last` is missing", hint="or name it in `unknown`")
    inner.done()
    return years


def read_vehicles(table: Table, key: str, makes: Iterable[str]) -> tuple[Vehicle, ...]:
    """Return the cars of a model; each is of one of its makes."""
    known = tuple(makes)
    found = []
    for inner in table.tables(key):
        make = inner.text("make", longest=40)
        inner.each_known("make", [make], known, "one of the makes of this model")
        found.append(
            Vehicle(
                make,
                inner.text("name", longest=40) if inner.has("name") else "",
                inner.text("variant", longest=40) if inner.has("variant") else "",
                _years(inner),
                inner.text("more", longest=80) if inner.has("more") else "",
            )
        )
        inner.done()
    if not found or len(set(found)) != len(found):
        table.wrong(key, "at least one car, and none twice", [str(one) for one in found])
    return tuple(found)


def drawn_vehicle(car: Vehicle) -> dict[str, str | int | bool]:
    """Return a car as the table that `read_vehicles` reads."""
    named = {"name": car.name, "variant": car.variant, "more": car.more}
    texts = {key: text for key, text in named.items() if text}
    return {"make": car.make, **texts, **drawn_years(car.years)}


def drawn_years(years: Years) -> dict[str, str | int | bool]:
    """Return years as the table that `read_years` reads."""
    ends = {"first": years.first, "last": years.last}
    drawn: dict[str, str | int | bool] = {key: end for key, end in ends.items() if end is not None}
    return {**drawn, "about": True} if years.about else drawn


def _years(table: Table) -> Years:
    first = table.number("first", YEAR_MIN, YEAR_MAX) if table.has("first") else None
    last = table.number("last", YEAR_MIN, YEAR_MAX) if table.has("last") else None
    if first is not None and last is not None and last < first:
        table.wrong("last", f"a year not before {first}", last)
    return Years(first, last, table.flag("about", default=False))
