"""The desk over both databases and the real door: from a request to a code, and who may not."""

import json
import threading
from functools import partial

import pytest
from desks import (
    CODE,
    CONTACTS,
    HONDA,
    OTHER_VIN,
    PAPERS,
    READ,
    SERIAL,
    VIN,
    ask,
    checked,
    mails,
    own,
)

from radiokey.base.log.leaf import People, hidden_person, parse_leaf
from radiokey.base.ports.store import StoredToken
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.requests.desk import Application
from radiokey.base.requests.event_log import KINDS, replay
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import CHECK_LIST, Check, Fee, Objection, State, Turn
from radiokey.base.sql.principals import Principal
from radiokey.base.stolen.blacklist import Blacklist
from radiokey.clock import HOUR_MS
from radiokey.code.value import Code
from radiokey.errors import (
    AnotherPersonError,
    ChangedMeanwhileError,
    NotThereError,
    RadiokeyError,
    StoreError,
    UsageError,
)
from radiokey.serial.number import parse


@pytest.fixture
def desk(place):
    """A desk on it."""
    return place.desk()


# --- from the first word to the code -------------------------------------------------------------------------


def test_an_honest_request_takes_three_acts_of_three_people(place, desk):
    """Rows 18 and 22; claims 37 to 44."""
    one = ask(desk)
    view = desk.view(one)
    assert (view.request.state, view.request.turn, view.act) == (State.DRAFT, Turn.OWNER, 1)
    desk.send_papers(one, 1, own(desk, one), PAPERS)
    place.clock.ms += HOUR_MS
    desk.check(one, 2, "cle", CHECK_LIST)
    released = desk.approve(one, 3, "app")
    assert released.code == Code(CODE)
    assert released.source == "ledger"
    view = desk.view(one)
    assert (view.request.state, view.request.turn) == (State.RELEASED, Turn.NOBODY)
    assert view.request.index == released.receipt.index == 0
    assert [(act.act, act.by) for act in view.history] == [
        ("opened", own(desk, one)),
        ("papers-sent", own(desk, one)),
        ("checked", "cle"),
        ("approved", "app"),
        ("released", "app"),
    ]
    assert place.released() == (1, 1)
    assert desk.code_for(one).code == Code(CODE)
    assert desk.code_for(one).repeated
    assert place.released() == (1, 1)


def test_the_log_says_that_three_people_acted_and_only_the_base_knows_who(place, desk):
    """The salt lies beside the release; neither the log nor the receipt holds it."""
    place.stolen()
    list_ = Blacklist(place.both.store(Principal.REGISTRAR), place.clock)
    list_.propose_clearing(READ, clearing_id="c1", reason="found", papers="ab" * 32, by="pro")
    list_.carry_out("c1", by="rex")
    one = checked(desk)
    receipt = desk.approve(one, 3, "app").receipt
    leaf = parse_leaf(receipt.leaf.encode())
    ((evidence,),) = place.both.behind("SELECT evidence FROM release")
    salt = json.loads(evidence)["salt"]
    hidden = partial(hidden_person, bytes.fromhex(salt))
    assert (leaf.requester, leaf.checkers, leaf.approver) == (
        hidden(own(desk, one)),
        (hidden("cle"),),
        hidden("app"),
    )
    assert leaf.registrars == tuple(sorted(map(hidden, ("pro", "reg", "rex"))))
    assert salt not in receipt.encode().decode()
    assert desk.code_for(one).receipt == receipt


