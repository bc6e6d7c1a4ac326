"""A base of its own for every test of the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlite_base import fresh


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "base.sqlite3"


@pytest.fixture
def made(database: Path) -> Path:
    """A base that is there: no command but `base init` makes one that is named."""
    return fresh(database)


@pytest.fixture
def release(cli: Callable[..., Any], made: Path) -> Callable[..., Any]:
    """`radiokey code ... --json` by the owner, on this test's base."""
    return lambda *arguments: cli("code", *arguments, "--i-own-this-radio", "--json", "--database", made)
