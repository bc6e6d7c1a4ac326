"""The statements of a `.sql` file by name: aiosql's file format, without aiosql's start-up.

Importing aiosql costs 0.07 s, a fifth of what `radiokey code` may take as a whole process, most of it for
asynchronous drivers that nobody uses here. The files keep its format, so that the larger base can hand the
same files to aiosql's PostgreSQL adapter::

    -- name: entry(idx)^
    SELECT idx, leaf FROM log_entry WHERE idx = :idx;

After the name stands what comes back: `^` one row, `$` one value, `!` nothing, no mark: rows.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, Final

Value = int | str | bytes

_NAMED: Final = re.compile(r"^-- name: (\w+)\([\w, ]*\)[\^$!]?\n", re.MULTILINE)


def named_statements(script: str) -> Mapping[str, str]:
    """Return the statements of `script` by name, in the order of the file."""
    parts = _NAMED.split(script)[1:]
    return {name: statement.strip() for name, statement in zip(parts[::2], parts[1::2], strict=True)}


class Statements:
    """The named statements on one connection. Every method takes the statement's parameters by name."""

    __slots__ = ("_connection", "_named")

    def __init__(self, connection: sqlite3.Connection, named: Mapping[str, str]) -> None:
        self._connection = connection
        self._named = named

    def run(self, name: str, **values: Value) -> None:
        """Run a statement that returns nothing."""
        self._connection.execute(self._named[name], values)

    def rows(self, name: str, **values: Value) -> Iterator[tuple[Any, ...]]:
        """Yield the rows."""
        yield from self._connection.execute(self._named[name], values)

    def row(self, name: str, **values: Value) -> tuple[Any, ...] | None:
        """Return the first row, `None` if there is none."""
        found: tuple[Any, ...] | None = self._connection.execute(self._named[name], values).fetchone()
        return found

    def value(self, name: str, **values: Value) -> object:
        """Return the first column of the first row, `None` if there is none."""
        row = self.row(name, **values)
        return None if row is None else row[0]


def script_statements(script: str) -> Iterator[str]:
    """Yield the statements of a migration; a trigger's body stays whole."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
