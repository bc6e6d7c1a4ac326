"""The queue and the sweep with many requests, and with one that is damaged; on both databases."""

import random
import sqlite3
from contextlib import closing

import psycopg
import pytest
from desks import PAPERS, Crashed, Cuts, ask, checked, log_holds, own

from radiokey.base.ports.requests import FIRST
from radiokey.base.ports.store import Clearing, Mark, MarkAct
from radiokey.base.requests import statistics
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import State, Turn
from radiokey.base.requests.sweep import CONTACT_KEPT_MS
from radiokey.base.sql.principals import Principal
from radiokey.base.sql.statements import statements_for
from radiokey.base.stolen.blacklist import BEYOND, Blacklist
from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.errors import DamagedRequestError, StoreError

SHOP = "Ann's Radios"


@pytest.fixture
def desk(place):
    """A desk on it."""
    return place.desk()


def review(desk, **other):
    one = ask(desk, **other)
    desk.send_papers(one, 1, own(desk, one), PAPERS)
    return one


def damage(both, change):
    """Do what somebody with the database in hand can do, past the store and its triggers."""
    if both.kind == "postgresql":
        with psycopg.connect(both.place, autocommit=True) as owner:
            owner.execute("SET session_replication_role = replica")
            assert owner.execute(change).rowcount == 1
        return
    with closing(sqlite3.connect(both.place)) as file, file:
        file.execute("PRAGMA ignore_check_constraints = ON")
        file.execute("DROP TRIGGER IF EXISTS request_act_stays")
        file.execute("DROP TRIGGER IF EXISTS request_stays")
        assert file.execute(change).rowcount == 1


# --- page by page --------------------------------------------------------------------------------------------


def test_the_pages_of_a_queue_hold_each_request_once_in_its_order(place, desk):
    """Two states and two organisations interleave, and two are due in the same millisecond."""
    expected = []
    for number in range(6):
        one = ask(desk, organisation=SHOP if number % 3 else "")
        if number % 2:
            desk.submit(one, 1, own(desk, one))
        expected.append((desk.view(one).request.due_ms, one))
        place.clock.ms += HOUR_MS if number not in {2, 3} else 0
    assert len({due_ms for due_ms, _ in expected}) == 5
    for organisations in (None, ["", SHOP]):
        if organisations:
            ask(desk, organisation="Bob's")
        for limit in (1, 2, 3, 6, 7):
            assert pages(desk, organisations, limit) == sorted(expected)


def pages(desk, organisations, limit):
    """Turn the pages of the owners' queue, and return what stands on them."""
    found, after = [], FIRST
    while after is not None:
        page = desk.queue(Turn.OWNER, organisations, after, limit)
        assert page.count == 6
        assert len(page.lines) <= limit
        found += [(line.due_ms, line.id) for line in page.lines]
        after = page.more
    return found


def test_a_request_that_moves_on_while_one_turns_the_page_keeps_nobody_out(place, desk):
    ones = []
    for _ in range(4):
        ones.append(review(desk))
        place.clock.ms += 1
    first = desk.queue(Turn.CLERK, limit=2)
    desk.refuse(ones[0], 2, "cle", Reason.PAPERS_CHANGED)
    second = desk.queue(Turn.CLERK, after=first.more, limit=2)
    assert [line.id for line in (*first.lines, *second.lines)] == ones
    assert (first.count, second.count, second.more) == (4, 3, None)


def test_what_waits_is_counted_up_to_a_limit_and_one_more_says_that_they_are_more(desk, monkeypatch):
    monkeypatch.setattr(statistics, "COUNTED_MAX", 2)
    for _ in range(2):
        ask(desk)
    assert desk.compute_statistics(0).waiting[Turn.OWNER] == 2
    for _ in range(2):
        ask(desk)
    assert desk.compute_statistics(0).waiting[Turn.OWNER] == 3


def test_the_figures_are_those_of_the_newest_answers(place, desk, monkeypatch):
    monkeypatch.setattr(statistics, "COUNTED_MAX", 2)
    for hours, reason in ((9, Reason.STOLEN), (1, Reason.PAPERS_CHANGED), (2, Reason.PAPERS_CHANGED)):
        one = review(desk)
        place.clock.ms += hours * HOUR_MS
        desk.refuse(one, 2, "cle", reason)
    told = desk.compute_statistics(0)
    assert (told.answer_ms, told.refused) == (2 * HOUR_MS, {Reason.PAPERS_CHANGED: 2})


