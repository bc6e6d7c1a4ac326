"""The key: OFF, ACC, ON, START. It passes every notch, and springs back from START."""

from enum import StrEnum
from typing import Final

from radiokey.headunit.events import Ignition


class Position(StrEnum):
    """Where the key stands, in the order of its notches."""

    OFF = "off"
    ACC = "acc"
    ON = "on"
    START = "start"


_NOTCHES: Final = tuple(Position)
_SEEN: Final = {
    Position.OFF: Ignition.OFF,
    Position.ACC: Ignition.ACC,
    Position.ON: Ignition.ON,
    Position.START: Ignition.ON,
}


def passed(start: Position, to: Position) -> tuple[Position, ...]:
    """Return the notches that the key passes from `start` on, `to` included.

    >>> [position.value for position in passed(Position.OFF, Position.ON)]
    ['acc', 'on']
    """
    here, there = _NOTCHES.index(start), _NOTCHES.index(to)
    if there >= here:
        return _NOTCHES[here + 1 : there + 1]
    return _NOTCHES[there:here][::-1]


def seen_by_radio(position: Position) -> Ignition:
    """Return what the radio's wires show of it: START is ON to them (an assumption: some cars drop ACC)."""
    return _SEEN[position]
