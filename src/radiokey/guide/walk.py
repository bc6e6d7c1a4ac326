"""Walking the guide: where am I, what may I answer, where does that lead.

A position is a short string fit for a URL: the step and the facts gathered, separated by dots, e.g.
`hold-the-code.renault_86a.code.code.1.0`. It never holds a code or a serial number. An owner who edits
one only changes what they say about their own radio; the guards are judged again on every view.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from radiokey.catalogue.model import Binding, Model
from radiokey.digits import read_digits
from radiokey.errors import InputError, RadiokeyError
from radiokey.guide.display_text import read_display
from radiokey.guide.model import (
    SHOWN_SHUT,
    Act,
    Asks,
    Choice,
    Condition,
    Effect,
    Facts,
    Guide,
    Stage,
    Step,
    Warned,
    Word,
)
from radiokey.guide.step_facts import StepFact, step_facts
from radiokey.guide.waiting import wait_answer
from radiokey.guide.words import (
    decide,
    entry_shut,
    errors_shown,
    leads,
    most_cautious,
    remember,
    row_of,
    words_of,
)
from radiokey.headunit.display import DisplayWord, Shows

ERRORS_MAX: Final = 99
ERRORS_OFFERED: Final = 10
UNKNOWN: Final = "unknown"
TRIES_OF_LEFT: Final = 10
"""Where a number says how many tries are left, it counts down from this (facts/units.md, section 2)."""

_POSITION = re.compile(
    r"(?P<step>[a-z0-9-]{1,40})"
    r"(?:\.(?P<model>[a-z0-9_]{1,48}|-|x)\.(?P<word>[a-z0-9-]{1,32}|-)\.(?P<shows>[a-z-]{1,16}|-)"
    r"\.(?P<errors>\d{1,2}|-)\.(?P<refused>\d)(?P<evidence>e?)"
    r"(?:\.(?P<said>[a-z0-9:*+~_-]{1,200}))?)?"
)
_OWN: Final = "own-"
_TO_ADDRESS: Final = str.maketrans(" #", "~_")
_FROM_ADDRESS: Final = str.maketrans("~_", " #")
_NOT_ASKED, _DOES_NOT_KNOW = "-", "x"


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer on offer: its id, its words, and why it is shut (`""` when it is open).

    `word` is set where the answer is something a display shows, so that a page may draw it.
    """

    id: str
    text: str
    shut: str = ""
    word: DisplayWord | None = None
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A step as an owner sees it: where am I, the one thing to do, what must I not do.

    `body` says what happens, `more` may be read or skipped; both are Markdown. `facts` is what a page that
    the step's `act` names needs to know, `known` what the catalogue knows of this radio.
    """

    position: str
    step: str
    stage: Stage
    title: str
    body: str
    do: str
    dont: str
    more: str
    choices: tuple[Offer, ...]
    warnings: tuple[Warned, ...]
    act: Act | None
    asks: Asks | None
    end: bool
    facts: Facts
    known: tuple[StepFact, ...] = ()


def start(guide: Guide, *, display: str | None = None, model: str | None = None) -> View:
    """Return the first step; where what the display says or the model's id is given, the step after those."""
    here = position(guide.start, Facts(model=None if model is None else _known(guide, model)))
    return view(guide, here if display is None else answer_display(guide, here, display))


def answer_display(guide: Guide, text: str, display: str) -> str:
    """Return the position after typing what the display says at the position `text`, whose facts are kept.

    A display word that nobody knows leads to the table of words, never to a guess.
    """
    _, facts = where(guide, text)
    found = _find_display_step(guide, facts, display)
    return _arrive(guide, *(found or (step_asking(guide, Asks.DISPLAY), facts)))


def _arrive(guide: Guide, step: str, facts: Facts) -> str:
    """Return the position at `step`, or the one behind it where its question was answered before.

    The count of wrong codes may be known from the display, or from an earlier answer.
    """
    asked = guide.steps[step]
    if asked.asks is Asks.ERRORS and facts.errors is not None and asked.then is not None:
        step = asked.then
    return position(step, facts)


def ask_display(guide: Guide, facts: Facts | None = None) -> str:
    """Return the position that asks what the display shows, with what is known already."""
    return position(step_asking(guide, Asks.DISPLAY), facts)


def step_asking(guide: Guide, asks: Asks) -> str:
    """Return the id of the step that asks this of the catalogue."""
    return next(step.id for step in guide.steps.values() if step.asks is asks)


