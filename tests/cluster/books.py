"""Whether what customers got, what was released and what was logged is the same, each once."""

from collections.abc import Sequence
from typing import Any

from customers import Customers


class Books:
    """Looks at the base of a cluster; what was in it before the test is left out."""

    def __init__(self, cluster: Any) -> None:
        self._cluster = cluster
        self._before = self._counts()

    def _counts(self) -> tuple[int, int]:
        with self._cluster.connect() as connection:
            return tuple(
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
                for table in ("release", "log_entry")
            )

    def lost(self, customers: Sequence[Customers]) -> int:
        """Return how many requests have no entry of their own, or entries no request: 0 where all is well."""
        entries = {one.index for group in customers for one in group.answered}
        asked = sum(group.asked for group in customers)
        released, logged = (now - before for now, before in zip(self._counts(), self._before, strict=True))
        return max(abs(asked - len(entries)), abs(released - len(entries)), abs(logged - len(entries)))

    def balance(self, customers: Sequence[Customers]) -> None:
        """Assert that every request was answered, by an entry of its own, and that there are no other entries.

        And that the log verifies for each of the machines that serve, each with the head that it kept.
        """
        assert self.lost(customers) == 0
        for server in range(len(self._cluster.serving)):
            self._cluster.radiokey("base", "log", "verify", "--database", self._cluster.url(), server=server)
