"""The unit's own clock: readings of a free-running counter of milliseconds, 32 bits wide.

It is the only clock a unit has. It knows no date, so there is nothing to set: not by the owner, not by GPS,
not over the plug. After 2^32 ms (49.7 days) it wraps to 0, and differences are taken modulo 2^32, so that it
may wrap anywhere in a wait.

A unit reads it at least once in `GAP_MS_MAX`, in practice many times a second. Two readings further apart are
not its own: the counter jumped, or ran backwards. Such a difference is no time at all. What lies before the
first reading after the supply came back is no time either: the counter may have started anywhere.

So every doubt is decided the same way: the wait grows longer, never shorter.

How long it was without supply a unit cannot read here, since the counter stops with it. It learns that from
outside (`TimeWent` in the dark); how a real unit knows, by a charge that leaks away or otherwise, is its
maker's affair.
"""

from typing import Final

from radiokey.clock import MINUTE_MS

TICKS: Final = 2**32
"""The counter reads 0 to `TICKS` - 1."""
GAP_MS_MAX: Final = MINUTE_MS
"""The longest gap between two readings that a unit allows itself: as long as it lets a wait go unsaved."""


class Ticks:
    """What a unit makes of the readings of its counter.

    Time qualifies only where the condition of the wait held the whole way from one reading to the next;
    a caller that sees it broken in between says so in `held`.
    """

    __slots__ = ("_at", "held")

    def __init__(self) -> None:
        self._at: int | None = None
        self.held = False

    def restart(self) -> None:
        """Forget the last reading: the next one starts again."""
        self._at, self.held = None, False

    def read(self, ticks: int, *, holds: bool) -> tuple[int, int]:
        """Return the milliseconds since the last reading, and how many of them qualify."""
        assert 0 <= ticks < TICKS
        ms = 0 if self._at is None else (ticks - self._at) % TICKS
        if ms > GAP_MS_MAX:
            ms = 0
        qualified_ms = ms if self.held and holds else 0
        self._at, self.held = ticks, holds
        return ms, qualified_ms
