"""What is said of a wait: how a block ends, what has to stay on, what not to do."""

from enum import StrEnum
from typing import Final

from radiokey.headunit.policy import ClockNeeds, PowerCutEffect
from radiokey.language.speech import later


class Ends(StrEnum):
    """What ends the block that follows this many wrong codes."""

    TIME = "time"
    NOTHING_TO_WAIT = "nothing-to-wait"
    KEY_CYCLE = "key-cycle"
    NOT_BY_TIME = "not-by-time"
    SERVICE = "service"
    NEVER = "never"

    @property
    def asks_others(self) -> bool:
        """Whether nothing the owner could wait for ends it: somebody has to be asked."""
        return self in {Ends.NOT_BY_TIME, Ends.SERVICE, Ends.NEVER}


HOW_IT_ENDS: Final = {
    Ends.KEY_CYCLE: later("it takes the next one only when the ignition has been off and on again."),
    Ends.NOT_BY_TIME: later("no time opens it again. Ask the make's dealer, with papers."),
    Ends.SERVICE: later("it is blocked until the maker's service allows more tries. No wait ends this."),
    Ends.NEVER: later("it takes no code any more. No wait ends this."),
}
NEEDS: Final = {
    ClockNeeds.RADIO_ON: later("Keep the radio on, with its message showing; only that time counts."),
    ClockNeeds.RADIO_AND_IGNITION: later(
        "Keep ignition and radio on, the message showing; only that time counts."
    ),
    ClockNeeds.SUPPLY_AND_IGNITION: later(
        "Keep the battery connected and the ignition on for the whole time."
    ),
    ClockNeeds.SUPPLY: later("Keep it connected to the battery; it may be switched off."),
    ClockNeeds.IGNITION_OFF: later("Ignition off, battery connected, leave the car alone."),
    ClockNeeds.ENGINE: later(
        "Engine running in the open air, handbrake on: without it the set switches off."
    ),
}
TAKES_NO_CODE: Final = later(
    "This radio takes no code: the car or a server unlocks it, and no wait ends this."
)
LEAVE_IT_ON: Final = later("Leave it on for {longest} and enter nothing: that is right whichever it is.")
PAUSE: Final = later("A code was refused: leave at least 15 minutes before the next one, whatever it shows.")
CAN_DIE: Final = {
    True: later("Each wrong code is counted and they can lock it for good: enter nothing that is in doubt."),
    False: later("No final lock is known for this radio; wrong codes are counted all the same."),
    None: later(
        "Each wrong code counts; whether they can lock it for good is not known. Treat each as the last."
    ),
}
CLOCK_ASSUMED: Final = later("For this radio that is not known; it holds for nearly all others.")
ARTICLE_ALONE: Final = later(
    "One article says ignition off. Makers and owners of nearly all others say the opposite: keep it on."
)
AUTO_OFF: Final = later(
    "This set switches itself off after {minutes} minutes, and its clock stops. Switch it on again at once."
)
AUTO_OFF_MAYBE: Final = later(
    "Some sets switch themselves off after 20 minutes or an hour. Look in between; switch on again at once."
)
SAYS_OFF: Final = later(
    "The display reads OFF while the set is on. Make sure that it is on, and leave it so."
)
SUPPLY_ONLY: Final = later("This is the one kind of radio whose wait runs while it is switched off.")
NO_CUT: Final = later("Do not cut the supply: no battery, no fuse.")
CUT: Final = {
    PowerCutEffect.NONE: later(
        "The maker says that cutting the supply changes nothing here. Leave it connected."
    ),
    PowerCutEffect.RESTART_WAIT: later(
        "The maker says that cutting the supply starts the wait again. Leave it on."
    ),
    PowerCutEffect.RESET_ATTEMPTS: later("The maker says that it takes new tries after its supply was cut."),
    PowerCutEffect.REPROMPT: later("The maker says that the question comes back after its supply was cut."),
}
