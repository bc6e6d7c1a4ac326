"""The three figures of a desk: waiting now, the median time to an answer, refused and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiokey.base.acts import reason_of
from radiokey.base.ports import Transaction
from radiokey.base.reasons import Reason
from radiokey.base.request import TURNS, State, Turn


@dataclass(frozen=True, slots=True)
class Figures:
    """Waiting now, by whose turn; the median time to an answer (ms, `None`: none came); noes by reason.

    Of an even number of answers the longer of the two in the middle counts.
    """

    waiting: Mapping[Turn, int]
    answer_ms: int | None
    refused: Mapping[Reason, int]


def figures(seen: Transaction, since_ms: int) -> Figures:
    """Return the three figures; answers and noes are those since `since_ms`."""
    waiting: dict[Turn, int] = {
        turn: sum(len(seen.requests_in(state.value)) for state in states_of(turn))
        for turn in Turn
        if turn is not Turn.NOBODY
    }
    ended = seen.requests_ended(since_ms)
    noes = [reason_of(one.detail) for one in ended if one.state == State.REFUSED.value]
    answered = {State.RELEASED.value, State.REFUSED.value}
    took_ms = [one.at_ms - one.opened_ms for one in ended if one.state in answered]
    return Figures(
        waiting,
        sorted(took_ms)[len(took_ms) // 2] if took_ms else None,
        {reason: noes.count(reason) for reason in Reason if reason in noes},
    )


def states_of(turn: Turn) -> list[State]:
    """Return the states in which it is that turn; none where it is nobody's."""
    return [state for state, whose in TURNS.items() if whose is turn and turn is not Turn.NOBODY]
