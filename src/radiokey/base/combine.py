"""Many callers, one durable write: whoever has the turn answers for all who wait (flat combining).

A commit costs the same for one request as for fifty. So a caller leaves its question in a queue and waits for
the turn; the one that gets it takes every question that is there, answers them in one transaction, and the
others find theirs answered. There is no thread of its own to start, to stop or to lose: with one caller at a
time this is a plain call.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

TOGETHER_MAX: Final = 64
"""How many questions are answered at once: enough for every thread of a server, and a bounded transaction."""


class _Ticket(Generic[Q, A]):
    """A question and, later, what it was answered: a value or an error to raise."""

    __slots__ = ("answer", "question")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answer: A | Exception | None = None


class Combiner(Generic[Q, A]):
    """Answers questions together. `serve` takes some and returns an answer, or an error, for each in order.

    Two questions with the same `key` are never in one call of `serve`: the later one is to see what the
    earlier one left. An error that `serve` raises was nobody's in particular: each of its questions is then
    asked alone, so that one that cannot be answered does not take the others with it.
    """

    __slots__ = ("_guard", "_key", "_queue", "_serve", "_turn")

    def __init__(
        self, serve: Callable[[Sequence[Q]], Sequence[A | Exception]], key: Callable[[Q], str]
    ) -> None:
        self._serve = serve
        self._key = key
        self._queue: list[_Ticket[Q, A]] = []
        self._guard = threading.Lock()
        self._turn = threading.Lock()

    def ask(self, question: Q) -> A:
        """Return the answer to `question`, or raise its error; blocks until it is durable."""
        ticket: _Ticket[Q, A] = _Ticket(question)
        with self._guard:
            self._queue.append(ticket)
        with self._turn:
            while ticket.answer is None:
                self._answer(self._take(ticket))
        if isinstance(ticket.answer, Exception):
            raise ticket.answer
        return ticket.answer

    def _take(self, own: _Ticket[Q, A]) -> list[_Ticket[Q, A]]:
        """Take from the queue what can be answered together, the oldest first."""
        with self._guard:
            if own not in self._queue:  # taken by somebody who was stopped before it was answered
                self._queue.insert(0, own)
            taken: dict[str, _Ticket[Q, A]] = {}
            for ticket in self._queue:
                if len(taken) < TOGETHER_MAX:
                    taken.setdefault(self._key(ticket.question), ticket)
            self._queue = [ticket for ticket in self._queue if ticket not in taken.values()]
        return list(taken.values())

    def _answer(self, tickets: Sequence[_Ticket[Q, A]]) -> None:
        try:
            answers = self._serve([ticket.question for ticket in tickets])
        except Exception as error:  # noqa: BLE001 - handed to whoever asked, in their own thread
            if len(tickets) == 1:
                tickets[0].answer = error
            else:
                for ticket in tickets:
                    self._answer([ticket])
            return
        for ticket, answer in zip(tickets, answers, strict=True):
            ticket.answer = answer
