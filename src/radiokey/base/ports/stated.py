"""What a base says of itself, as a protocol: whose it is, for ever, and what it states for now."""

from typing import Protocol


class StatedTransaction(Protocol):
    """The part of a transaction that reads and writes it."""

    def hosting(self) -> str | None:
        """Return whose base this is; `None` for a local base."""
        ...

    def add_hosting(self, organisation: str, at_ms: int) -> None:
        """Make this a hosted base, for ever."""
        ...

    def setting(self, name: str) -> str | None:
        """Return what the base states under that name now; `None` where it never did."""
        ...

    def add_setting(self, name: str, value: str, at_ms: int, by: str) -> None:
        """State something from now on; what was stated before stays as history."""
        ...

    def confirm_seen(self) -> None:
        """Have this commit confirm what was read, too: others wrote it, and a standby may not have it yet."""
        ...
