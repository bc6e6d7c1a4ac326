"""Before battery work: the checklist for this radio, and the sheet that goes with the car to the workshop."""

from collections.abc import Iterator
from typing import Final

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.model import Binding, Model
from radiokey.guide.leaflet import BLANK, Leaflet, Part, advice, fact_lines, leaflet, lines_of, named, table
from radiokey.guide.step_facts import StepFact

_PLACES: Final = ("papers", "keys", "menu", "sticker")
"""Where a number is looked for while the radio still plays, the easiest first."""


def prevention(model: Model | None = None) -> Leaflet:
    """Return what to do before the battery, a fuse or the radio is disconnected."""
    known, said = named(model), table("prevention")
    code_free = known is not None and not known.takes_code
    return leaflet(
        "Before the battery is disconnected",
        "Ten minutes now instead of days without a radio. Begin while it still plays.",
        known,
        (
            Part("Will it ask for a code afterwards?", tuple(_asks(known))),
            Part("Write the code down, and check first that it is the right one", _code(known, code_free)),
            Part("Where its number stands", () if known is None else tuple(_places(known))),
            Part("A memory saver: which kind", lines_of(said["saver"])),
            Part("When not to use one", lines_of(said["no-saver"])),
            Part("What else forgets", lines_of(said["forgets"])),
            Part("Reminders", (*lines_of(said["battery"]), *lines_of(said["update"]))),
        ),
    )


def hand_over(model: Model | None = None) -> Leaflet:
    """Return the sheet for the workshop, to print: what it is to do, and never the code."""
    known, said = named(model), table("prevention")
    code_free = known is not None and not known.takes_code
    return leaflet(
        "To the workshop: this radio belongs to its car"
        if code_free
        else "To the workshop: this radio has a code",
        "What is paired stays with the car."
        if code_free
        else "The code is not on this sheet and not in the car.",
        known,
        (
            Part(
                "The car", advice(f"Registration: {BLANK}", f"Owner and telephone: {BLANK}", f"Work: {BLANK}")
            ),
            Part("The radio", (*_named(known), *advice(f"Number on the unit: {BLANK}"))),
            Part("What I ask of you", lines_of(said["hand-over"])),
            Part("If it locks all the same", () if known is None else tuple(_entry(known))),
            Part("A memory saver: when not", lines_of(said["no-saver"])),
            Part(
                "Handed back",
                advice(f"The radio plays: yes / no. It shows: {BLANK}", f"Day, name, signature: {BLANK}"),
            ),
        ),
    )


def _named(model: Model | None) -> tuple[StepFact, ...]:
    return advice(f"Radio: {BLANK if model is None else model.name}")


def _asks(model: Model | None) -> Iterator[StepFact]:
    """Say whether it asks for a code after the work, as far as anybody knows."""
    if model is None:
        yield StepFact("Most radios with a code ask after a loss of supply. Prepare as if yours does.")
        return
    if not model.takes_code:
        yield StepFact(
            "By what is known no code is keyed into it: the car or the maker's server lets it play.",
            model.binding.confidence,
            model.binding.sources,
        )
    elif model.binding.value is Binding.OWNER_CODE:
        yield StepFact(
            "Only if its protection was switched on: an owner sets the code. An earlier owner may have.",
            model.binding.confidence,
            model.binding.sources,
        )
    if not model.takes_code:
        yield from fact_lines(model.binding_text)
    if model.trigger.known:
        yield from fact_lines(model.trigger, "It locks when: ")
    elif model.takes_code:
        yield StepFact("What makes it ask is not known. Prepare as if any loss of supply does.")
    gap = model.power_gap_ms
    if gap.value is not None:
        low, high = (ms / 1000 for ms in gap.value)
        span = f"{high:g}" if low == high else f"{low:g} to {high:g}"
        yield StepFact(f"Without supply for {span} seconds it asks.", gap.confidence, gap.sources)


def _code(model: Model | None, code_free: bool) -> tuple[StepFact, ...]:  # noqa: FBT001 - private, named at its call
    """Say what has to be in hand, and how it is verified without spending a try."""
    if code_free:
        return advice(
            "Keep the papers of radio and car together: a workshop that confirms the part asks for both."
        )
    said = table("prevention")
    return (
        *advice("Find the code, write it down with the radio's number, and take a photo of the label."),
        *lines_of(said["verify"]),
        *(() if model is None else code_shape(model)),
        *(() if model is None else fact_lines(model.confirm_text, "Note how it is confirmed: ")),
        *lines_of(said["away"]),
    )


def code_shape(model: Model) -> tuple[StepFact, ...]:
    """Say what a code of this radio looks like: another one cannot be right."""
    shape, length = model.code, model.code_length
    if shape.value is not None:
        keys = shape.value.places[-1]
        text = f"Count it: {shape.value.length} characters, each one of {' '.join(keys)}."
        return (StepFact(text, shape.confidence, shape.sources), *fact_lines(model.code_text))
    if length.value is not None:
        low, high = length.value
        text = f"Count it: {low} characters." if low == high else f"Count it: {low} to {high} characters."
        return (StepFact(text, length.confidence, length.sources), *fact_lines(model.code_text))
    return fact_lines(model.code_text) or advice("How many characters its code has is not known here.")


def _places(model: Model) -> Iterator[StepFact]:
    for kind in _PLACES:
        for fact in model.place_facts:
            if fact.value is not None and fact.value.kind == kind:
                yield StepFact(fact.value.how, fact.confidence, fact.sources)


def _entry(model: Model) -> Iterator[StepFact]:
    """Say how it is keyed in, and what a wrong code costs: the workshop need not guess either."""
    if not model.takes_code:
        yield StepFact(
            "No code is keyed into it by what is known: key nothing in.",
            model.binding.confidence,
            model.binding.sources,
        )
        return
    yield from fact_lines(model.entry_text)
    yield from fact_lines(model.confirm_text, "Confirm: ")
    yield from fact_lines(model.schedule_text)
    yield from fact_lines(model.final_text)
    if model.schedule_text.confidence is Confidence.UNKNOWN:
        yield StepFact("What a wrong code costs is not known for this radio: enter none that is in doubt.")
