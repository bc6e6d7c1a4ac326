"""Serving the site with Granian, in this process."""

import socket
import sys
from pathlib import Path

from granian.server.embed import Server

from radiokey.errors import UsageError
from radiokey.web.app import create_app


def serve(host: str, port: int, database: Path | None) -> None:
    """Serve until interrupted; port 0 takes a free one. The address is the first line of stdout."""
    port = port or _free_port(host)
    app = create_app(database)
    sys.stdout.write(f"Radiokey is on http://{host}:{port}\n")
    sys.stdout.flush()
    import asyncio  # noqa: PLC0415

    asyncio.run(Server(app, address=host, port=port, log_enabled=False).serve())


def _free_port(host: str) -> int:
    """Return a port nobody listens on just now."""
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            raise UsageError(f"this machine has no address {host}", hint="--host 127.0.0.1") from error
        bound: int = probe.getsockname()[1]
        return bound
