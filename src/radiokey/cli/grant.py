"""`radiokey base grant`: what the base signs for units; two people do that over the API."""

import click

from radiokey.base.bootstrap import open_base
from radiokey.base.limits import LimitedClient
from radiokey.base.location import DatabaseLocation
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import (
    BY,
    card_of,
    database_option,
    json_option,
    make_option,
    model_option,
    serial_argument,
)
from radiokey.code.reading import read_number
from radiokey.errors import InputError
from radiokey.headunit.sync import answer_lines, challenge_from_lines
from radiokey.language.speech import gettext

app = Noun("grant", help="What the base signs for units.")


@app.command("key")
@database_option
@json_option
def key(*, database: DatabaseLocation | None, as_json: bool) -> None:
    """Show the public key that units of this base are made with, in hex."""
    with open_base(database, make=False) as base:
        public = base.grants.public.hex()
    if as_json:
        say.document({"key": public})
    else:
        say.out(public)


@app.command("keep-digest")
@serial_argument
@click.argument("digest", metavar="HEX")
@model_option
@make_option
@database_option
def keep_digest(
    *, serial: str, digest: str, model: str | None, make: str | None, database: DatabaseLocation | None
) -> None:
    """Keep the digest of a unit's code, as its factory wrote it on its first chip; once for each unit."""
    try:
        data = bytes.fromhex(digest)
    except ValueError as error:
        raise InputError(
            gettext("a digest is written in hex"), hint=gettext("32 letters and digits")
        ) from error
    reading = read_number(serial, make=make or "", radio=card_of(model))
    with open_base(database, make=False) as base:
        base.grants.keep_digest(reading, data, by=BY)
    say.out(gettext("The digest of {serial} is kept.", serial=reading.serial))


@app.command("list")
@database_option
@json_option
def listed(*, database: DatabaseLocation | None, as_json: bool) -> None:
    """List the proposals that wait for somebody else's signature."""
    with open_base(database, make=False) as base:
        proposals = base.grants.proposals()
    if as_json:
        say.document(
            [
                {"id": one.id, "what": one.what, "serial": one.serial, "by": one.by, "at_ms": one.at_ms}
                for one in proposals
            ]
        )
    else:
        say.columns((one.id, one.what, one.serial, one.by, one.reason) for one in proposals)


@app.command("answer")
@serial_argument
@click.argument("lines", nargs=-1, required=True, metavar="LINES...")
@model_option
@make_option
@database_option
@json_option
def answer(
    *,
    serial: str,
    lines: tuple[str, ...],
    model: str | None,
    make: str | None,
    database: DatabaseLocation | None,
    as_json: bool,
) -> None:
    """Answer what a navigation unit asks, from the lines that it shows, with lines to carry back."""
    reading = read_number(serial, make=make or "", radio=card_of(model))
    challenge = challenge_from_lines(reading.serial.text, " ".join(lines))
    with open_base(database, make=False) as base:
        granted = base.grants.answer(reading, challenge, LimitedClient(BY))
    from radiokey.web.draw.qr import qr_lines  # noqa: PLC0415 - a start must stay quick

    copied = answer_lines(granted.data)
    if as_json:
        say.document({"answer": granted.data.hex(), "lines": list(copied)})
        return
    for line in copied:
        say.out(line)
    for line in qr_lines("".join(copied).replace(" ", "")):
        say.out(line)
