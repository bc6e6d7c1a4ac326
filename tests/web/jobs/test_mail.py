"""Mails of the desk through a real SMTP server on loopback: which, when, and what is never in them."""

import re
from datetime import UTC, datetime

import pytest
from certificates import self_signed
from hosted import BP, CANARY, CAR, HOST
from post import DESK, NAMES, OWNER, Post
from postbox import mailbox

from radiokey.base.keys.link import read
from radiokey.base.requests.contact import Address
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import CHECK_LIST, TIMES
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS
from radiokey.errors import UsageError
from radiokey.language.load import known
from radiokey.language.speech import speaking
from radiokey.web.http.links import LASTS_MS, PURPOSE, origin
from radiokey.web.jobs.mail import PASSWORD, USER, MailServer, written


def test_each_turn_of_the_owner_brings_its_mail_once_and_nothing_twice(post):
    """A request from its first word to its code, and the rounds that find nothing new."""
    one, arrived = post.ask(), []
    steps = [
        lambda: post.papers(one),
        lambda: post.desk.ask_papers(one, 3, "cle", "The second page of the registration."),
        lambda: post.papers(one),
        lambda: post.desk.post_message(one, "cle", "It arrived, whole."),
        lambda: post.desk.check(one, 5, "cle", CHECK_LIST),
        lambda: post.desk.approve(one, 6, "app"),
    ]
    for step in (lambda: None, *steps):
        step()
        post.scheduler.run_due()
        post.scheduler.run_due()
        arrived.append(post.arrived())
    assert arrived == [
        ["opened"],
        ["received"],
        ["papers-asked"],
        ["received"],
        ["message"],
        [],
        ["released"],
    ]


def test_the_other_ends_bring_theirs(post):
    gone, refused, late = post.ask(), post.ask(), post.ask()
    post.desk.withdraw(gone, 2, post.by(gone))
    post.desk.refuse(refused, 2, "cle", Reason.PAPERS_UNREADABLE)
    post.scheduler.run_due()
    assert sorted(post.arrived()) == ["opened", "opened", "opened", "refused", "withdrawn"]
    for before in (7 * DAY_MS, DAY_MS, 0):
        post.clock.ms = post.desk.view(late).request.due_ms - before
        post.scheduler.run_due()
    assert post.arrived() == ["reminder", "reminder", "expired"]
    assert TIMES.reminders_ms == (7 * DAY_MS, DAY_MS)


def test_every_template_is_sent_by_the_tests_above_and_is_plain():
    """A new template needs its turn in a test; a dollar or a brace that is left shows an unfinished one."""
    assert NAMES == [
        "expired", "message", "opened", "papers-asked", "received",
        "refused", "released", "reminder", "withdrawn",
    ]  # fmt: skip
    for name in NAMES:
        subject, said = written(name, "https://example.org/requests/x")
        assert re.fullmatch(r"[A-Z][A-Za-z ]{10,60}", subject)
        assert max(map(len, said.splitlines())) <= 72
        assert not set("$<>{}!") & set(said)
        assert "&" not in written(name, "https://example.org/?a=b")[1]
        assert "please" not in said.lower()
        assert "unfortunately" not in said.lower()


@pytest.mark.parametrize("language", list(known()), ids=lambda one: one.tag)
def test_a_mail_is_in_the_language_of_its_request(post, language):
    """Which the owner read the page in that asked; one of another release that is not here any more gets English."""
    with speaking(language):
        wanted = {name: written(name, "x") for name in NAMES}
    assert len({subject for subject, _ in wanted.values()}) == len(NAMES)
    one = post.ask(language=language.tag)
    other = post.ask(language="tlh")
    post.papers(one)
    post.scheduler.run_due()
    mails = post.box.mails
    assert [mail["Content-Language"] for mail in mails] == [language.tag, "en", language.tag]
    opened, plain, received = mails
    assert (opened["Subject"], received["Subject"]) == (wanted["opened"][0], wanted["received"][0])
    assert plain["Subject"] == "Your request for a radio code"
    ending = wanted["opened"][1].partition("\n\nx\n\n")[2]
    assert opened.get_content().replace("\r\n", "\n").endswith(ending)
    assert all(raw.isascii() for raw in post.box.raw), "no server is asked whether it takes eight bits"
    assert (
        max(len(line) for mail in mails for line in mail.get_content().splitlines() if "://" not in line)
        <= 70
    )
    assert other


