"""A base in a file with the schema of today, copied from one that this process made once.

What makes the schema has tests of its own (`tests/base/sql/test_migrations.py`, `test_opening.py`).
"""

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TypeVar

from radiokey.base.sql.sqlite import SqliteStore

Place = TypeVar("Place")


@cache
def _schema() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "base.sqlite3")
        SqliteStore(place).close()
        return place.read_bytes()


def fresh(place: Place) -> Place:
    """Put an empty base there, where that is a file that is not there yet, and return where it is."""
    if isinstance(place, Path) and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.write_bytes(_schema())
    return place


def tamper(database, *changes):
    """Do what somebody with the file in hand can do: drop the triggers, then change rows."""
    with closing(sqlite3.connect(database)) as file, file:
        file.execute("PRAGMA ignore_check_constraints = ON")
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        for change in changes:
            assert file.execute(*change).rowcount > 0
