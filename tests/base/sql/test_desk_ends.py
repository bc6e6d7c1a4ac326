"""The desk when something ends: crashes, a door that says no, time that runs out; on both databases."""

import pytest
from desks import (
    CODE,
    HONDA,
    OTHER_VIN,
    PAPERS,
    Crashed,
    Cuts,
    ask,
    checked,
    log_holds,
    mails,
    own,
)

from radiokey.base.limits import Limit, Limits
from radiokey.base.ports.store import StoredUnit
from radiokey.base.requests.checks import Answer, Checks
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import TIMES, State, Times, Turn
from radiokey.base.requests.sweep import CONTACT_KEPT_MS, SweepResult
from radiokey.base.sql.principals import Principal
from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.code.value import Code
from radiokey.errors import (
    ChangedMeanwhileError,
    LimitReachedError,
    LogError,
    NoCodeHereError,
    NotReleasedError,
    StolenError,
)
from radiokey.serial.number import parse

NOTHING = SweepResult(0, 0, 0, 0, {})


@pytest.fixture
def desk(place):
    """A desk on it."""
    return place.desk()


# --- crashes -------------------------------------------------------------------------------------------------


def test_an_approval_that_was_cut_off_goes_on_only_while_the_log_holds(place, desk):
    """Nobody at a page asks the log then; all else that is due is done first."""
    one, late = checked(desk), ask(desk)
    with pytest.raises(Crashed):
        place.desk(Cuts(1, after=True)).approve(one, 3, "app")
    place.clock.ms += TIMES.draft_ms

    def wrong():
        raise LogError("the log does not verify")

    with pytest.raises(LogError):
        desk.sweep(wrong)
    assert desk.sweep().finished == 0, "nobody said that the log holds"
    assert (desk.view(one).request.state, place.released()) == (State.RELEASING, (0, 0))
    assert desk.view(late).request.state is State.EXPIRED
    assert desk.sweep(log_holds).finished == 1
    assert (desk.view(one).request.state, place.released()) == (State.RELEASED, (1, 1))


