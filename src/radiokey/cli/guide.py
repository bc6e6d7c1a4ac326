"""`radiokey guide`: the owner's road, in the terminal (`road.py` walks it)."""

from typing import Annotated

import typer

from radiokey.cli.options import Json, ModelId, known_model


def guide(
    *,
    display: Annotated[str | None, typer.Option("--display", help="What the display shows.")] = None,
    model: ModelId = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the texts.")] = "en",
    as_json: Json = False,
) -> None:
    """Walk from what the display shows to the one safe next step. b goes back, q leaves.

    With --json the first step is one document, and nothing is asked.
    """
    from radiokey.cli.road import walk  # noqa: PLC0415 - the road is long; only whoever walks it waits for it

    walk(lang, display, known_model(model) if model else None, as_json=as_json)
