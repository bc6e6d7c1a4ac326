"""Which radio is it: the one question to ask where a number can be of several, with how to tell them apart.

A radio of another make than was said, or than the number belongs to, is never a choice.

>>> from radiokey.serial.number import parse
>>> [choice.id for choice in which_radio(parse("BP2346 3 1987485"), "Nissan").choices]
['nissan_blaupunkt_bp', 'nissan_connect_lcn', 'unknown']
"""

from dataclasses import dataclass

from radiokey.catalogue.fitting import radios_with
from radiokey.catalogue.index import Card, cards
from radiokey.language.speech import gettext
from radiokey.serial.number import Reading


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: `id` is that of a model, `name` what a person calls it.

    `tell_apart` says how a radio differs for the eye from the others. The id of the
    model that stands for any radio means that it is none of the others, or that its owner cannot tell.
    """

    id: str
    name: str
    tell_apart: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """The question in words, with its answers."""

    text: str
    choices: tuple[Choice, ...]

    @property
    def names(self) -> str:
        """The names of the answers in one line."""
        names = [choice.name for choice in self.choices]
        return (
            names[0]
            if len(names) == 1
            else gettext("{names}, or {names2}", names=", ".join(names[:-1]), names2=names[-1])
        )


def which_radio(reading: Reading, make: str = "") -> Question:
    """Return what to ask the owner of a radio with this number whose car is of `make`, if that was said."""
    radios = _radios(reading, make)
    choices = (*(Choice(card.id, card.short, card.tell_apart) for card in radios), _none_of_these())
    if len(radios) == 1:
        return Question(
            gettext("the number alone does not say which radio this is: is it this one?"), choices
        )
    return Question(gettext("several radios have such a number: which of these is it?"), choices)


def _none_of_these() -> Choice:
    return Choice(
        next(card.id for card in cards().values() if card.default), gettext("none of these, or I cannot tell")
    )


def _radios(reading: Reading, make: str) -> list[Card]:
    """Return the radios that can have the number, but those whose label would have said more."""
    return [card for card in radios_with(reading.serial, make) if reading.labelled or not card.needs_label]
