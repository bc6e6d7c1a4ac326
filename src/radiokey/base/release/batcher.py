"""Many callers, one durable write: one caller answers for all who wait (flat combining).

A commit costs the same for one request as for fifty. So a caller leaves its question in a queue and waits for
the turn; the one that gets it takes every question that is there, answers them in one transaction, and the
others find theirs answered. With one caller at a time this is a plain call.

An event loop cannot wait for a turn, and a thread for each of its questions costs more than an answer. So
what is asked with `ask_soon` is answered by the caller that has the turn, and where none has, by one thread
that is kept for it: a new one would keep the loop waiting until it runs.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from copy import copy
from typing import Final, Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

TOGETHER_MAX: Final = 64
"""How many questions are answered at once: enough for every thread of a server, and a bounded transaction."""


class _Ticket(Generic[Q, A]):
    """A question and, later, what it was answered: a value or an error to raise.

    `woken` is held until the ticket is answered or its thread is given the turn, whichever comes first.
    `context` is that of the caller: an error speaks the caller's language.
    """

    __slots__ = ("answer", "context", "gone", "has_turn", "question", "woken")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.context = copy_context()
        self.answer: A | Exception | None = None
        self.gone = False
        self.has_turn = False
        self.woken = threading.Lock()
        self.woken.acquire()


class _Soon(_Ticket[Q, A]):
    """A question that nobody waits for: `answered` is called with the answer. It never has the turn."""

    __slots__ = ("answered",)

    def __init__(self, question: Q, answered: Callable[[A | Exception], None]) -> None:
        super().__init__(question)
        self.answered = answered


class Batcher(Generic[Q, A]):
    """Answers questions together. `serve` takes some and returns an answer, or an error, for each in order.

    Two questions with the same `key` are never in one call of `serve`: the later one is to see what the
    earlier one left. An error that `serve` raises was nobody's in particular: each of its questions is then
    asked alone, so that one that cannot be answered does not take the others with it. One of `everybodys` is
    everybody's: each gets it, since to find it once more alone would keep all who wait for as long each. What
    `serve` says to all, it says in the context of the one who waits longest.
    """

    __slots__ = ("_answering", "_everybodys", "_key", "_leader", "_lock", "_queue", "_serve")

    def __init__(
        self,
        serve: Callable[[Sequence[Q]], Sequence[A | Exception]],
        key: Callable[[Q], Hashable],
        everybodys: type[Exception] | tuple[()] = (),
    ) -> None:
        self._serve = serve
        self._key = key
        self._everybodys = everybodys
        self._queue: list[_Ticket[Q, A]] = []
        self._answering = False
        self._lock = threading.Lock()
        self._leader = ThreadPoolExecutor(1, "batch")  # its thread begins with the first question

    def ask(self, question: Q) -> A:
        """Return the answer to `question`, or raise its error; blocks until it is durable."""
        ticket: _Ticket[Q, A] = _Ticket(question)
        try:
            self._wait(ticket)
            while ticket.has_turn:
                taken = self._take()
                try:
                    self._answer(taken)
                finally:
                    self._put_back(taken)
                if ticket.answer is not None:
                    self._hand_on(ticket)
        except BaseException:
            self._leave(ticket)
            raise
        assert ticket.answer is not None
        if isinstance(ticket.answer, Exception):
            raise ticket.answer
        return ticket.answer

    def ask_soon(self, question: Q, answered: Callable[[A | Exception], None]) -> None:
        """Have `question` answered and return at once; `answered` gets the answer, or the error, in a thread.

        It may not raise and not block: those who asked at the same time wait for it.
        """
        with self._lock:
            self._queue.append(_Soon(question, answered))
            leads, self._answering = not self._answering, True
        if leads:
            self._start_leading()

    def _start_leading(self) -> None:
        try:
            self._leader.submit(self._lead)
        except RuntimeError as error:  # the system has no thread left: it is no turn that could be waited for
            self._leader = ThreadPoolExecutor(1, "batch")  # the other keeps the turn, and would begin it late
            self._refuse_soon(error)

    def _refuse_soon(self, error: Exception) -> None:
        """Answer with an error what only a thread could answer; a caller that waits gets the turn."""
        with self._lock:
            refused = [ticket for ticket in self._queue if isinstance(ticket, _Soon)]
            self._queue = [ticket for ticket in self._queue if not isinstance(ticket, _Soon)]
        self._end_turn()
        for ticket in refused:
            ticket.answered(copy(error))

    def _lead(self) -> None:
        """Answer all who wait, until nobody does."""
        while True:
            with self._lock:
                if not self._queue:
                    self._answering = False
                    return
            taken = self._take()
            try:
                self._answer(taken)
            except BaseException:
                self._put_back(taken)
                self._end_turn()
                raise
            self._put_back(taken)

    def _wait(self, ticket: _Ticket[Q, A]) -> None:
        """Queue up, and wait for an answer or for the turn."""
        with self._lock:
            self._queue.append(ticket)
            if not self._answering:
                self._answering = ticket.has_turn = True
                return
        ticket.woken.acquire()

    def _take(self) -> list[_Ticket[Q, A]]:
        """Take what can be answered together, oldest first."""
        with self._lock:
            taken: dict[Hashable, _Ticket[Q, A]] = {}
            left = []
            for ticket in self._queue:
                key = self._key(ticket.question)
                if len(taken) < TOGETHER_MAX and key not in taken:
                    taken[key] = ticket
                else:
                    left.append(ticket)
            self._queue = left
        return list(taken.values())

    def _put_back(self, taken: Sequence[_Ticket[Q, A]]) -> None:
        """Wake those that were answered; queue again those that were not, as this thread was stopped."""
        with self._lock:
            self._queue[:0] = [ticket for ticket in taken if ticket.answer is None and not ticket.gone]
        for ticket in taken:
            if ticket.answer is None:
                continue
            if isinstance(ticket, _Soon):
                ticket.answered(ticket.answer)
            elif not ticket.has_turn:
                ticket.woken.release()

    def _hand_on(self, ticket: _Ticket[Q, A]) -> None:
        ticket.has_turn = False
        self._end_turn()

    def _end_turn(self) -> None:
        """Give the turn to the caller that waits longest, to a thread where none does; no other wakes."""
        with self._lock:
            waits = self._answering = bool(self._queue)
            following = next((ticket for ticket in self._queue if not isinstance(ticket, _Soon)), None)
            if following is not None:
                following.has_turn = True
        if following is not None:
            following.woken.release()
        elif waits:
            self._start_leading()

    def _leave(self, ticket: _Ticket[Q, A]) -> None:
        """Take the question back: the thread that asked it was stopped, and the turn must not end with it."""
        with self._lock:
            ticket.gone = True
            if ticket in self._queue:
                self._queue.remove(ticket)
        if ticket.has_turn:
            self._hand_on(ticket)

    def _answer(self, tickets: Sequence[_Ticket[Q, A]]) -> None:
        try:
            answers = tickets[0].context.run(self._serve, [ticket.question for ticket in tickets])
        except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
            if len(tickets) == 1 or isinstance(error, self._everybodys):
                for ticket in tickets:
                    ticket.answer = copy(error)  # each is raised in a thread of its own
            else:
                for ticket in tickets:
                    self._answer([ticket])
            return
        for ticket, answer in zip(tickets, answers, strict=True):
            ticket.answer = answer
