"""The owner's road in the terminal, one step at a time (`radiokey guide`).

A step is said in the order in which it is needed: where on the road, what happens, the one thing to do, what
not to do, what is known of this very radio, warnings, and last the answers. An answer is a number, or words:
what the display shows, a make, a part of a radio's name.
"""

import sys
from typing import Any, Final

from radiokey.catalogue.fact import how_sure
from radiokey.catalogue.index import cards
from radiokey.cli import say
from radiokey.digits import read_digits
from radiokey.errors import UsageError
from radiokey.guide.ends import END_OF_STEP
from radiokey.guide.load import guide_in, load_guide
from radiokey.guide.model import LEVEL_NAMES, STAGE_NAMES, Act, Asks, Facts, Guide
from radiokey.guide.walk import ERRORS_MAX, Offer, View, answer, answer_display, start, view
from radiokey.headunit.display import Shows
from radiokey.language.speech import current, gettext, later

_STATE_WORDS: Final = {Shows.PROTECTED: "PROTECTED", Shows.LOCKED: "LOCKED", Shows.PERMANENT: "HELP"}
"""How a display says the states that make a sheet another one (the guide's table of words)."""
_ASKS: Final = {
    Asks.DISPLAY: later("the number of an answer, or what the display shows"),
    Asks.MODEL: later("the number of an answer, or the make or a part of the name"),
    Asks.ERRORS: later("how many, or x"),
    None: later("the number of an answer, or how it begins"),
}


def walk(lang: str | None, display: str | None, model: str | None, *, as_json: bool) -> None:
    """Walk the road from where `display` and `model` begin; as a document only its first step."""
    road = guide_in(current().tag) if lang is None else load_guide(lang)
    here = start(road, display=display, model=model)
    if as_json:
        say.answer(document(here))
        return
    if display is not None and here.asks is Asks.DISPLAY:
        say.note(gettext("no list here has that word: choose what comes closest"))
    walked: list[View] = []
    while True:
        _write_step(road, here)
        if here.asks is None and not _labelled(here):
            say.reportable()
            return
        chosen = _ask(road, here, back=bool(walked))
        if chosen is _LEAVE:
            return
        if chosen is _BACK:
            here = walked.pop()
            continue
        following = view(road, chosen)
        # A refusal stays a refusal: nobody walks back to before it and enters again.
        walked = [*walked, here] if following.facts.refused == here.facts.refused else []
        here = following


def document(here: View) -> dict[str, Any]:
    """Return the JSON document of a step."""
    return {
        "position": here.position,
        "step": here.step,
        "stage": here.stage.value,
        "title": here.title,
        "body": here.body,
        "do": here.do,
        "not": here.dont,
        "more": here.more,
        "told": [
            {"text": one.text, "confidence": one.confidence.value if one.confidence else None}
            for one in here.known
        ],
        "warnings": [{"level": warning.level.value, "text": warning.text} for warning in here.warnings],
        "command": command(here.act, here.facts, here.step) if here.act else None,
        "answers": [{"id": offer.id, "text": offer.text, "shut": offer.shut} for offer in here.choices],
        "end": here.end,
    }


# --- what a step says -------------------------------------------------------------------------------------


def _write_step(road: Guide, here: View) -> None:
    if say.is_drawn():
        _draw_step(road, here)
        return
    say.out()
    say.out(f"[{gettext(STAGE_NAMES[here.stage])}]")
    say.out(say.bold(here.title))
    say.out()
    say.prose(here.body)
    say.out()
    if here.do:
        say.item(gettext("Now"), here.do)
    if here.dont:
        say.item(gettext("Careful"), here.dont)
    _print_facts(road, here)
    if here.warnings:
        say.out()
        for warning in here.warnings:
            say.item(gettext(LEVEL_NAMES[warning.level]), warning.text)
    if here.more:
        say.out()
        say.prose(here.more)
    if here.act is not None:
        say.out()
        say.item(gettext("In another window"), command(here.act, here.facts, here.step))
    say.out()
    if here.asks is Asks.ERRORS:
        say.item(
            _span(here) + " ",
            gettext("That many"),
            colon="",
        )
    for label, offer in _labelled(here).items():
        say.item(f"{label:>2} ", offer.text, colon="")
    for offer in here.choices:
        if offer.shut:
            say.item(" - ", f"{offer.text}: {offer.shut}", colon="")


def _span(here: View) -> str:
    """Return which numbers answer how many wrong codes there were."""
    return gettext("{least} to {most}", least=here.facts.refused, most=ERRORS_MAX)


def _draw_step(road: Guide, here: View) -> None:
    from rich.console import Console  # noqa: PLC0415 - it takes a while to load, and only people need it

    from radiokey.cli.drawn_step import WIDTH_MAX, draw_step  # noqa: PLC0415 - the same

    console = Console(highlight=False, emoji=False)
    console.width = min(WIDTH_MAX, console.width)
    answers = [(label, offer) for label, offer in _labelled(here).items()]
    if here.asks is Asks.ERRORS:
        answers.insert(0, (_span(here), Offer("", gettext("That many"))))
    said = "" if here.act is None else command(here.act, here.facts, here.step)
    draw_step(console, here, _radio(road, here), answers, said)


def _radio(road: Guide, here: View) -> str:
    return gettext(road.model_of(here.facts.model).name) if here.facts.model else gettext("Your radio")


def _print_facts(road: Guide, here: View) -> None:
    """Say what the catalogue knows of this very radio, each fact with how sure it is."""
    if not here.known:
        return
    say.listed(
        _radio(road, here),
        (f"{one.text} ({how_sure(one.confidence)})" if one.confidence else one.text for one in here.known),
    )


