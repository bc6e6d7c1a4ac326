"""Where a base is: in a file on this machine, or in a database on a server. Parsed once, at the edge.

An address that is misspelt must never become a file: a path that looks like an address is refused with the
right form. Secrets never lie in the database. Beside a file lie its `.key` (signs the log), `.head` (what the
log signed last), `.keys` (seal the codes), `.contacts` (seal owners' addresses) and `.web` (sign the site's
links). For a server they lie in the folder that `RADIOKEY_SECRETS` names, by default this user's own.
"""

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from radiokey.errors import StoreError, UsageError
from radiokey.language.speech import gettext, later

SECRETS_VARIABLE: Final = "RADIOKEY_SECRETS"
_FILE_HINT: Final = later("name a file or a folder; where that is the name of one, write ./ before it")
_DATABASE_HINT: Final = later(
    "a server is postgresql://USER@HOST/DATABASE; anything else is the path of a file"
)
_SERVERS: Final = ("postgresql://", "postgres://")
_HOST: Final = r"([\w.%-]*|\[[0-9A-Fa-f:.]+\])(:\d*)?"
# A part of what libpq reads. A password that is not escaped would be taken for a host or a port, and libpq
# repeats those in its errors.
_SERVER: Final = re.compile(
    r"postgres(ql)?://"
    r"(([^\s@/?#%]|%[0-9A-Fa-f]{2})*@)?"  # a user, perhaps with a password
    rf"{_HOST}(,{_HOST})*"
    r"(/([^\s@/?#%]|%[0-9A-Fa-f]{2})*)?"  # a database
    r"(\?\w+=([^\s@?#&%]|%[0-9A-Fa-f]{2})*(&\w+=([^\s@?#&%]|%[0-9A-Fa-f]{2})*)*)?"
)
# A scheme has two letters at least: one letter and a colon is a drive. The keywords are libpq's.
_LIKE_ADDRESS: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]+:"
    r"|.*://"
    r"|((\d+\.){3}\d+|\[[0-9A-Fa-f:.]+\]):\d"
    r"|(//)?[^/]*:[^/]*@"
    r"|(host|hostaddr|port|dbname|user|password|passfile|service|sslmode|options)\s*="
    r"|\w+\s*=.*\s\w+\s*=",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class FileDatabase:
    """A base in a SQLite file."""

    path: Path

    def secret(self, kind: str) -> Path:
        """Return the path of the secret of that kind."""
        return _beside(self.path, kind)

    def beside(self, kind: str) -> Path:
        """Return the path of a file of that kind that is no secret, and can be made anew."""
        return _beside(self.path, kind)


@dataclass(frozen=True, slots=True)
class ServerDatabase:
    """A base on a PostgreSQL server. `url` can hold a password: nothing shows it. `secrets` is a prefix.

    `replica` is the address of a standby that may be a moment behind; empty: there is none to read from.
    """

    url: str = field(repr=False)
    secrets: Path
    replica: str = field(default="", repr=False)

    def secret(self, kind: str) -> Path:
        """Return the path of the secret of that kind."""
        return _beside(self.secrets, kind)

    def beside(self, kind: str) -> Path:
        """Return the path of a file of that kind that is no secret, and can be made anew."""
        return _beside(self.secrets, kind)

    def read_from(self, replica: str) -> "ServerDatabase":
        """Return the same base, with a standby to read from; raise `UsageError` for no such address."""
        standby = parse_location(replica)
        if not isinstance(standby, ServerDatabase):
            raise UsageError(gettext("a replica is the address of a server"), hint=gettext(_DATABASE_HINT))
        return replace(self, replica=standby.url)


DatabaseLocation = FileDatabase | ServerDatabase


def parse_location(given: DatabaseLocation | Path | str | None = None) -> DatabaseLocation:
    """Return the location that an option or an argument names, by default this user's own base.

    >>> parse_location("cars.sqlite3")
    FileDatabase(path=PosixPath('cars.sqlite3'))

    Raises `UsageError` for what looks like an address and is none that is known here; it repeats nothing of
    it, since an address can hold a password.
    """
    if isinstance(given, (FileDatabase, ServerDatabase)):
        return given
    if isinstance(given, str) and given.startswith(_SERVERS):
        if not _SERVER.fullmatch(given):
            raise UsageError(
                gettext("the address of the server is not well formed"),
                hint=gettext(
                    "postgresql://USER:PASSWORD@HOST:PORT/DATABASE; a sign like @ or / in a password is "
                    "written %40 or %2F"
                ),
            )
        return ServerDatabase(given, _secrets_of_servers())
    return FileDatabase(default_database() if given is None else file_path(given, _DATABASE_HINT))


def file_path(given: Path | str, hint: str = _FILE_HINT) -> Path:
    """Return the path of a file or folder; raise `UsageError` where it looks like an address, or is empty.

    >>> file_path("postgresql:/ann:secret@host/base")
    Traceback (most recent call last):
    radiokey.errors.UsageError: this looks like an address, and a file is wanted here
    """
    text = os.fspath(given)
    if not text.strip():
        raise UsageError(gettext("the name of a file is empty"), hint=gettext(hint))
    if text != text.strip():
        raise UsageError(gettext("the name of a file begins or ends with a space"), hint=gettext(hint))
    if looks_like_address(text):
        raise UsageError(gettext("this looks like an address, and a file is wanted here"), hint=gettext(hint))
    return Path(given)


def looks_like_address(text: str) -> bool:
    """Tell whether a text is more like the address of a server than the path of a file.

    >>> [looks_like_address(text) for text in ("PostgreSQL://h/b", "jdbc:postgresql:b", "host=h dbname=b")]
    [True, True, True]
    >>> [looks_like_address(text) for text in ("base.sqlite3", "C:/base.sqlite3", "./a:b", "/var/lib/b")]
    [False, False, False, False]
    """
    return _LIKE_ADDRESS.match(text.strip()) is not None


def default_database() -> Path:
    """Return where this user's own base is, the same for the command line and the site."""
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed where a database is named

    return user_data_path("radiokey") / "base.sqlite3"


def _secrets_of_servers() -> Path:
    """Return what the secrets of a base on a server are named after."""
    folder = os.environ.get(SECRETS_VARIABLE)  # read when a base is opened: this is the wiring
    return (file_path(folder) if folder else default_database().parent / "hosted") / "base"


def _beside(prefix: Path, kind: str) -> Path:
    return prefix.with_name(f"{prefix.name}.{kind}")


def make_folders(location: DatabaseLocation) -> None:
    """Make the folder of the base and of its secrets; raise `StoreError`."""
    if isinstance(location, FileDatabase) and location.path.is_dir():
        raise StoreError(
            gettext("the base is to be a file; this is a folder"), hint=gettext("name a file in it")
        )
    folder = location.secret("key").parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            gettext("the folder of the base cannot be made: {strerror}", strerror=error.strerror),
            hint=gettext("choose another"),
        ) from error
