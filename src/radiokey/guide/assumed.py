"""What a practice radio had to assume, in an owner's words."""

from collections.abc import Iterable
from typing import Final

_WORDS: Final = {
    "display": "what its display looks like",
    "schedule": "how long it waits after wrong codes",
    "clock_needs": "what has to stay on while it waits",
    "power_cut": "what a loss of supply does to a wait",
    "power_gap_ms": "how long it may be without supply before it asks for the code",
    "scrambled_ms": "whether it plays for a while without the code",
    "hold_ms": "how long the confirm key is held",
    "opening": "how long the keys that open the entry are held",
    "entry_start": "what it shows when the entry opens",
    "entry_first": "what the first press shows",
    "words.code": "its word that asks for the code",
    "words.wait": "its word for a wait",
    "words.permanent": "its word for the last lock",
}


def spoken_assumptions(names: Iterable[str]) -> tuple[str, ...]:
    """Return what `names` of `Model.assumed` stand for; raise `KeyError` for one that has no words yet."""
    return tuple(_WORDS[name] for name in names)