@pytest.mark.parametrize("heal", ["approve", "finish", "sweep"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_crash_at_each_commit_of_an_approval_is_healed_and_released_once(place, at, after, heal):
    """Approval, door, answer: whatever was the last thing, going on gives one release and one entry."""
    one = checked(place.desk())
    cuts = Cuts(at, after=after)
    with pytest.raises(Crashed):
        place.desk(cuts).approve(one, 3, "app")
    assert cuts.count == at
    fresh, view = place.desk(), place.desk().view(one)
    done = 2 * at + after  # commits that are durable, told in halves: 3, 5, 7
    assert view.request.state is (
        State.SECOND if done < 3 else State.RELEASING if done < 7 else State.RELEASED
    )
    assert place.released() == ((1, 1) if done >= 5 else (0, 0))
    if heal == "approve":
        assert fresh.approve(one, 3, "app").code == Code(CODE)
    elif done < 3:
        with pytest.raises(ChangedMeanwhileError):
            fresh.finish(one)
        assert fresh.sweep(log_holds).finished == 0
        return
    elif heal == "finish":
        assert fresh.finish(one).code == Code(CODE)
    else:
        assert fresh.sweep(log_holds).finished == (done < 7)
    assert fresh.view(one).request.state is State.RELEASED
    assert fresh.view(one).act == 5
    assert place.released() == (1, 1)
    assert mails(place).count("released") == 1


def test_an_approval_has_exactly_those_three_commits(place):
    one, cuts = checked(place.desk()), Cuts()
    place.desk(cuts).approve(one, 3, "app")
    assert cuts.count == 3


def test_after_a_crash_nobody_else_takes_the_approval_over(place):
    one = checked(place.desk())
    with pytest.raises(Crashed):
        place.desk(Cuts(2)).approve(one, 3, "app")
    desk = place.desk()
    for by in ("bob", "cle", own(desk, one)):
        with pytest.raises(ChangedMeanwhileError):
            desk.approve(one, 4, by)
    for late in (
        lambda: desk.withdraw(one, 4, own(desk, one)),
        lambda: desk.refuse(one, 4, "cle", Reason.STOLEN),
        lambda: desk.send_back(one, 4, "bob", "The name."),
    ):
        with pytest.raises(ChangedMeanwhileError):
            late()
    assert desk.finish(one).code == Code(CODE)


# --- when the door says no -----------------------------------------------------------------------------------


def test_a_radio_reported_stolen_after_the_check_is_refused_and_the_owner_told_why(place, desk):
    one = checked(desk)
    place.stolen()
    with pytest.raises(StolenError):
        desk.approve(one, 3, "app")
    view = desk.view(one)
    assert (view.request.state, view.request.reason) == (State.REFUSED, Reason.STOLEN)
    assert view.history[-1].act == "door-refused"
    assert mails(place)[-1] == "refused"
    assert place.released() == (0, 0)
    with pytest.raises(ChangedMeanwhileError):
        desk.code_for(one)


def test_a_radio_reported_stolen_after_the_release_shows_no_code_any_more(place, desk):
    """The list wins over a repeat too."""
    one = checked(desk)
    desk.approve(one, 3, "app")
    place.stolen()
    with pytest.raises(StolenError):
        desk.code_for(one)


def test_a_radio_reported_stolen_between_door_and_answer_is_refused(place, desk):
    one = checked(desk)
    with pytest.raises(Crashed):
        place.desk(Cuts(2, after=True)).approve(one, 3, "app")
    place.stolen()
    assert desk.sweep(log_holds).finished == 1
    assert desk.view(one).request.reason is Reason.STOLEN
    assert place.released() == (1, 1)


@pytest.mark.parametrize(
    ("other", "error", "reason"),
    [
        ({"vin": OTHER_VIN}, NotReleasedError, Reason.UNIT_AND_CAR_DIFFER),
        ({"vin": OTHER_VIN, "model": None}, NotReleasedError, Reason.UNIT_AND_CAR_DIFFER),
        ({"serial": parse("22000506", kinds=("honda-8",))}, NotReleasedError, Reason.UNIT_AND_CAR_DIFFER),
        ({"serial": parse("V212"), "model": HONDA}, NoCodeHereError, Reason.NO_CODE_HERE),
    ],
)
def test_what_the_door_refuses_for_good_ends_the_request_with_its_reason(desk, other, error, reason):
    one = checked(desk, **other)
    with pytest.raises(error):
        desk.approve(one, 3, "app")
    assert desk.view(one).request.reason is reason


def test_an_owner_who_does_not_know_the_model_gets_the_code_of_the_unit_in_their_car(place, desk):
    """What is not known is no contradiction: number and car agree, and the ledger knows its unit's model."""
    one = checked(desk, model=None)
    seen = Checks(place.both.store(Principal.CLERK)).compare(desk.view(one).stored)
    assert (seen.unit, seen.car, seen.model, seen.needs_model) == (True, Answer.YES, Answer.UNKNOWN, False)
    released = desk.approve(one, 3, "app")
    assert (released.code, released.model) == (Code(CODE), HONDA.id)
    assert f'"model":"{HONDA.id}"' in released.receipt.leaf
    assert desk.view(one).request.state is State.RELEASED
    assert desk.code_for(one).model == HONDA.id
    assert place.released() == (1, 1)


def test_a_unit_without_a_car_needs_its_model_and_the_clerk_reads_so_first(place, desk):
    """Its number alone would open it: one typing error from another unit's."""
    read = parse("22000777", kinds=("honda-8",))
    number = read.serial
    with place.both.store(Principal.REGISTRAR).concurrent_transaction() as transaction:
        unit = StoredUnit(number.kind, number.key, number.text, HONDA.id, "eu", "", "k", CODE.encode())
        transaction.add_units([unit])
    one = checked(desk, serial=read, model=None)
    assert Checks(place.both.store(Principal.CLERK)).compare(desk.view(one).stored).needs_model
    with pytest.raises(NotReleasedError):
        desk.approve(one, 3, "app")
    assert desk.approve(checked(desk, serial=read), 3, "app").code == Code(CODE)


def test_a_limit_is_no_end_and_is_asked_again(place):
    desk = place.desk(limits=Limits({"account": Limit(1, DAY_MS)}))
    first, second = checked(desk), checked(desk)
    desk.approve(first, 3, "app")
    with pytest.raises(LimitReachedError):
        desk.approve(second, 3, "app")
    assert desk.view(second).request.state is State.RELEASING
    assert desk.sweep(log_holds).finished == 0
    place.clock.ms += DAY_MS
    assert desk.sweep(log_holds).finished == 1
    assert desk.view(second).request.state is State.RELEASED


# --- the clock -----------------------------------------------------------------------------------------------


def test_the_owner_is_reminded_twice_and_then_the_request_expires(place, desk):
    one = ask(desk)
    desk.submit(one, 1, own(desk, one))
    swept = []
    for _ in range(15 * 24):
        place.clock.ms += HOUR_MS
        swept.append(desk.sweep())
    assert sum(one.reminded for one in swept) == 2
    assert sum(one.expired for one in swept) == 1
    assert desk.view(one).request.state is State.EXPIRED
    assert mails(place) == ["opened", "reminder", "reminder", "expired"]
    assert desk.sweep() == NOTHING


def test_what_waits_for_the_desk_never_expires(place, desk):
    waiting, second = ask(desk), checked(desk)
    desk.send_papers(waiting, 1, own(desk, waiting), PAPERS)
    place.clock.ms += 1000 * DAY_MS
    assert desk.sweep() == NOTHING
    assert desk.view(waiting).request.overdue(place.clock.ms)
    assert [line.id for line in desk.queue(Turn.CLERK).lines] == [waiting]
    assert [line.id for line in desk.queue(Turn.APPROVER).lines] == [second]


def test_a_promise_of_time_holds_where_the_times_were_changed_since(place):
    one = ask(place.desk())
    hurried = place.desk(times=Times(draft_ms=HOUR_MS, reminders_ms=()))
    place.clock.ms += 2 * HOUR_MS
    assert hurried.sweep() == NOTHING
    place.clock.ms += TIMES.draft_ms
    assert hurried.sweep().expired == 1
    assert place.desk().view(one).request.state is State.EXPIRED


def test_an_address_is_forgotten_a_month_after_the_end_and_not_before(place, desk):
    one, other = checked(desk), ask(desk)
    desk.approve(one, 3, "app")
    desk.send_papers(other, 1, own(desk, other), PAPERS)
    place.clock.ms += CONTACT_KEPT_MS
    desk.sweep()
    assert len(place.both.behind("SELECT request FROM contact")) == 2
    place.clock.ms += 1
    desk.sweep()
    assert place.both.behind("SELECT request FROM contact") == [(other,)]
    with place.both.store(Principal.DESK).snapshot() as seen:
        assert {mail.request for mail in seen.mails_to_send(99, 0)} == {other}


def test_a_mail_that_was_handed_over_is_not_sent_again(place, desk):
    checked(desk)
    ask(desk, address=None)
    front = place.both.store(Principal.DESK)
    with front.transaction() as transaction:
        (mail,) = transaction.mails_to_send(10, 0)
        assert (mail.template, mail.language, mail.number) == ("received", "en", 2)
        transaction.add_mail_sent(mail.id, 1)
        assert transaction.mails_to_send(10, 0) == []
