"""What one tester has for itself at a unit: session, level, seed. None of it is another tester's."""

from dataclasses import dataclass
from typing import Final

from radiokey.clock import SECOND_MS
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.names import Level, Session

S3_MS: Final = 5 * SECOND_MS


@dataclass(frozen=True, slots=True)
class Pending:
    """A seed that was given out and not answered."""

    level: Level
    seed: bytes


class Tester:
    """One tester of a unit; `number` names it among the others, from 1 up."""

    __slots__ = ("_heard_ms", "_interruptions", "ecu", "level", "number", "pending", "results", "session")

    def __init__(self, ecu: Ecu, number: int, now_ms: int) -> None:
        assert number > 0
        self.ecu = ecu
        self.number = number
        self._heard_ms = now_ms
        self._interruptions = ecu.interruptions
        self.session = Session.DEFAULT
        self.level = Level.NONE
        self.pending: Pending | None = None
        self.results: dict[int, bytes] = {}

    def touch(self, now_ms: int) -> None:
        """Count S3 from `now_ms`: a request came, or an answer that took long was sent."""
        self._heard_ms = now_ms

    def tick(self, now_ms: int) -> None:
        """Let the session end where the tester was silent for S3, or where the unit started anew."""
        silent = self.session is not Session.DEFAULT and now_ms - self._heard_ms >= S3_MS
        if silent or self._interruptions != self.ecu.interruptions:
            self._interruptions = self.ecu.interruptions
            self.enter(Session.DEFAULT)

    def hang_up(self) -> None:
        """End everything that this tester had: its connection is gone."""
        self.enter(Session.DEFAULT)

    def enter(self, session: Session) -> None:
        """Begin a session: nothing of the last one stays."""
        self.session = session
        self.level = Level.NONE
        self.pending = None
        self.results.clear()
        self.ecu.quiet.discard(self.number)
        self.ecu.end_transfer(self.number)
