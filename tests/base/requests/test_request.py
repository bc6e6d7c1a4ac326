"""The request: every state with every event, and no sequence that gets round three people."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from radiokey.base.ports.store import CLOCK
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import (
    CHECK_LIST,
    PAPERS_MAX,
    TIMES,
    TRANSITIONS,
    Approved,
    CarSeen,
    Check,
    Checked,
    CodeRequest,
    DoorRefused,
    Event,
    Fee,
    FeeRecorded,
    Objection,
    Paper,
    PapersAsked,
    PapersSent,
    Refused,
    Released,
    Reminded,
    SentBack,
    State,
    Submitted,
    TimeRanOut,
    Times,
    Turn,
    WarrantyRecorded,
    Withdrawn,
    objection,
    step,
)
from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.errors import UsageError
from tables import each

VIN = "VF1HSRBG645678901"
NOW = 1_700_000_000_000
PAPER = Paper("p1", "ab" * 32)
EVENTS = get_args(Event)


def happens(kind, by=None, at_ms=NOW, **other):
    """Return an event of that kind, honest in every way that is not told otherwise."""
    usual = {
        PapersSent: {"papers": (PAPER,)},
        CarSeen: {"vin": VIN},
        FeeRecorded: {"fee": Fee(1250, "EUR")},
        Checked: {"ticks": CHECK_LIST},
        Approved: {"registrars": frozenset({"reg"})},
        Released: {"index": 7},
        DoorRefused: {"reason": Reason.STOLEN},
        Refused: {"reason": Reason.PAPERS_CHANGED},
    }.get(kind, {})
    who = {Submitted: "own", PapersSent: "own", Withdrawn: "own", Reminded: CLOCK, TimeRanOut: CLOCK}
    approvers = (SentBack, Approved, Released, DoorRefused)
    usually = who.get(kind, "app" if kind in approvers else "cle")
    return kind(by=by or usually, at_ms=at_ms, **usual | other)


OPENED = CodeRequest.opened("r1", "own", VIN, NOW)
WAYS = {
    State.DRAFT: [],
    State.PAPERS: [Submitted],
    State.REVIEW: [PapersSent],
    State.SECOND: [PapersSent, Checked],
    State.RELEASING: [PapersSent, Checked, Approved],
    State.RELEASED: [PapersSent, Checked, Approved, Released],
    State.REFUSED: [PapersSent, Refused],
    State.WITHDRAWN: [Withdrawn],
    State.EXPIRED: [Submitted, TimeRanOut],
}
OPEN = [state for state in State if state not in {"released", "refused", "withdrawn", "expired"}]


def after(*kinds, start=OPENED):
    for kind in kinds:
        at_ms = start.due_ms if kind is TimeRanOut else NOW
        start = step(start, happens(kind, at_ms=at_ms))
    return start


ARROWS = """
draft Submitted papers, draft PapersSent review, draft Reminded draft, draft TimeRanOut expired, draft Withdrawn withdrawn,
papers PapersSent review, papers CarSeen papers, papers FeeRecorded papers, papers WarrantyRecorded papers,
papers Reminded papers, papers TimeRanOut expired, papers Refused refused, papers Withdrawn withdrawn,
review PapersSent review, review PapersAsked papers, review CarSeen review, review FeeRecorded review,
review WarrantyRecorded review, review Checked second, review Refused refused, review Withdrawn withdrawn,
second SentBack review, second Approved releasing, second Refused refused, second Withdrawn withdrawn,
releasing Released released, releasing DoorRefused refused
"""
EXPECTED = {(one.split()[0], one.split()[1]): one.split()[2] for one in ARROWS.split(",")}


@each("state", State)
@each("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_state_with_every_event(state, kind):
    """What is not listed changes nothing at all; said here once more, beside the table."""
    was = after(*WAYS[state])
    assert was.state is state
    event = happens(kind, at_ms=max(was.due_ms, NOW))
    became = step(was, event)
    expected = EXPECTED.get((state.value, kind.__name__))
    if expected is None:
        assert became is was
        assert objection(was, event) is Objection.NOT_NOW
    else:
        assert became.state == expected
        assert objection(was, event) is None
        assert became is not was


def test_the_table_is_what_is_said_here():
    assert {
        (state.value, event.__name__): one.value
        for state, row in TRANSITIONS.items()
        for event, followers in row.items()
        for one in followers
    } == EXPECTED


BROKEN = [
    (State.DRAFT, Submitted, {"by": "cle"}, Objection.NOT_YOURS),
    (State.DRAFT, PapersSent, {"by": "cle"}, Objection.NOT_YOURS),
    (State.REVIEW, Withdrawn, {"by": "cle"}, Objection.NOT_YOURS),
    (State.REVIEW, PapersSent, {"papers": (PAPER,) * PAPERS_MAX}, Objection.TOO_MANY_PAPERS),
    (State.REVIEW, PapersAsked, {"by": "own"}, Objection.OWN_REQUEST),
    (State.REVIEW, CarSeen, {"by": "own"}, Objection.OWN_REQUEST),
    (State.REVIEW, FeeRecorded, {"by": "own"}, Objection.OWN_REQUEST),
    (State.REVIEW, WarrantyRecorded, {"by": "own"}, Objection.OWN_REQUEST),
    (State.REVIEW, Checked, {"by": "own"}, Objection.OWN_REQUEST),
    (State.REVIEW, Refused, {"by": "own"}, Objection.OWN_REQUEST),
    *((State.REVIEW, Checked, {"ticks": CHECK_LIST - {one}}, Objection.UNTICKED) for one in Check),
    (State.SECOND, Approved, {"by": "own"}, Objection.OWN_REQUEST),
    (State.SECOND, Approved, {"by": "cle"}, Objection.OWN_CHECK),
    (State.SECOND, Approved, {"by": "reg"}, Objection.REGISTRAR),
    (State.SECOND, SentBack, {"by": "own"}, Objection.OWN_REQUEST),
    (State.SECOND, SentBack, {"by": "cle"}, Objection.OWN_CHECK),
    (State.PAPERS, TimeRanOut, {"at_ms": NOW + TIMES.papers_ms - 1}, Objection.TOO_EARLY),
    (State.DRAFT, TimeRanOut, {"at_ms": NOW + TIMES.draft_ms - 1}, Objection.TOO_EARLY),
]


@pytest.mark.parametrize(("state", "kind", "how", "why"), BROKEN)
def test_an_event_that_breaks_a_rule_changes_nothing_and_the_rule_is_named(state, kind, how, why):
    was = after(*WAYS[state])
    event = happens(kind, **how)
    assert objection(was, event) is why
    assert step(was, event) is was


def test_who_saw_the_car_does_not_approve():
    """To see the car is to check: the second pair of eyes is another pair."""
    was = step(after(PapersSent), happens(CarSeen, by="app"))
    was = step(was, happens(Checked))
    assert objection(was, happens(Approved)) is Objection.OWN_CHECK
    assert objection(was, happens(Approved, by="bob")) is None


def test_who_checked_in_an_earlier_round_does_not_approve_in_a_later_one():
    was = after(PapersSent, Checked, SentBack)
    was = step(was, happens(Checked, by="dan"))
    assert was.checker == "dan"
    assert objection(was, happens(Approved, by="cle")) is Objection.OWN_CHECK
    assert objection(was, happens(Approved)) is None


def test_another_vin_at_the_car_cannot_be_ticked_away():
    """Claim 42."""
    was = step(after(PapersSent), happens(CarSeen, vin="VF1HSRBG645678902"))
    assert (was.seen_by, was.seen_vin[-1], was.seen_ms) == ("cle", "2", NOW)
    assert objection(was, happens(Checked)) is Objection.ANOTHER_CAR
    was = step(was, happens(CarSeen))
    assert objection(was, happens(Checked)) is None


def test_what_was_sent_back_says_why_until_it_is_checked_anew():
    was = step(after(PapersSent, Checked), happens(SentBack, why="The name."))
    assert was.look_again == "The name."
    seen = step(was, happens(CarSeen))
    assert seen.look_again == "The name."
    assert step(seen, happens(Checked)).look_again == ""


def test_what_was_sent_back_is_ticked_anew():
    was = after(PapersSent, Checked)
    assert (was.checker, was.ticks) == ("cle", CHECK_LIST)
    was = step(was, happens(SentBack))
    assert (was.checker, was.ticks, was.turn) == ("", frozenset(), Turn.CLERK)


def test_a_fee_and_a_warranty_are_recorded_facts_and_exclude_each_other():
    """Claim 43."""
    was = step(after(PapersSent), happens(FeeRecorded))
    assert (was.fee, was.warranty) == (Fee(1250, "EUR"), False)
    was = step(was, happens(WarrantyRecorded))
    assert (was.fee, was.warranty) == (None, True)
    was = step(was, happens(FeeRecorded, fee=Fee(0, "RUB")))
    assert (was.fee, was.warranty) == (Fee(0, "RUB"), False)


def test_the_desk_being_late_costs_the_owner_nothing():
    for way in (WAYS[State.REVIEW], WAYS[State.SECOND], WAYS[State.RELEASING]):
        was = after(*way)
        late_ms = was.due_ms + 1000 * DAY_MS
        assert was.overdue(late_ms)
        assert step(was, happens(TimeRanOut, at_ms=late_ms)) is was
        assert not was.reminder_due(late_ms)


def test_every_turn_has_the_time_that_the_specification_gives_it():
    """docs/spec/request.md; whatever is nobody's has none."""
    told = {State.DRAFT: 7 * DAY_MS, State.PAPERS: 14 * DAY_MS, State.REVIEW: 8 * HOUR_MS}
    told |= dict.fromkeys((State.SECOND, State.RELEASING), 4 * HOUR_MS)
    assert {state: TIMES.of(state) for state in State} == dict.fromkeys(State, 0) | told


