"""Proves the guide: no dead end, no dangling arrow, no step without words, no display word without a step.

`faults` returns what is wrong as sentences, in a stable order; an empty tuple is the proof. The picture of
the road in `docs/guide.md` is drawn by `draw.py` from the same arrows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from radiokey.catalogue.model import Model
from radiokey.guide.display_text import read_display
from radiokey.guide.model import Asks, Guide, Step
from radiokey.guide.walk import UNKNOWN
from radiokey.guide.words import entry_shut, leads, row_of
from radiokey.headunit.display import Shows


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way the road can go: from a step, by an answer, to a step."""

    start: str
    answer: str
    to: str


def arrows(guide: Guide) -> tuple[Arrow, ...]:
    """Return every arrow: the ways of the steps, and those that the table of words and the catalogue add."""
    found: list[Arrow] = []
    for step in guide.steps.values():
        found.extend(Arrow(step.id, way.id, way.to) for way in step.ways)
        if step.then is not None:
            found.append(Arrow(step.id, "a number" if step.asks is Asks.ERRORS else "shut", step.then))
        if step.asks is Asks.DISPLAY:
            found.extend(Arrow(step.id, row.id, row.to) for row in guide.words if not row.asks_model)
            found.extend(
                Arrow(step.id, "a word", other.id)
                for other in guide.steps.values()
                if other.asks is Asks.MODEL
            )
        if step.asks is Asks.MODEL:
            found.extend(Arrow(step.id, row.id, row.to) for row in guide.words if row.asks_model)
            found.extend(Arrow(step.id, row.id, row.unsure) for row in guide.words if row.unsure is not None)
            found.extend(Arrow(step.id, shows.value, to) for shows, to in guide.shows.items())
            found.extend(Arrow(step.id, special.model, special.to) for special in guide.specials)
    return tuple(dict.fromkeys(found))


def faults(guide: Guide, models: Iterable[Model] = ()) -> tuple[str, ...]:
    """Return everything that is wrong with the guide for these models, as sentences; empty is the proof."""
    return (
        *_dangling(guide),
        *_dead_ends(guide),
        *_unreachable(guide),
        *_without_words(guide),
        *_unheard(guide, models),
    )


def reached(guide: Guide, start: str, *, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the steps that can be reached from `start` without going through the steps `without`."""
    ahead: dict[str, list[str]] = {}
    for arrow in arrows(guide):
        ahead.setdefault(arrow.start, []).append(arrow.to)
    seen = {start}
    waiting = [start]
    while waiting:
        for to in ahead.get(waiting.pop(), ()):
            if to not in seen and to not in without:
                seen.add(to)
                waiting.append(to)
    return frozenset(seen)


def _dangling(guide: Guide) -> Iterator[str]:
    if guide.start not in guide.steps:
        yield f"the start {guide.start!r} is no step"
    for arrow in arrows(guide):
        if arrow.to not in guide.steps:
            yield f"{arrow.start}, {arrow.answer!r}: leads to {arrow.to!r}, which is no step"


def _dead_ends(guide: Guide) -> Iterator[str]:
    for step in guide.steps.values():
        if step.end:
            continue
        if not _always_open(step):
            yield f"{step.id}: a dead end: no way out is always open"
        elif not any(guide.steps[name].end for name in reached(guide, step.id) if name in guide.steps):
            yield f"{step.id}: no end can be reached from here"


def _always_open(step: Step) -> bool:
    return step.asks is not None or any(way.when is None for way in step.ways)


def _unreachable(guide: Guide) -> Iterator[str]:
    seen = reached(guide, guide.start)
    for name in guide.steps:
        if name not in seen:
            yield f"no way leads to {name}"


def _without_words(guide: Guide) -> Iterator[str]:
    for step in guide.steps.values():
        text = guide.texts.get(step.id)
        if text is None:
            yield f"{step.id}: no text"
            continue
        answers = {way.id for way in step.ways} | ({UNKNOWN} if step.asks is Asks.MODEL else set())
        yield from (
            f"{step.id}: the answer {name!r} has no words" for name in sorted(answers - set(text.choices))
        )
        yield from (
            f"{step.id}: words for {name!r}, no such answer" for name in sorted(set(text.choices) - answers)
        )
    yield from (f"text {name}.md belongs to no step" for name in sorted(set(guide.texts) - set(guide.steps)))
    used = {name for step in guide.steps.values() for name in step.warnings}
    known = set(guide.warnings) & set(guide.levels)
    yield from (f"the warning {name!r} has no words or no level" for name in sorted(used - known))
    said = set(guide.warnings) | set(guide.levels)
    yield from (f"the warning {name!r} stands at no step" for name in sorted(said - used))
    yield from (f"the word {row.id!r} has no saying" for row in guide.words if row.id not in guide.sayings)


def _unheard(guide: Guide, models: Iterable[Model]) -> Iterator[str]:
    yield from (f"the state {shows.value!r} has no step" for shows in Shows if shows not in guide.shows)
    rows: dict[tuple[str, ...], str] = {}
    for row in guide.words:
        for says in row.says:
            other = rows.setdefault(read_display(says).key, row.id)
            if other != row.id:
                yield f"{says!r} stands in two rows: {other!r} and {row.id!r}"
    for model in models:
        for word in model.words.value or ():
            if leads(guide, model, word) not in guide.steps:
                yield f"{model.id}: {word.text!r} leads to no step"
            known = row_of(guide.words, word.text)
            if known is None:
                yield f"{model.id}: {word.text!r} is in no row of the table, for who does not know the radio"
            elif entry_shut(known.shows) and word.shows is Shows.CODE and not known.whole:
                yield f"{model.id}: asks with {word.text!r}, but the row {known.id!r} is a lock and not whole"
