"""What is in the unit and not on its memory chip: the key, the serial number, the counter, whom it trusts.

Somebody who changes, copies or restores the chip does not reach these; that is what they are for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from radiokey.headunit.flash import PowerCutError

COUNTER_MAX: Final = 2**32 - 1


class Counter(Protocol):
    """A counter that only goes up, one at a time: a fuse row, a counter of a secure element."""

    @property
    def value(self) -> int:
        """The count, from 0 to `COUNTER_MAX`."""
        ...

    def advance(self) -> None:
        """Count one up, durably, in one step that a power cut cannot halve.

        Raises `ChipError` where the counter does not answer or is at its end.
        """
        ...


class Floor(Protocol):
    """What a unit's firmware left behind: a number in the device that only goes up, in one step."""

    @property
    def value(self) -> int:
        """The number, from 0 to `COUNTER_MAX`."""
        ...

    def advance_to(self, value: int) -> None:
        """Go up to `value`, durably, in one step that a power cut cannot halve; raise `ChipError`."""
        ...


class RamCounter:
    """A counter in RAM, for a simulated unit; it serves as a `Floor` too.

    `cut_after`: how many more moments pass before the power is cut; `None` = no cut. Each `advance` has two,
    right before it counts and right after; there is none in between. It is the tester's hand, not the unit's.
    """

    __slots__ = ("_value", "cut_after")

    def __init__(self, value: int = 0) -> None:
        assert 0 <= value <= COUNTER_MAX
        self._value = value
        self.cut_after: int | None = None

    @property
    def value(self) -> int:
        """The count."""
        return self._value

    def advance(self) -> None:
        """Count one up."""
        assert self._value < COUNTER_MAX, "a commit never uses the last one"
        self.advance_to(self._value + 1)

    def advance_to(self, value: int) -> None:
        """Go up to `value`."""
        assert self._value < value <= COUNTER_MAX
        self._spend()
        self._value = value
        self._spend()

    def _spend(self) -> None:
        if self.cut_after is not None:
            if self.cut_after <= 0:
                raise PowerCutError
            self.cut_after -= 1


def _nobody(_message: bytes, _signature: bytes) -> bool:
    """Trust nobody: a unit that knows no authority takes no grant."""
    return False


@dataclass(frozen=True, slots=True)
class Device:
    """One unit's own. `key` has 32 bytes; `verify(message, signature)` says whether its maker signed that."""

    key: bytes = field(repr=False)
    serial: str = ""
    counter: Counter = field(default_factory=RamCounter)
    verify: Callable[[bytes, bytes], bool] = _nobody
