"""What a broken rule of a request says to a person."""

from collections.abc import Mapping
from typing import Final

from radiokey.base.requests.request import PAPERS_MAX, Objection
from radiokey.errors import AnotherPersonError, ChangedMeanwhileError, RadiokeyError, UsageError

_SENTENCES: Final[Mapping[Objection, tuple[type[RadiokeyError], str, str]]] = {
    Objection.ANOTHER_CAR: (
        UsageError,
        "the VIN that was seen at the car is not the request's",
        "refuse it, or read the VIN at the car once more",
    ),
    Objection.NOT_NOW: (
        ChangedMeanwhileError,
        "this request is not at that point",
        "look at it as it is now, then decide again",
    ),
    Objection.NOT_YOURS: (
        AnotherPersonError,
        "only the requester does this",
        "write them a message",
    ),
    Objection.OWN_CHECK: (
        AnotherPersonError,
        "the person who checked a request or saw its car does not approve it",
        "leave it to a colleague: the second pair of eyes is somebody else's",
    ),
    Objection.OWN_REQUEST: (
        AnotherPersonError,
        "the requester decides nothing about the request",
        "leave it to a colleague",
    ),
    Objection.REGISTRAR: (
        AnotherPersonError,
        "a registrar of the ledger, or of a report on this radio, does not approve its code",
        "leave it to an approver",
    ),
    Objection.TOO_EARLY: (UsageError, "the owner's time is not over", "wait until it is"),
    Objection.TOO_MANY_PAPERS: (
        UsageError,
        f"a request holds at most {PAPERS_MAX} papers",
        "write to the desk which ones matter",
    ),
    Objection.UNTICKED: (
        UsageError,
        "not everything on the check list is ticked",
        "tick what you compared; ask for papers or refuse if something does not fit",
    ),
}


def refusal(objection: Objection) -> RadiokeyError:
    """Return the error of a broken rule."""
    kind, sentence, hint = _SENTENCES[objection]
    return kind(sentence, hint=hint, objection=objection.value)