def position(step: str, facts: Facts | None = None) -> str:
    """Return the string that stands for being at `step` with `facts`."""
    if facts is None or facts == Facts():
        return step
    model = _NOT_ASKED if facts.model is None else facts.model or _DOES_NOT_KNOW
    errors = "-" if facts.errors is None else str(min(facts.errors, ERRORS_MAX))
    refused = f"{min(facts.refused, 9)}{'e' if facts.evidence else ''}"
    said = () if facts.said is None else (facts.said.translate(_TO_ADDRESS).lower(),)
    return ".".join((step, model, facts.word or "-", facts.shows or "-", errors, refused, *said))


def where(guide: Guide, text: str) -> tuple[Step, Facts]:
    """Return the step and the facts of a position; raise `InputError` for one this guide never made."""
    parts = _POSITION.fullmatch(text)
    if parts is None or parts["step"] not in guide.steps:
        raise _lost()
    if parts["model"] is None:
        return guide.steps[parts["step"]], Facts()
    word = None if parts["word"] == "-" else parts["word"]
    if word is not None and all(row.id != word for row in guide.words):
        raise _lost()
    try:
        shows = None if parts["shows"] == "-" else Shows(parts["shows"])
    except ValueError as error:
        raise _lost() from error
    model = {_NOT_ASKED: None, _DOES_NOT_KNOW: ""}.get(parts["model"], parts["model"])
    facts = Facts(
        model=_known(guide, model) if model else model,
        word=word,
        shows=shows,
        errors=None if parts["errors"] == "-" else int(parts["errors"]),
        refused=int(parts["refused"]),
        evidence=bool(parts["evidence"]),
        said=None if parts["said"] is None else parts["said"].translate(_FROM_ADDRESS).upper(),
    )
    return _guarded(guide, guide.steps[parts["step"]], facts), facts


def view(guide: Guide, text: str) -> View:
    """Return the step at a position; raise `InputError` for a position this guide never made."""
    step, facts = where(guide, text)
    said = guide.texts[step.id]
    return View(
        position=position(step.id, facts),
        step=step.id,
        stage=step.stage,
        title=said.title,
        body=said.body,
        do=said.do,
        dont=said.dont,
        more=said.more,
        choices=_offers(guide, step, facts),
        warnings=tuple(Warned(name, guide.levels[name], guide.warnings[name]) for name in step.warnings),
        act=step.act,
        asks=step.asks,
        end=step.end,
        facts=facts,
        known=step_facts(step.tells, guide.model_of(facts.model) if facts.model else None, facts),
    )


def answer(guide: Guide, text: str, choice: str) -> str:
    """Return the position that an answer leads to; raise `InputError` for one not on offer or shut."""
    step, facts = where(guide, text)
    for way in step.ways:
        if way.id == choice and holds(guide, way.when, facts):
            return _arrive(guide, way.to, replace(_after(way.effect, facts), said=None))
    if any(way.id == choice and way.when in SHOWN_SHUT for way in step.ways):
        raise InputError(_why_shut(guide, facts), hint="the step says what comes first", step=step.id)
    given = _resolve_offer(guide, step, facts, choice)
    if given is None:
        raise InputError(
            "that is not one of the answers here",
            hint="they are: " + ", ".join(offer.id for offer in _offers(guide, step, facts)[:12]),
            step=step.id,
        )
    return _arrive(guide, *given)


def holds(guide: Guide, condition: Condition | None, facts: Facts) -> bool:
    """Say whether a condition holds for these facts (`None` always does)."""
    if condition is None:
        return True
    model = guide.model_of(facts.model) if facts.model else None
    return _HOLDS[condition](facts, model)


_HOLDS: Final[dict[Condition, Callable[[Facts, Model | None], bool]]] = {
    Condition.ERRORS_KNOWN: lambda facts, _: facts.errors is not None,
    Condition.ERRORS_UNKNOWN: lambda facts, _: facts.errors is None,
    Condition.KEYS_SHOW_SERIAL: lambda _, model: (
        model is not None and any(place.kind == "keys" for place in model.places.value or ())
    ),
    Condition.OWNER_SETS_CODE: lambda _, model: model is None or model.binding.value is Binding.OWNER_CODE,
    Condition.NO_CODE_EXISTS: lambda _, model: (
        model is not None and model.binding.value in {Binding.VEHICLE, Binding.SERVER}
    ),
    Condition.REFUSED_BEFORE: lambda facts, _: facts.refused > 0,
    Condition.MAY_ENTER: lambda facts, _: (
        not entry_shut(facts.shows) and (facts.refused == 0 or facts.evidence)
    ),
}