def test_every_act_is_in_the_audit_and_each_turn_of_the_owner_in_the_outbox(place, desk):
    one = ask(desk)
    by = own(desk, one)
    desk.submit(one, 1, by)
    desk.send_papers(one, 2, by, PAPERS[:1])
    desk.ask_papers(one, 3, "cle", "The second page of the registration, whole.")
    desk.post_message(one, by, "Here it is.")
    desk.send_papers(one, 4, by, PAPERS[1:])
    desk.record_vin(one, 5, "cle", VIN)
    desk.record_fee(one, 6, "cle", Fee(1250, "EUR"))
    desk.record_fee(one, 7, "cle", None)
    desk.check(one, 8, "cle", CHECK_LIST)
    desk.send_back(one, 9, "app", "The name.")
    desk.check(one, 10, "cle", CHECK_LIST)
    desk.approve(one, 11, "app")
    with place.both.store(Principal.AUDITOR).snapshot() as seen:
        acts = [(act.who, act.act) for act in seen.acts()]
        assert {act.subject for act in seen.acts()} == {one}
    assert acts == [
        (by, "request:open"),
        (by, "request:submit"),
        (by, "request:send-papers"),
        ("cle", "request:ask-papers"),
        (by, "request:message"),
        (by, "request:send-papers"),
        ("cle", "request:see-car"),
        ("cle", "request:record-fee"),
        ("cle", "request:record-warranty"),
        ("cle", "request:check"),
        ("app", "request:send-back"),
        ("cle", "request:check"),
        ("app", "request:approve"),
        ("app", "request:release"),
    ]
    assert mails(place) == ["opened", "received", "papers-asked", "received", "released"]
    view = desk.view(one)
    assert [(said.side, said.text[:10]) for said in view.messages] == [
        ("desk", "The second"),
        ("owner", "Here it is"),
    ]
    assert (view.request.warranty, view.request.seen_by) == (True, "cle")


def test_no_row_of_the_desk_holds_the_code_and_no_mail_an_address_or_a_number(place, desk):
    one = checked(desk)
    desk.approve(one, 3, "app")
    tables = ("request", "request_act", "message", "outbox", "contact", "audit")
    rows = {table: repr(place.both.behind(f"SELECT * FROM {table}")) for table in tables}  # noqa: S608
    assert not any(CODE in text for text in rows.values())
    assert "example.org" not in "".join(rows.values())
    assert SERIAL not in rows["outbox"] + rows["audit"] + rows["request_act"]
    with place.both.store(Principal.DESK).snapshot() as seen:
        assert CONTACTS.open(seen.mails_to_send(1, 0)[0].sealed, one).reveal() == "owner@example.org"


def test_whoever_asks_for_a_customer_is_the_requester_and_does_not_check(desk):
    one = desk.open(Application(READ, VIN, HONDA), requester="cle")
    desk.send_papers(one, 1, "cle", PAPERS)
    with pytest.raises(AnotherPersonError):
        desk.check(one, 2, "cle", CHECK_LIST)
    desk.check(one, 2, "dan", CHECK_LIST)
    with pytest.raises(AnotherPersonError):
        desk.approve(one, 3, "cle")
    with pytest.raises(AnotherPersonError):
        desk.approve(one, 3, "dan")
    assert desk.approve(one, 3, "app").code == Code(CODE)


@pytest.mark.parametrize("keeps", ["token", "stolen list", "clearing"])
def test_a_registrar_does_not_approve(place, desk, keeps):
    store = place.both.store(Principal.REGISTRAR)
    if keeps == "token":
        with store.transaction() as transaction:
            transaction.add_token(StoredToken("t1", b"h" * 32, "acme", "Acme", "release", 1, 9_000, "reg"))
    else:
        place.stolen()
        list_ = Blacklist(store, place.clock)
        by = "pro" if keeps == "stolen list" else "reg"
        list_.propose_clearing(READ, clearing_id="c1", reason="found", papers="ab" * 32, by=by)
        list_.carry_out("c1", by="else")
    one = checked(desk)
    with pytest.raises(AnotherPersonError) as caught:
        desk.approve(one, 3, "reg")
    assert caught.value.facts["objection"] == Objection.REGISTRAR
    assert place.released() == (0, 0)
    desk.approve(one, 3, "app")


def test_whoever_keeps_another_radio_on_the_list_may_approve_this_one(place, desk):
    other = parse("BP538761234567")
    Blacklist(place.both.store(Principal.REGISTRAR), place.clock).add(other, reason="x", by="app")
    assert desk.approve(checked(desk), 3, "app").code == Code(CODE)


# --- two at once ---------------------------------------------------------------------------------------------


def test_two_clerks_do_not_overwrite_each_other(place, desk):
    """Both looked at the same request. Whatever the first did, the second has not seen it: nothing is done."""
    other, one = place.desk(), ask(desk)
    desk.send_papers(one, 1, own(desk, one), PAPERS)
    desk.record_fee(one, 2, "cle", Fee(1250, "EUR"))
    for late in (
        lambda: other.check(one, 2, "dan", CHECK_LIST),
        lambda: other.refuse(one, 2, "dan", Reason.STOLEN),
        lambda: other.ask_papers(one, 2, "dan", "More."),
        lambda: other.withdraw(one, 2, own(desk, one)),
    ):
        with pytest.raises(ChangedMeanwhileError):
            late()
    view = desk.view(one)
    assert (view.act, view.request.fee, view.messages) == (3, Fee(1250, "EUR"), ())
    assert other.check(one, 3, "dan", CHECK_LIST).checker == "dan"


