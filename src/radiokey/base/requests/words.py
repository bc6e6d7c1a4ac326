"""What states, turns, acts and ticks are called: on the desk's pages, and in docs/request.md."""

from collections.abc import Mapping
from typing import Final

from radiokey.base.requests.request import Check, State, Turn
from radiokey.language.speech import later

NAMES: Final[Mapping[State, str]] = {
    State.DRAFT: later("draft"),
    State.PAPERS: later("waiting for papers"),
    State.REVIEW: later("in review"),
    State.SECOND: later("second pair of eyes"),
    State.RELEASING: later("releasing"),
    State.RELEASED: later("released"),
    State.REFUSED: later("refused"),
    State.WITHDRAWN: later("withdrawn"),
    State.EXPIRED: later("expired"),
}
MEANS: Final[Mapping[State, str]] = {
    State.DRAFT: later("Number, model and car are given. The rest can come later."),
    State.PAPERS: later("The desk waits for papers, the first or others than those it has."),
    State.REVIEW: later("A clerk compares papers, number and car."),
    State.SECOND: later("Everything is ticked. Somebody else looks once more."),
    State.RELEASING: later(
        "It is approved and being released; after a crash once more, for the same release."
    ),
    State.RELEASED: later("The code was released and is in the log."),
    State.REFUSED: later("The answer is no, with a reason."),
    State.WITHDRAWN: later("The requester does not want it any more."),
    State.EXPIRED: later("The owner's time is over. A new request is free."),
}
TURN_NAMES: Final[Mapping[Turn, str]] = {
    Turn.OWNER: later("the requester"),
    Turn.CLERK: later("a clerk"),
    Turn.APPROVER: later("an approver"),
    Turn.NOBODY: later("nobody"),
}
TICKED: Final[Mapping[Check, str]] = {
    Check.NUMBER_ON_PHOTO: later("The number is the one on the photo of the radio."),
    Check.STOLEN_LIST: later("The stolen list was looked at."),
    Check.VIN_OF_UNIT: later(
        "The VIN on every paper (and at the car, where it was seen) is the one of this radio."
    ),
}
DONE: Final[Mapping[str, str]] = {
    "opened": later("opened the request"),
    "submitted": later("said that the papers follow"),
    "papers-sent": later("sent papers"),
    "papers-asked": later("asked for papers"),
    "car-seen": later("read the VIN at the car"),
    "fee-recorded": later("recorded the fee"),
    "warranty-recorded": later("recorded that it is under warranty"),
    "checked": later("ticked the whole check list and handed it over"),
    "sent-back": later("sent it back to a clerk"),
    "approved": later("approved it"),
    "released": later("released the code"),
    "door-refused": later("was refused by the release"),
    "refused": later("refused it"),
    "withdrawn": later("withdrew it"),
    "reminded": later("reminded the owner"),
    "expired": later("let it expire"),
}
"""What somebody did, by the name of the act in the history."""
