"""A leaflet: what is known of one matter, under headings, each line with how sure it is.

The lines that hold for every radio stand in `leaflets/*.toml`; those of one radio come from its model. A line
without a confidence is advice. Nothing here invents a number: where no source gives one, the line says so.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.model import Model
from radiokey.guide.sheet import Contact
from radiokey.guide.step_facts import StepFact
from radiokey.language.speech import current

BLANK: Final = "____________________"
"""What is filled in by hand."""

_HERE: Final = Path(__file__).parent

ANY: Final = "Your radio"
"""What a radio is called that nobody named."""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines under a heading; `ways` are people who can do something, each with cost and time.

    `step` is the step of the guide that goes on from here, empty where there is none.
    """

    heading: str
    lines: tuple[StepFact, ...] = ()
    ways: tuple[Contact, ...] = ()
    step: str = ""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """A matter, for one radio or for any: `model` is its id, `radio` what it is called."""

    title: str
    lead: str
    model: str | None
    radio: str
    parts: tuple[Part, ...]

    def lines(self) -> tuple[StepFact, ...]:
        """Return every line of it."""
        return tuple(line for part in self.parts for line in part.lines)


def leaflet(title: str, lead: str, model: Model | None, parts: Iterable[Part]) -> Leaflet:
    """Return a leaflet of those of the parts that say something."""
    known = named(model)
    return Leaflet(
        title,
        lead,
        None if known is None else known.id,
        ANY if known is None else known.name,
        tuple(part for part in parts if part.lines or part.ways),
    )


def named(model: Model | None) -> Model | None:
    """Return the model, `None` for the one that stands for a radio nobody knows."""
    return None if model is None or model.default else model


def fact_lines(fact: Fact[str], before: str = "") -> tuple[StepFact, ...]:
    """Return a fact of a model as a line, none where it is not known."""
    if fact.value is None:
        return ()
    return (StepFact(f"{before}{fact.value}", fact.confidence, fact.sources),)


def advice(*texts: str) -> tuple[StepFact, ...]:
    """Return lines that are no facts."""
    return tuple(map(StepFact, texts))


def table(name: str) -> Mapping[str, Any]:
    """Return the data of `leaflets/<name>.toml`, its texts in the language that is spoken."""
    return table_in(name, current().tag)


@cache
def table_in(name: str, tag: str) -> Mapping[str, Any]:
    """Return the data of `leaflets/<name>.toml` in the language of a tag, English where it has none."""
    texts = _HERE / "text" / tag / "leaflets.toml"
    said = tomllib.loads(texts.read_text(encoding="utf-8")) if texts.is_file() else {}
    data = tomllib.loads((_HERE / "leaflets" / f"{name}.toml").read_text(encoding="utf-8"))
    spoken: Mapping[str, Any] = _spoken(data, said.get(name, {}))
    return spoken


def _spoken(data: Any, said: Mapping[str, str]) -> Any:  # noqa: ANN401 - TOML gives anything
    """Return `data` with each of its texts as `said` has it; ids of steps and sources are no texts."""
    if isinstance(data, dict):
        return {key: _spoken(value, said) for key, value in data.items()}
    if isinstance(data, list):
        return [_spoken(value, said) for value in data]
    return said.get(data, data) if isinstance(data, str) else data


def lines_of(rows: Iterable[Mapping[str, Any]]) -> tuple[StepFact, ...]:
    """Return rows of such a file as lines."""
    return tuple(
        StepFact(
            row["text"],
            Confidence(row["confidence"]) if "confidence" in row else None,
            tuple(row.get("sources", ())),
        )
        for row in rows
    )


def fact_of(row: Mapping[str, Any] | None) -> Fact[str]:
    """Return a row as a fact; a row that is missing is not known."""
    if row is None:
        return Fact(None, Confidence.UNKNOWN)
    return Fact(row["text"], Confidence(row["confidence"]), tuple(row.get("sources", ())))
