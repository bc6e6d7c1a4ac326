"""The question which radio it is, as text for a person and as JSON for a program."""

import sys
from contextlib import redirect_stdout
from typing import Any

import click

from radiokey.catalogue.which import Question, which_radio
from radiokey.cli import say
from radiokey.serial.number import Reading


def leave(reading: Reading, make: str) -> None:
    """Show what a number leaves open on stderr, and leave it for the document of the refusal."""
    question = which_radio(reading, make)
    with redirect_stdout(sys.stderr):
        for choice in question.choices:
            how = f". {choice.tell_apart}" if choice.tell_apart else ""
            say.item(f"  --model {choice.id}", f"{choice.name}{how}")
    click.get_current_context().meta[say.QUESTION] = document(question)


def document(question: Question) -> dict[str, Any]:
    """Return a question as JSON: the option that answers it, the words, and the choices."""
    return {
        "option": "--model",
        "text": question.text,
        "choices": [
            {"id": choice.id, "name": choice.name, "tell_apart": choice.tell_apart}
            for choice in question.choices
        ],
    }