def test_how_a_request_stands_is_what_its_last_act_says(place, desk):
    """The row that lists read is that of the history, whichever way a request goes."""
    gone, back, end, late = ask(desk), review(desk), checked(desk), ask(desk)
    desk.withdraw(gone, 1, own(desk, gone))
    desk.ask_papers(back, 2, "cle", "The other side.")
    desk.approve(end, 3, "app")
    for _ in range(2):
        place.clock.ms = desk.view(late).request.due_ms - DAY_MS
        desk.sweep()
    kept = place.both.behind(
        "SELECT request, number, state, at_ms, due_ms, reminders, opened_ms FROM request_now ORDER BY request"
    )
    views = [desk.view(one) for one in sorted((gone, back, end, late))]
    assert kept == [
        (
            view.stored.id,
            view.act,
            view.request.state,
            view.history[-1].at_ms,
            view.request.due_ms,
            view.request.reminders if view.request.turn is Turn.OWNER else kept[at][5],
            view.stored.at_ms,
        )
        for at, view in enumerate(views)
    ]
    assert {view.request.reminders for view in views} == {0, 1}


def test_the_stolen_list_has_each_report_that_stands_on_one_page(both, clock):
    """A report stands until a clearing that came later names it: its number, and its car and label or none."""
    chance = random.Random(3)  # noqa: S311 - seeded
    with both.store(Principal.REGISTRAR).transaction() as transaction:
        for at_ms in range(90):
            act = MarkAct.REPORTED if chance.random() < 0.7 else MarkAct.CLEARED
            number, vin, label = (
                f"BP5387?{chance.randrange(6):07}",
                *(chance.choice(("", "X")) for _ in range(2)),
            )
            named, clearing = ("bp12", number, vin, label, "said"), ""
            if act is MarkAct.CLEARED:
                clearing = f"c{at_ms}"
                transaction.add_clearing(Clearing(clearing, *named, "ab" * 32, "ann", at_ms))
            transaction.add_mark(Mark(act, *named, "reg", at_ms, clearing))
    listed = Blacklist(both.store(Principal.REGISTRAR), clock)
    expected = listed.list()
    found, before = [], BEYOND
    while before:
        page = listed.page(before, 4)
        assert page.count == len(expected)
        found += page.reports
        before = page.more
    assert found == list(reversed(expected))
    assert 4 < len(found) < sum(mark.act is MarkAct.REPORTED for mark in listed.history())


LISTS = {
    "queue": {"state": "review", "after_ms": 1, "after": "a", "count": 9},
    "queue_of": {"organisation": "", "state": "review", "after_ms": 1, "after": "a", "count": 9},
    "queue_length": {"state": "review", "most": 9},
    "queue_length_of": {"organisation": "", "state": "review", "most": 9},
    "to_remind": {"state": "draft", "reminders": 0, "until_ms": 9, "after_ms": 1, "after": "a", "count": 9},
    "median_answer": {"since_ms": 1, "most": 9},
    "refusals": {"since_ms": 1, "most": 9},
    "contacts_due": {"since_ms": 1, "before_ms": 9},
    "papers_due": {"kind": "purchase", "since_ms": 1, "until_ms": 9},
    "papers_overdue": {"kind": "purchase", "until_ms": 9},
    "active_reports_before": {"before": 9, "count": 9},
}


PAGED = {"queue", "queue_of", "to_remind", "active_reports_before"}


def test_no_list_reads_a_whole_table(both):
    """With a hundred thousand that wait, and a million that ended, the index decides: each names its own."""
    for name, values in LISTS.items():
        plan = plan_of(both, statements_for(both.kind)[name], values)
        reads = [step for step in plan if step not in {"SCAN answer", "SCAN counted"}]
        assert not [step for step in reads if step.startswith("SCAN") or "Seq Scan" in step], name
        if name in PAGED:  # in the order of its index: a page costs a page
            assert not [step for step in plan if "TEMP B-TREE" in step or "Sort" in step], name
        assert any("request_now_by_" in step or "mark" in step or "paper_by_kind" in step for step in plan), (
            plan
        )