def _guarded(guide: Guide, step: Step, facts: Facts) -> Step:
    """Return the step itself, or the one it yields to: an entry that is shut, a wait that no time ends."""
    if step.act is Act.COACH and step.then is not None and not holds(guide, Condition.MAY_ENTER, facts):
        return guide.steps[step.then]
    if step.act is Act.WAITING and step.then is not None and facts.model:
        answer = wait_answer(guide.model_of(facts.model), facts.errors, refused=facts.refused)
        if answer.known and answer.ends.asks_others:
            return guide.steps[step.then]
    return step


def _offers(guide: Guide, step: Step, facts: Facts) -> tuple[Offer, ...]:
    words = guide.texts[step.id].choices
    offers: dict[str, Offer] = {}
    for way in step.ways:
        if holds(guide, way.when, facts):
            if way.id not in offers or offers[way.id].shut:
                offers[way.id] = Offer(way.id, words[way.id])
        elif way.when in SHOWN_SHUT:
            offers.setdefault(way.id, Offer(way.id, words[way.id], shut=_why_shut(guide, facts)))
    return (*_catalogue_offers(guide, step, facts), *offers.values())


def _catalogue_offers(guide: Guide, step: Step, facts: Facts) -> tuple[Offer, ...]:
    """Return the answers that the catalogue or a number gives."""
    match step.asks:
        case Asks.DISPLAY:
            return _display_offers(guide, facts)
        case Asks.MODEL:
            known = (Offer(id_, name) for id_, name in guide.models())
            return (*known, Offer(UNKNOWN, guide.texts[step.id].choices[UNKNOWN]))
        case Asks.ERRORS:
            # A code refused on this road is one of them.
            least = min(facts.refused, ERRORS_OFFERED)
            return tuple(Offer(str(count), str(count)) for count in range(least, ERRORS_OFFERED + 1))
        case None:
            return ()


def _display_offers(guide: Guide, facts: Facts) -> tuple[Offer, ...]:
    """Return the model's own words first, then the rows of the table that they do not cover."""
    model = guide.model_of(facts.model) if facts.model else None
    own = () if model is None else tuple(model.words.value or ())
    covered = {row.id for word in own if (row := row_of(guide.words, word.text)) is not None}
    return (
        *(Offer(f"{_OWN}{at}", _label(word, own), word=word) for at, word in enumerate(own)),
        *(
            Offer(row.id, guide.sayings[row.id], says=row.says)
            for row in guide.words
            if row.id not in covered or not row.says
        ),
    )


def _label(word: DisplayWord, own: tuple[DisplayWord, ...]) -> str:
    """Return a word as an answer; with its meaning where the radio uses the same text for two states."""
    twice = sum(other.text == word.text for other in own) > 1
    return f"{word.example}: {word.meaning}" if twice else word.example


def _resolve_offer(guide: Guide, step: Step, facts: Facts, choice: str) -> tuple[str, Facts] | None:
    """Return where an answer leads that the catalogue or a number gives; `None` where it is not on offer."""
    match step.asks:
        case Asks.ERRORS:
            number = read_digits(choice, ERRORS_MAX)
            if number is None or step.then is None:
                return None
            return step.then, replace(facts, errors=max(number, facts.refused))
        case Asks.MODEL:
            return _model_given(guide, facts, choice)
        case Asks.DISPLAY:
            return _display_given(guide, facts, choice)
        case None:
            return None


def _model_given(guide: Guide, facts: Facts, choice: str) -> tuple[str, Facts] | None:
    if choice == UNKNOWN:
        return _answered(guide, *_resolved(guide, replace(facts, model="")))
    if all(choice != name for name, _ in guide.models()):
        return None
    named = replace(facts, model=choice, said=None)
    found = None if facts.said is None else _find_display_step(guide, named, facts.said)
    return found or _resolved(guide, named)


def _answered(guide: Guide, step: str, facts: Facts) -> tuple[str, Facts]:
    """Return the step, or the one behind it where what was typed says whether the display blinks."""
    blinks = read_display(facts.said or "").blinks
    way = next(
        (way for way in guide.steps[step].ways if way.blinks is not None and way.blinks is blinks), None
    )
    return (step, facts) if way is None else (way.to, _after(way.effect, facts))


def _display_given(guide: Guide, facts: Facts, choice: str) -> tuple[str, Facts] | None:
    if facts.model and choice.startswith(_OWN):
        model = guide.model_of(facts.model)
        own = model.words.value or ()
        at = read_digits(choice.removeprefix(_OWN), len(own) - 1)
        return None if at is None else _step_of_words(guide, facts, model, (own[at],))
    row = next((row for row in guide.words if row.id == choice), None)
    return None if row is None else _row(guide, facts, row)


