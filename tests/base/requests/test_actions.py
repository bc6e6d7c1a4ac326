"""What the pages of a request offer is what the rules allow, in every state and for everybody."""

import pytest

from radiokey.base.identity.roles import ROLES, Permission, Role
from radiokey.base.requests.actions import owner_actions, staff_actions
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import (
    CHECK_LIST,
    PAPERS_MAX,
    Approved,
    CarSeen,
    Checked,
    CodeRequest,
    Paper,
    PapersSent,
    Refused,
    Released,
    State,
    Submitted,
    TimeRanOut,
    Turn,
    Withdrawn,
    objection,
    step,
)

VIN = "VF1HSRBG645678901"
NOW = 1_700_000_000_000
PAPER = Paper("p1", "ab" * 32)
OPENED = CodeRequest.opened("r1", "own", VIN, NOW)
SENT = PapersSent("own", NOW, (PAPER,))
CHECKED = Checked("cle", NOW, CHECK_LIST)
WAYS = {
    State.DRAFT: [],
    State.PAPERS: [Submitted("own", NOW)],
    State.REVIEW: [SENT],
    State.SECOND: [SENT, CHECKED],
    State.RELEASING: [SENT, CHECKED, Approved("app", NOW)],
    State.RELEASED: [SENT, CHECKED, Approved("app", NOW), Released("app", NOW, 7)],
    State.REFUSED: [SENT, Refused("cle", NOW, Reason.PAPERS_CHANGED)],
    State.WITHDRAWN: [Withdrawn("own", NOW)],
    State.EXPIRED: [TimeRanOut("clock", OPENED.due_ms)],
}
PEOPLE = ("own", "cle", "app", "else")
ALL = frozenset(Permission)


def after(events, start=OPENED):
    for event in events:
        start = step(start, event)
    return start


def test_each_way_leads_to_its_state():
    assert {state: after(way).state for state, way in WAYS.items()} == {state: state for state in State}


def holds(request, event):
    return objection(request, event) is None


@pytest.mark.parametrize("by", PEOPLE)
@pytest.mark.parametrize("state", State)
def test_the_owners_page_offers_what_is_not_refused(state, by):
    request = after(WAYS[state])
    actions = owner_actions(request, by)
    assert actions.may_send == holds(request, PapersSent(by, NOW, (PAPER,)))
    assert actions.may_withdraw == holds(request, Withdrawn(by, NOW))
    assert actions.may_write == (by == "own" and request.turn is not Turn.NOBODY)


def test_a_request_that_is_full_of_papers_takes_no_other():
    full = after([SENT])
    for _ in range(PAPERS_MAX - 1):
        assert owner_actions(full, "own").may_send
        full = after([SENT], start=full)
    assert not owner_actions(full, "own").may_send
    assert not holds(full, PapersSent("own", NOW, (PAPER,)))


@pytest.mark.parametrize("by", PEOPLE)
@pytest.mark.parametrize("state", State)
def test_the_desks_page_offers_what_is_not_refused(state, by):
    request = after(WAYS[state])
    actions = staff_actions(request, by, ALL)
    clerk = holds(request, CarSeen(by, NOW, VIN)) and holds(request, Refused(by, NOW, Reason.PAPERS_CHANGED))
    assert actions.may_check == clerk
    assert not holds(request, Checked(by, NOW, CHECK_LIST)) or actions.may_check
    again = state is State.RELEASING and by in {"app", "else"}
    assert actions.may_approve == (holds(request, Approved(by, NOW)) or again)
    assert actions.may_write == (by != "own" and request.turn is not Turn.NOBODY)
    assert (actions.own, actions.took_part) == (by == "own", by in request.hands)
    assert actions.may_send == (by == "own" and holds(request, PapersSent(by, NOW, (PAPER,))))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", State)
def test_nobody_is_offered_what_their_role_does_not_permit(state, role):
    actions = staff_actions(after(WAYS[state]), "else", ROLES[role])
    assert not actions.may_check or Permission.REQUEST_CHECK in ROLES[role]
    assert not actions.may_write or Permission.REQUEST_CHECK in ROLES[role]
    assert not actions.may_approve or Permission.REQUEST_APPROVE in ROLES[role]