def test_of_many_who_act_at_the_same_moment_one_does(place):
    one = ask(place.desk())
    by = own(place.desk(), one)
    place.desk().send_papers(one, 1, by, PAPERS)
    ready, done, late, wrong = threading.Barrier(4), [], [], []

    def clerk(desk, name):
        try:
            ready.wait()
            desk.check(one, 2, name, CHECK_LIST)
            done.append(name)
        except ChangedMeanwhileError:
            late.append(name)
        except Exception as error:  # noqa: BLE001 - told to the main thread
            wrong.append(error)

    threads = [threading.Thread(target=clerk, args=(place.desk(), f"c{number}")) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(late), wrong) == (1, 3, [])
    assert place.desk().view(one).request.checker == done[0]


def test_two_approvers_at_once_are_one_approval_and_one_release(place):
    one = checked(place.desk())
    ready, codes, late, wrong = threading.Barrier(3), [], [], []

    def approver(desk, name):
        try:
            ready.wait()
            codes.append(desk.approve(one, 3, name).code)
        except ChangedMeanwhileError:
            late.append(name)
        except Exception as error:  # noqa: BLE001 - told to the main thread
            wrong.append(error)

    names = ("app", "app", "bob")
    threads = [threading.Thread(target=approver, args=(place.desk(), name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert codes
    assert len(codes) + len(late) == 3
    assert place.released() == (1, 1)
    assert place.desk().view(one).act == 5


# --- what is shown -------------------------------------------------------------------------------------------


def test_the_queue_shows_who_waits_longest_first(place, desk):
    first = ask(desk)
    place.clock.ms += HOUR_MS
    second = ask(desk)
    assert [line.id for line in desk.queue(Turn.OWNER).lines] == [first, second]
    desk.send_papers(second, 1, own(desk, second), PAPERS)
    assert [line.id for line in desk.queue(Turn.OWNER).lines] == [first]
    (line,) = desk.queue(Turn.CLERK).lines
    assert (line.id, line.serial, line.state, line.number) == (second, SERIAL, "review", 2)
    assert desk.queue(Turn.NOBODY).lines == ()


def test_the_three_figures(place, desk):
    begun_ms = place.clock.ms
    for hours, reason in ((1, Reason.PAPERS_CHANGED), (3, Reason.STOLEN), (5, Reason.STOLEN)):
        one = ask(desk)
        desk.send_papers(one, 1, own(desk, one), PAPERS)
        place.clock.ms += hours * HOUR_MS
        desk.refuse(one, 2, "cle", reason)
    ask(desk)
    checked(desk)
    figures = desk.compute_statistics(begun_ms)
    assert figures.waiting == {Turn.OWNER: 1, Turn.CLERK: 0, Turn.APPROVER: 1}
    assert figures.answer_ms == 3 * HOUR_MS
    assert figures.refused == {Reason.PAPERS_CHANGED: 1, Reason.STOLEN: 2}
    assert desk.compute_statistics(place.clock.ms + 1).answer_ms is None


def test_a_message_that_could_hold_the_code_is_refused_with_all_that_belongs_to_it(place, desk):
    one = ask(desk)
    with pytest.raises(UsageError):
        desk.post_message(one, "cle", f"It is {CODE}.")
    desk.send_papers(one, 1, own(desk, one), PAPERS)
    with pytest.raises(UsageError):
        desk.ask_papers(one, 2, "cle", f"Not {CODE}, is it?")
    view = desk.view(one)
    assert (view.act, view.messages) == (2, ())
    desk.post_message(one, "cle", "Which year is on the registration?")
    assert mails(place) == ["received", "message"]


def test_nobody_writes_where_it_is_nobodys_turn(desk):
    one = ask(desk)
    desk.withdraw(one, 1, own(desk, one))
    with pytest.raises(ChangedMeanwhileError):
        desk.post_message(one, "cle", "Hello.")


def test_there_is_no_such_request(desk):
    with pytest.raises(UsageError):
        desk.view("nothing")


def test_a_rule_that_is_broken_is_a_sentence(desk):
    one = ask(desk)
    by = own(desk, one)
    desk.send_papers(one, 1, by, PAPERS)
    desk.record_vin(one, 2, "cle", OTHER_VIN)
    for wrong in (
        lambda: desk.check(one, 3, "cle", CHECK_LIST),
        lambda: desk.check(one, 3, "cle", CHECK_LIST - {Check.STOLEN_LIST}),
        lambda: desk.send_papers(one, 3, by, PAPERS * 10),
        lambda: desk.withdraw(one, 3, "cle"),
        lambda: desk.refuse(one, 3, by, Reason.STOLEN),
    ):
        with pytest.raises(RadiokeyError) as caught:
            wrong()
        assert caught.value.hint
        assert not isinstance(caught.value, StoreError)
    assert desk.view(one).act == 3


# --- what is stored is not believed --------------------------------------------------------------------------


def test_a_history_that_cannot_have_been_is_not_shown(desk):
    one = checked(desk)
    view = desk.view(one)
    good = list(view.history)
    assert replay(view.stored, good) == view.request
    for bad in (
        [],
        good[1:],
        good[:1] + good[2:],
        [changed(good[0], by="cle"), *good[1:]],
        [*good[:2], changed(good[2], by=view.stored.requester)],
        [*good[:2], changed(good[2], detail='{"ticks":[]}')],
        [*good[:2], changed(good[2], detail="no")],
        [*good[:2], changed(good[2], state="releasing")],
        [*good[:2], changed(good[2], state="unheard-of")],
        [*good[:2], changed(good[2], number=4)],
        [*good[:2], changed(good[2], act="unheard-of")],
        [good[0], changed(good[1], detail='{"papers":[]}'), good[2]],
    ):
        with pytest.raises(StoreError):
            replay(view.stored, bad)


def changed(row, **other):
    return type(row)(**{name: getattr(row, name) for name in row.__struct_fields__} | other)


def test_every_kind_of_act_has_a_name_of_its_own():
    assert len({kind.act for kind in KINDS.values()}) == len({kind.audit for kind in KINDS.values()}) == 15


def test_without_an_account_nobody_uses_an_id_of_the_desk():
    """Else an owner could take a request's release in advance, for another radio."""
    usual = {"client": "me", "serial": READ, "model": HONDA, "vin": VIN, "owns": True}
    people = People("own", {"cle"}, "app", set())
    for wrong in ({}, {"account": "app"}, {"people": people}, {"account": "cle", "people": people}):
        with pytest.raises(UsageError):
            ReleaseRequest("desk-1", **usual | wrong)
    with pytest.raises(UsageError):
        ReleaseRequest("r1", **usual, account="app", people=people)
    assert ReleaseRequest("desk-1", **usual, account="app", people=people).people == people


def test_with_an_account_nobody_gets_round_the_approval(place, desk):
    """The database refuses a release named for a request that nobody approved, or for another radio."""
    one = checked(desk)
    usual = {"client": "app", "account": "app", "serial": READ, "model": HONDA, "vin": VIN, "owns": True}
    people = People("own", {"cle"}, "app", set())
    with pytest.raises(StoreError):
        desk._releases.release(ReleaseRequest(f"desk-{one}", **usual, people=people))
    assert place.released() == (0, 0)


def test_a_request_is_opened_and_its_papers_announced_in_one_transaction(desk, monkeypatch):
    """Where the second act cannot be written the first one is not there either; the form sent again does both."""
    one, add = "5" * 32, desk._record

    def broken(*_):
        raise StoreError("the disk is full", hint="later")

    monkeypatch.setattr(desk, "_record", broken)
    with pytest.raises(StoreError):
        desk.open(Application(READ, VIN, HONDA), request_id=one, submit=True)
    with pytest.raises(NotThereError):
        desk.view(one)
    monkeypatch.setattr(desk, "_record", add)
    for _ in range(2):
        assert desk.open(Application(READ, VIN, HONDA), request_id=one, submit=True) == one
    view = desk.view(one)
    assert (view.request.state, view.act) == (State.PAPERS, 2)


def test_a_draft_that_was_left_open_is_submitted_by_its_form_sent_again(desk):
    one = desk.open(Application(READ, VIN, HONDA), request_id="6" * 32)
    assert desk.view(one).request.state is State.DRAFT
    desk.open(Application(READ, VIN, HONDA), request_id=one, submit=True)
    assert desk.view(one).request.state is State.PAPERS
