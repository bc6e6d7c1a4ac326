"""What a hand does to a radio in a car, in words: the one vocabulary of terminal, panel page and practice.

| word | on | number | what it does |
|---|---|---|---|
| `key` | a key | | a short press |
| `hold` | a key | ms | a press that long |
| `ignition` | `off`, `acc`, `on` | | the key in the ignition |
| `engine`, `radio` | `on`, `off` | | the engine runs; the radio's own switch |
| `cut` | | ms | the supply goes away for so long, and comes back |
| `battery` | `on`, `off` | | the supply goes away, or comes back |
| `time` | | ms | time goes by, in a simulation |
"""

from radiokey.headunit.events import (
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    RadioSwitched,
    SupplyLost,
    SupplyRestored,
    TimeWent,
    UnitEvent,
)


def events_of(word: str, on: str = "", ms: int | None = None) -> list[UnitEvent] | None:
    """Return what a hand's word does to a unit, `None` where it is no word of a hand."""
    match word, on, ms:
        case "key", key, None if key:
            return [KeyPressed(key)]
        case "hold", key, int(held) if key:
            return [KeyPressed(key, held)]
        case "ignition", place, None if place in set(Ignition):
            return [IgnitionTurned(Ignition(place))]
        case "engine", "on" | "off", None:
            return [EngineRan(on == "on")]
        case "radio", "on" | "off", None:
            return [RadioSwitched(on == "on")]
        case "cut", "", int(gap):
            return [SupplyLost(), TimeWent(gap), SupplyRestored()]
        case "battery", "on" | "off", None:
            return [SupplyRestored() if on == "on" else SupplyLost()]
        case "time", "", int(went):
            return [TimeWent(went)]
        case _:
            return None
