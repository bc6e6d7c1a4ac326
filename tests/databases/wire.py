"""A connection that somebody else steps through: between a store and its driver, statement by statement."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

BEFORE, AFTER = "before", "after"

Step = Callable[[int, str, str], None]
"""Told the number of a statement (from 1), its text, and whether it has run; what it raises is the driver's."""


class Wire:
    """Passes everything on; calls `step` before and after each statement.

    On PostgreSQL statements are sent without waiting for each. A wire that `settles` waits all the same, so
    that *after* means that the server has run it.
    """

    def __init__(self, connection: Any, step: Step, *, settles: bool = True) -> None:
        self._connection, self._step, self._settles = connection, step, settles
        self._pipeline: Any = None
        self.count = 0
        self.pid = connection.info.backend_pid if hasattr(connection, "info") else None
        """The server's process at the other end, where there is a server."""

    def execute(self, statement: Any, *parameters: Any, **how: Any) -> Any:
        self.count += 1
        at, text = self.count, str(statement)
        self._step(at, text, BEFORE)
        result = self._connection.execute(statement, *parameters, **how)
        if self._pipeline is not None and self._settles:
            self._pipeline.sync()
        self._step(at, text, AFTER)
        return result

    @contextmanager
    def pipeline(self) -> Iterator[Any]:
        with self._connection.pipeline() as pipeline:
            self._pipeline = pipeline
            try:
                yield pipeline
            finally:
                self._pipeline = None

    def __enter__(self) -> Self:
        self._connection.__enter__()
        return self

    def __exit__(self, *how: object) -> None:
        self._connection.__exit__(*how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def wire(store: Any, step: Step, *, settles: bool = True) -> Wire:
    """Put a wire into the one connection that `store` writes its transactions through."""
    name = "_writer" if hasattr(store, "_writer") else "_connection"
    if getattr(getattr(store, name), "closed", False):  # it met an error: the store would make another one
        setattr(store, name, store._connect())
    stepped = Wire(getattr(store, name), step, settles=settles)
    setattr(store, name, stepped)
    return stepped


def unwire(store: Any) -> None:
    """Take it out again; a connection that was lost is made anew by the store itself."""
    for name in ("_writer", "_connection"):
        if isinstance(inner := getattr(store, name, None), Wire):
            setattr(store, name, inner._connection)


@contextmanager
def wired(store: Any, step: Step, *, settles: bool = True) -> Iterator[Wire]:
    """Have a wire in `store` for a while."""
    stepped = wire(store, step, settles=settles)
    with contextlib.ExitStack() as stack:
        stack.callback(unwire, store)
        yield stepped
