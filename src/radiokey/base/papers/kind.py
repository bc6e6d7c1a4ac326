"""Which papers there are, and how long each is kept after its request has ended (docs/spec/papers.md).

The clock starts when the request ends, however it ends; until then a paper is needed.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from radiokey.clock import DAY_MS
from radiokey.language.speech import gettext, later, ngettext


class PaperKind(StrEnum):
    """What a paper is, as its sender says; sorted."""

    LABEL_PHOTO = "label-photo"
    POLICE_RECEIPT = "police-receipt"
    PURCHASE = "purchase"
    REGISTRATION = "registration"
    VIN_PHOTO = "vin-photo"


NAMES: Final[Mapping[PaperKind, str]] = {
    PaperKind.LABEL_PHOTO: later("photo of the label"),
    PaperKind.POLICE_RECEIPT: later("police receipt"),
    PaperKind.PURCHASE: later("purchase papers"),
    PaperKind.REGISTRATION: later("registration"),
    PaperKind.VIN_PHOTO: later("photo of the VIN"),
}

WHY: Final[Mapping[PaperKind, str]] = {
    PaperKind.LABEL_PHOTO: later("The number you typed is compared with it. The whole label, sharp."),
    PaperKind.POLICE_RECEIPT: later("Only if the radio was reported stolen and is back: it shows that."),
    PaperKind.PURCHASE: later("Only if you have no registration yet: the VIN is read from it. Cover names."),
    PaperKind.REGISTRATION: later("The VIN is read from it: whole, and sharp. Cover your name and address."),
    PaperKind.VIN_PHOTO: later(
        "It shows that the papers are this car's. Behind the windscreen, or on the door."
    ),
}
"""What the desk does with each, as the owner reads it before sending."""

KEPT_DAYS: Final[Mapping[PaperKind, int]] = {
    PaperKind.LABEL_PHOTO: 30,
    PaperKind.POLICE_RECEIPT: 3 * 365,  # a clearing of the stolen list rests on it
    PaperKind.PURCHASE: 30,
    PaperKind.REGISTRATION: 30,
    PaperKind.VIN_PHOTO: 30,
}
"""Days from the end of the request to the deletion."""

REJECTED_KEPT_DAYS: Final = 30
"""Days that the paper of a clearing is kept after it was rejected; `KEPT_DAYS` after it was carried out."""


def delete_after_ms(kind: PaperKind, ended_at_ms: int) -> int:
    """Return when a paper must be gone, ms since 1970 UTC, its request having ended at `ended_at_ms`."""
    return ended_at_ms + KEPT_DAYS[kind] * DAY_MS


def kept_words(kind: PaperKind) -> str:
    """Return what the owner reads beside the field for this paper.

    >>> kept_words(PaperKind.REGISTRATION)
    'Kept encrypted, deleted 30 days after your request has ended.'
    """
    return gettext("Kept encrypted, deleted {span} after your request has ended.", span=kept_span(kind))


def kept_span(kind: PaperKind) -> str:
    """Return how long this paper is kept after the end of its request.

    >>> kept_span(PaperKind.POLICE_RECEIPT)
    '3 years'
    """
    days = KEPT_DAYS[kind]
    years, rest = divmod(days, 365)
    if rest or not years:
        return ngettext("{n} day", "{n} days", days)
    return ngettext("{n} year", "{n} years", years)
