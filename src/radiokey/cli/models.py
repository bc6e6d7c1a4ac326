"""`radiokey models`: the radios that are known, and how surely."""

from radiokey.catalogue.model import HOW_SURE
from radiokey.cli import say
from radiokey.cli.options import Json


def models(*, as_json: Json = False) -> None:
    """List the radios that are known: id, makers, cars, how sure."""
    from radiokey.catalogue.load import load_catalogue  # noqa: PLC0415 - reads every file

    found = load_catalogue().models.values()
    if as_json:
        say.document(
            [
                {
                    "id": model.id,
                    "name": model.name,
                    "makes": list(model.makes),
                    "makers": list(model.makers.value or ()),
                    "cars": list(model.vehicles.value or ()),
                    "confidence": model.best.value,
                    "families": list(model.families),
                }
                for model in found
            ]
        )
        return
    say.columns(
        (model.id, HOW_SURE[model.best], model.name) for model in sorted(found, key=lambda one: one.id)
    )