def plan_of(both, statement, values):
    """Return how the database means to answer, step by step."""
    if both.kind == "sqlite":
        with closing(sqlite3.connect(both.place)) as file:
            return [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    with psycopg.connect(both.place) as owner:
        owner.execute("SET enable_seqscan = off")  # an empty table is read whole, whatever there is
        owner.execute("SET enable_bitmapscan = off")
        return [row[0] for row in owner.execute(f"EXPLAIN {statement}", values)]


# --- one that is damaged ------------------------------------------------------------------------------------

DAMAGES = {
    "another state": "UPDATE request_act SET state = 'papers' WHERE request = '{}' AND number = 1",
    "an act too many": "UPDATE request_act SET number = 7 WHERE request = '{}' AND number = 2",
    "no JSON": "UPDATE request_act SET detail = '{{' WHERE request = '{}' AND number = 2",
    "not whose it was": "UPDATE request SET requester = 'somebody' WHERE id = '{}'",
}


@pytest.mark.parametrize("change", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_history_stops_no_other_and_nothing_is_done_with_it(place, desk, change):
    """Owners are reminded, let go and answered as ever; the damaged one stays as it is, named."""
    hurt, late = ask(desk), ask(desk)
    for one in (hurt, late):
        desk.submit(one, 1, own(desk, one))
    damage(place.both, change.format(hurt))
    place.clock.ms += 14 * DAY_MS
    for _ in range(2):
        assert dict(desk.sweep().stuck) == {hurt: "damaged-request"}
    assert desk.view(late).request.state is State.EXPIRED
    with pytest.raises(DamagedRequestError):
        desk.view(hurt)
    with pytest.raises(DamagedRequestError):
        desk.withdraw(hurt, 2, own_of(place, hurt))
    assert [line.id for line in desk.queue(Turn.OWNER).lines] == [hurt]
    assert desk.compute_statistics(0).waiting[Turn.OWNER] == 1
    assert len(place.both.behind(f"SELECT 1 FROM request_act WHERE request = '{hurt}'")) == 2  # noqa: S608


def own_of(place, request_id):
    return place.both.behind(f"SELECT requester FROM request WHERE id = '{request_id}'")[0][0]  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE request_act SET detail = 'x' WHERE request = '{}' AND number = 4",
        "UPDATE request SET kind = 'none' WHERE id = '{}'",
        "UPDATE request SET vin = 'none' WHERE id = '{}'",
    ],
)
def test_a_damaged_approval_releases_nothing_and_the_next_one_is_finished(place, desk, change):
    """Both were cut off between approval and door; the damaged one comes first."""
    hurt, good = checked(desk), checked(desk)
    for one in (hurt, good):
        with pytest.raises(Crashed):
            place.desk(Cuts(1, after=True)).approve(one, 3, "app")
        place.clock.ms += 1
    damage(place.both, change.format(hurt))
    swept = desk.sweep(log_holds)
    assert (swept.finished, dict(swept.stuck)) == (1, {hurt: "damaged-request"})
    assert desk.view(good).request.state is State.RELEASED
    assert place.released() == (1, 1)
    with pytest.raises(DamagedRequestError):
        desk.finish(hurt)


def test_a_database_that_does_not_answer_ends_the_sweep(place, desk, monkeypatch):
    """Else a hundred thousand requests would each be tried, and each be called damaged."""
    late = [ask(desk) for _ in range(3)]
    place.clock.ms += 14 * DAY_MS
    tried = []

    def gone(request_id, _now_ms):
        tried.append(request_id)
        place.desk_store.close()
        raise StoreError("the database says: no")

    place.desk_store = desk._stores.front._store
    monkeypatch.setattr(desk, "remind_or_expire", gone)
    with pytest.raises(StoreError):
        desk.sweep()
    assert tried == late[:1]


def test_what_concerns_one_request_alone_is_told_by_its_problem(place, desk, monkeypatch):
    late = [ask(desk) for _ in range(3)]
    place.clock.ms += 14 * DAY_MS

    def unreadable(_request_id, _now_ms):
        raise StoreError("the database says: no such text")

    monkeypatch.setattr(desk, "remind_or_expire", unreadable)
    assert dict(desk.sweep().stuck) == dict.fromkeys(late, "store")


def test_a_desk_that_was_away_forgets_addresses_all_the_same(place, desk):
    """Only the first sweep of a process looks at everything; whatever ended before it is found then."""
    one, other = ask(desk), ask(desk)
    desk.withdraw(one, 1, own(desk, one))
    place.clock.ms += CONTACT_KEPT_MS * 3
    desk.sweep()
    assert place.both.behind("SELECT request FROM contact") == [(other,)]
    desk.sweep()  # the other one ran out by now
    for _ in range(2):
        place.clock.ms += CONTACT_KEPT_MS + 1
        desk.sweep()
    assert place.both.behind("SELECT request FROM contact") == []
