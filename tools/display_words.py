"""Draws docs/display-words.md from the catalogue: every word that every radio shows, and where it leads."""

import sys
from typing import Final

from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Catalogue, Fact, Model
from radiokey.cli.say import HOW_SURE
from radiokey.guide.load import load_guide
from radiokey.guide.model import Guide
from radiokey.guide.words import leads
from radiokey.headunit.display import DisplayWord

HEAD: Final = """\
# What radios show

Every word that the catalogue has of a radio's display, what it tells there, and the step of the
[guide](guide.md) that it leads to. `{errors}`, `{left}` and `{wait}` stand for numbers. One word can tell
different things on different radios, so a word is only ever read together with its radio.

This page is drawn from the catalogue; a test fails when it is stale. Write it anew with

    python tools/display_words.py > docs/display-words.md
"""

COLUMNS: Final = ("| it shows | it tells | how sure | step |", "|---|---|---|---|")


def document(catalogue: Catalogue, guide: Guide) -> str:
    """Return `docs/display-words.md`."""
    parts = [HEAD]
    silent = []
    for model in sorted(catalogue.models.values(), key=lambda one: one.id):
        rows = [_row(guide, model, fact) for fact in model.word_facts]
        if rows:
            parts.append("\n".join([f"## {model.name}", "", f"`{model.id}`", "", *COLUMNS, *rows, ""]))
        else:
            silent.append(f"`{model.id}`")
    if silent:
        parts.append(f"## No word is known\n\n{', '.join(silent)}\n")
    return "\n".join(parts)


def _row(guide: Guide, model: Model, fact: Fact[DisplayWord]) -> str:
    word = fact.value
    assert word is not None, "a word is a fact with a value"
    step = leads(guide, model, word)
    assert step is not None, "the proof of the guide finds a word without a step"
    sure = HOW_SURE[fact.confidence] + (", disputed" if fact.disputed else "")
    tells = f"{word.shows.value}: {_cell(word.meaning)}"
    return f"| `{_cell(word.text)}` | {tells} | {sure} | {guide.texts[step].title} (`{step}`) |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(document(load_catalogue(), load_guide()))
