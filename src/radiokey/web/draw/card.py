"""What the card of an entry says: the panel and the presses of its radio, and whom the next owner asks."""

from typing import Final

from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_model, load_sources
from radiokey.catalogue.model import Model
from radiokey.code.value import AnyPress, Code
from radiokey.errors import RadiokeyError
from radiokey.guide.coach import Part, coach
from radiokey.guide.sheet import Case, sheet
from radiokey.vault.card_content import Card
from radiokey.vault.document import Entry

_HELPERS: Final = 2
"""So many of those whom the sheet names stand on a card."""


def card_of_entry(entry: Entry, *, code: bool) -> Card:
    """Return the card of an entry, with its code and presses or without."""
    model = load_model(entry.model) if entry.model in cards() else None
    page = sheet(model, entry.make or None, case=Case(serial=entry.serial), sources=load_sources())
    helpers = tuple(f"{contact.who}: {contact.how}" for contact in page.ask[:_HELPERS])
    panel = None if model is None else model.panel
    plain = Card(entry, "" if model is None else model.name, helpers, code, panel)
    if model is None or panel is None or not code or entry.code is None:
        return plain
    return Card(entry, model.name, helpers, code, panel, steps_of(model, entry.code))


def steps_of(model: Model, code: Code) -> tuple[tuple[str, tuple[AnyPress, ...]], ...]:
    """Return the sentences that key a code in, each with its presses; none for another radio's code."""
    try:
        steps = coach(model, code)
    except RadiokeyError:
        return ()
    return tuple((step.sentence, step.presses) for step in steps if step.part is not Part.AFTER)
