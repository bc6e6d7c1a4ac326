"""Papers over HTTP: sent from a phone, kept as pictures or refused by name, shown to the desk alone."""

import sqlite3
from contextlib import ExitStack

import pytest
from asking import PHOTO, Asking
from desks import AsSent
from hosted import ADDRESS, BP, CAR, OTHER_CAR
from litestar.connection import ASGIConnection
from papermaking import archive

from radiokey.base.identity.roles import Permission
from radiokey.base.limits import Limit, Limits
from radiokey.base.papers.archive import Upload
from radiokey.base.papers.kind import KEPT_DAYS, PaperKind, kept_words
from radiokey.base.requests.desk import Application
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import CHECK_LIST, PAPERS_MAX
from radiokey.clock import DAY_MS
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin
from radiokey.web.http.arrival import FORM_BYTES_MAX
from radiokey.web.http.uploads import FILES_MAX, UPLOAD_BYTES_MAX


@pytest.fixture
def owner(api, page_of):
    api.add_unit()
    return Asking(api, page_of)


def test_each_paper_says_why_and_how_long_before_it_is_sent_and_on_what_day_it_goes_after(owner, clock):
    owner.open()
    for kind in PaperKind:
        assert kept_words(kind) in owner.words
    owner.send(("registration", PHOTO), ("police-receipt", PHOTO))
    words = owner.words.replace("UTC :", "UTC:")  # the time is an element of its own
    assert "Registration, 14 November 2023, 22:13 UTC: deleted 30 days after the request has ended." in words
    assert "Police receipt, 14 November 2023, 22:13 UTC: deleted 3 years after the request" in words
    owner.desk.refuse(owner.id, 3, "cle", Reason.PAPERS_UNREADABLE)
    assert "22:13 UTC : deleted on 14 December 2023." in owner.words
    clock.ms += KEPT_DAYS[PaperKind.REGISTRATION] * DAY_MS
    owner.desk.sweep()
    assert "Registration, 14 November 2023, 22:13 UTC : deleted." in owner.words
    assert "deleted on 13 November 2026" in owner.words


def test_a_phone_offers_its_camera_and_several_files_at_once(owner):
    owner.open()
    inputs = [told for tag, told in owner.page.tags if tag == "input" and told.get("type") == "file"]
    assert [told["name"] for told in inputs] == [
        "label-photo", "registration", "vin-photo", "purchase", "police-receipt",
    ]  # fmt: skip
    for told in inputs:
        assert "multiple" in told
        assert set(told["accept"].split(",")) == {"image/jpeg", "image/png", "image/webp", "application/pdf"}


def test_a_paper_that_is_not_taken_is_named_and_none_of_the_others_is_kept(api, page_of):
    owner = Asking(api, page_of, quick=False)
    one = owner.open()
    answer = owner.send(("registration", PHOTO), ("purchase", PHOTO), ("purchase", archive()))
    assert answer.status_code == 422
    words = page_of(answer.text).words
    assert "Purchase papers, file 2: this is an archive of files." in words
    assert "nothing of the files was kept, so choose all of them again" in words
    assert owner.desk.papers(one) == ()
    assert owner.send(("registration", PHOTO)).status_code == 303


def test_the_same_papers_sent_twice_are_kept_once(owner):
    """A finger that is too quick, or a reload."""
    one = owner.open()
    seen = owner.seen()
    for _ in range(2):
        assert owner.send(("registration", PHOTO), ("vin-photo", PHOTO), seen=seen).status_code == 303
    assert len(owner.desk.papers(one)) == 2
    other = owner.send(("registration", PHOTO + b" other"), seen=seen)
    assert other.status_code == 409
    assert "look at it as it is now" in other.text.lower()


def test_the_same_paper_that_is_asked_for_anew_goes_to_the_clerk(owner):
    """Whoever has no better photo sends that one again; nothing would have happened, and nothing been said."""
    one = owner.open()
    assert owner.send(("registration", PHOTO)).status_code == 303
    owner.desk.ask_papers(one, 3, "cle", "A sharper one.")
    assert owner.send(("registration", PHOTO)).status_code == 303
    assert owner.desk.view(one).request.state == "review"
    assert len(owner.desk.papers(one)) == 2


@pytest.mark.parametrize("files", [[], [("passport", PHOTO)], [("seen2", PHOTO)]])
def test_nothing_chosen_is_said(owner, files):
    owner.open()
    answer = owner.send(*files)
    assert (answer.status_code, "No paper was chosen" in answer.text) == (400, True)


