"""Mails that wait in the database: who takes them, until when, how often; on both databases."""

import pytest
from desks import ADDRESS, CONTACTS, PAPERS, ask, own

from radiokey.base.requests.outbox import (
    HELD_MS,
    TRIES_MAX,
    ContactStatus,
    MailBacklog,
    Outbox,
    retry_delay_ms,
)
from radiokey.base.requests.sweep import CONTACT_KEPT_MS
from radiokey.base.sql.principals import Principal
from radiokey.clock import MINUTE_MS


@pytest.fixture
def desk(place):
    """A desk on it."""
    return place.desk()


@pytest.fixture
def processes(both, clock):
    """Two that send mails, each with connections of its own."""
    return [Outbox(both.store(Principal.DESK), CONTACTS, clock) for _ in range(2)]


def submitted(desk, **other):
    one = ask(desk, **other)
    desk.submit(one, 1, own(desk, one))
    return one


def test_what_one_process_took_no_other_takes_until_its_time_is_over(place, desk, processes):
    """Its process may have ended between sending and writing it down; then it is sent once more."""
    first, second = processes
    for _ in range(3):
        submitted(desk)
    held, rest = first.take(2), second.take(9)
    assert [mail.id for mail in (*held.mails, *rest.mails)] == [1, 2, 3]
    assert held.until_ms == place.clock.ms + HELD_MS
    assert first.address_of(held.mails[0]).reveal() == ADDRESS.reveal()
    first.sent(held.mails[0])
    second.sent(rest.mails[0])
    place.clock.ms += HELD_MS - 1
    assert second.take(9).mails == ()
    place.clock.ms += 1
    (again,) = second.take(9).mails
    assert (again.id, again.tries) == (2, 2)


def test_whoever_lost_a_mail_to_another_changes_nothing_of_it(place, desk, processes):
    slow, quick = processes
    submitted(desk)
    lost = slow.take(9).mails
    place.clock.ms += HELD_MS
    (mine,) = quick.take(9).mails
    slow.wait(lost[0])
    slow.put_back(lost)
    assert slow.take(9).mails == ()
    quick.sent(mine)
    slow.sent(lost[0])  # it went out twice, and is written down once
    assert place.both.behind("SELECT id FROM outbox_sent") == [(1,)]
    assert quick.waiting() == MailBacklog(0, 0, 0)


def test_a_mail_waits_longer_after_each_try_and_is_given_up_after_the_last(place, desk, processes):
    one, outbox = submitted(desk), processes[0]
    for tries in range(1, TRIES_MAX):
        (mail,) = outbox.take(9).mails
        assert mail.tries == tries
        assert outbox.wait(mail)
        place.clock.ms += retry_delay_ms(tries) - 1
        assert outbox.take(9).mails == ()
        place.clock.ms += 1
    (mail,) = outbox.take(9).mails
    assert outbox.reach(one) is ContactStatus.REACHES
    assert not outbox.wait(mail)
    assert outbox.reach(one) is ContactStatus.GIVEN_UP
    assert outbox.waiting() == MailBacklog(0, 0, 1)
    assert place.both.behind("SELECT id, tries FROM outbox_given_up") == [(1, TRIES_MAX)]


def test_what_was_taken_and_not_tried_is_as_if_it_was_not_taken(desk, processes):
    submitted(desk)
    before = processes[0].take(9).mails
    processes[0].put_back(before)
    assert processes[1].take(9).mails == before


def test_a_server_that_failed_rests_for_all_processes_longer_each_time(place, desk, processes):
    first, second = processes
    submitted(desk)
    for failures in (1, 2, 3):
        first.server_failed()
        place.clock.ms += retry_delay_ms(failures) - 1
        assert second.take(9).mails == ()
        place.clock.ms += 1
    held = second.take(9).mails
    assert len(held) == 1
    second.put_back(held)
    second.server_works()
    first.server_failed()
    place.clock.ms += MINUTE_MS
    assert len(first.take(9).mails) == 1


def test_only_what_has_an_address_that_takes_mails_waits(place, desk, processes):
    """Without one, refused for good, or deleted a month after the end: nothing waits for ever."""
    outbox = processes[0]
    submitted(desk, address=None)
    assert outbox.waiting().count == 0
    refuses, gone = submitted(desk), submitted(desk)
    desk.send_papers(refuses, 2, own(desk, refuses), PAPERS)
    assert outbox.waiting().count == 3
    outbox.refused(next(mail for mail in outbox.take(9).mails if mail.request == refuses), 550)
    assert (outbox.waiting().count, outbox.reach(refuses)) == (1, ContactStatus.REFUSED)
    desk.ask_papers(refuses, 3, "cle", "The other side.")
    assert outbox.waiting().count == 1
    desk.withdraw(gone, 2, own(desk, gone))
    assert outbox.waiting().count == 2
    place.clock.ms += CONTACT_KEPT_MS + 1
    desk.sweep()
    assert outbox.waiting().count == 0
