"""Mails that were not taken at once: how long each waits, who has it in hand, what a crash costs."""

import socket

import pytest
from hosted import HOST
from post import DESK, OWNER

from radiokey.base.identity.roles import ROLES, Role
from radiokey.base.requests.outbox import HELD_MS, TRIES_MAX, ContactStatus, MailBacklog
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS
from radiokey.web.app import make_mailer
from radiokey.web.jobs.mail import Mailing, MailServer
from radiokey.web.operations.health import status_of


def test_a_crash_between_handing_over_and_writing_down_sends_twice_under_one_name_and_never_not_at_all(post):
    class Crashed(BaseException):
        pass

    def crash(_mail):
        raise Crashed

    post.ask()
    sent, post.desk.outbox.__class__.sent = post.desk.outbox.__class__.sent, lambda _self, mail: crash(mail)
    try:
        with pytest.raises(Crashed):
            post.scheduler.run_due()
    finally:
        post.desk.outbox.__class__.sent = sent
    post.restart()
    post.scheduler.run_due()
    assert len(post.box.raw) == 1, "whoever took it may be sending it"
    post.clock.ms += HELD_MS
    post.scheduler.run_due()
    post.scheduler.run_due()
    names = [mail["Message-ID"] for mail in post.box.mails]
    assert len(names) == 2
    assert len(set(names)) == 1
    assert post.count("outbox_sent") == 1


def test_a_server_that_fails_costs_nothing_and_is_tried_again_ever_later(post):
    """A minute, two, four, an hour at most; then everything goes out in its order."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = nobody.getsockname()[1]
        working, post.server = post.server, MailServer("127.0.0.1", gone, tls=False, sender=DESK)
        one = post.ask()
        waits = []
        for _ in range(9):
            post.restart()  # how long it rests is no matter of one process
            post.scheduler.run_due()
            waits.append((post.again_ms - post.clock.ms) // MINUTE_MS)
            post.clock.ms = post.again_ms
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    post.papers(one)
    post.mailer._server = working
    post.clock.ms -= 1
    post.scheduler.run_due()
    assert post.arrived() == []
    post.clock.ms += 1
    post.scheduler.run_due()
    assert post.arrived() == ["opened", "received"]
    post.mailer._server = post.server
    post.desk.post_message(one, "cle", "Another one.")
    post.scheduler.run_due()
    assert post.again_ms - post.clock.ms == MINUTE_MS


def test_a_mail_that_is_taken_later_waits_alone(post):
    """A server that answers 450 to a stranger takes the mail minutes later; the others go on."""
    post.box.at_rcpt = lambda address: "450 come again" if address == OWNER else None
    post.ask()
    post.ask("other@example.org")
    post.scheduler.run_due()
    assert [envelope[1] for envelope in post.box.envelopes] == [["other@example.org"]]
    post.box.at_rcpt = lambda _: None
    post.restart()
    post.scheduler.run_due()
    assert len(post.box.raw) == 1
    post.clock.ms += MINUTE_MS
    post.scheduler.run_due()
    assert len(post.box.raw) == 2


def test_a_mail_that_nobody_takes_is_given_up_after_four_days_shown_to_staff_and_counted(post, page_of):
    """Its tries are counted over restarts; another mail to the same address goes on by itself."""
    post.box.at_rcpt = lambda _: "450 come again"
    one = post.ask()
    begun_ms, waits = post.clock.ms, []
    for _ in range(TRIES_MAX):
        assert post.desk.outbox.waiting() == MailBacklog(1, post.clock.ms - begun_ms, 0)
        post.restart()
        post.scheduler.run_due()
        due_ms = post.next_ms()
        waits.append(due_ms - post.clock.ms)
        post.clock.ms = max(post.clock.ms, due_ms)
    assert [wait // MINUTE_MS for wait in waits[:8]] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert 3.9 < (post.clock.ms - begun_ms) / DAY_MS < 4.1
    assert post.desk.outbox.waiting() == MailBacklog(0, 0, 1)
    assert post.desk.outbox.reach(one) is ContactStatus.GIVEN_UP
    told = post.site.metrics.text(status_of(post.site, able=True))
    assert b"radiokey_mails_given_up 1.0" in told
    assert b"radiokey_mails_waiting 0.0" in told
    said = "A mail about this request was given up after four days."
    clerk = post.api.token("cle", ROLES[Role.CLERK])
    assert said in page_of(post.api.ask("GET", f"/desk/requests/{one}", clerk).text).words
    post.box.at_rcpt = lambda _: None
    post.papers(one)
    post.scheduler.run_due()
    assert post.arrived() == ["received"]


def test_what_waits_is_counted_with_its_age(post):
    post.ask()
    post.clock.ms += MINUTE_MS
    told = post.site.metrics.text(status_of(post.site, able=True))
    assert b"radiokey_mails_waiting 1.0" in told
    assert b"radiokey_mails_oldest_seconds 60.0" in told


def test_two_processes_send_each_mail_once(post):
    """Two of them look at the same moment; what one took the other leaves alone."""
    for _ in range(5):
        post.ask()
    other = make_mailer(post.site, post.desk, Mailing(post.server, f"https://{HOST}"))
    looked = []

    def meanwhile():
        if len(looked) < 3:
            looked.append(other.send())

    post.box.at_data = meanwhile
    assert post.mailer.send() == 5
    assert (looked, len(post.box.raw)) == ([0, 0, 0], 5)


def test_whoever_holds_mails_too_long_takes_them_again_before_going_on(post):
    """A server that is slow must not lead to a mail that two processes have in hand."""
    for _ in range(3):
        post.ask()
    other = make_mailer(post.site, post.desk, Mailing(post.server, f"https://{HOST}"))

    def slow():
        post.clock.ms += HELD_MS - MINUTE_MS
        assert other.send() == 0

    post.box.at_data = slow
    assert post.mailer.send() == 3
    assert len({mail["Message-ID"] for mail in post.box.mails}) == len(post.box.raw) == 3


def test_a_mail_over_which_the_server_fails_does_not_stand_before_all_others(post):
    """The one in hand has its own wait; the rest goes out when the server is asked again."""
    post.ask()
    post.ask("other@example.org")
    post.box.at_rcpt = lambda address: "421 go away" if address == OWNER else None
    post.scheduler.run_due()
    assert (post.box.raw, post.again_ms) == ([], post.clock.ms + MINUTE_MS)
    post.clock.ms += MINUTE_MS
    post.scheduler.run_due()
    post.clock.ms += 2 * MINUTE_MS
    post.scheduler.run_due()
    assert [envelope[1] for envelope in post.box.envelopes] == [["other@example.org"]]


def test_a_mail_that_is_not_taken_as_it_is_waits_and_is_no_reason_to_give_the_address_up(post):
    post.box.at_data = lambda: "554 looks odd"
    one = post.ask()
    post.scheduler.run_due()
    assert (post.count("outbox_refused"), post.refuses(one)) == (0, False)
    post.box.at_data = lambda: None
    post.clock.ms += HOUR_MS
    post.scheduler.run_due()
    assert post.arrived() == ["opened"]