def command(act: Act, facts: Facts, step: str = "") -> str:
    """Return the command that does what a step is done with, with what is already known filled in.

    `step` is the step, for an act whose command says which.
    """
    model = facts.model or "MODEL"
    named = f" --model {facts.model}" if facts.model else ""
    match act:
        case Act.SERIAL:
            return f"radiokey serial check TEXT{named}"
        case Act.CODE:
            return f"radiokey code SERIAL{named} --i-own-this-radio"
        case Act.COACH:
            return f"radiokey entry {model} -"
        case Act.WAITING:
            said = (
                facts.model or "",
                "" if facts.errors is None else f"--errors {facts.errors}",
                f"--refused {facts.refused}" if facts.refused else "",
            )
            return " ".join(("radiokey wait", *filter(None, said)))
        case Act.SHEET:
            said = (
                facts.model or "",
                f"--display {_STATE_WORDS[facts.shows]}" if facts.shows in _STATE_WORDS else "",
                "" if facts.errors is None else f"--errors {facts.errors}",
            )
            return " ".join(("radiokey sheet", *filter(None, said)))
        case Act.PREVENTION | Act.HAND_OVER | Act.END | Act.USED | Act.QUESTIONS:
            return _leaflet_command(act, facts.model or "", step)
        case Act.PRACTICE:
            page = f"/practice/{facts.model}" if facts.model else "/practice"
            return gettext("radiokey serve, then {page} on the address it names", page=page)


def _leaflet_command(act: Act, model: str, step: str) -> str:
    """Return the command that prints a leaflet for this radio."""
    words = {
        Act.PREVENTION: ("prevention", model),
        Act.HAND_OVER: ("prevention", model, "--hand-over"),
        Act.END: ("ends", END_OF_STEP.get(step, ""), model),
        Act.USED: ("used", model),
        Act.QUESTIONS: ("questions", model),
    }[act]
    return " ".join(("radiokey", *filter(None, words)))


# --- what the owner answers -------------------------------------------------------------------------------


_LEAVE: Final = ""
_BACK: Final = "<"
"""No positions of the guide."""


def _labelled(here: View) -> dict[str, Offer]:
    """Return the open answers by what an owner types for each; where a count is asked, the count is that."""
    offers = [offer for offer in here.choices if not offer.shut]
    if here.asks is Asks.ERRORS:
        return dict(zip("xyz", (offer for offer in offers if not offer.id.isdecimal()), strict=False))
    return {str(at): offer for at, offer in enumerate(offers, start=1)}


def _ask(road: Guide, here: View, *, back: bool) -> str:
    """Return where an answer leads, `_BACK` or `_LEAVE`; piped input works the same and ends as `q`."""
    labelled = _labelled(here)
    ways = gettext("{asks}; b goes back, q leaves", asks=gettext(_ASKS[here.asks]))
    if not back:
        ways = gettext("{asks}; q leaves", asks=gettext(_ASKS[here.asks]))
    say.prompt(f"{ways}: ")
    while True:
        line = sys.stdin.readline()
        text = line.strip()
        if not line or text.casefold() == "q":
            if not line:
                say.prompt("\n")
            return _LEAVE
        if text.casefold() == "b" and back:
            return _BACK
        found = _meant(here, text)
        alike = _alike(here, text)
        if len(found) == 1 and not alike:
            return answer(road, here.position, found[0].id)
        shown = (
            answer_display(road, here.position, text) if here.asks is Asks.DISPLAY and text else here.position
        )
        if view(road, shown).asks is not here.asks:
            return shown
        if found or alike:
            say.note(gettext("that may be one of these; which one?"))
            for model_id, question in alike.items():
                say.note(
                    gettext(
                        "{question} ('radiokey serve' draws it at /practice/{model_id})",
                        question=question,
                        model_id=model_id,
                    )
                )
            for label, offer in labelled.items():
                if offer in found or offer.id in alike:
                    say.item(f"{label:>2} ", offer.text, colon="")
        elif sys.stdin.isatty():
            say.note(gettext("that is none of these answers"))
        else:
            raise UsageError(
                gettext('that is none of the answers to "{title}"', title=here.title),
                hint=gettext("answer with {ways}", ways=ways),
            )
        say.prompt(f"{ways}: ")


def _meant(here: View, text: str) -> list[Offer]:
    """Return the answers that `text` can mean: one by its number, or those its words fit."""
    labelled = _labelled(here)
    typed = text.casefold()
    if typed in labelled:
        return [labelled[typed]]
    match here.asks:
        case Asks.ERRORS if (errors := read_digits(typed, ERRORS_MAX)) is not None:
            return [Offer(str(errors), typed)]
        case Asks.DISPLAY:
            return []  # what a display says is decided by the guide
        case Asks.MODEL if text:
            words = typed.split()
            return [offer for offer in labelled.values() if all(word in _names(offer) for word in words)]
        case None if text:
            return [offer for offer in labelled.values() if offer.text.casefold().startswith(typed)]
        case _:
            return []


def _alike(here: View, text: str) -> dict[str, str]:
    """Return the radios whose panel may stand in for that of a named car, each with its question."""
    named = set(text.casefold().split())
    if here.asks is not Asks.MODEL:
        return {}
    return {
        card.id: rule.question
        for card in cards().values()
        for rule in card.stand_in
        if named & set(rule.cars)
    }


def _names(offer: Offer) -> str:
    card = cards().get(offer.id)
    return f"{offer.id} {offer.text} {' '.join(card.makes) if card else ''}".casefold()
