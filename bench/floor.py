"""The floor of the releases: the same route, body and server, and one INSERT and COMMIT instead of a release.

`python floor.py DATABASE` serves it as `radiokey serve` does; the address is the first line of its output.
"""

import asyncio
import sqlite3
import sys
import threading
from pathlib import Path

import psycopg
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, post
from litestar.params import JSONBody

from radiokey.web.api.bodies import ApiRequest, ReleaseBody
from radiokey.web.serve import _Place, _port, _serve_until_ended

TABLE = "CREATE TABLE IF NOT EXISTS floor (key text PRIMARY KEY, serial text NOT NULL)"


class OnPostgresql:
    """A connection for each thread, as a pool would have."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._own = threading.local()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLE)

    def insert(self, key: str, serial: str) -> None:
        if not hasattr(self._own, "connection"):
            self._own.connection = psycopg.connect(self._url, autocommit=True)
        self._own.connection.execute("INSERT INTO floor (key, serial) VALUES (%s, %s)", (key, serial))


class OnSqlite:
    """One writer, with the promises that the base asks for."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(TABLE)

    def insert(self, key: str, serial: str) -> None:
        with self._lock:
            self._connection.execute("INSERT INTO floor (key, serial) VALUES (?, ?)", (key, serial))


def main(database: str) -> None:
    store = OnPostgresql(database) if database.startswith("postgresql://") else OnSqlite(Path(database))

    @post("/api/releases", status_code=200, sync_to_thread=True)
    def insert(request: ApiRequest, data: JSONBody[ReleaseBody]) -> dict[str, str]:
        store.insert(request.headers["idempotency-key"], data.serial)
        return {"serial": data.serial}

    app = Litestar([insert], request_class=ApiRequest, openapi_config=None)
    port = _port("127.0.0.1", 0)
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False)
    asyncio.run(_serve_until_ended(server, _Place("127.0.0.1", port, "The floor")))


if __name__ == "__main__":
    main(sys.argv[1])
