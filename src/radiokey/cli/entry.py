"""`radiokey entry`: the presses that key a code in on one model's panel."""

import sys
from pathlib import Path
from typing import Any

import click

from radiokey.catalogue.model import Model
from radiokey.cli import say
from radiokey.cli.options import complete_model, first_press_as_json, json_option, load, press_as_json
from radiokey.cli.vault.options import (
    Access,
    identity_option,
    passphrase_option,
    reveal_option,
    vault_option,
)
from radiokey.code.value import Code
from radiokey.errors import UsageError
from radiokey.guide.coach import coach
from radiokey.language.speech import gettext


@click.command("entry")
@click.argument(
    "model",
    metavar="[MODEL]",
    required=False,
    shell_complete=complete_model,
    help="Which radio; ids from 'radiokey models'.",
)
@click.argument("code", metavar="[CODE]", required=False, help="The code; - reads it from standard input.")
@vault_option
@click.option("--serial", metavar="SERIAL", help="Which radio of the vault, where it has several.")
@identity_option
@passphrase_option
@reveal_option
@json_option
def entry(
    *,
    model: str | None,
    code: str | None,
    vault_file: Path | None,
    serial: str | None,
    identity: Path | None,
    passphrase_stdin: bool,
    reveal: bool,
    as_json: bool,
) -> None:
    """Show the exact presses for CODE. '-' keeps the code out of the list of processes.

    With --vault the code comes from there, and the model too where the vault has it.
    """
    if vault_file is None:
        if model is None or code is None:
            raise UsageError(gettext("a radio and its code are both needed"), hint="radiokey entry MODEL -")
        known, typed = load(model), Code.typed(sys.stdin.readline() if code == "-" else code)
    else:
        from radiokey.cli.vault.kept import kept_entry  # noqa: PLC0415 - only where a vault is named

        if code is not None:
            raise UsageError(
                gettext("the code comes from the vault"), hint=gettext("leave it out, or leave --vault out")
            )
        access = Access(vault_file, identity, passphrase_stdin)
        model, typed = kept_entry(access, serial, model, reveal=reveal)
        known = load(model)
    assert known is not None
    if as_json:
        say.answer(document(known, typed))
        return
    write_entry(known, typed)
    say.reportable()


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
            say.item("   " + gettext("Mind"), warning)
