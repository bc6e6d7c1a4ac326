"""Verifies the whole log at start and at intervals; while it does not verify, nothing is released.

Each release checks the right edge of the log by itself. What lies deeper is found by recomputing all of it.
"""

from contextlib import suppress
from dataclasses import dataclass

from radiokey.base.bootstrap import Base
from radiokey.clock import Clock
from radiokey.errors import LogError, RadiokeyError, StoreError
from radiokey.language.speech import gettext
from radiokey.web.jobs.background import BackgroundLoop


@dataclass(frozen=True, slots=True)
class LogCheck:
    """When the whole log was last recomputed (ms since 1970), how many entries it had, what was wrong."""

    at_ms: int
    size: int
    problem: RadiokeyError | None


class LogMonitor:
    """Monitors one base's log. Without `start` it checks only when `check` is called."""

    def __init__(self, base: Base, clock: Clock) -> None:
        self._base = base
        self._clock = clock
        self.loop = BackgroundLoop("a check of the log", self._check_again)
        self.last: LogCheck | None = None

    def check(self) -> LogCheck:
        """Recompute the whole log and keep the result.

        A log that was found wrong stays so until it is found right; a database that does not answer says
        nothing about the log, and the next check decides.
        """
        try:
            size, problem = self._base.verify().size, None
        except LogError as error:
            size, problem = 0, error
        self.last = LogCheck(self._clock.now_ms(), size, problem)
        return self.last

    def require(self) -> None:
        """Raise `LogError` where the last check found the log wrong."""
        if self.last is not None and self.last.problem is not None:
            raise LogError(
                gettext("the log of this base does not verify; nothing is released until it does"),
                hint=gettext("the operator of this base has to restore it"),
            )

    def ready(self) -> None:
        """Raise `LogError` or `StoreError` unless the log holds as far as is known."""
        self.require()
        if self.loop.started and self.last is None:
            raise StoreError(
                gettext("the log is still being recomputed"), hint=gettext("ask again in a while")
            )

    def start(self, every_s: float) -> None:
        """Check now and every `every_s` seconds, in the background."""
        self.loop.start(every_s)

    def stop(self) -> None:
        """Stop; a check that is under way is waited for a while, then left behind."""
        self.loop.stop()

    def _check_again(self) -> None:
        with suppress(StoreError):  # it says nothing of the log, and `ready` names it by itself
            self.check()
