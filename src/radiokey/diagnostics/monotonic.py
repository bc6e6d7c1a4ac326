"""The machine's clock that only goes forward: what a unit at a real network counts by."""

import time

from radiokey.clock import NS_IN_MS, NS_IN_US


def now_ms() -> int:
    """Return milliseconds since some moment in the past."""
    return time.monotonic_ns() // NS_IN_MS


def now_us() -> int:
    """Return microseconds since the same moment."""
    return time.monotonic_ns() // NS_IN_US
