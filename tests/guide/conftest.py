"""Radios made by hand, so that the guide's tests say what they rest on."""

from collections.abc import Callable
from dataclasses import MISSING, fields

import pytest

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.model import Model, Ways
from radiokey.guide.load import load_guide
from radiokey.guide.model import Guide

UNKNOWN = Fact(None, Confidence.UNKNOWN)


def make_model(
    id_: str = "some_radio", confidence: Confidence = Confidence.OFFICIAL, **known: object
) -> Model:
    """A model of which only `known` is known; plain values become facts of `confidence`."""
    plain = {"name", "makes", "kinds", "families", "conflicts", "quirks", "best", "default", "ways"}
    plain |= {"word_facts", "place_facts", "needs_label", "stand_in"}
    values: dict[str, object] = {
        "id": id_,
        "name": id_.replace("_", " "),
        "makes": ("nissan",),
        "kinds": (),
        "families": (),
        "quirks": (),
        "conflicts": (),
        "best": confidence,
        "word_facts": (),
        "place_facts": (),
        "ways": Ways(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    }
    for field in fields(Model):
        if field.name in known:
            value = known[field.name]
            as_is = field.name in plain or isinstance(value, Fact)
            values[field.name] = value if as_is else Fact(value, confidence, ("source",))
        elif field.default is MISSING:
            values.setdefault(field.name, UNKNOWN)
    return Model(**values)  # type: ignore[arg-type]


@pytest.fixture
def radio() -> Callable[..., Model]:
    return make_model


@pytest.fixture(scope="session")
def guide() -> Guide:
    return load_guide()
