"""A connection to PostgreSQL: how soon a server is given up, and what it says beside its answers."""

import select
import time
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict

from radiokey.base.sql.statements import Row

BUSY_MS: Final = 10_000
REACHED: Final = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How soon a machine that is gone is given up (libpq's names; seconds, the last in ms): the system takes
hours. What an address says itself stands."""
GONE: Final = ("08", "57P", "25006")
"""SQLSTATEs of a server that is away, is starting or ending, or is no longer the one that is written to."""

RV = TypeVar("RV")


class Connection(psycopg.Connection[Row]):
    """A connection that gives a silent server up, and hears what is said beside an answer."""

    patience_s: float | None = None
    """How many seconds one answer may take; `None`: any number."""
    warned: bool = False
    """Whether a warning came since this was last set to `False`."""

    def wait(self, gen: PQGen[RV], *arguments: Any, **named: Any) -> RV:  # noqa: ANN401 - psycopg's own
        """See psycopg; a connection whose server did not answer in time is closed."""
        if self.patience_s is None:
            return super().wait(gen, *arguments, **named)
        started = time.monotonic()
        try:
            return super().wait(gen, *arguments, **named | {"timeout": self.patience_s})
        except psycopg.OperationalError:
            if time.monotonic() - started >= self.patience_s:
                self.close()  # else the pipeline would wait for it once more
            raise

    def hear(self) -> None:
        """Begin to hear what the server says beside its answers."""
        self.add_notice_handler(self._heard)

    def _heard(self, said: psycopg.errors.Diagnostic) -> None:
        self.warned = self.warned or said.severity_nonlocalized == "WARNING"

    def is_open(self) -> bool:
        """Tell whether it can be used, as far as was heard: a server that ends says so to who is idle."""
        if self.closed:
            return False
        look = select.poll()
        look.register(self.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return not look.poll(0)


def connect(url: str) -> Connection:
    """Connect as the role that `url` names; every statement is its own transaction until one is begun."""
    said = conninfo_to_dict(url)
    connection = Connection.connect(
        url,
        autocommit=True,
        application_name="radiokey",
        options=f"-c lock_timeout={BUSY_MS} -c client_encoding=UTF8",
        **{name: value for name, value in REACHED.items() if name not in said},  # type: ignore[arg-type]  # libpq's own
    )
    connection.hear()
    return connection


def is_gone(error: Exception) -> bool:
    """Tell whether the server is away: where nobody could send one, there is no SQLSTATE."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InternalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(GONE)
