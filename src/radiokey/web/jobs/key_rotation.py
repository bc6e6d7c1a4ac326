"""The turn of the keys, beside everything else: it takes as long as the ledger is large.

One at a time. It can be cut off anywhere, by the end of the process too, and goes on when it is begun again.
"""

import threading
from dataclasses import dataclass, replace
from typing import Final

from radiokey.base.bootstrap import Base
from radiokey.clock import Clock
from radiokey.errors import ChangedMeanwhileError, RadiokeyError

JOIN_S: Final = 5


@dataclass(frozen=True, slots=True)
class RotationRun:
    """How far a turn is: codes resealed so far; `key` is set where it is done, `problem` where it stopped."""

    by: str
    begun_ms: int
    resealed: int = 0
    damaged: int = 0
    key: str = ""
    ended_ms: int = 0
    problem: RadiokeyError | None = None


class KeyRotationJob:
    """Turns the keys of one base; `last` is the turn of this process that is under way or ended last."""

    def __init__(self, base: Base, clock: Clock) -> None:
        self._base = base
        self._clock = clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.last: RotationRun | None = None

    @property
    def under_way(self) -> bool:
        """Tell whether a turn is under way."""
        return self.last is not None and not self.last.ended_ms

    def begin(self, by: str) -> None:
        """Begin a turn, or go on with one; raise `ChangedMeanwhileError` where one is under way."""
        with self._lock:
            if self.under_way:
                raise ChangedMeanwhileError("a turn of the keys is under way", hint="see how far it is")
            self.last = RotationRun(by, self._clock.now_ms())
            self._thread = threading.Thread(target=self._turn, args=(by,), daemon=True)
            self._thread.start()

    def _turn(self, by: str) -> None:
        try:
            rotation = self._base.key_rotation(self._base.key_ring(), by)
            done = rotation.rotate(told=self._told)
            self._become(key=done.key, resealed=done.resealed, damaged=done.damaged)
        except RadiokeyError as problem:
            self._become(problem=problem)
        self._become(ended_ms=self._clock.now_ms())

    def _told(self, resealed: int) -> None:
        self._become(resealed=resealed)

    def _become(self, **what: object) -> None:
        assert self.last is not None
        self.last = replace(self.last, **what)  # type: ignore[arg-type]  # fields of a turn, each by its name

    def wait(self, seconds: float = JOIN_S) -> None:
        """Wait for the turn that is under way, at most so long: the end of the site leaves it behind."""
        if self._thread is not None:
            self._thread.join(seconds)
