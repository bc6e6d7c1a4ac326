"""What somebody can do with a request now, as its pages offer it: `objection`, asked beforehand."""

from dataclasses import dataclass

from radiokey.base.identity.roles import Permission
from radiokey.base.requests.request import (
    PAPERS_MAX,
    TRANSITIONS,
    CarSeen,
    CodeRequest,
    PapersSent,
    SentBack,
    State,
    Turn,
    Withdrawn,
    objection,
)


@dataclass(frozen=True, slots=True)
class OwnerActions:
    """What the person who opened a request can do with it by its link."""

    may_send: bool
    may_withdraw: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class StaffActions:
    """What somebody of the staff can do with a request.

    `own`: they opened it for a customer. `took_part`: they may approve, but not this one: they checked it or
    saw its car.
    """

    own: bool
    took_part: bool
    may_send: bool
    may_check: bool
    may_approve: bool
    may_write: bool


def owner_actions(request: CodeRequest, by: str) -> OwnerActions:
    """Return what `by` can do as the requester; nothing if somebody else opened the request."""
    own = request.requester == by
    return OwnerActions(
        may_send=own and PapersSent in TRANSITIONS[request.state] and len(request.papers) < PAPERS_MAX,
        may_withdraw=objection(request, Withdrawn(by, request.since_ms)) is None,
        may_write=own and request.turn is not Turn.NOBODY,
    )


def staff_actions(request: CodeRequest, by: str, scopes: frozenset[Permission]) -> StaffActions:
    """Return what `by` can do with the permissions `scopes`."""
    own, at_ms = request.requester == by, request.since_ms
    clerk, approver = Permission.REQUEST_CHECK in scopes, Permission.REQUEST_APPROVE in scopes
    decides = objection(request, SentBack(by, at_ms)) is None
    goes_on = request.state is State.RELEASING and not own and by not in request.hands
    return StaffActions(
        own=own,
        took_part=approver and by in request.hands,
        may_send=own and PapersSent in TRANSITIONS[request.state],
        may_check=clerk and objection(request, CarSeen(by, at_ms, request.vin)) is None,
        may_approve=approver and (decides or goes_on),
        may_write=clerk and not own and request.turn is not Turn.NOBODY,
    )
