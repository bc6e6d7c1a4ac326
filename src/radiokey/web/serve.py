"""Serving the site with Granian, in this process."""

import asyncio
import contextlib
import signal
import socket
import sys
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server

from radiokey.clock import Clock
from radiokey.errors import UsageError
from radiokey.web.app import create_app


def serve(host: str, port: int, database: Path | None, *, clock: Clock | None = None) -> None:
    """Serve until interrupted; port 0 takes a free one. The address is the first line of stdout."""
    port = _port(host, port)
    app = create_app(database, clock=clock)
    sys.stdout.write(f"Radiokey is on http://{host}:{port}\n")
    sys.stdout.flush()
    server = Server(app, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False)
    asyncio.run(_until_told(server))


async def _until_told(server: Server) -> None:
    """Serve until interrupted or told to end; what is under way is answered first and the base is closed."""
    loop = asyncio.get_running_loop()
    for told in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # where a system has no such handlers it ends at once
            loop.add_signal_handler(told, server.stop)
    await server.serve()


def _port(host: str, port: int) -> int:
    """Return `port`, or a free one for 0; raise `UsageError` where it cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = error.strerror or "that did not work"
            raise UsageError(
                f"cannot listen on {host}, port {port}: {why}", hint="try --port 0, which takes a free one"
            ) from error
        bound: int = probe.getsockname()[1]
        return bound
