"""`radiokey guide`: the owner's road, one step at a time, in the terminal."""

import sys
from typing import Annotated

import typer

from radiokey.cli import say
from radiokey.cli.options import ModelId, known_model
from radiokey.errors import UsageError
from radiokey.guide.load import load_guide
from radiokey.guide.model import Act
from radiokey.guide.walk import Offer, View, answer, start, view

_COMMANDS = {
    Act.SERIAL: "radiokey serial check TEXT",
    Act.CODE: "radiokey code SERIAL --i-own-this-radio",
    Act.COACH: "radiokey entry MODEL -",
    Act.WAITING: "radiokey wait MODEL --errors N",
    Act.SHEET: "radiokey code SERIAL --i-own-this-radio (it prints whom to ask where it has no code)",
    Act.PRACTICE: "radiokey serve, then the practice radio on the page",
}


def guide(
    *,
    display: Annotated[str | None, typer.Option("--display", help="What the display shows.")] = None,
    model: ModelId = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the texts.")] = "en",
) -> None:
    """Walk from what the display shows to the one safe next step. Answer with a number; q leaves."""
    road = load_guide(lang)
    here = start(road, display=display, model=known_model(model) if model else None)
    while True:
        _tell(here)
        open_offers = [offer for offer in here.choices if not offer.shut]
        if not open_offers:
            return
        chosen = _ask(open_offers)
        if chosen is None:
            return
        here = view(road, answer(road, here.position, chosen.id))


def _tell(here: View) -> None:
    say.out()
    say.out(say.bold(here.title))
    for warning in here.warnings:
        say.out(f"  ! {warning.text}")
    say.out(here.body)
    if here.do:
        say.out(f"Now: {here.do}")
    if here.dont:
        say.out(f"Not: {here.dont}")
    if here.more:
        say.out(here.more)
    if here.act is not None:
        say.out(f"Command: {_COMMANDS[here.act]}")
    shown = 0
    for offer in here.choices:
        if offer.shut:
            say.out(f"   -  {offer.text}: {offer.shut}")
        else:
            shown += 1
            say.out(f"  {shown:>2}  {offer.text}")


def _ask(offers: list[Offer]) -> Offer | None:
    """Return the offer a person chose by its number, `None` to leave; piped input works the same."""
    while True:
        sys.stderr.write("number, or q: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        text = line.strip().lower()
        if not line or text == "q":
            return None
        if text.isdecimal() and 1 <= int(text) <= len(offers):
            return offers[int(text) - 1]
        if not sys.stdin.isatty():
            raise UsageError(f"'{text[:20]}' is not one of the numbers 1 to {len(offers)}", hint="q leaves")
        say.note(f"type a number from 1 to {len(offers)}, or q")
