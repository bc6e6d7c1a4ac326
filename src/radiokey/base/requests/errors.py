"""What a broken rule of a request says to a person."""

from collections.abc import Mapping
from typing import Final

from radiokey.base.requests.request import PAPERS_MAX, Objection
from radiokey.errors import AnotherPersonError, ChangedMeanwhileError, RadiokeyError, UsageError
from radiokey.language.speech import gettext, later

_SENTENCES: Final[Mapping[Objection, tuple[type[RadiokeyError], str, str]]] = {
    Objection.ANOTHER_CAR: (
        UsageError,
        later("the VIN that was seen at the car is not the request's"),
        later("refuse it, or read the VIN at the car once more"),
    ),
    Objection.NOT_NOW: (
        ChangedMeanwhileError,
        later("this request is not at that point"),
        later("look at it as it is now, then decide again"),
    ),
    Objection.NOT_YOURS: (
        AnotherPersonError,
        later("only the requester does this"),
        later("write them a message"),
    ),
    Objection.OWN_CHECK: (
        AnotherPersonError,
        later("the person who checked a request or saw its car does not approve it"),
        later("leave it to a colleague: the second pair of eyes is somebody else's"),
    ),
    Objection.OWN_REQUEST: (
        AnotherPersonError,
        later("the requester decides nothing about the request"),
        later("leave it to a colleague"),
    ),
    Objection.REGISTRAR: (
        AnotherPersonError,
        later("a registrar of the ledger, or of a report on this radio, does not approve its code"),
        later("leave it to an approver"),
    ),
    Objection.TOO_EARLY: (UsageError, later("the owner's time is not over"), later("wait until it is")),
    Objection.TOO_MANY_PAPERS: (
        UsageError,
        later("a request holds at most {most} papers"),
        later("write to the desk which ones matter"),
    ),
    Objection.UNTICKED: (
        UsageError,
        later("not everything on the check list is ticked"),
        later("tick what you compared; ask for papers or refuse if something does not fit"),
    ),
}


def acted_meanwhile() -> ChangedMeanwhileError:
    """Return the error of a form whose page is out of date."""
    return ChangedMeanwhileError(
        gettext("somebody else did something with this request in the meantime"),
        hint=gettext("look at it as it is now, then decide again"),
    )


def refusal(objection: Objection) -> RadiokeyError:
    """Return the error of a broken rule."""
    kind, sentence, hint = _SENTENCES[objection]
    return kind(gettext(sentence, most=PAPERS_MAX), hint=gettext(hint), objection=objection.value)
