"""`radiokey serve`: the site."""

from enum import StrEnum
from typing import Annotated

import typer

from radiokey.base.limits import Limits
from radiokey.base.location import parse_location
from radiokey.cli.options import Database
from radiokey.errors import UsageError


class LogForm(StrEnum):
    """How a line per request is written, if at all."""

    NONE = "none"
    JSON = "json"


def serve(
    *,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8000,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", help="A proxy that is believed who asks; as often as needed."),
    ] = None,
    log: Annotated[
        LogForm, typer.Option("--log", help="A line on standard error for each request.")
    ] = LogForm.NONE,
    verify_hours: Annotated[
        float, typer.Option("--verify-hours", min=0.01, help="How often the whole log is recomputed.")
    ] = 24,
    limit: Annotated[
        list[str] | None, typer.Option("--limit", help="Another limit, like account=500/day.")
    ] = None,
    smtp: Annotated[
        str | None, typer.Option("--smtp", help="The server that takes mails, like smtp://mail.example.org.")
    ] = None,
    mail_from: Annotated[
        str | None, typer.Option("--mail-from", help="The address that mails come from.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", help="How people open the site, like https://codes.example.org.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="A base to try things on, with made-up radios; not your own.")
    ] = False,
    database: Database = None,
) -> None:
    """Serve the owner's pages and the API."""
    from radiokey.web.http.links import origin  # noqa: PLC0415 - the web is heavy
    from radiokey.web.jobs.mail import Mailing, MailServer  # noqa: PLC0415 - the same
    from radiokey.web.serve import serve as run  # noqa: PLC0415 - the web is heavy

    mail: Mailing | None = None
    if smtp and mail_from and site:
        mail = Mailing(MailServer.parse(smtp, mail_from), origin(site))
    elif smtp or mail_from:
        raise UsageError(
            "mails need a server, an address and the site's address",
            hint="give --smtp, --mail-from and --site, or --site alone",
        )
    location, invitation = parse_location(database), None
    if demo:
        from radiokey.web.operations.demo import make  # noqa: PLC0415 - only to try things

        location, invitation = make(database)
    run(
        host,
        port,
        location,
        proxies=proxy or (),
        verify_hours=verify_hours,
        json_log=log is LogForm.JSON,
        limits=Limits().with_changes(limit) if limit else None,
        mail=mail,
        site=site,
        invitation=invitation,
    )
