"""Whether a waiting second counts: what the policy needs for it, and what of that is missing now."""

from typing import Final

from radiokey.headunit.events import Ignition
from radiokey.headunit.policy import ClockNeeds
from radiokey.headunit.status import Surroundings

_NEEDS: Final = {
    ClockNeeds.RADIO_ON: ("radio",),
    ClockNeeds.RADIO_AND_IGNITION: ("radio", "ignition"),
    ClockNeeds.SUPPLY_AND_IGNITION: ("ignition",),
    ClockNeeds.SUPPLY: (),
    ClockNeeds.IGNITION_OFF: ("ignition-off",),
    ClockNeeds.ENGINE: ("radio", "engine"),
}


def lacking(around: Surroundings, needs: ClockNeeds) -> tuple[str, ...]:
    """Return what is missing for a waiting second to count."""
    if not around.supply:
        return ("supply",)
    there = {
        "radio": around.radio_on,
        "ignition": around.ignition is not Ignition.OFF,
        "ignition-off": around.ignition is Ignition.OFF,
        "engine": around.engine,
    }
    return tuple(need for need in _NEEDS[needs] if not there[need])
