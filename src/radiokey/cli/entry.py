"""`radiokey entry`: the presses that key a code in on one model's panel."""

import sys

import click

from radiokey.catalogue.model import Model
from radiokey.cli import say
from radiokey.cli.options import json_option, load, model_argument, press_as_json
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
        say.document(
            {"presses": [press_as_json(press) for step in coach(known, typed) for press in step.presses]}
        )
        return
    tell(known, typed)


def tell(model: Model, code: Code) -> None:
    """Write the entry, step by step, with what the display shows after each."""
    for number, step in enumerate(coach(model, code), start=1):
        display = f"   [{step.display}]" if step.display else ""
        say.item(f"{number}.", f"{step.sentence}{display}", colon="")
        for warning in step.warnings:
            say.item("   Mind", warning)
