"""Answers of other threads on their way into the event loop: all that are there come in one step of it.

To wake the loop is a write and a read of its own, and it costs as much for one answer as for fifty.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Self, TypeVar

A = TypeVar("A")


class LoopAnswers:
    """The answers that callers in one loop wait for."""

    __slots__ = ("_arrived", "_coming", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._arrived: deque[tuple[asyncio.Future[Any], Any]] = deque()
        self._coming = False

    @classmethod
    def in_this_loop(cls, before: Self | None) -> Self:
        """Return those of the running loop: the ones `before`, where they are."""
        loop = asyncio.get_running_loop()
        return before if before is not None and before.loop is loop else cls(loop)

    async def of(self, ask: Callable[[Callable[[A | Exception], None]], None]) -> A:
        """Call `ask` with what takes its answer, from any thread; return the answer, or raise the error."""
        future: asyncio.Future[A] = self.loop.create_future()
        ask(partial(self._arrive, future))
        return await future

    def _arrive(self, future: asyncio.Future[A], answer: A | Exception) -> None:
        self._arrived.append((future, answer))
        if not self._coming:
            self._coming = True
            try:
                self.loop.call_soon_threadsafe(self._deliver)
            except RuntimeError:  # the loop was closed: nobody waits there any more
                self._coming = False

    def _deliver(self) -> None:
        self._coming = False  # first: what arrives from here on comes by itself
        while self._arrived:
            future, answer = self._arrived.popleft()
            if future.done():  # who asked has hung up
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
