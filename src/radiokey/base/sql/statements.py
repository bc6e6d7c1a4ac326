"""The statements of a `.sql` file by name: aiosql's file format, without aiosql's start-up.

Importing aiosql costs 0.07 s, a fifth of what `radiokey code` may take as a whole process, most of it for
asynchronous drivers that nobody uses here (ADR 3). The files keep its format::

    -- name: entry(idx)^
    SELECT idx, leaf FROM log_entry WHERE idx = :idx;

After the name stands what comes back: `^` one row, `$` one value, `!` nothing, no mark: rows. One file serves
both databases; a statement that has to differ stands in `sqlite.sql` and `postgresql.sql`.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Protocol

Value = int | str | bytes
Columns = Mapping[str, Sequence[Value]]
"""What many rows have in each of their columns, by its name."""
Row = tuple[Any, ...]

_FILES: Final = Path(__file__).parent
_NAMED: Final = re.compile(r"^-- name: (\w+)\([\w, ]*\)[\^$!]?\n", re.MULTILINE)
_PARAMETER: Final = re.compile(r"(?<!:):([a-z_]+)")


class Cursor(Protocol):
    """What both drivers return."""

    def fetchone(self) -> Row | None:
        """Return the next row."""
        ...

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows that are left."""
        ...


Run = Callable[[str, Mapping[str, Value] | Columns], Cursor]
"""Runs one statement on a connection."""

Stream = Callable[[str, Mapping[str, Value]], Iterable[Row]]
"""Yields the rows of a statement without holding them all."""


def named_statements(script: str) -> Mapping[str, str]:
    """Return the statements of `script` by name, in the order of the file."""
    parts = _NAMED.split(script)[1:]
    return {name: statement.strip() for name, statement in zip(parts[::2], parts[1::2], strict=True)}


@cache
def statements_for(dialect: str) -> Mapping[str, str]:
    """Return all statements of a database, `sqlite` or `postgresql`."""
    files = (_FILES / "queries" / f"{name}.sql" for name in ("base", "staff", dialect))
    return {
        name: for_psycopg(statement) if dialect == "postgresql" else statement
        for file in files
        for name, statement in named_statements(file.read_text(encoding="utf-8")).items()
    }


def for_psycopg(statement: str) -> str:
    """Return a statement with its parameters as psycopg writes them."""
    return _PARAMETER.sub(r"%(\1)s", statement.replace("%", "%%"))


class Statements:
    """The named statements on one connection. Every method takes the statement's parameters by name."""

    __slots__ = ("_named", "_run", "_run_each", "_stream")

    def __init__(
        self,
        named: Mapping[str, str],
        run: Run,
        stream: Stream,
        run_each: Callable[[str, Columns], object],
    ) -> None:
        self._named = named
        self._run = run
        self._run_each = run_each
        self._stream = stream

    def run(self, name: str, /, **values: Value) -> None:
        """Run a statement that returns nothing."""
        self._run(self._named[name], values)

    def run_each(self, name: str, columns: Columns) -> None:
        """Run a statement that adds many rows at once."""
        self._run_each(self._named[name], columns)

    def rows(self, name: str, /, **values: Value) -> Iterator[Row]:
        """Yield the rows; few enough to be held."""
        yield from chain(self._run(self._named[name], values))

    def stream(self, name: str, /, **values: Value) -> Iterator[Row]:
        """Yield the rows, however many.

        Where they are left in the middle the connection may be closed first: `chain` has no `close`, and so
        closes no cursor of a connection that is closed.
        """
        yield from chain(self._stream(self._named[name], values))

    def batches(self, name: str, most: int, /, **values: Value) -> Iterator[list[Row]]:
        """Yield the rows, however many, in lists of `most`: a loop's step per list, not per row."""
        left = chain(self._stream(self._named[name], values))
        while batch := list(islice(left, most)):
            yield batch

    def row(self, name: str, /, **values: Value) -> Row | None:
        """Return the first row, `None` if there is none."""
        return self._run(self._named[name], values).fetchone()

    def value(self, name: str, /, **values: Value) -> object:
        """Return the first column of the first row, `None` if there is none."""
        row = self.row(name, **values)
        return None if row is None else row[0]


@cache
def migration_steps(dialect: str) -> tuple[tuple[str, str], ...]:
    """Return the numbered steps of a schema in their order, each with its name and its script."""
    folder = _FILES / "migrations" / dialect
    return tuple((step.name, step.read_text(encoding="utf-8")) for step in sorted(folder.iterdir()))


def script_statements(script: str) -> Iterator[str]:
    """Yield the statements of a migration for SQLite; a trigger's body stays whole."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
