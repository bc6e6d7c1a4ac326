"""`radiokey base tokens`: who may use the API of a base. A token is written to standard output, once."""

from datetime import UTC, datetime
from typing import Any

import click

from radiokey.base.bootstrap import open_base
from radiokey.base.identity.roles import permissions
from radiokey.base.identity.tokens import DAYS_MAX
from radiokey.base.location import DatabaseLocation
from radiokey.base.ports.store import TokenCard
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import BY, database_option, json_option
from radiokey.language.speech import gettext

app = Noun("tokens", help="Tokens of the API.")


@app.command("add")
@click.option("--account", metavar="NAME", required=True, help="Whose it is: a name for the audit.")
@click.option("--organisation", metavar="ID", required=True, help="For whom they act.")
@click.option(
    "--scope",
    "scopes",
    metavar="SCOPE",
    multiple=True,
    required=True,
    help="What it may do; as often as needed.",
)
@click.option(
    "--days",
    type=int,
    metavar="N",
    default=90,
    show_default=True,
    help=f"How long it holds, up to {DAYS_MAX}.",
)
@database_option
@json_option
def add(
    *,
    account: str,
    organisation: str,
    scopes: tuple[str, ...],
    days: int,
    database: DatabaseLocation | None,
    as_json: bool,
) -> None:
    """Make a token and print it. It is never shown again."""
    allowed = permissions(scopes)
    with open_base(database, make=False) as base:
        token, card = base.tokens.make(account, organisation, allowed, days=days, by=BY)
    if as_json:
        say.document({**_as_json(card), "token": token.reveal()})
        return
    say.out(token.reveal())
    say.note(
        gettext(
            "for {account} until {day}; it is not shown again",
            account=card.account,
            day=_day(card.expires_at_ms),
        )
    )


@app.command("list")
@database_option
@json_option
def listed(*, database: DatabaseLocation | None, as_json: bool) -> None:
    """List the tokens that nobody ended."""
    with open_base(database, make=False) as base:
        cards = base.tokens.list()
    if as_json:
        say.document([_as_json(card) for card in cards])
        return
    say.columns(
        (
            card.id,
            card.account,
            card.organisation,
            gettext("until {day}", day=_day(card.expires_at_ms)),
            card.scopes,
        )
        for card in cards
    )


@app.command("end")
@click.argument("token_id", metavar="ID", help="As 'list' shows it.")
@database_option
@json_option
def end(*, token_id: str, database: DatabaseLocation | None, as_json: bool) -> None:
    """End a token, for ever and at once."""
    with open_base(database, make=False) as base:
        card = base.tokens.end(token_id, by=BY)
    if as_json:
        say.document(_as_json(card))
    else:
        say.out(gettext("The token {id} of {account} is ended.", id=card.id, account=card.account))


def _as_json(card: TokenCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "account": card.account,
        "organisation": card.organisation,
        "scopes": card.scopes.split(),
        "made_at_ms": card.made_at_ms,
        "expires_at_ms": card.expires_at_ms,
        "by": card.by,
    }


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
