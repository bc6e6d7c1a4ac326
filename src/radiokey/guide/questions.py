"""The questions that owners ask, each answered for one radio from the catalogue, as far as that knows it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from radiokey.catalogue.model import Model
from radiokey.guide.ends import used_unit
from radiokey.guide.leaflet import Leaflet, Part, advice, fact_lines, leaflet, named, table
from radiokey.guide.model import Facts, Guide, Tells
from radiokey.guide.prevention import code_shape
from radiokey.guide.step_facts import StepFact, step_facts
from radiokey.language.speech import gettext


def questions(guide: Guide, model: Model | None = None) -> Leaflet:
    """Return every question with its answer: the guide's own, then what is known of this radio.

    What the catalogue could know of the radio and does not is said to be not known.
    """
    known = named(model)
    return leaflet(
        gettext("Questions"),
        gettext("What owners ask most, answered for your radio as far as anybody knows it."),
        known,
        (
            Part(
                row["asks"],
                (
                    *advice(guide.texts[row["step"]].body, guide.texts[row["step"]].do),
                    *_known(row["knows"], known),
                ),
                step=row["step"],
            )
            for row in table("questions")["question"]
        ),
    )


def _known(names: tuple[str, ...], model: Model | None) -> Iterator[StepFact]:
    """Return what the catalogue adds; without a radio nothing but the cautious wait."""
    if model is None:
        if "wait" in names:
            yield from _wait(None)
        return
    found = dict.fromkeys(line for name in names for line in _KNOWS[name](model))
    yield from found
    if names and not found:
        yield StepFact(gettext("More than that is not known of this radio."))


def _wait(model: Model | None) -> Iterator[StepFact]:
    """Say what the first wrong code brings; of a radio that nobody named the cautious reading."""
    yield from step_facts(Tells.WAIT, model, Facts(model=model.id if model else None, errors=1))


def _told(tells: Tells) -> Callable[[Model], tuple[StepFact, ...]]:
    return lambda model: step_facts(tells, model, Facts(model=model.id))


def _look_alikes(model: Model) -> tuple[StepFact, ...]:
    return tuple(line for line in step_facts(Tells.CAUSE, model, Facts(model=model.id)) if not line.sources)


_KNOWS: Final[Mapping[str, Callable[[Model], tuple[StepFact, ...] | Iterator[StepFact]]]] = {
    "wait": _wait,
    "papers": _told(Tells.PAPERS),
    "origin": lambda model: fact_lines(model.code_origin),
    "entry": _told(Tells.ENTRY),
    "shape": code_shape,
    "look-alikes": _look_alikes,
    "cost": lambda model: (
        *fact_lines(model.ways.cost, "It costs, as reported: "),
        *fact_lines(model.ways.wait, "It takes, as reported: "),
    ),
    "trigger": lambda model: fact_lines(model.trigger, "It locks when: "),
    "binding": lambda model: used_unit(model).parts[0].lines,
    "places": lambda model: tuple(
        StepFact(fact.value.how, fact.confidence, fact.sources)
        for fact in model.place_facts
        if fact.value is not None
    ),
    "final": lambda model: fact_lines(model.final_text),
    "ask": lambda model: fact_lines(model.ways.ask, "Ask: "),
}
"""What a question may know of a radio, by the name that `questions.toml` has for it."""