def test_a_mail_leads_to_its_request_and_says_who_it_is_from(post):
    one = post.ask()
    post.scheduler.run_due()
    (mail,) = post.box.mails
    (link,) = re.findall(rf"https://{HOST}/requests/(\S+)", mail.get_content())
    assert read(post.site.purpose_key(PURPOSE), PURPOSE, link, post.clock.ms + LASTS_MS - 1) == one
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (
        OWNER,
        f"Radiokey desk <{DESK}>",
        "auto-generated",
    )
    assert mail["Date"].datetime == datetime.fromtimestamp(post.clock.ms / 1000, UTC)
    assert re.fullmatch(rf"<outbox\.1\.[0-9a-f]{{16}}@{HOST}>", mail["Message-ID"])
    assert post.box.envelopes == [(DESK, [OWNER], False)]
    assert post.box.names == [HOST], "this machine's own name is nobody's business"


def test_no_mail_holds_a_code_a_number_a_name_or_a_car(post):
    """Canaries: the code of the unit has sixteen letters; the number, the VIN and what people wrote are looked for."""
    one = post.ask()
    post.papers(one)
    post.desk.post_message(one, "cle", "ZANZIBAR is what I wrote.")
    post.desk.check(one, 3, "cle", CHECK_LIST)
    assert post.desk.approve(one, 4, "app").code.reveal() == CANARY
    post.scheduler.run_due()
    everything = b"\n".join(post.box.raw).decode() + "".join(
        str(mail.get_content()) for mail in post.box.mails
    )
    assert len(post.box.raw) == 4
    for secret in (CANARY, BP, BP[2:], CAR, "ZANZIBAR", "cle", one):
        assert not re.search(rf"\b{secret}\b", everything)


def test_an_address_that_is_refused_for_good_is_asked_once(post):
    post.box.at_rcpt = lambda address: "550 nobody of that name" if address == OWNER else None
    one = post.ask()
    post.papers(one)
    other = post.ask("other@example.org")
    for _ in range(3):
        post.scheduler.run_due()
        post.clock.ms += HOUR_MS
    assert post.arrived() == ["opened"]
    assert (post.refuses(one), post.refuses(other)) == (True, False)
    post.box.at_rcpt = lambda _: None
    post.restart()
    post.desk.post_message(one, "cle", "Are you there?")
    sessions = post.box.sessions
    post.scheduler.run_due()
    assert (post.arrived(), post.box.sessions) == ([], sessions)


def test_whoever_gave_no_address_gets_no_mail_and_nobody_is_called_for_nothing(post):
    post.papers(post.ask(None))
    post.scheduler.run_due()
    assert (post.box.raw, post.box.sessions) == ([], 0)


def test_more_mails_than_are_read_at_once_all_go_out_in_one_session(post, monkeypatch):
    monkeypatch.setattr("radiokey.web.jobs.mail.AT_ONCE", 2)
    for number in range(5):
        post.ask(f"owner{number}@example.org")
    post.scheduler.run_due()
    assert [to for _, (to,), _ in post.box.envelopes] == [f"owner{number}@example.org" for number in range(5)]
    assert post.box.sessions == 1


def test_an_address_whose_seal_does_not_open_keeps_no_other_mail_back(post):
    broken, _ = post.ask(), post.ask("other@example.org")
    with post.desk._stores.front.transaction() as transaction:
        transaction._statements._run("DELETE FROM contact WHERE request = :id", {"id": broken})
        transaction.add_contact(broken, b"x" * 40)
    post.scheduler.run_due()
    assert [envelope[1] for envelope in post.box.envelopes] == [["other@example.org"]]