def _find_display_step(guide: Guide, facts: Facts, display: str) -> tuple[str, Facts] | None:
    """Return where a typed display word leads."""
    model = guide.model_of(facts.model) if facts.model else None
    text = read_display(display)
    found = decide(guide, model, text)
    if found is None:
        return None
    facts = replace(facts, said=None if facts.model else remember(guide, text))
    if model is not None:
        shown = errors_shown(model, display)
        facts = replace(facts, errors=facts.errors if shown is None else shown)
        if found.words:
            return _step_of_words(guide, facts, model, found.words)
    if found.row is None:
        return None
    # A row may ask what the display showed beside its word; that is known, whichever was said first.
    return _answered(guide, *_row(guide, replace(facts, said=remember(guide, text)), found.row))


def _row(guide: Guide, facts: Facts, row: Word) -> tuple[str, Facts]:
    facts = replace(facts, word=row.id, shows=row.shows)
    if row.asks_model and facts.model is None:
        return step_asking(guide, Asks.MODEL), facts
    return _resolved(guide, facts)


def _resolved(guide: Guide, facts: Facts) -> tuple[str, Facts]:
    """Return where the row leads now that the model is known, or known to be unknown."""
    row = next((row for row in guide.words if row.id == facts.word), None)
    if row is None:
        return step_asking(guide, Asks.DISPLAY), facts
    if facts.model and row.says:
        model = guide.model_of(facts.model)
        words = words_of(model, row, guide.words)
        if words:
            return _step_of_words(guide, facts, model, words)
    return row.to, replace(facts, shows=row.shows)


def _step_of_words(
    guide: Guide, facts: Facts, model: Model, words: tuple[DisplayWord, ...]
) -> tuple[str, Facts]:
    """Return where the model's own word leads; where one text tells several states, to the question which."""
    row = row_of(guide.words, words[0].text)
    facts = replace(facts, word=row.id if row else None)
    found = {leads(guide, model, word) for word in words}
    if len(found) > 1 and row is not None:
        # The question decides; a step that asks nothing goes by the more cautious state.
        return row.unsure or row.to, replace(facts, shows=None if row.unsure else most_cautious(words))
    to = leads(guide, model, words[0])
    assert to is not None, "the proof finds a state without a step"
    return to, replace(facts, shows=words[0].shows)


def _after(effect: Effect | None, facts: Facts) -> Facts:
    match effect:
        case None:
            return facts
        case Effect.REFUSED:
            errors = None if facts.errors is None else min(facts.errors + 1, ERRORS_MAX)
            return replace(facts, errors=errors, refused=min(facts.refused + 1, 9), evidence=False)
        case Effect.NEW_EVIDENCE:
            if facts.refused == 0 or facts.evidence:
                return facts
            # Evidence in hand is no entry yet: whatever it shows, it waits first (conflict C-C).
            return replace(facts, evidence=True, shows=Shows.WAIT)
        case Effect.COUNTS_ERRORS | Effect.COUNTS_LEFT:
            return replace(facts, errors=_counted(effect, facts), shows=Shows.WAIT)
        case Effect.SHOWS_CODE | Effect.WAIT_OVER:
            return replace(facts, shows=Shows.CODE)
        case Effect.SHOWS_WAIT:
            return replace(facts, shows=Shows.WAIT)


def _counted(effect: Effect, facts: Facts) -> int | None:
    """Return how many codes were wrong by the number that was typed with the word, if one was."""
    count = read_display(facts.said or "").count
    if count is None or facts.errors is not None:
        return facts.errors
    if effect is Effect.COUNTS_ERRORS:
        return count
    return TRIES_OF_LEFT - count if count <= TRIES_OF_LEFT else None


def _why_shut(guide: Guide, facts: Facts) -> str:
    return guide.sayings["shut-wait" if entry_shut(facts.shows) else "shut-evidence"]


def _known(guide: Guide, model: str) -> str:
    """Return the id of a model of the catalogue; `""` for the one that stands for "I do not know"."""
    try:
        found = guide.model_of(model)
    except (RadiokeyError, KeyError) as error:
        raise InputError(
            "there is no such radio in the catalogue", hint="`radiokey models` lists them", model=model[:48]
        ) from error
    return "" if found.default else found.id


def _lost() -> InputError:
    return InputError("this is not a place in the guide", hint="start again with what the display shows")


__all__ = [
    "Choice",
    "Offer",
    "View",
    "answer",
    "answer_display",
    "ask_display",
    "holds",
    "position",
    "start",
    "step_asking",
    "view",
    "where",
]
