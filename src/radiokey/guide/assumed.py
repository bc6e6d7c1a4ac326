"""What a practice radio had to assume, in an owner's words."""

from collections.abc import Iterable
from typing import Final

from radiokey.language.speech import gettext, later

_WORDS: Final = {
    "display": later("what its display looks like"),
    "schedule": later("how long it waits after wrong codes"),
    "clock_needs": later("what has to stay on while it waits"),
    "power_cut": later("what a loss of supply does to a wait"),
    "power_gap_ms": later("how long it may be without supply before it asks for the code"),
    "scrambled_ms": later("whether it plays for a while without the code"),
    "hold_ms": later("how long the confirm key is held"),
    "opening": later("how long the keys that open the entry are held"),
    "entry_start": later("what it shows when the entry opens"),
    "entry_first": later("what the first press shows"),
    "words.code": later("its word that asks for the code"),
    "words.wait": later("its word for a wait"),
    "words.permanent": later("its word for the last lock"),
}


def spoken_assumptions(names: Iterable[str]) -> tuple[str, ...]:
    """Return what `names` of `Model.assumed` stand for; raise `KeyError` for one that has no words yet."""
    return tuple(gettext(_WORDS[name]) for name in names)
