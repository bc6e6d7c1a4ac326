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
    return f"| `{_cell(word.text)}` | {tells} | {sure} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(document(load_catalogue()))