def test_a_turn_is_over_in_the_millisecond_it_ends_and_not_before():
    was = after(PapersSent)
    assert [was.overdue(was.due_ms + ms) for ms in (-1, 0)] == [False, True]
    was = after(Submitted)
    assert objection(was, happens(TimeRanOut, at_ms=was.due_ms - 1)) is Objection.TOO_EARLY
    assert objection(was, happens(TimeRanOut, at_ms=was.due_ms)) is None
    assert [was.reminder_due(was.due_ms - DAY_MS * 7 + ms) for ms in (-1, 0)] == [False, True]
    assert [was.reminder_due(was.due_ms + ms) for ms in (-1, 0)] == [True, False]
    assert not after(Withdrawn).overdue(NOW + 100 * DAY_MS)


def test_another_turn_has_its_own_beginning_and_its_own_reminders():
    was = step(after(Submitted), happens(Reminded))
    assert was.reminders == 1
    for kind, at_ms in ((PapersSent, NOW + HOUR_MS), (PapersAsked, NOW + 2 * HOUR_MS)):
        was = step(was, happens(kind, at_ms=at_ms))
        assert (was.since_ms, was.reminders) == (at_ms, 0)


def test_an_end_says_who_approved_what_was_given_and_why_not():
    was = after(*WAYS[State.RELEASED])
    assert (was.approver, was.registrars, was.index, was.reason) == ("app", frozenset({"reg"}), 7, None)
    assert after(*WAYS[State.REFUSED]).reason is Reason.PAPERS_CHANGED
    was = after(*WAYS[State.RELEASING], DoorRefused)
    assert (was.reason, was.index) == (Reason.STOLEN, -1)


