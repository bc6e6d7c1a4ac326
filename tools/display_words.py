"""Draws docs/display-words.md from the catalogue: every word that every radio shows."""

import sys
from typing import Final

from radiokey.catalogue.fact import HOW_SURE, Fact
from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Catalogue
from radiokey.headunit.display import DisplayWord

HEAD: Final = """\
# What radios show

Every word that the catalogue has of a radio's display, and what it tells there; each kind has its step in the
[guide](guide.md). `{errors}`, `{left}` and `{wait}` stand for numbers. One word can tell different things on
different radios, so a word is only ever read together with its radio.

What an owner types is read as it is meant: case, spaces, full-width characters and Cyrillic look-alikes do
not matter, nor whether word and number are glued (`LOCK10`), nor how many dashes there are; "blinking" or
"steady" may be added. Then the first line that fits decides:

| the text | what decides |
|---|---|
| is one of the radio's own words | that word; where it tells two things, the question which |
| WAIT, LOCK or LOCKED with a time (`Lock 3000`, `WAIT 29:59`) | a wait that counts down |
| a number at or above a listed one (`LOCKED 12`; 10 and 13 are listed) | the highest listed that it reaches |
| is a word of the general table in the [guide](guide.md) | its row |
| a lock with something beside it (`CODE ERROR E`) | the longest lock in it; of equals the more cautious |
| anything else | it is a word we do not know |

So only a text that is exactly a word of asking leads to an entry.

This page is drawn from the catalogue; a test fails when it is stale. Write it anew with

    python tools/display_words.py > docs/display-words.md
"""

COLUMNS: Final = ("| it shows | it tells | how sure |", "|---|---|---|")


def document(catalogue: Catalogue) -> str:
    """Return `docs/display-words.md`."""
    parts = [HEAD]
    silent = []
    for model in sorted(catalogue.models.values(), key=lambda one: one.id):
        rows = [_row(fact) for fact in model.word_facts]
        if rows:
            parts.append("\n".join([f"## {model.name}", "", f"`{model.id}`", "", *COLUMNS, *rows, ""]))
        else:
            silent.append(f"`{model.id}`")
    if silent:
        parts.append(f"## No word is known\n\n{', '.join(silent)}\n")
    return "\n".join(parts)


def _row(fact: Fact[DisplayWord]) -> str:
    word = fact.value
    assert word is not None, "a word is a fact with a value"
    sure = HOW_SURE[fact.confidence] + (", disputed" if fact.disputed else "")
    tells = f"{word.shows.value}: {_cell(word.meaning)}"
    blinks = {None: "", True: " blinking", False: " standing still"}[word.blinks]
    return f"| `{_cell(word.text)}`{blinks} | {tells} | {sure} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(document(load_catalogue()))
