"""The rows of `tests/vectors/wild.csv`, and a site that is only looked at."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from radiokey.web.app import create_app

VECTORS = Path(__file__).parents[1] / "vectors" / "wild.csv"


@dataclass(frozen=True)
class WildRow:
    """What somebody had, and the right answer, each as fields."""

    id: str
    had: dict[str, str]
    right: dict[str, str]


def rows() -> list[WildRow]:
    lines = VECTORS.read_text(encoding="utf-8").splitlines()
    table = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [WildRow(row["id"], _fields(row["input"]), _fields(row["expected"])) for row in table]


def _fields(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (field.partition("=") for field in text.split("; "))}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that takes a `display`, a `number`, a `code`, a `wait` or a `search` every such row."""
    for kind in {"display", "number", "code", "wait", "search"} & set(metafunc.fixturenames):
        found = [row for row in rows() if kind in row.had and (kind == "search" or "search" not in row.had)]
        metafunc.parametrize(kind, found, ids=lambda row: row.id)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    app = create_app(tmp_path_factory.mktemp("wild") / "base.sqlite3", secret=b"x" * 32)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
