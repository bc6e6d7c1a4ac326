"""Options that more than one command has, and the types they are parsed into at once."""

from typing import Annotated, Any

import typer

from radiokey.catalogue.index import Card, cards
from radiokey.catalogue.model import Model
from radiokey.code.value import Press
from radiokey.errors import UsageError

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
ModelId = Annotated[str | None, typer.Option("--model", help="Which radio; ids from 'radiokey models'.")]
Make = Annotated[str | None, typer.Option("--make", help="The make of the car.")]
Database = Annotated[
    str | None,
    typer.Option("--database", help="Another base than this user's own: a file or postgresql://..."),
]

BY = "local"
"""Who acts on a base through the command line."""


def known_model(model_id: str) -> str:
    """Return `model_id` if the catalogue has it; raise `UsageError` with the nearest ids otherwise.

    What was typed is not repeated: where two arguments were swapped it is a code.
    """
    if model_id in cards():
        return model_id
    from difflib import get_close_matches  # noqa: PLC0415 - only where somebody mistyped

    near = get_close_matches(model_id, cards(), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "'radiokey models' lists them"
    raise UsageError("no radio here has that id", hint=hint)


def card_of(model_id: str | None) -> Card | None:
    """Return the card of that id, `None` where none is named; raise `UsageError`."""
    return None if model_id is None else cards()[known_model(model_id)]


def kinds_of(model_id: str | None) -> tuple[str, ...] | None:
    """Return the formats of a model's numbers, `None` where none is named; raise `UsageError`."""
    return None if model_id is None else cards()[known_model(model_id)].kinds


def load(model_id: str | None) -> Model | None:
    """Return the model of that id, reading its file only; `None` where none is named."""
    if model_id is None:
        return None
    from radiokey.catalogue.load import load_model  # noqa: PLC0415 - only where a model is named

    return load_model(known_model(model_id))


def press_as_json(press: Press) -> dict[str, Any]:
    """Return a press as JSON."""
    return {"key": press.key, "times": press.times, "hold_ms": press.hold_ms}
