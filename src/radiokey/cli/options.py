"""Options that more than one command has, and the types they are parsed into at once."""

from typing import TYPE_CHECKING, Any

import click

from radiokey.catalogue.index import Card, cards
from radiokey.code.value import AnyPress, CodeShape, PressUntil
from radiokey.errors import UsageError
from radiokey.language.speech import gettext

if TYPE_CHECKING:
    from pathlib import Path

    from radiokey.base.location import DatabaseLocation
    from radiokey.catalogue.fact import Confidence
    from radiokey.catalogue.model import Model
    from radiokey.headunit.panel import Panel


def parse_path(text: str) -> "Path":
    """Return the file or folder named by an option or an argument; raise `UsageError` for an address."""
    from radiokey.base.location import file_path  # noqa: PLC0415 - only where a file is named

    return file_path(text)


def parse_database(text: str) -> "DatabaseLocation":
    """Return where the base is that is named, a file or a server; raise `UsageError`."""
    from radiokey.base.location import parse_location  # noqa: PLC0415 - only where a base is named

    return parse_location(text)


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
json_lines_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document for each line on stdout."
)


def complete_model(
    context: click.Context,  # noqa: ARG001 - Click's signature
    parameter: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[str]:
    """Return the ids of radios that begin so, for a shell's completion."""
    return [name for name in cards() if name.startswith(incomplete)]


model_option = click.option(
    "--model", metavar="ID", shell_complete=complete_model, help="Which radio; ids from 'radiokey models'."
)
make_option = click.option("--make", metavar="MAKE", help="The make of the car.")
database_option = click.option(
    "--database",
    type=parse_database,
    metavar="FILE",
    help="Another base than this user's own: a file or postgresql://...",
)
maybe_model_argument = click.argument(
    "model", metavar="[MODEL]", required=False, shell_complete=complete_model
)
serial_argument = click.argument("serial", metavar="SERIAL", help="As it stands on the label.")

BY = "local"
"""Who acts on a base through the command line."""


def known_model(model_id: str) -> str:
    """Return `model_id` if the catalogue has it; raise `UsageError` with the nearest ones otherwise.

    What was typed is not repeated: where two arguments were swapped it is a code.
    """
    if model_id in cards():
        return model_id
    from difflib import get_close_matches  # noqa: PLC0415 - only where somebody mistyped

    from radiokey.catalogue.search import search_models  # noqa: PLC0415 - the same

    near = get_close_matches(model_id, cards(), n=3) or [match.model for match in search_models(model_id)[:3]]
    names = gettext(" or ").join(f"{one} ({cards()[one].short})" for one in near)
    hint = (
        gettext("did you mean {names}?", names=names)
        if near
        else gettext('find it: radiokey models --search "Nissan Qashqai 2012"')
    )
    raise UsageError(gettext("no radio here has that id"), hint=hint)


def card_of(model_id: str | None) -> Card | None:
    """Return the card of that id, `None` where none is named; raise `UsageError`."""
    return None if model_id is None else cards()[known_model(model_id)]


def load(model_id: str | None) -> "Model | None":
    """Return the model of that id, reading its file only; `None` where none is named."""
    if model_id is None:
        return None
    from radiokey.catalogue.load import load_model  # noqa: PLC0415 - only where a model is named

    return load_model(known_model(model_id))


def press_as_json(line: AnyPress) -> dict[str, Any]:
    """Return a line of keying as JSON: `times` and `until`, one of them null."""
    if isinstance(line, PressUntil):
        return {"key": line.key, "times": None, "until": line.until, "hold_ms": line.hold_ms}
    return {"key": line.key, "times": line.times, "until": None, "hold_ms": line.hold_ms}


def first_press_as_json(panel: "Panel", shape: CodeShape, confidence: "Confidence") -> dict[str, Any] | None:
    """Return what the first press shows as JSON; `None` for a panel whose keys do not count up by place."""
    from radiokey.headunit.panel import Cycle  # noqa: PLC0415 - only where presses are shown

    if not isinstance(panel.entry, Cycle):
        return None
    return {
        "known": panel.counted,
        "confidence": confidence.value,
        "candidates": sorted({one.after_one_press(shape) for one in panel.entry.openings}),
    }
