"""`radiokey base`: a local base or a hosted one: what it is made of and who works with it."""

import click

from radiokey.base.bootstrap import init_base
from radiokey.base.location import DatabaseLocation
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import database_option, json_option
from radiokey.language.speech import gettext


def _blacklist() -> click.Command:
    from radiokey.cli.blacklist import app

    return app


def _log() -> click.Command:
    from radiokey.cli.log import app

    return app


def _witness() -> click.Command:
    from radiokey.cli.witness import serve

    return serve


def _keys() -> click.Command:
    from radiokey.cli.keys import app

    return app


def _staff() -> click.Command:
    from radiokey.cli.staff import app

    return app


def _tokens() -> click.Command:
    from radiokey.cli.tokens import app

    return app


def _roles() -> click.Command:
    from radiokey.cli.roles import roles

    return roles


def _import() -> click.Command:
    from radiokey.cli.import_units import import_units

    return import_units


def _settings() -> click.Command:
    from radiokey.cli.settings import settings

    return settings


def _grant() -> click.Command:
    from radiokey.cli.grant import app

    return app


def _firmware() -> click.Command:
    from radiokey.cli.firmware import app

    return app


def _backup() -> click.Command:
    from radiokey.cli.backup import back_up

    return back_up


def _restore() -> click.Command:
    from radiokey.cli.backup import restore

    return restore


app = Noun(
    "base",
    {
        "blacklist": _blacklist,
        "log": _log,
        "witness": _witness,
        "keys": _keys,
        "staff": _staff,
        "tokens": _tokens,
        "roles": _roles,
        "import": _import,
        "settings": _settings,
        "grant": _grant,
        "firmware": _firmware,
        "backup": _backup,
        "restore": _restore,
    },
    help="One's own base: stolen list and log.",
)


@app.command("init")
@click.option(
    "--organisation",
    metavar="NAME",
    help="Who runs it, its name for ever, like codes.example.org; without it the base is a local one.",
)
@database_option
@json_option
def init(*, organisation: str | None, database: DatabaseLocation | None, as_json: bool) -> None:
    """Make a base, or bring one up to date: schema, keys, and the name of its log."""
    with init_base(database, organisation) as base:
        key = str(base.log.key)
    if as_json:
        say.document({"organisation": organisation, "key": key})
    elif organisation is None:
        say.out(gettext("Your own base is ready."))
    else:
        say.out(
            gettext(
                "{organisation} is ready. Its log is checked with this key; publish it:",
                organisation=organisation,
            )
        )
        say.out(key)
