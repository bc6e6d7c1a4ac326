"""`radiokey base staff`: who works at the desk of a hosted base; the operator's way to its first registrar.

A one-time link is written to standard output, once.
"""

from datetime import UTC, datetime
from typing import Any

import click

from radiokey.base.bootstrap import Base, open_base
from radiokey.base.identity.roles import Role
from radiokey.base.identity.staff import LINK_MS, OPERATOR, Person
from radiokey.base.location import DatabaseLocation
from radiokey.base.ports.identity import StaffCard
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import database_option, json_option
from radiokey.clock import DAY_MS
from radiokey.errors import UsageError
from radiokey.language.speech import gettext, ngettext

app = Noun("staff", help="Who works at the desk.")

name_argument = click.argument("name", metavar="NAME", help="Of the account: theirs for ever.")


@app.command("invite")
@name_argument
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Exactly one.")
@click.option("--display", metavar="TEXT", default="", help="What the person is called.")
@click.option(
    "--organisation", metavar="ID", help="For whom they act; by default the organisation that runs the base."
)
@click.option(
    "--site",
    metavar="URL",
    default="http://localhost:8000",
    show_default=True,
    help="How people open the site.",
)
@database_option
@json_option
def invite(
    *,
    name: str,
    role: str | None,
    display: str,
    organisation: str | None,
    site: str,
    database: DatabaseLocation | None,
    as_json: bool,
) -> None:
    """Print a one-time link for a new account, or for one that needs a new passkey."""
    with open_base(database, make=False) as base:
        house = _hosted(base)
        if any(card.name == name and not card.ended_at_ms for card in base.staff.people()):
            if role is not None or display or organisation is not None:
                raise UsageError(
                    gettext("this account is there already, and what it is does not change"),
                    hint=gettext("leave out --role, --display and --organisation for a new link"),
                )
            link = base.staff.invite_again(name, by=OPERATOR)
        elif role is None or not display:
            raise UsageError(
                gettext("a new account takes --role and --display"), hint=gettext("like --role registrar")
            )
        else:
            person = Person(
                name, Role(role), organisation or base.staff.office_of(house, by=OPERATOR), display
            )
            link = base.staff.invite(person, by=OPERATOR)
    address = f"{site.rstrip('/')}/enrol/{link.reveal()}"
    if as_json:
        say.document({"name": name, "link": address})
        return
    say.out(address)
    say.note(
        ngettext(
            "for {name}, once, for {n} day; it is not shown again",
            "for {name}, once, for {n} days; it is not shown again",
            LINK_MS // DAY_MS,
            name=name,
        )
    )


@app.command("list")
@database_option
@json_option
def listed(*, database: DatabaseLocation | None, as_json: bool) -> None:
    """List the staff, those who ended too."""
    with open_base(database, make=False) as base:
        _hosted(base)
        cards = base.staff.people()
    if as_json:
        say.document([_as_json(card) for card in cards])
        return
    say.columns((card.name, card.role, card.organisation, card.display, _state(card)) for card in cards)


@app.command("end")
@name_argument
@database_option
@json_option
def end(*, name: str, database: DatabaseLocation | None, as_json: bool) -> None:
    """End an account for ever, and whatever it is signed in with, at once."""
    with open_base(database, make=False) as base:
        _hosted(base)
        base.staff.end(name, by=OPERATOR)
    if as_json:
        say.document({"name": name})
    else:
        say.out(gettext("The account {name} is ended.", name=name))


def _hosted(base: Base) -> str:
    if base.organisation is None:
        raise UsageError(
            gettext("a local base has no staff"), hint=gettext("radiokey base init makes a hosted one")
        )
    return base.organisation


def _state(card: StaffCard) -> str:
    if card.ended_at_ms:
        return gettext("ended {day}", day=_day(card.ended_at_ms))
    if not card.passkeys:
        return gettext("invited {day}", day=_day(card.at_ms))
    return gettext("signed in") if card.sessions else gettext("signed out")


def _as_json(card: StaffCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "role": card.role,
        "organisation": card.organisation,
        "display": card.display,
        "made_at_ms": card.at_ms,
        "by": card.by,
        "ended_at_ms": card.ended_at_ms or None,
        "passkeys": card.passkeys,
        "sessions": card.sessions,
    }


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
