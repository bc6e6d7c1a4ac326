"""Key rotation in the background: the larger the ledger, the longer it takes.

One at a time. It can be cut off anywhere, by the end of the process too, and goes on when it is started
again.
"""

import threading
from dataclasses import dataclass, replace

from radiokey.base.bootstrap import Base
from radiokey.clock import Clock
from radiokey.errors import ChangedMeanwhileError, RadiokeyError
from radiokey.language.speech import gettext
from radiokey.web.jobs.background import BackgroundLoop


@dataclass(frozen=True, slots=True)
class RotationRun:
    """How far a rotation is: codes resealed so far; `key` is set at the end, `problem` where it failed."""

    by: str
    begun_ms: int
    resealed: int = 0
    damaged: int = 0
    key: str = ""
    ended_ms: int = 0
    problem: RadiokeyError | None = None


class KeyRotationJob:
    """Rotates the keys of one base; `last` is the rotation of this process that runs or ended last."""

    def __init__(self, base: Base, clock: Clock) -> None:
        self._base = base
        self._clock = clock
        self._lock = threading.Lock()
        self.loop = BackgroundLoop("a rotation of the keys", self._rotate)
        self.last: RotationRun | None = None

    @property
    def under_way(self) -> bool:
        """Tell whether a rotation is under way."""
        return self.last is not None and not self.last.ended_ms

    def start(self, by: str) -> None:
        """Start a rotation, or go on with one; raise `ChangedMeanwhileError` where one is under way."""
        with self._lock:
            if self.under_way:
                raise ChangedMeanwhileError(
                    gettext("a rotation of the keys is under way"), hint=gettext("see how far it is")
                )
            self.last = RotationRun(by, self._clock.now_ms())
            self.loop.start(None)

    def stop(self) -> None:
        """Wait a while for the rotation under way, then leave it: the next one goes on with it."""
        self.loop.stop()

    def _rotate(self) -> None:
        assert self.last is not None
        try:
            rotation = self._base.key_rotation(self._base.key_ring(), self.last.by)
            done = rotation.rotate(on_progress=self._count)
            self._update(key=done.key, resealed=done.resealed, damaged=done.damaged)
        except RadiokeyError as problem:
            self._update(problem=problem)
        self._update(ended_ms=self._clock.now_ms())

    def _count(self, resealed: int) -> None:
        self._update(resealed=resealed)

    def _update(self, **what: object) -> None:
        assert self.last is not None
        self.last = replace(self.last, **what)  # type: ignore[arg-type]  # fields of `RotationRun` by name
