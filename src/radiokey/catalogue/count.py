"""How sure the catalogue is: its facts by confidence. `python -m radiokey.catalogue.count` prints the table.

A fact is one filled field of one model, and each word, place, quirk and way by itself; what is composed of
others (the shape of a code) is not counted again, nor is the cautious guess, which is no radio.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.model import Model, Ways

COMPOSED: Final = frozenset({"code", "words", "places"})
FIRM: Final = frozenset({Confidence.OFFICIAL, Confidence.SEVERAL})


def facts_of(model: Model) -> Iterator[tuple[str, Fact[object]]]:
    """Yield every known fact of a model that stands by itself, with the field it is in."""
    for name in model.__slots__:
        value = getattr(model, name)
        if name in COMPOSED:
            continue
        inside = value if isinstance(value, tuple) else (value,)
        if isinstance(value, Ways):
            inside = (value.ask, value.papers, value.cost, value.wait)
        for fact in inside:
            if isinstance(fact, Fact) and fact.known:
                yield name, fact


def count(models: Iterable[Model]) -> Counter[Confidence]:
    """Return how many facts there are of each confidence."""
    return Counter(fact.confidence for model in models if not model.default for _, fact in facts_of(model))


def share_firm(counted: Counter[Confidence]) -> float:
    """Return the share of facts that are official or on which several sources agree."""
    return sum(counted[one] for one in FIRM) / counted.total()


def table(models: Iterable[Model]) -> str:
    """Return the counts as a table in Markdown."""
    counted = count(models)
    sure = [one for one in Confidence if one is not Confidence.UNKNOWN]
    rows = [f"| {one} | {counted[one]} | {counted[one] / counted.total():.0%} |" for one in sure]
    firm = sum(counted[one] for one in FIRM)
    return "\n".join(
        (
            "| confidence | facts | share |",
            "|---|---|---|",
            *rows,
            f"| official or several | {firm} | {share_firm(counted):.0%} |",
            f"| all | {counted.total()} | |",
        )
    )


if __name__ == "__main__":
    from radiokey.catalogue.load import load_catalogue

    sys.stdout.write(table(load_catalogue().models.values()) + "\n")
