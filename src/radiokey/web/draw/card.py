"""What an entry and its card say beside what was typed: panel, presses, and whom the next owner asks."""

from dataclasses import replace
from typing import Final

from radiokey.catalogue.face import face_of
from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_model, load_sources
from radiokey.catalogue.model import Model
from radiokey.code.value import Code
from radiokey.errors import RadiokeyError
from radiokey.guide.coach import Part, coach
from radiokey.guide.sheet import Case, sheet
from radiokey.language.speech import gettext
from radiokey.vault.card_content import Card
from radiokey.vault.document import Entry, Step

_HELPERS: Final = 2
"""So many of those whom the sheet names stand on a card."""


def card_of_entry(entry: Entry, *, code: bool) -> Card:
    """Return the card of an entry, with its code and presses or without."""
    model = load_model(entry.model) if entry.model in cards() else None
    page = sheet(model, entry.make or None, case=Case(serial=entry.serial), sources=load_sources())
    helpers = tuple(f"{contact.who}: {contact.how}" for contact in page.ask[:_HELPERS])
    panel = None if model is None else model.panel
    face = None if model is None else face_of(model.id)
    plain = Card(entry, "" if model is None else gettext(model.name), helpers, code, panel, face=face)
    if model is None or panel is None or not code or entry.code is None:
        return plain
    return Card(entry, plain.radio, helpers, code, panel, steps_of(model, entry.code), face)


def with_entering(entry: Entry, model: Model | None) -> Entry:
    """Return an entry with all that keys its code in: the steps, and the keys where they sit.

    It stays as it is where the radio, its panel or the code is not known.
    """
    if model is None or model.panel is None or entry.code is None:
        return entry
    return replace(entry, steps=steps_of(model, entry.code), keys=model.panel.keys)


def steps_of(model: Model, code: Code) -> tuple[Step, ...]:
    """Return the steps that key a code in; none for another radio's code."""
    try:
        steps = coach(model, code)
    except RadiokeyError:
        return ()
    return tuple(Step(step.sentence, step.presses) for step in steps if step.part is not Part.AFTER)
