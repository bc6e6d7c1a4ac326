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

    __slots__ = ("_answering", "_changed", "_key", "_queue", "_serve")

    def __init__(
        self, serve: Callable[[Sequence[Q]], Sequence[A | Exception]], key: Callable[[Q], str]
    ) -> None:
        self._serve = serve
        self._key = key
        self._queue: list[_Ticket[Q, A]] = []
        self._answering = False
        self._changed = threading.Condition()

    def ask(self, question: Q) -> A:
        """Return the answer to `question`, or raise its error; blocks until it is durable."""
        ticket: _Ticket[Q, A] = _Ticket(question)
        with self._changed:
            self._queue.append(ticket)
        while taken := self._take_or_wait(ticket):
            try:
                self._answer(taken)
            finally:
                self._let_go(taken)
        assert ticket.answer is not None
        if isinstance(ticket.answer, Exception):
            raise ticket.answer
        return ticket.answer

    def _take_or_wait(self, own: _Ticket[Q, A]) -> list[_Ticket[Q, A]]:
        """Take the turn and what can be answered together, oldest first; nothing once `own` is answered."""
        with self._changed:
            while self._answering and own.answer is None:
                self._changed.wait()
            if own.answer is not None:
                return []
            self._answering = True
            taken: dict[str, _Ticket[Q, A]] = {}
            for ticket in self._queue:
                if len(taken) < TOGETHER_MAX:
                    taken.setdefault(self._key(ticket.question), ticket)
            self._queue = [ticket for ticket in self._queue if ticket not in taken.values()]
        return list(taken.values())

    def _let_go(self, taken: Sequence[_Ticket[Q, A]]) -> None:
        """Give the turn back, and what was not answered because this thread was stopped."""
        with self._changed:
            self._queue[:0] = [ticket for ticket in taken if ticket.answer is None]
            self._answering = False
            self._changed.notify_all()

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
