"""`radiokey serve`: the site."""

from enum import StrEnum
from typing import Annotated

import typer

from radiokey.base.limits import Limits
from radiokey.cli.options import Database


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
    demo: Annotated[
        bool, typer.Option("--demo", help="A base to try things on, with made-up radios; not your own.")
    ] = False,
    database: Database = None,
) -> None:
    """Serve the owner's pages and the API."""
    from radiokey.web.serve import serve as run  # noqa: PLC0415 - the web is heavy

    if demo:
        from radiokey.web.demo import make  # noqa: PLC0415 - only to try things

        database = make(database)
    run(
        host,
        port,
        database,
        proxies=proxy or (),
        verify_hours=verify_hours,
        json_log=log is LogForm.JSON,
        limits=Limits().with_changes(limit) if limit else None,
    )
