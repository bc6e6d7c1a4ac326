"""One cluster for all tests of a process, and the customers of its site."""

import importlib
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from books import Books
from customers import Customers

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.fixture(scope="session")
def tool() -> Any:
    """`tools/cluster.py`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(TOOLS)
        return importlib.import_module("cluster")


@pytest.fixture(scope="session")
def cluster_of_three(tool, tmp_path_factory) -> Iterator[Any]:
    """The cluster that `make cluster` starts."""
    with tool.running(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def cluster(tool, cluster_of_three) -> Any:
    """That cluster, whole: somebody leads, all others follow, every server is ready."""
    tool.wait_until("whole", cluster_of_three.whole)
    tool.wait_until("ready", lambda: all(map(cluster_of_three.ready, cluster_of_three.serving)))
    return cluster_of_three


NAMES = count()


@pytest.fixture(scope="session")
def token(cluster_of_three) -> str:
    return cluster_of_three.token()


@pytest.fixture
def customers(cluster, token) -> Callable[[], Customers]:
    """Make customers of the site, whose keys nobody had before."""
    return lambda: Customers(cluster.site, str(cluster.certificate), token, f"run{next(NAMES)}")


@pytest.fixture
def books(cluster) -> Books:
    return Books(cluster)
