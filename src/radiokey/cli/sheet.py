"""`radiokey sheet`: whom to ask, with what in hand, and what an honest answer looks like."""

import sys
from contextlib import redirect_stdout
from typing import Any

import click

from radiokey.catalogue.model import Model
from radiokey.cli import say
from radiokey.cli.options import json_option, load, make_option, maybe_model_argument
from radiokey.guide.sheet import Case, Contact, Sheet, sheet
from radiokey.language.speech import gettext
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import Reading


@click.command("sheet")
@maybe_model_argument
@make_option
@click.option("--display", metavar="WORDS", help="What the display shows.")
@click.option("--errors", type=click.IntRange(0, 99), metavar="N", help="Wrong codes so far.")
@click.option("--letter", metavar="LANG", help="Language of the letter, the dealer's, if not your own.")
@json_option
def print_sheet(
    *,
    model: str | None,
    make: str | None,
    display: str | None,
    errors: int | None,
    letter: str | None,
    as_json: bool,
) -> None:
    """Say whom to ask for the code, with what in hand, and what an honest answer looks like.

    Without MODEL, an id of 'radiokey models', the sheet of a make or of any radio.
    """
    from radiokey.catalogue.load import load_sources  # noqa: PLC0415 - a sheet in a refusal loads it later
    from radiokey.guide.load import load_guide  # noqa: PLC0415 - the same
    from radiokey.guide.walk import start  # noqa: PLC0415 - the same
    from radiokey.language.load import parse_language  # noqa: PLC0415 - only where one is named

    known = load(model)
    state = None if display is None else start(load_guide(), display=display, model=model).facts.shows
    case = Case(shows=display, state=state, errors=errors)
    dealers = None if letter is None else parse_language(letter)
    page = sheet(known, make, case=case, sources=load_sources(), letter_in=dealers)
    if as_json:
        say.document(document(page))
    else:
        write_sheet(page)


def sheet_of(model: Model | None, make: str | None, reading: Reading | None) -> Sheet:
    """Return the sheet of a number that no code is to be had for here."""
    from radiokey.catalogue.load import load_sources  # noqa: PLC0415 - only at the end of the road

    case = Case(serial=reading.serial.text if reading else None)
    makes = FORMATS[reading.serial.kind].makes if reading else ()
    if model is None and make is None and len(makes) == 1:
        make = makes[0]
    return sheet(model, make, case=case, sources=load_sources())


def on_stderr(page: Sheet) -> None:
    """Write a sheet where a failed command may write text: its stdout is for a document or empty."""
    with redirect_stdout(sys.stderr):
        write_sheet(page)
        say.out()


def document(page: Sheet) -> dict[str, Any]:
    """Return a sheet as JSON takes it."""
    return {
        "title": page.title,
        "why": page.why,
        "first_look": page.first_look,
        "ask": [
            {
                "who": contact.who,
                "how": contact.how,
                "cost": contact.cost.value,
                "wait": contact.wait.value,
                "confidence": contact.confidence.value,
                "link": contact.link,
            }
            for contact in page.ask
        ],
        "in_hand": page.in_hand,
        "honest": page.honest,
        "red_flags": page.red_flags,
        "photograph": page.photograph,
        "notes": page.notes,
        "letter": {"subject": page.letter.subject, "text": page.letter.text, "blanks": page.letter.blanks},
    }


def write_sheet(page: Sheet) -> None:
    """Write a sheet."""
    say.out(say.bold(page.title))
    say.prose(page.why)
    say.listed(gettext("Look here first"), page.first_look)
    say.listed(gettext("Whom to ask"), (_contact(contact) for contact in page.ask))
    say.listed(gettext("Have in hand"), page.in_hand)
    say.listed(gettext("An honest specialist shows before payment"), page.honest)
    say.listed(gettext("Walk away if"), page.red_flags)
    say.listed(gettext("Photograph"), page.photograph)
    say.listed(gettext("Good to know"), page.notes)
    say.out()
    say.out(say.bold(gettext("A letter to take along")))
    say.out(gettext("Subject: {subject}", subject=page.letter.subject))
    say.out(page.letter.text)


def _contact(contact: Contact) -> str:
    parts = [f"{contact.who}: {contact.how}"]
    if contact.cost.value is not None:
        parts.append(gettext("Cost: {cost}.", cost=say.fact(contact.cost)))
    if contact.wait.value is not None:
        parts.append(gettext("Takes: {wait}.", wait=say.fact(contact.wait)))
    if contact.link is not None:
        parts.append(contact.link)
    return " ".join(parts)
