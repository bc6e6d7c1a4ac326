"""`radiokey base tokens`: who may use the API of a base. A token is written to standard output, once."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from radiokey.base.bootstrap import open_base
from radiokey.base.identity.roles import permissions
from radiokey.base.identity.tokens import DAYS_MAX
from radiokey.base.ports.store import TokenCard
from radiokey.cli import say
from radiokey.cli.options import BY, Database, Json

app = typer.Typer(help="Tokens of the API.", no_args_is_help=True)


@app.command("add")
def add(
    *,
    account: Annotated[str, typer.Option("--account", help="Whose it is: a name for the audit.")],
    organisation: Annotated[str, typer.Option("--organisation", help="For whom they act.")],
    scope: Annotated[list[str], typer.Option("--scope", help="What it may do; as often as needed.")],
    days: Annotated[int, typer.Option("--days", help=f"How long it holds, up to {DAYS_MAX}.")] = 90,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make a token and print it. It is never shown again."""
    scopes = permissions(scope)
    with open_base(database) as base:
        token, card = base.tokens.make(account, organisation, scopes, days=days, by=BY)
    if as_json:
        say.document({**_as_json(card), "token": token.reveal()})
        return
    say.out(token.reveal())
    say.note(f"for {card.account} until {_day(card.expires_at_ms)}; it is not shown again")


@app.command("list")
def listed(*, database: Database = None, as_json: Json = False) -> None:
    """List the tokens that nobody ended."""
    with open_base(database) as base:
        cards = base.tokens.list()
    if as_json:
        say.document([_as_json(card) for card in cards])
        return
    say.columns(
        (card.id, card.account, card.organisation, f"until {_day(card.expires_at_ms)}", card.scopes)
        for card in cards
    )


@app.command("end")
def end(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As 'list' shows it.")],
    *,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """End a token, for ever and at once."""
    with open_base(database) as base:
        card = base.tokens.end(token_id, by=BY)
    if as_json:
        say.document(_as_json(card))
    else:
        say.out(f"The token {card.id} of {card.account} is ended.")


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