def test_more_than_fits_is_said_and_nothing_is_kept(owner):
    one = owner.open()
    many = owner.send(*[("registration", PHOTO)] * (FILES_MAX + 1))
    assert (many.status_code, owner.desk.papers(one)) == (400, ())
    for round_ in range(PAPERS_MAX // FILES_MAX):
        owner.send(*[("registration", PHOTO + bytes([round_, place])) for place in range(FILES_MAX)])
    rest = PAPERS_MAX % FILES_MAX
    assert f"{rest} at once" in owner.words
    assert owner.send(*[("registration", PHOTO)] * (rest + 1)).status_code == 400
    assert owner.send(*[("registration", PHOTO)] * rest).status_code == 303
    assert not any(form.action.endswith("/papers") for form in owner.page.forms)


def test_only_the_page_of_papers_takes_large_bodies(owner):
    """Refused by what is announced, before a byte of it is read."""
    owner.open()
    large = {"Content-Length": str(UPLOAD_BYTES_MAX + 1)}
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert owner.client.post(f"{owner.link}/papers", content=b"", headers=large | kind).status_code == 413
    for path in ("/requests", "/requests/new", f"{owner.link}/messages", f"{owner.link}/withdraw", "/code"):
        body = {"Content-Length": str(FORM_BYTES_MAX + 1)}
        answer = owner.client.post(
            path, content=b"", headers=body | {"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 413, path
    assert owner.send(("registration", b"\xff\xd8\xff" + bytes(FORM_BYTES_MAX))).status_code == 303


def test_papers_are_limited_by_who_sends_them(make_api, page_of):
    limits = Limits({"papers": Limit(3, DAY_MS)})
    owner = Asking(make_api(limits=limits), page_of)
    one = owner.open()
    assert owner.send(("registration", PHOTO), ("vin-photo", PHOTO)).status_code == 303
    refused = owner.send(("registration", PHOTO + b"1"), ("registration", PHOTO + b"2"))
    assert (refused.status_code, "papers were sent from here" in refused.text) == (429, True)
    assert owner.send(("registration", PHOTO + b"3")).status_code == 303
    assert len(owner.desk.papers(one)) == 3


def test_whoever_sends_more_at_once_is_asked_to_wait_and_nobody_else(owner):
    """Before anything is read, so that one link cannot keep everybody's papers out."""
    owner.open()
    arrivals = owner.api.app.state.arrivals
    asks = owner.site.line(ASGIConnection({"type": "http", "client": (ADDRESS, 5), "headers": []}))
    with ExitStack() as taken:
        for _ in range(arrivals.files.per_client):
            taken.enter_context(arrivals.files.take(asks))
        refused = owner.send(("registration", PHOTO))
        assert (refused.status_code, "in a minute" in refused.text) == (429, True)
        owner.api.at.address = "198.51.100.9"
        assert owner.send(("registration", PHOTO)).status_code == 303


def test_when_the_desk_decides_no_paper_is_taken_any_more(owner):
    """Not even read: the page says how it stands instead."""
    one = owner.open()
    owner.send(("registration", PHOTO))
    owner.desk.check(one, 3, "cle", CHECK_LIST)
    assert not any(form.action.endswith("/papers") for form in owner.page.forms)
    assert owner.send(("registration", PHOTO + b"1")).headers["location"].startswith("/requests/")
    assert "A second person looks" in owner.words
    assert owner.desk.view(one).act == 4


@pytest.mark.parametrize("seen", ["", "x", "-1", "1e3", "9" * 9])
def test_papers_without_the_act_that_was_seen_are_not_taken(owner, seen):
    one = owner.open()
    answer = owner.post(f"{owner.link}/papers", {"seen": seen}, files=[("registration", ("a.jpg", PHOTO))])
    assert answer.status_code == 400
    assert owner.desk.papers(one) == ()


# --- the desk's look at a paper ----------------------------------------------------------------------------


def test_a_paper_is_shown_to_whoever_may_read_requests_and_to_nobody_else(owner):
    one = owner.open()
    owner.send(("registration", PHOTO))
    (paper,) = owner.desk.papers(one)
    address = f"/desk/requests/{one}/papers/{paper.id}"
    clerk = owner.api.token("cle", {Permission.REQUEST_READ})
    shown = owner.api.ask("GET", address, clerk)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.content == AsSent().clean(PHOTO).content
    assert shown.headers["content-disposition"] == "inline"
    assert shown.headers["cache-control"] == "no-store"
    assert "sandbox" in shown.headers["content-security-policy"]
    connection = sqlite3.connect(owner.api.base.location.path)
    try:
        acts = connection.execute(
            "SELECT who, act, subject, detail FROM audit ORDER BY id DESC LIMIT 1"
        ).fetchall()
    finally:
        connection.close()
    assert acts == [("cle", "request:open-paper", one, paper.id)]
    assert owner.api.ask("GET", address).status_code == 401
    assert owner.api.ask("GET", address, owner.api.token("bob", {Permission.UNIT_SEARCH})).status_code == 403
    other = owner.open(vin=OTHER_CAR)
    for wrong in (f"/desk/requests/{other}/papers/{paper.id}", f"/desk/requests/{one}/papers/{'0' * 32}"):
        assert owner.api.ask("GET", wrong, clerk).status_code == 404


def test_a_paper_of_another_house_is_not_there_for_a_dealers_clerk(owner):
    """What a dealer opened is that dealer's; a guessed address says no more than one of nothing."""
    asked = Application(parse(BP), Vin.parse(CAR), organisation="Bob's Radios")
    one = owner.desk.open(asked, requester="zoe")
    owner.desk.send_papers(one, 1, "zoe", [Upload(PaperKind.REGISTRATION, PHOTO)])
    (paper,) = owner.desk.papers(one)
    clerk = owner.api.token("cle", {Permission.REQUEST_READ})
    assert owner.api.ask("GET", f"/desk/requests/{one}/papers/{paper.id}", clerk).status_code == 404
