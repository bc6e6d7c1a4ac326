"""What a step says about this radio: facts of the catalogue, each with how sure it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.load import load_model
from radiokey.catalogue.model import Model
from radiokey.guide.checklist import checklist
from radiokey.guide.model import Facts, Tells
from radiokey.guide.waiting import wait_answer
from radiokey.language.speech import gettext, ngettext


@dataclass(frozen=True, slots=True)
class StepFact:
    """A sentence about this radio. `confidence` is `None` where it is advice rather than a fact."""

    text: str
    confidence: Confidence | None = None
    sources: tuple[str, ...] = ()


def step_facts(tells: Tells | None, model: Model | None, facts: Facts) -> tuple[StepFact, ...]:
    """Return what is known for a step that `tells` this; empty where nothing is.

    Without a model the wait is the cautious reading and the checks are the owner's to answer; the places and
    keys of a radio that nobody named are not known.
    """
    match tells:
        case None:
            return ()
        case Tells.WAIT:
            return tuple(_wait(model, facts))
        case Tells.CHECKS:
            lines = checklist(model, shows=facts.shows, errors=facts.errors)
            return tuple(StepFact(line.sentence) for line in lines)
        case _ if model is None:
            return ()
        case Tells.PAPERS | Tells.KEYS | Tells.STICKER:
            return tuple(_places(model, tells.value))
        case Tells.CAUSE:
            return (*_known_facts(iter([model.trigger])), *_look_alikes(model))
        case Tells.END:
            return (*_tries_left(model, facts.errors), *_known_facts(iter([model.final_text])))
        case _:
            return tuple(_known_facts(getattr(model, name) for name in _NAMES[tells]))


_NAMES: Final = {
    Tells.CODE: ("code_origin", "binding_text"),
    Tells.ENTRY: ("entry_text", "confirm_text"),
}


def _wait(model: Model | None, facts: Facts) -> Iterator[StepFact]:
    answer = wait_answer(model, facts.errors, refused=facts.refused)
    sure = answer.confidence if answer.known else None
    for at, sentence in enumerate(answer.sentences):
        yield StepFact(sentence, sure if at == 0 else None, answer.sources if at == 0 else ())


def _look_alikes(model: Model) -> Iterator[StepFact]:
    """Name the radios that nobody can be sure to tell from this one, each with what tells it."""
    for other in map(load_model, model.look_alikes):
        yield StepFact(
            gettext(
                "It may also be the {short}. {tell_apart}", short=other.short, tell_apart=other.tell_apart
            )
        )


def _tries_left(model: Model, errors: int | None) -> Iterator[StepFact]:
    """Say how many wrong codes are left, where the display or the owner counted them."""
    answer = wait_answer(model, errors)
    if errors and answer.tries_left:
        yield StepFact(
            gettext(
                "{errors} wrong codes are counted: one more and it is locked for good. Enter nothing.",
                errors=errors,
            )
            if answer.tries_left == 1
            else ngettext(
                "{errors} wrong codes are counted: {n} more and it is locked for good. Enter nothing.",
                "{errors} wrong codes are counted: {n} more and it is locked for good. Enter nothing.",
                answer.tries_left,
                errors=errors,
            ),
            answer.confidence,
            answer.sources,
        )


def _places(model: Model, kind: str) -> Iterator[StepFact]:
    for fact in model.place_facts:
        if fact.value is not None and fact.value.kind == kind:
            yield StepFact(gettext(fact.value.how), fact.confidence, fact.sources)


def _known_facts(facts: Iterator[Fact[str]]) -> Iterator[StepFact]:
    for fact in facts:
        if fact.value is not None:
            yield StepFact(gettext(fact.value), fact.confidence, fact.sources)
