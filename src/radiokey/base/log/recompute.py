"""The whole log, recomputed from its leaves and compared with every hash that is stored.

It takes O(log n) memory, however large the log. The database yields the hashes level by level, the leaves
complete them in another order; so each level of both is digested in its own order, and the digests compared.
Only where they differ does a second pass look for the place.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from radiokey.base.log.tree import Edge, leaf_hashes
from radiokey.base.ports.log import Node
from radiokey.base.ports.store import Transaction
from radiokey.errors import LogError
from radiokey.language.speech import gettext, later

RUN: Final = 256
"""How many leaves, and how many hashes, are held at once: more of them take longer each."""
HINT: Final = later("restore the database from a backup; until then no code is released")


def check_entries(transaction: Transaction) -> Edge:
    """Recompute the log from its leaves; return its edge or raise `LogError` naming what is not as it was."""
    edge = Edge()
    computed = _Digests()
    for node, run in _completed(transaction, edge):
        computed.add(node, run)
    stored = _Digests()
    for node, run in transaction.node_runs(RUN):
        stored.add(node, run)
    level = computed.first_difference(stored)
    if level is not None:
        raise _named(transaction, level)
    return edge


def _completed(transaction: Transaction, edge: Edge) -> Iterator[tuple[Node, Sequence[bytes]]]:
    for first, leaves in transaction.leaf_runs(RUN):
        if first != edge.size:
            raise LogError(
                gettext("entry {index} of the log is missing", index=edge.size), hint=gettext(HINT)
            )
        yield from edge.extend(leaf_hashes(leaves))


class _Digests:
    """Of each level: how many hashes, their digest, and whether they began at 0 and left no gap."""

    __slots__ = ("_levels",)

    def __init__(self) -> None:
        self._levels: dict[int, tuple[int, hashlib._Hash, bool]] = {}

    def add(self, first: Node, hashes: Sequence[bytes]) -> None:
        level, index = first
        count, digest, whole = self._levels.get(level) or (0, hashlib.sha256(), True)
        digest.update(b"".join(hashes))
        self._levels[level] = count + len(hashes), digest, whole and index == count

    def first_difference(self, other: "_Digests") -> int | None:
        """Return the lowest level at which the two say something else."""
        levels = sorted({*self.levels(), *other.levels()})
        return next((level for level in levels if self.said(level) != other.said(level)), None)

    def levels(self) -> Collection[int]:
        return self._levels

    def said(self, level: int) -> tuple[int, bytes, bool] | None:
        if level not in self._levels:
            return None
        count, digest, whole = self._levels[level]
        return count, digest.digest(), whole


def _named(transaction: Transaction, level: int) -> LogError:
    """Return the error that names the first subtree of `level` that is not as it should be."""
    computed = (hashed for (at, _), run in _completed(transaction, Edge()) if at == level for hashed in run)
    stored = (
        one for (at, index), run in transaction.node_runs(RUN) if at == level for one in enumerate(run, index)
    )
    for place, (right, found) in enumerate(zip_longest(computed, stored)):
        if found is None or (right is not None and found[0] > place):
            return LogError(
                gettext("the log has lost the hash of subtree {node}", node=(level, place)),
                hint=gettext(HINT),
            )
        if right is None or found[0] != place:
            return LogError(
                gettext("the log has a hash too many, of subtree {node}", node=(level, found[0])),
                hint=gettext(HINT),
            )
        if found[1] != right:
            return LogError(
                gettext("the stored hash of subtree {node} is not that of its entries", node=(level, place)),
                hint=gettext(HINT),
            )
    raise AssertionError("the two differed before, in one snapshot")
