"""The three figures of a desk: waiting now, the median time to an answer, refused and why.

None reads more the longer a base lives: who waits is counted up to `COUNTED_MAX`, and of the answers of a
time the newest `COUNTED_MAX` count (docs/spec/request.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from radiokey.base.ports.store import COUNTED_MAX, Transaction
from radiokey.base.requests.event_log import reason_of
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import TURNS, State, Turn
from radiokey.errors import DamagedRequestError


@dataclass(frozen=True, slots=True)
class DeskStatistics:
    """Waiting now, by whose turn; the median time to an answer (ms, `None`: none came); noes by reason.

    Of an even number of answers the longer of the two in the middle counts.
    """

    waiting: Mapping[Turn, int]
    answer_ms: int | None
    refused: Mapping[Reason, int]


def compute_statistics(seen: Transaction, since_ms: int) -> DeskStatistics:
    """Return the three figures; answers and noes are those since `since_ms`."""
    return DeskStatistics(
        {turn: count_waiting(seen, turn) for turn in Turn if turn is not Turn.NOBODY},
        seen.median_answer(since_ms, COUNTED_MAX),
        _count_refusals(seen.refusals(since_ms, COUNTED_MAX)),
    )


def count_waiting(seen: Transaction, turn: Turn, organisation: str | None = None) -> int:
    """Return how many requests wait in that turn, `COUNTED_MAX` + 1 where they are more."""
    most = COUNTED_MAX + 1
    return min(most, sum(seen.queue_length(state, most, organisation) for state in states_of(turn)))


def _count_refusals(details: Mapping[str, int]) -> dict[Reason, int]:
    """Return the refusals by reason; one with a damaged reason is left out."""
    counted: dict[Reason, int] = {}
    for detail, count in details.items():
        try:
            reason = reason_of(detail)
        except DamagedRequestError:
            continue
        counted[reason] = counted.get(reason, 0) + count
    return {reason: counted[reason] for reason in Reason if reason in counted}


def states_of(turn: Turn) -> list[State]:
    """Return the states in which it is that turn; none where it is nobody's."""
    return [state for state, whose in TURNS.items() if whose is turn and turn is not Turn.NOBODY]
