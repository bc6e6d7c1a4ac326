"""Before battery work: the checklist for this radio, and the sheet that goes with the car to the workshop."""

from collections.abc import Iterator
from typing import Final

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.model import Binding, Model
from radiokey.guide.leaflet import BLANK, Leaflet, Part, advice, fact_lines, leaflet, lines_of, named, table
from radiokey.guide.step_facts import StepFact
from radiokey.language.speech import gettext

_PLACES: Final = ("papers", "keys", "menu", "sticker")
"""Where a number is looked for while the radio still plays, the easiest first."""


def prevention(model: Model | None = None) -> Leaflet:
    """Return what to do before the battery, a fuse or the radio is disconnected."""
    known, said = named(model), table("prevention")
    code_free = known is not None and not known.takes_code
    return leaflet(
        gettext("Before the battery is disconnected"),
        gettext("Ten minutes now instead of days without a radio. Begin while it still plays."),
        known,
        (
            Part(gettext("Will it ask for a code afterwards?"), tuple(_asks(known))),
            Part(
                gettext("Write the code down, and check first that it is the right one"),
                _code(known, code_free),
            ),
            Part(gettext("Where its number stands"), () if known is None else tuple(_places(known))),
            Part(gettext("A memory saver: which kind"), lines_of(said["saver"])),
            Part(gettext("When not to use one"), lines_of(said["no-saver"])),
            Part(gettext("What else forgets"), lines_of(said["forgets"])),
            Part(gettext("Reminders"), (*lines_of(said["battery"]), *lines_of(said["update"]))),
        ),
    )


def hand_over(model: Model | None = None) -> Leaflet:
    """Return the sheet for the workshop, to print: what it is to do, and never the code."""
    known, said = named(model), table("prevention")
    code_free = known is not None and not known.takes_code
    return leaflet(
        gettext("To the workshop: this radio belongs to its car")
        if code_free
        else gettext("To the workshop: this radio has a code"),
        gettext("What is paired stays with the car.")
        if code_free
        else gettext("The code is not on this sheet and not in the car."),
        known,
        (
            Part(
                gettext("The car"),
                advice(
                    gettext("Registration: {blank}", blank=BLANK),
                    gettext("Owner and telephone: {blank}", blank=BLANK),
                    gettext("Work: {blank}", blank=BLANK),
                ),
            ),
            Part(
                gettext("The radio"),
                (*_named(known), *advice(gettext("Number on the unit: {blank}", blank=BLANK))),
            ),
            Part(gettext("What I ask of you"), lines_of(said["hand-over"])),
            Part(gettext("If it locks all the same"), () if known is None else tuple(_entry(known))),
            Part(gettext("A memory saver: when not"), lines_of(said["no-saver"])),
            Part(
                gettext("Handed back"),
                advice(
                    gettext("The radio plays: yes / no. It shows: {blank}", blank=BLANK),
                    gettext("Day, name, signature: {blank}", blank=BLANK),
                ),
            ),
        ),
    )


def _named(model: Model | None) -> tuple[StepFact, ...]:
    return advice(gettext("Radio: {value}", value=BLANK if model is None else model.name))


def _asks(model: Model | None) -> Iterator[StepFact]:
    """Say whether it asks for a code after the work, as far as anybody knows."""
    if model is None:
        yield StepFact(
            gettext("Most radios with a code ask after a loss of supply. Prepare as if yours does.")
        )
        return
    if not model.takes_code:
        yield StepFact(
            gettext("By what is known no code is keyed into it: the car or the maker's server lets it play."),
            model.binding.confidence,
            model.binding.sources,
        )
    elif model.binding.value is Binding.OWNER_CODE:
        yield StepFact(
            gettext(
                "Only if its protection was switched on: an owner sets the code. An earlier owner may have."
            ),
            model.binding.confidence,
            model.binding.sources,
        )
    if not model.takes_code:
        yield from fact_lines(model.binding_text)
    if model.trigger.known:
        yield from fact_lines(model.trigger, f"{gettext('It locks when:')} ")
    elif model.takes_code:
        yield StepFact(gettext("What makes it ask is not known. Prepare as if any loss of supply does."))
    gap = model.power_gap_ms
    if gap.value is not None:
        low, high = (ms / 1000 for ms in gap.value)
        span = f"{high:g}" if low == high else gettext("{low:g} to {high:g}", low=low, high=high)
        yield StepFact(
            gettext("Without supply for {span} seconds it asks.", span=span), gap.confidence, gap.sources
        )


def _code(model: Model | None, code_free: bool) -> tuple[StepFact, ...]:  # noqa: FBT001 - private, named at its call
    """Say what has to be in hand, and how it is verified without spending a try."""
    if code_free:
        return advice(
            gettext(
                "Keep the papers of radio and car together: a workshop that confirms the part asks for both."
            )
        )
    said = table("prevention")
    return (
        *advice(
            gettext("Find the code, write it down with the radio's number, and take a photo of the label.")
        ),
        *lines_of(said["verify"]),
        *(() if model is None else code_shape(model)),
        *(
            ()
            if model is None
            else fact_lines(model.confirm_text, f"{gettext('Note how it is confirmed:')} ")
        ),
        *lines_of(said["away"]),
    )


def code_shape(model: Model) -> tuple[StepFact, ...]:
    """Say what a code of this radio looks like: another one cannot be right."""
    shape, length = model.code, model.code_length
    if shape.value is not None:
        keys = shape.value.places[-1]
        text = gettext(
            "Count it: {length} characters, each one of {keys}.",
            length=shape.value.length,
            keys=" ".join(keys),
        )
        return (StepFact(text, shape.confidence, shape.sources), *fact_lines(model.code_text))
    if length.value is not None:
        low, high = length.value
        text = (
            gettext("Count it: {low} characters.", low=low)
            if low == high
            else gettext("Count it: {low} to {high} characters.", low=low, high=high)
        )
        return (StepFact(text, length.confidence, length.sources), *fact_lines(model.code_text))
    return fact_lines(model.code_text) or advice(
        gettext("How many characters its code has is not known here.")
    )


def _places(model: Model) -> Iterator[StepFact]:
    for kind in _PLACES:
        for fact in model.place_facts:
            if fact.value is not None and fact.value.kind == kind:
                yield StepFact(fact.value.how, fact.confidence, fact.sources)


def _entry(model: Model) -> Iterator[StepFact]:
    """Say how it is keyed in, and what a wrong code costs: the workshop need not guess either."""
    if not model.takes_code:
        yield StepFact(
            gettext("No code is keyed into it by what is known: key nothing in."),
            model.binding.confidence,
            model.binding.sources,
        )
        return
    yield from fact_lines(model.entry_text)
    yield from fact_lines(model.confirm_text, "Confirm: ")
    yield from fact_lines(model.schedule_text)
    yield from fact_lines(model.final_text)
    if model.schedule_text.confidence is Confidence.UNKNOWN:
        yield StepFact(
            gettext("What a wrong code costs is not known for this radio: enter none that is in doubt.")
        )
