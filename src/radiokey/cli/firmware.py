"""`radiokey base firmware`: the repository that units of a base get their images from."""

from pathlib import Path

import click

from radiokey.base.bootstrap import open_base
from radiokey.base.location import DatabaseLocation
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import database_option, json_option, known_model, parse_path
from radiokey.errors import InputError
from radiokey.language.speech import gettext

app = Noun("firmware", help="Images for units, in a TUF repository.")

_folder = click.argument("folder", metavar="DIR", type=parse_path)


@app.command("publish")
@_folder
@click.argument("image", metavar="FILE", type=parse_path)
@click.option("--model", metavar="ID", required=True, help="The radio that it is for.")
@click.option("--version", metavar="N", type=int, required=True, help="Above every one published before.")
@click.option(
    "--floor", metavar="N", type=int, default=0, help="Once it works, a unit takes none with a lower floor."
)
@database_option
@json_option
def publish(
    *,
    folder: Path,
    image: Path,
    model: str,
    version: int,
    floor: int,
    database: DatabaseLocation | None,
    as_json: bool,
) -> None:
    """Sign an image and put it into the repository; the first one makes the repository."""
    known_model(model)
    try:
        payload = image.read_bytes()
    except OSError as error:
        raise InputError(
            gettext("the image cannot be read: {strerror}", strerror=error.strerror),
            hint=gettext("look at its path"),
        ) from error
    with open_base(database, make=False) as base:
        published = base.firmware(folder).publish(model, version, floor, payload)
    if as_json:
        say.document({"path": published.path, "version": version, "floor": floor, "size": len(payload)})
    else:
        say.out(gettext("{path} is published.", path=published.path))


@app.command("refresh")
@_folder
@database_option
def refresh(*, folder: Path, database: DatabaseLocation | None) -> None:
    """Sign the timestamp anew, once a day from a timer: it runs out after a week."""
    with open_base(database, make=False) as base:
        base.firmware(folder).refresh()
    say.out(gettext("The repository is fresh."))


@app.command("root")
@_folder
@click.argument("file", metavar="FILE", type=parse_path)
@database_option
def root(*, folder: Path, file: Path, database: DatabaseLocation | None) -> None:
    """Write the root that a client is made with into FILE."""
    with open_base(database, make=False) as base:
        data = base.firmware(folder).root()
    try:
        file.write_bytes(data)
    except OSError as error:
        raise InputError(
            gettext("the root cannot be written: {strerror}", strerror=error.strerror),
            hint=gettext("look at the path"),
        ) from error
    say.out(gettext("The root is in {file}.", file=file))
