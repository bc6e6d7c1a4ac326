"""The hand at the panel of a served unit: what its lines do."""

import pytest

from radiokey.cli.served.hand import parse_act
from radiokey.errors import UsageError
from radiokey.headunit.events import (
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    RadioSwitched,
    SupplyLost,
    SupplyRestored,
    TimeWent,
)


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("key 4", [KeyPressed("4")]),
        ("hold 6 2500", [KeyPressed("6", 2_500)]),
        ("ignition acc", [IgnitionTurned(Ignition.ACC)]),
        ("engine on", [EngineRan(running=True)]),
        ("radio off", [RadioSwitched(on=False)]),
        ("supply 12400", 12_400),
        ("cut 60000", [SupplyLost(), TimeWent(60_000), SupplyRestored()]),
    ],
)
def test_what_a_hand_can_do(line, act):
    assert parse_act(line) == act


@pytest.mark.parametrize(
    "line",
    [
        "",
        "key",
        "hold 6 long",
        "ignition sideways",
        "radio maybe",
        "supply -1",
        "supply \u0661",
        "cut soon",
        "key 4 long",
        "code 4786",
    ],
)
def test_what_a_hand_cannot_do(line):
    with pytest.raises(UsageError):
        parse_act(line)
