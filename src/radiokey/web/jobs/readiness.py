"""Whether the base can release now: looked at by a thread of its own, and remembered for a moment.

Requests that wait for the database hold the threads of the site. Who asks whether it is ready waits for none
of those, nor for a database that does not come back: then the answer is no.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from radiokey.errors import RadiokeyError, StoreError
from radiokey.language.speech import gettext

KEPT_S: Final = 1.0
"""How long an answer holds: asking more often costs nothing."""
ANSWER_S: Final = 5.0
"""How long a look may take before the answer is no."""


class Readiness:
    """Runs `look`, which raises why the base is not ready, at most once at a time and once in `KEPT_S`."""

    def __init__(self, look: Callable[[], None], monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(1, "readiness")
        self._under_way: Future[None] | None = None
        self._ended: tuple[float, RadiokeyError | None] | None = None
        self._drains = False

    def drain(self) -> None:
        """Say no from now on, whatever the base says: this server is about to end."""
        self._drains = True

    async def require(self, answer_s: float = ANSWER_S) -> None:
        """Raise `LogError` or `StoreError` unless the base is ready, as seen within `answer_s` seconds."""
        if self._drains:
            raise StoreError(gettext("this server is about to end"), hint=gettext("ask another one"))
        future = self._begin()
        if future is not None:
            try:
                await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), answer_s)
            except TimeoutError:
                raise StoreError(
                    gettext("the base does not answer in time"), hint=gettext("ask again in a while")
                ) from None
        ended = self._ended
        if ended is not None and ended[1] is not None:
            problem = ended[1]
            raise type(problem)(problem.sentence, hint=problem.hint)

    def forget(self) -> None:
        """Look again when somebody asks next: something failed meanwhile."""
        with self._lock:
            self._ended = None

    def close(self) -> None:
        """Begin no other look; one that is under way is left behind."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _begin(self) -> Future[None] | None:
        """Return the look that is under way, or that begins now; `None` where the last one still holds."""
        with self._lock:
            if self._under_way is not None:
                return self._under_way
            if self._ended is not None and self._monotonic_s() - self._ended[0] < KEPT_S:
                return None
            self._under_way = self._executor.submit(self._run)
            return self._under_way

    def _run(self) -> None:
        problem: RadiokeyError | None = None
        try:
            self._look()
        except RadiokeyError as found:
            problem = found
        with self._lock:
            self._ended = self._monotonic_s(), problem
            self._under_way = None
