"""`radiokey serve`: the site."""

import re
from typing import Literal

import click

from radiokey.base.limits import Limits
from radiokey.base.location import DatabaseLocation, ServerDatabase, parse_location
from radiokey.cli.options import database_option
from radiokey.errors import UsageError
from radiokey.language.speech import gettext

_PROBES = re.compile(r"(?P<host>[^\s\[\]/:@]+|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{1,5})")


def parse_probes(text: str) -> tuple[str, int]:
    """Return host and port of an address like 127.0.0.1:8001 or [::1]:8001; raise `UsageError`."""
    found = _PROBES.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 1 << 16:
        raise UsageError(
            gettext("the probes have an address and a port"), hint=gettext("like --probes 127.0.0.1:8001")
        )
    return found["host"].strip("[]"), int(found["port"])


@click.command("serve")
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="The address to listen on."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    default=8000,
    show_default=True,
    help="The port; 0 takes a free one.",
)
@click.option(
    "--proxy",
    "proxies",
    metavar="ADDRESS",
    multiple=True,
    help="A proxy that is believed who asks; as often as needed.",
)
@click.option(
    "--log",
    type=click.Choice(["none", "json"]),
    default="none",
    show_default=True,
    help="A line on standard error for each request.",
)
@click.option(
    "--verify-hours",
    type=click.FloatRange(0.01),
    metavar="HOURS",
    default=24,
    show_default=True,
    help="How often the whole log is recomputed.",
)
@click.option(
    "--limit", "limits", metavar="NAME=N/SPAN", multiple=True, help="Another limit, like account=500/day."
)
@click.option("--smtp", metavar="URL", help="The server that takes mails, like smtp://mail.example.org.")
@click.option("--mail-from", metavar="ADDRESS", help="The address that mails come from.")
@click.option("--site", metavar="URL", help="How people open the site, like https://codes.example.org.")
@click.option(
    "--probes",
    type=parse_probes,
    metavar="ADDRESS:PORT",
    help="Another address, which answers /health and /ready alone.",
)
@click.option("--traces", metavar="URL", help="A collector of OpenTelemetry: it gets a span of each request.")
@click.option("--replica", metavar="URL", help="A standby's address: what the desk looks up is read there.")
@click.option(
    "--drain",
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    default=0,
    show_default=True,
    help="How long /ready says no before SIGTERM ends it.",
)
@click.option("--demo", is_flag=True, help="A base to try things on, with made-up radios; not your own.")
@database_option
def serve(
    *,
    host: str,
    port: int,
    proxies: tuple[str, ...],
    log: Literal["none", "json"],
    verify_hours: float,
    limits: tuple[str, ...],
    smtp: str | None,
    mail_from: str | None,
    site: str | None,
    probes: tuple[str, int] | None,
    traces: str | None,
    replica: str | None,
    drain: float,
    demo: bool,
    database: DatabaseLocation | None,
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
            gettext("mails need a server, an address and the site's address"),
            hint=gettext("give --smtp, --mail-from and --site, or --site alone"),
        )
    location, invitation = parse_location(database), None
    if demo:
        from radiokey.web.operations.demo import make  # noqa: PLC0415 - only to try things

        location, invitation = make(database)
    if replica is not None:
        if not isinstance(location, ServerDatabase):
            raise UsageError(
                gettext("a base in a file has no replica"), hint=gettext("name its server with --database")
            )
        location = location.read_from(replica)
    run(
        host,
        port,
        location,
        make=database is None,
        proxies=proxies,
        verify_hours=verify_hours,
        json_log=log == "json",
        limits=Limits().with_changes(limits) if limits else None,
        mail=mail,
        site=site,
        invitation=invitation,
        probes=probes,
        traces=traces,
        drain_s=drain,
    )
