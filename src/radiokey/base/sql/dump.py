"""PostgreSQL's own programs, pg_dump and pg_restore: the data of a base out of a server and into another.

The address of the server, which can hold a password, reaches them through their environment; an argument of a
process can be read by everybody on the machine.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from psycopg.pq import Conninfo

from radiokey.errors import StoreError
from radiokey.language.speech import gettext

_CHUNK: Final = 1 << 20
_DUMP: Final = ("--format=custom", "--data-only", "--no-owner", "--no-privileges")
_RESTORE: Final = ("--data-only", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")


class Programs:
    """pg_dump and pg_restore, in `folder` or else wherever this system finds programs."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def dump(self, url: str, snapshot: str) -> Iterator[bytes]:
        """Yield an archive of the data as it is in an exported snapshot; raise `StoreError`."""
        yield from self._output("pg_dump", *_DUMP, f"--snapshot={snapshot}", url=url)

    def load(self, url: str, archive: Path, without: str) -> None:
        """Load an archive in one transaction, without the rows of one table; raise `StoreError`."""
        listed = b"".join(self._output("pg_restore", "--list", str(archive))).splitlines(keepends=True)
        kept = [line for line in listed if f" TABLE DATA public {without} ".encode() not in line]
        if len(kept) + 1 != len(listed):
            raise StoreError(
                gettext("the archive in the backup is not that of a base"), hint=gettext("use another backup")
            )
        with tempfile.NamedTemporaryFile(prefix="radiokey") as contents:
            contents.write(b"".join(kept))
            contents.flush()
            into = ("--dbname=", f"--use-list={contents.name}", str(archive))
            for _ in self._output("pg_restore", *_RESTORE, *into, url=url):
                continue  # it says nothing on its standard output

    def _output(self, program: str, *arguments: str, url: str = "") -> Iterator[bytes]:
        with _running([self._path(program), *arguments], url) as output:
            while chunk := output.read(_CHUNK):
                yield chunk

    def _path(self, program: str) -> str:
        found = shutil.which(program, path=str(self._folder) if self._folder else None)
        if found is None:
            raise StoreError(
                gettext("{program} is not here", program=program),
                hint=gettext(
                    "install PostgreSQL's client programs, or say where they are: --programs FOLDER"
                ),
            )
        return found


@contextmanager
def _running(command: list[str], url: str) -> Iterator[IO[bytes]]:
    """Run a program, lend its standard output, and raise `StoreError` unless it ends well."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(  # noqa: S603 - one of two programs, with arguments of our own
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=_environment(url)
            )
        except OSError as error:
            raise StoreError(
                gettext(
                    "{name} does not run: {strerror}", name=Path(command[0]).name, strerror=error.strerror
                ),
                hint="",
            ) from error
        assert process.stdout is not None
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdout.close()
            process.wait()
        if process.returncode:
            said.seek(0)
            first = (
                said.read(_CHUNK).decode(errors="replace").partition("\n")[0]
            )  # later lines can repeat a row
            raise StoreError(
                first or gettext("{name} failed", name=Path(command[0]).name),
                hint=gettext("see that the server runs and has room"),
            )


def _environment(url: str) -> dict[str, str]:
    """Return this process's environment with the server's address in libpq's own variables."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if url:
        for option in Conninfo.parse(url.encode()):
            if option.val is not None and option.envvar is not None:
                environment[option.envvar.decode()] = option.val.decode()
    return environment
