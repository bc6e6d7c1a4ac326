"""`radiokey guide`: the owner's road, in the terminal (`road.py` walks it)."""

import click

from radiokey.cli.options import json_option, known_model, model_option


@click.command("guide")
@click.option("--display", metavar="WORDS", help="What the display shows.")
@model_option
@click.option("--lang", metavar="LANG", help="Language of the texts, if not that of the command.")
@json_option
def guide(*, display: str | None, model: str | None, lang: str | None, as_json: bool) -> None:
    """Walk from what the display shows to the one safe next step.

    b goes back, q leaves. With --json the first step is one document, and nothing is asked.
    """
    from radiokey.cli.road import walk  # noqa: PLC0415 - the road is long; loaded only for this command

    walk(lang, display, known_model(model) if model else None, as_json=as_json)
