"""The ends of the road: what is still possible, who does it, what it costs and takes, and what never works.

And the question before another one is bought: is a used unit of this kind worth its money.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.model import Binding, Model
from radiokey.guide.leaflet import Leaflet, Part, advice, fact_lines, fact_of, leaflet, lines_of, named, table
from radiokey.guide.sheet import Contact
from radiokey.guide.step_facts import StepFact
from radiokey.language.speech import gettext, later


class End(StrEnum):
    """Where the road can end."""

    PERMANENT = "permanent"
    STOLEN = "stolen"
    PAIRED = "paired"
    OTHER_MARKET = "other-market"
    TAMPERED = "tampered"
    FAULT = "fault"


END_OF_STEP: Final = {
    "permanent": End.PERMANENT,
    "bmw-off": End.PERMANENT,
    "stolen": End.STOLEN,
    "paired": End.PAIRED,
    "other-car": End.PAIRED,
    "tampered": End.TAMPERED,
    "supply-fault": End.FAULT,
}
"""Which end a step of the guide stands at."""

_OF_THE_RADIO: Final = frozenset({End.PERMANENT, End.PAIRED, End.OTHER_MARKET})
"""The ends at which the way that is known for this radio leads on."""


def end_title(end: End) -> str:
    """Return what an end is called."""
    title: str = table("ends")["end"][end.value]["title"]
    return title


def end_of_road(end: End, model: Model | None = None) -> Leaflet:
    """Return what is left at an end of the road."""
    known, said = named(model), table("ends")["end"][end.value]
    ways = [_way(row) for row in said["way"]]
    if known is not None and end in _OF_THE_RADIO and known.ways.ask.value is not None:
        ways.insert(0, _known_way(known))
    return leaflet(
        said["title"],
        said["lead"],
        known,
        (
            Part(gettext("What it means"), (*_of_model(end, known), *lines_of(said["means"]))),
            Part(gettext("What is still possible, and who does it"), ways=tuple(ways)),
            Part(gettext("What never works, and why"), tuple(_folk(end))),
        ),
    )


def used_unit(model: Model | None = None) -> Leaflet:
    """Return whether a used unit of this kind is worth buying, and what to ask its seller."""
    known = named(model)
    return leaflet(
        gettext("Is a used one worth buying?"),
        gettext(
            "Decide it by what the radio is bound to, before you pay. Price and photos say "
            "nothing about that."
        ),
        known,
        (
            Part(gettext("By what it is bound to"), tuple(_verdict(known))),
            Part(gettext("Ask its seller"), (*lines_of(table("ends")["seller"]), *_also_ask(known))),
            Part(
                gettext("Leave it"),
                advice(
                    gettext("It shows PROTECTED, SAFE CP or LOCKED on the photo."),
                    gettext("The seller has no code for it, or sends one only after payment."),
                    gettext("The number cannot be read, or the seller says that none is needed."),
                ),
            ),
        ),
    )


def _way(row: Mapping[str, Any]) -> Contact:
    return Contact(
        row["who"],
        row["how"],
        fact_of(row.get("cost")),
        fact_of(row.get("wait")),
        Confidence(row["confidence"]) if "confidence" in row else Confidence.UNKNOWN,
        tuple(row.get("sources", ())),
    )


def _known_way(model: Model) -> Contact:
    ways = model.ways
    assert ways.ask.value is not None
    how = ways.ask.value[:1].upper() + ways.ask.value[1:]
    return Contact(
        gettext("What is known for this radio"),
        how,
        ways.cost,
        ways.wait,
        ways.ask.confidence,
        ways.ask.sources,
    )


def _folk(end: End) -> Iterator[StepFact]:
    """Name what people try at this end, and why it is in vain."""
    for row in table("ends")["folk"]:
        if end.value in row["ends"]:
            yield from lines_of(({**row, "text": f"{row['name']}: {row['why']}"},))


def _of_model(end: End, model: Model | None) -> Iterator[StepFact]:
    """Say whether this radio has such an end at all."""
    if model is None:
        return
    match end:
        case End.PERMANENT:
            yield from _final(model)
        case End.PAIRED:
            yield from fact_lines(model.binding_text)
            if model.binding.value is Binding.CODE:
                yield StepFact(
                    gettext(
                        "By what is known this radio is bound to its code, not to a car: read the "
                        "message again."
                    ),
                    model.binding.confidence,
                    model.binding.sources,
                )
        case End.OTHER_MARKET:
            yield from fact_lines(model.code_text)
        case End.FAULT:
            yield from fact_lines(model.trigger, f"{gettext('It asks for its code when:')} ")
        case End.STOLEN | End.TAMPERED:
            return


def _final(model: Model) -> Iterator[StepFact]:
    final = model.final
    yield from fact_lines(model.final_text)
    if final.value is False:
        yield StepFact(
            gettext(
                "No last lock is known of this radio: what it shows is a wait. Keep it on and let it end."
            ),
            final.confidence,
            final.sources,
        )
    elif final.value is None and not model.final_text.known:
        yield StepFact(gettext("Whether this radio has a last lock is not known."))


def _verdict(model: Model | None) -> Iterator[StepFact]:
    """Say what the binding means for a buyer; an unknown one is taken for the worst."""
    binding = None if model is None else model.binding
    if binding is None or binding.value is None:
        yield StepFact(
            gettext(
                "What this kind is bound to is not known here. Take it for paired until it "
                "plays in another car."
            )
        )
        return
    yield StepFact(gettext(_VERDICT[binding.value]), binding.confidence, binding.sources)
    assert model is not None
    yield from fact_lines(model.binding_text)
    if binding.confidence is Confidence.DOUBTFUL:
        yield StepFact(
            gettext("That is doubtful: ask a dealer of the make, with the part number, before you pay.")
        )


_VERDICT: Final = {
    Binding.CODE: later(
        "Worth it with its code, and only with it: a code belongs to the unit, not to a car."
    ),
    Binding.OWNER_CODE: later(
        "Worth it if its owner takes the code off or gives it to you: no other may know it."
    ),
    Binding.VEHICLE: later(
        "Not worth it unless a workshop of the make says first, with the part number, "
        "that it will confirm it to your car: it is paired to the car it was in."
    ),
    Binding.SERVER: later(
        "Not worth it unless the seller ends its registration with the maker first: a "
        "server decides where it plays."
    ),
}


def _also_ask(model: Model | None) -> tuple[StepFact, ...]:
    """Return the questions that the binding adds."""
    match None if model is None else model.binding.value:
        case Binding.OWNER_CODE:
            return advice(gettext("Who set its code, and will you switch the protection off while I watch?"))
        case Binding.VEHICLE | Binding.SERVER | None:
            return advice(
                gettext(
                    "In which car has it played after the one it was built into, and who confirmed it there?"
                )
            )
        case _:
            return advice(gettext("Have you the code in writing, from its card or from a dealer?"))
