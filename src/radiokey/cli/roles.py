"""`radiokey base roles`: the roles of a base on a server, and the SQL that makes them. No server is asked."""

import click

from radiokey.base.location import DatabaseLocation, ServerDatabase
from radiokey.base.sql.principals import Principal, Roles, roles_script
from radiokey.cli import say
from radiokey.cli.options import json_option, parse_database
from radiokey.errors import UsageError
from radiokey.language.speech import gettext


@click.command("roles")
@click.option(
    "--database",
    type=parse_database,
    metavar="SERVER",
    required=True,
    help="Where the base is or will be, with its account: postgresql://ACCOUNT@HOST/DATABASE.",
)
@click.option(
    "--account",
    "accounts",
    metavar="NAME",
    multiple=True,
    help="Another account that may take the roles, like one that only serves; as often as needed.",
)
@click.option("--sql", "as_sql", is_flag=True, help="The SQL that a superuser runs once.")
@json_option
def roles(*, database: DatabaseLocation, accounts: tuple[str, ...], as_sql: bool, as_json: bool) -> None:
    """Say which roles a base on PostgreSQL has, or print the SQL that makes them."""
    account, name = _account_and_name(database)
    own = Roles.for_database(name)
    script = list(roles_script(own, list(dict.fromkeys((account, *accounts))), name))
    if as_json:
        by_part = {principal.value: own.of(principal) for principal in Principal}
        say.document({"roles": by_part, "sql": "\n".join(script) if as_sql else None})
    elif as_sql:
        for line in script:
            say.out(line)
    else:
        say.columns((principal.value, own.of(principal)) for principal in Principal)


def _account_and_name(database: DatabaseLocation) -> tuple[str, str]:
    """Return the account and the database that an address names; raise `UsageError` where it names none."""
    if not isinstance(database, ServerDatabase):
        raise UsageError(
            gettext("a base in a file has no roles: who can open the file may do everything"),
            hint=gettext("name a server: --database postgresql://ACCOUNT@HOST/DATABASE"),
        )
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - it takes a while to load

    said = conninfo_to_dict(database.url)
    account, name = said.get("user"), said.get("dbname")
    if not account or not name:
        raise UsageError(
            gettext("the address does not name both an account and a database"),
            hint=gettext("--database postgresql://ACCOUNT@HOST/DATABASE; a password is not needed"),
        )
    return str(account), str(name)
