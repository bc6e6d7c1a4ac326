"""`radiokey serve`: the site."""

from typing import Annotated

import typer

from radiokey.cli.options import Database


def serve(
    *,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8000,
    database: Database = None,
) -> None:
    """Serve the owner's pages."""
    from radiokey.web.serve import serve as run  # noqa: PLC0415 - the web is heavy

    run(host, port, database)