@pytest.mark.parametrize(
    "at", ["owner@example.org\nBcc: all@example.org", "a@b.c>\r\nRCPT TO:<x@y.z", "é@example.org"]
)
def test_no_address_brings_a_line_of_its_own(at):
    """Header injection: what is no address never becomes one."""
    with pytest.raises(UsageError):
        Address.parse(at)


# --- how the server is spoken to ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a certificate of a server that signs for itself."""
    return self_signed(tmp_path_factory.mktemp("tls") / "mail.pem")


def test_where_tls_is_offered_it_is_taken_and_credentials_go_over_it(api, clock, certificate):
    with mailbox(certificate) as box:
        post = Post(api, clock, box, user="desk", password="right")  # noqa: S106 - of the server above
        post.ask()
        post.scheduler.run_due()
        assert (box.users, box.envelopes) == ([("desk", "right", True)], [(DESK, [OWNER], True)])


def test_a_wrong_password_waits_like_any_failure_and_is_in_no_line_of_the_log(
    api, clock, certificate, caplog
):
    with mailbox(certificate) as box:
        post = Post(api, clock, box, user="desk", password=CANARY)
        post.ask()
        post.scheduler.run_due()
        assert (box.raw, post.again_ms) == ([], clock.ms + MINUTE_MS)
    assert "SMTPAuthenticationError" in caplog.text
    assert CANARY not in caplog.text + repr(post.server)


def test_to_another_machine_nothing_goes_without_tls(post, monkeypatch):
    """The same server, taken for one elsewhere: it offers no TLS, so not even the address is said."""
    monkeypatch.setattr(MailServer, "here", False)
    post.ask()
    post.scheduler.run_due()
    assert (post.box.raw, post.again_ms) == ([], post.clock.ms + MINUTE_MS)


def test_another_machine_has_to_show_a_certificate_that_holds(api, clock, certificate, monkeypatch):
    with mailbox(certificate) as box:
        post = Post(api, clock, box, user="desk", password="right")  # noqa: S106 - of the server above
        monkeypatch.setattr(MailServer, "here", False)
        post.ask()
        post.scheduler.run_due()
        assert (box.raw, box.users) == ([], [])


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("smtp://mail.example.org", "mail.example.org", 587, False),
        ("smtp://mail.example.org:25/", "mail.example.org", 25, False),
        ("smtps://mail.example.org", "mail.example.org", 465, True),
        ("smtp://[::1]:2525", "::1", 2525, False),
    ],
)
def test_a_server_is_an_address_and_its_credentials_are_in_the_environment(monkeypatch, url, host, port, tls):
    monkeypatch.setenv(USER, "desk")
    monkeypatch.setenv(PASSWORD, CANARY)
    server = MailServer.parse(url, DESK)
    assert (server.host, server.port, server.tls, server.sender) == (host, port, tls, DESK)
    assert (server.user, server.password, server.here) == ("desk", CANARY, host == "::1")
    assert CANARY not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:99999", "smtp://host/path",
        f"smtp://desk:{CANARY}@mail.example.org", "smtp://desk@mail.example.org",
    ],
)  # fmt: skip
def test_what_is_no_server_is_refused_and_a_password_is_not_repeated(url):
    with pytest.raises(UsageError) as caught:
        MailServer.parse(url, DESK)
    assert CANARY not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("sender", ["desk", "Desk <desk@example.org>", "a@b.org\nBcc: c@d.org"])
def test_the_sender_is_an_address_and_nothing_else(sender):
    with pytest.raises(UsageError):
        MailServer.parse("smtp://mail.example.org", sender)


def test_the_site_in_mails_is_one_that_nobody_else_can_read():
    assert origin("https://codes.example.org/") == "https://codes.example.org"
    assert origin("http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    assert origin("https://[2001:db8::1]:8443") == "https://[2001:db8::1]:8443"
    for wrong in (
        "http://codes.example.org",
        "codes.example.org",
        "https://",
        "https://a/b",
        "https://u@a",
        "https://a?b=c",
        "https://a:b",
    ):
        with pytest.raises(UsageError):
            origin(wrong)
