"""`radiokey models`: the radios that are known, and how surely; or those that fit a search."""

from collections.abc import Iterable
from typing import Any

import click

from radiokey.catalogue.fact import how_sure
from radiokey.catalogue.index import Card, cards
from radiokey.cli import say
from radiokey.cli.options import json_option
from radiokey.errors import NotThereError
from radiokey.language.speech import gettext


@click.command("models")
@click.option("--search", "text", metavar="TEXT", help="A car, a make, a year, what is written on the radio.")
@json_option
def models(*, text: str | None, as_json: bool) -> None:
    """List the radios that are known: id, makers, cars, how sure; with --search those that fit."""
    if text is not None:
        _search(text, as_json=as_json)
    elif as_json:
        say.document([row_of(card) for card in cards().values()])
    else:
        _list(cards().values())


def row_of(card: Card) -> dict[str, Any]:
    """Return a model as JSON."""
    return {
        "id": card.id,
        "name": card.name,
        "short": card.short,
        "tell_apart": card.tell_apart,
        "makes": list(card.makes),
        "makers": list(card.makers),
        "cars": [str(car) for car in card.cars],
        "confidence": card.confidence.value,
        "families": list(card.families),
    }


def _list(found: Iterable[Card]) -> None:
    say.columns((card.id, how_sure(card.confidence), gettext(card.name)) for card in found)


def _search(text: str, *, as_json: bool) -> None:
    from radiokey.catalogue.search import (  # noqa: PLC0415 - only where somebody searches
        next_step,
        search_models,
        understand,
    )

    said, found = understand(text), search_models(text)
    if not found:
        sentence = (
            gettext("no radio here fits: {sentence}", sentence=said.sentence)
            if said.sentence
            else gettext("no radio here fits these words")
        )
        raise NotThereError(sentence, hint=next_step(said, text))
    if as_json:
        say.answer(
            {
                "understood": said.sentence,
                "unread": list(said.unread),
                "models": [
                    row_of(cards()[match.model])
                    | {
                        "score": match.score,
                        "why": [{"kind": one.kind.value, "text": one.text} for one in match.why],
                    }
                    for match in found
                ],
            }
        )
        return
    say.note(gettext("understood: {sentence}", sentence=said.sentence))
    for match in found:
        card = cards()[match.model]
        say.out(f"{say.bold(card.id)}  {gettext(card.short)}")
        say.item("  " + gettext("why"), "; ".join(one.text for one in match.why))
        say.item("  " + gettext("how to tell"), gettext(card.tell_apart) if card.tell_apart else "")
    say.reportable()
