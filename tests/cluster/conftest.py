"""One cluster for all tests of a process, and the customers of its site."""

import importlib
import time
from collections.abc import Iterator
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


class Scene:
    """What a test of the cluster needs: the cluster, its tool, customers of the site, and their books."""

    def __init__(self, tool: Any, cluster: Any, token: str) -> None:
        self.tool, self.cluster, self._token = tool, cluster, token
        self.books = Books(cluster)

    def customers(self) -> Customers:
        """Make customers of the site, whose keys nobody had before."""
        certificate = str(self.cluster.certificate)
        return Customers(self.cluster.site, certificate, self._token, f"run{next(NAMES)}")

    def until_served(self, customers: Customers) -> None:
        """Wait until customers get codes."""

        def served() -> bool:
            return bool(customers.answered) and time.monotonic() - customers.answered[-1].done < 1

        self.tool.wait_until("customers are served", served)

    def until_taken_over(self, was: Any) -> Any:
        """Wait until another node leads, and return it."""
        self.tool.wait_until("another leads", lambda: self.cluster.primary() not in {None, was})
        return self.cluster.primary()

    def until_whole(self) -> None:
        """Wait until somebody leads and all others follow."""
        self.tool.wait_until("whole", self.cluster.whole)

    def archive(self) -> None:
        """Wait until the archive has all that was committed."""
        with self.cluster.connect() as connection:
            last = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()[0]
            archived = "SELECT last_archived_wal >= %s FROM pg_stat_archiver"
            self.tool.wait_until(
                "archived", lambda: connection.execute(archived, [last]).fetchone() == (True,)
            )


@pytest.fixture
def scene(tool, cluster, token) -> Scene:
    return Scene(tool, cluster, token)
