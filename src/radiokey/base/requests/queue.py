"""The queue of a desk: whose turn it is, the one whose time is over first before all others, page by page.

A page is read off an index, however many wait and however many there ever were. It goes on behind the last
line of the page before, so that nothing is left out while others come and go.
"""

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import Final

from radiokey.base.ports.requests import FIRST, Due, RequestLine
from radiokey.base.ports.store import COUNTED_MAX, Transaction
from radiokey.base.requests.request import Turn
from radiokey.base.requests.statistics import count_waiting, states_of

PAGE: Final = 200
"""Lines of a page: more than a desk does in a day."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of one turn: its lines, how many wait in all, and behind which place the next page goes on.

    `count` counts up to `COUNTED_MAX` + 1; `more` is `None` on the last page.
    """

    lines: tuple[RequestLine, ...]
    count: int
    more: Due | None


def read_page(
    seen: Transaction,
    turn: Turn,
    organisations: Collection[str] | None,
    after: Due = FIRST,
    limit: int = PAGE,
) -> QueuePage:
    """Return the page of a turn that comes after a place; of all requests, or of `organisations` alone."""
    asked = (None,) if organisations is None else tuple(sorted(set(organisations)))
    found = [
        seen.queue(state.value, after, limit + 1, organisation)
        for state in states_of(turn)
        for organisation in asked
    ]
    lines = tuple(islice(heapq.merge(*found, key=position_of), limit + 1))
    count = sum(count_waiting(seen, turn, organisation) for organisation in asked)
    return QueuePage(
        lines[:limit],
        min(count, COUNTED_MAX + 1),
        position_of(lines[limit - 1]) if len(lines) > limit else None,
    )


def position_of(line: RequestLine) -> Due:
    """Return where a line stands in its queue."""
    return line.due_ms, line.id
