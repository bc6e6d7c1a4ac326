"""Time in whole milliseconds, and the protocol of a clock.

Nothing below `base` reads a clock; the time is an argument. The clock that reads the machine belongs to the
wiring (`cli`, `web`), so that every test and every simulated car sets its own.
"""

from typing import Final, Protocol

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
NS_IN_US: Final = 1_000
NS_IN_MS: Final = 1_000 * NS_IN_US
US_IN_S: Final = 1_000_000


class Clock(Protocol):
    """Says what time it is."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 00:00 UTC."""
        ...
