"""A stand-in: for which radios the panel of another model may be drawn, after a question."""

from dataclasses import dataclass

from radiokey.catalogue.table import Table


@dataclass(frozen=True, slots=True)
class StandIn:
    """This model's panel may be drawn for a radio whose own panel nobody described, after `question`.

    It applies when the number on the label is of `kind` and the car is one of `cars` (lower case), whatever
    the make on its bonnet says, provided the make is one of `makes`.
    """

    kind: str
    makes: tuple[str, ...]
    cars: tuple[str, ...]
    question: str


def stand_ins(table: Table, key: str) -> tuple[StandIn, ...]:
    """Return for which radios this model's panel may be drawn after a question."""
    found = []
    for inner in table.tables(key):
        found.append(
            StandIn(
                inner.text("kind"),
                inner.texts("makes", fewest=1),
                inner.texts("cars", fewest=1),
                inner.text("question", longest=300),
            )
        )
        inner.done()
    return tuple(found)
