"""What a process gives up for good before it reads what strangers sent (docs/spec/papers.md)."""

import resource
from collections.abc import Mapping
from typing import Final

LIMITS: Final = {
    resource.RLIMIT_CORE: 0,  # no page of a paper on the disk
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: 3,  # the three it has: no file and no socket can be opened any more
}
"""What every such process gives up; how much of the rest it may have is its own."""


def take_away(limits: Mapping[int, int]) -> None:
    """Set limits that cannot be raised again, but by root."""
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))
