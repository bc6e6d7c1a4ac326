"""A unit at the plug, playing or asking."""

import pytest
from plugged import Plugged, make_ecu

from radiokey.headunit.policy import REFERENCE


@pytest.fixture
def plugged():
    """`plugged(policy)`: a playing unit with one tester."""
    return lambda policy=REFERENCE, **more: Plugged(make_ecu(policy, **more))


@pytest.fixture
def asking(plugged):
    """A unit that asks for its code, its tester in session 03."""
    one = plugged()
    one.cut()
    assert one.ask("1003") == "500301F401F4"
    return one
