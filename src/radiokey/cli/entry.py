"""`radiokey entry`: the presses that key a code in on one model's panel."""

import sys
from typing import Any

import click

from radiokey.catalogue.model import Model
from radiokey.cli import say
from radiokey.cli.options import first_press_as_json, json_option, load, model_argument, press_as_json
from radiokey.code.value import Code
from radiokey.guide.coach import coach


@click.command("entry")
@model_argument
@click.argument("code", metavar="CODE", help="The code; - reads it from standard input.")
@json_option
def entry(*, model: str, code: str, as_json: bool) -> None:
    """Show the exact presses for CODE. '-' keeps the code out of the list of processes."""
    known = load(model)
    assert known is not None
    typed = Code.typed(sys.stdin.readline() if code == "-" else code)
    if as_json:
        say.document(document(known, typed))
        return
    write_entry(known, typed)


def document(model: Model, code: Code) -> dict[str, Any]:
    """Return the presses for `code` on `model`, and what is known of the first press."""
    steps = coach(model, code)
    panel, shape = model.panel, model.shape
    assert panel is not None, "the coach raises where the panel is not known"
    assert shape is not None, "the coach raises where the shape is not known"
    return {
        "presses": [press_as_json(line) for step in steps for line in step.presses],
        "first_press": first_press_as_json(panel, shape, model.entry_first.confidence),
    }


def write_entry(model: Model, code: Code) -> None:
    """Write the entry, step by step, with what the display shows after each."""
    for number, step in enumerate(coach(model, code), start=1):
        display = f"   [{step.display}]" if step.display else ""
        say.item(f"{number}.", f"{step.sentence}{display}", colon="")
        for warning in step.warnings:
            say.item("   Mind", warning)
