"""How the command line writes a leaflet (`radiokey.guide.leaflet`)."""

from typing import Any

from radiokey.catalogue.fact import how_sure
from radiokey.cli import say
from radiokey.guide.leaflet import Leaflet, Part
from radiokey.guide.sheet import Contact
from radiokey.guide.step_facts import StepFact
from radiokey.language.speech import gettext


def write(page: Leaflet, *, as_json: bool) -> None:
    """Write a leaflet, for a person or as a document."""
    if as_json:
        say.answer(document(page))
        return
    say.out(say.bold(page.title))
    say.out(page.radio)
    say.prose(page.lead)
    for part in page.parts:
        say.listed(part.heading, (*map(_line, part.lines), *map(_way, part.ways)))
    say.reportable()


def document(page: Leaflet) -> dict[str, Any]:
    """Return a leaflet as JSON takes it."""
    return {
        "title": page.title,
        "lead": page.lead,
        "model": page.model,
        "parts": [_part(part) for part in page.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "heading": part.heading,
        "step": part.step or None,
        "lines": [
            {
                "text": line.text,
                "confidence": line.confidence.value if line.confidence else None,
                "sources": list(line.sources),
            }
            for line in part.lines
        ],
        "ways": [
            {
                "who": way.who,
                "how": way.how,
                "cost": way.cost.value,
                "wait": way.wait.value,
                "confidence": way.confidence.value if way.sources else None,
                "sources": list(way.sources),
            }
            for way in part.ways
        ],
    }


def _line(line: StepFact) -> str:
    return f"{line.text} ({how_sure(line.confidence)})" if line.confidence else line.text


def _way(way: Contact) -> str:
    sure = f" ({how_sure(way.confidence)})" if way.sources else ""
    costs = gettext("Cost: {cost}.", cost=say.fact(way.cost))
    takes = gettext("Takes: {wait}.", wait=say.fact(way.wait))
    return f"{way.who}: {way.how}{sure} {costs} {takes}"
