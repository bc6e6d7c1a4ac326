"""`radiokey base settings`: what a hosted base states of itself and may change."""

from typing import Final

import click

from radiokey.base.bootstrap import open_base, set_ledger_release
from radiokey.base.location import DatabaseLocation
from radiokey.base.units.ledger import LedgerRelease
from radiokey.cli import say
from radiokey.cli.options import BY, database_option, json_option
from radiokey.language.speech import gettext, later

_SAYS: Final = {
    LedgerRelease.DESK: later("Codes of the ledger leave through the desk, and to accounts with a token."),
    LedgerRelease.DIRECT: later(
        "Codes of the ledger leave to anybody who names number, VIN and model together."
    ),
}


@click.command("settings")
@click.option(
    "--ledger",
    "ledger",
    type=click.Choice([one.value for one in LedgerRelease]),
    help="How codes of its ledger leave it from now on.",
)
@database_option
@json_option
def settings(*, ledger: str | None, database: DatabaseLocation | None, as_json: bool) -> None:
    """Show what a hosted base states of itself, or state something else; the audit has it."""
    if ledger is not None:
        set_ledger_release(database, LedgerRelease(ledger), BY)
    with open_base(database, make=False) as base:
        stated = base.ledger_release() if base.organisation is not None else None
    if as_json:
        say.document({"ledger": None if stated is None else stated.value})
    elif stated is None:
        say.out(gettext("A local base has no desk, and states nothing."))
    else:
        say.out(gettext(_SAYS[stated]))