def test_as_many_papers_as_fit_are_taken_and_not_one_more():
    was = step(OPENED, happens(PapersSent, papers=(PAPER,) * (PAPERS_MAX - 1)))
    assert objection(was, happens(PapersSent, papers=(PAPER, PAPER))) is Objection.TOO_MANY_PAPERS
    assert objection(was, happens(PapersSent)) is None


def test_the_owners_time_begins_anew_when_papers_are_asked_for():
    late_ms = NOW + 100 * DAY_MS
    was = step(after(PapersSent), happens(PapersAsked, at_ms=late_ms))
    assert was.due_ms == late_ms + TIMES.papers_ms
    assert step(was, happens(TimeRanOut, at_ms=was.due_ms)).state is State.EXPIRED


def test_a_clock_that_was_set_back_makes_no_time_shorter():
    was = step(after(PapersSent), happens(PapersAsked, at_ms=NOW - 100 * DAY_MS))
    assert was.due_ms == NOW + TIMES.papers_ms


def test_more_papers_do_not_put_a_request_back_in_the_queue():
    was = after(PapersSent)
    again = step(was, happens(PapersSent, at_ms=NOW + HOUR_MS, papers=(Paper("p2", "cd" * 32),)))
    assert (again.since_ms, again.due_ms) == (was.since_ms, was.due_ms)
    assert [paper.id for paper in again.papers] == ["p1", "p2"]


