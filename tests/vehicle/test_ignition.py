"""The key passes every notch."""

import pytest

from radiokey.headunit.events import Ignition
from radiokey.vehicle.ignition import Position, passed, seen_by_radio

OFF, ACC, ON, START = Position


@pytest.mark.parametrize(
    ("start", "to", "notches"),
    [
        (OFF, START, (ACC, ON, START)),
        (OFF, ACC, (ACC,)),
        (ON, OFF, (ACC, OFF)),
        (START, ON, (ON,)),
        (ACC, ACC, ()),
    ],
)
def test_no_notch_is_jumped_over(start, to, notches):
    assert passed(start, to) == notches


def test_the_radio_does_not_see_that_the_starter_turns():
    seen = [seen_by_radio(position) for position in Position]
    assert seen == [Ignition.OFF, Ignition.ACC, Ignition.ON, Ignition.ON]
