"""What states, turns, acts and ticks are called: on the desk's pages, and in docs/request.md."""

from collections.abc import Mapping
from typing import Final

from radiokey.base.requests.request import Check, State, Turn

NAMES: Final[Mapping[State, str]] = {
    State.DRAFT: "draft",
    State.PAPERS: "waiting for papers",
    State.REVIEW: "in review",
    State.SECOND: "second pair of eyes",
    State.RELEASING: "releasing",
    State.RELEASED: "released",
    State.REFUSED: "refused",
    State.WITHDRAWN: "withdrawn",
    State.EXPIRED: "expired",
}
MEANS: Final[Mapping[State, str]] = {
    State.DRAFT: "Number, model and car are given. The rest can come later.",
    State.PAPERS: "The desk waits for papers, the first or others than those it has.",
    State.REVIEW: "A clerk compares papers, number and car.",
    State.SECOND: "Everything is ticked. Somebody else looks once more.",
    State.RELEASING: "It is approved and being released; after a crash once more, for the same release.",
    State.RELEASED: "The code was released and is in the log.",
    State.REFUSED: "The answer is no, with a reason.",
    State.WITHDRAWN: "The requester does not want it any more.",
    State.EXPIRED: "The owner's time is over. A new request is free.",
}
TURN_NAMES: Final[Mapping[Turn, str]] = {
    Turn.OWNER: "the requester",
    Turn.CLERK: "a clerk",
    Turn.APPROVER: "an approver",
    Turn.NOBODY: "nobody",
}
TICKED: Final[Mapping[Check, str]] = {
    Check.NUMBER_ON_PHOTO: "The number is the one on the photo of the radio.",
    Check.STOLEN_LIST: "The stolen list was looked at.",
    Check.VIN_OF_UNIT: "The VIN on every paper (and at the car, where it was seen) is the one of this radio.",
}
DONE: Final[Mapping[str, str]] = {
    "opened": "opened the request",
    "submitted": "said that the papers follow",
    "papers-sent": "sent papers",
    "papers-asked": "asked for papers",
    "car-seen": "read the VIN at the car",
    "fee-recorded": "recorded the fee",
    "warranty-recorded": "recorded that it is under warranty",
    "checked": "ticked the whole check list and handed it over",
    "sent-back": "sent it back to a clerk",
    "approved": "approved it",
    "released": "released the code",
    "door-refused": "was refused by the release",
    "refused": "refused it",
    "withdrawn": "withdrew it",
    "reminded": "reminded the owner",
    "expired": "let it expire",
}
"""What somebody did, by the name of the act in the history."""