def test_the_owner_is_reminded_a_week_and_a_day_before_the_end():
    was, told = after(Submitted), []
    for hour in range(TIMES.papers_ms // HOUR_MS + 24):
        at_ms = NOW + hour * HOUR_MS
        if was.reminder_due(at_ms):
            told.append((was.due_ms - at_ms) // DAY_MS)
            was = step(was, happens(Reminded, at_ms=at_ms))
    assert told == [7, 1]


def test_a_reminder_that_would_come_at_once_is_not_sent():
    """A draft has seven days: the reminder seven days before its end says nothing."""
    assert not OPENED.reminder_due(NOW)
    assert OPENED.reminder_due(OPENED.due_ms - DAY_MS)


def test_what_no_event_can_hold_is_refused_where_it_is_made():
    for wrong in (
        lambda: Paper("", "ab" * 32),
        lambda: Paper("p", "AB" * 32),
        lambda: Paper("p", "ab" * 32, "AB" * 32),
        lambda: Fee(-1, "EUR"),
        lambda: Fee(1, "euro"),
        lambda: happens(PapersSent, papers=()),
        lambda: happens(PapersSent, papers=(PAPER,) * (PAPERS_MAX + 1)),
        lambda: Times(draft_ms=0),
        lambda: Times(reminders_ms=(DAY_MS, 7 * DAY_MS)),
        lambda: Times(reminders_ms=(DAY_MS, 0)),
    ):
        with pytest.raises(UsageError):
            wrong()


PEOPLE = ["own", "cle", "app", "bob", "reg"]


class Desk(RuleBasedStateMachine):
    """Anybody does anything, at any time; what must hold holds."""

    def __init__(self):
        super().__init__()
        self.now_ms = NOW
        self.request = OPENED
        self.checkers, self.approvers = set(), set()

    @rule(
        kind=st.sampled_from(EVENTS),
        by=st.sampled_from([*PEOPLE, CLOCK]),
        passes_ms=st.sampled_from([0, 1, HOUR_MS, DAY_MS, 8 * DAY_MS, 20 * DAY_MS, -DAY_MS]),
        ticks=st.sampled_from([CHECK_LIST, CHECK_LIST, frozenset({Check.STOLEN_LIST})]),
        vin=st.sampled_from([VIN, VIN, "VF1HSRBG645678902"]),
    )
    def something(self, kind, by, passes_ms, ticks, vin):
        self.now_ms += passes_ms
        told = {Checked: {"ticks": ticks}, CarSeen: {"vin": vin}}.get(kind, {})
        event = happens(kind, by=by, at_ms=self.now_ms, **told)
        was, self.request = self.request, step(self.request, event)
        if self.request is was:
            return
        assert self.request.state in TRANSITIONS[was.state][kind]
        if self.request.state is State.EXPIRED:
            assert was.turn is Turn.OWNER
            assert self.now_ms >= was.due_ms
        if kind in {Checked, CarSeen}:
            self.checkers.add(by)
        if kind is Approved:
            self.approvers.add(by)

    @rule(kind=st.sampled_from([PapersSent, Checked, Approved, Released]))
    def what_leads_on(self, kind):
        """Honest steps, so that the far end is reached often."""
        if kind is Approved and "app" in self.request.hands:
            return
        self.something(kind, happens(kind).by, 0, CHECK_LIST, VIN)

    @invariant()
    def whose_turn_is_never_nobodys_while_it_is_open(self):
        assert (self.request.turn is Turn.NOBODY) is (not TRANSITIONS[self.request.state])
        if self.request.turn is not Turn.NOBODY:
            assert self.request.due_ms > self.request.since_ms

    @invariant()
    def no_code_leaves_with_fewer_than_three_people(self):
        if self.request.state in {State.RELEASING, State.RELEASED}:
            (approver,) = self.approvers
            assert approver == self.request.approver
            assert "own" not in self.checkers | self.approvers
            assert approver not in self.checkers
            assert self.request.checker in self.checkers
            assert len({"own", self.request.checker, approver}) == 3
            assert approver != "reg"


class TestDesk(Desk.TestCase):
    settings = settings(max_examples=3 * settings().max_examples, stateful_step_count=30)


def test_three_different_people_are_enough():
    """The machine above would be content with no release at all."""
    done = after(PapersSent, Checked, Approved, Released)
    assert (done.state, done.index, done.turn) == (State.RELEASED, 7, Turn.NOBODY)
    assert (done.requester, done.checker, done.approver) == ("own", "cle", "app")
    assert replace(done, index=-1) != done
