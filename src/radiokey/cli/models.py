"""`radiokey models`: the radios that are known, and how surely."""

import click

from radiokey.catalogue.fact import HOW_SURE
from radiokey.catalogue.index import cards
from radiokey.cli import say
from radiokey.cli.options import json_option


@click.command("models")
@json_option
def models(*, as_json: bool) -> None:
    """List the radios that are known: id, makers, cars, how sure."""
    found = cards().values()
    if as_json:
        say.document(
            [
                {
                    "id": model.id,
                    "name": model.name,
                    "short": model.short,
                    "tell_apart": model.tell_apart,
                    "makes": list(model.makes),
                    "makers": list(model.makers),
                    "cars": [str(car) for car in model.cars],
                    "confidence": model.confidence.value,
                    "families": list(model.families),
                }
                for model in found
            ]
        )
        return
    say.columns((model.id, HOW_SURE[model.confidence], model.name) for model in found)
