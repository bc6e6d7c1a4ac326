"""What the site knows of its visitors and its secret: as little as it can."""

import re

import pytest
from litestar import Request

from radiokey.web.http.forms import CoachForm

SHOWN = ("203.0.113.7", "2001:db8::7")


def asking(host: str | None) -> Request:
    return Request({"type": "http", "client": (host, 5) if host is not None else None, "headers": []})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1"])
def test_the_machine_s_own_user_is_one_client(visitor, host):
    """The same on the site and on the command line, so that both count together."""
    assert visitor.app.state.site.client(asking(host)) == "local"


@pytest.mark.parametrize("host", SHOWN)
def test_an_address_is_never_stored_as_it_is(visitor, make_client, host):
    """A keyed digest counts releases as well, and tells nobody who reads the database who asked."""
    site = visitor.app.state.site
    name = site.client(asking(host))
    assert name == site.client(asking(host))
    assert name != "local"
    assert host not in name
    other = make_client(secret=b"y" * 32).app.state.site
    assert other.client(asking(host)) != name


def test_two_addresses_are_two_clients(visitor):
    site = visitor.app.state.site
    assert len({site.client(asking(host)) for host in (*SHOWN, "", None)}) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::7", "2001:db8::ffff:1"), ("203.0.113.7", "::ffff:203.0.113.7"), ("::1", "::ffff:127.0.0.1")],
)
def test_one_line_is_one_client_whatever_address_it_takes(visitor, one, other):
    """Otherwise the limit of an IPv6 line is 2^64 times the limit."""
    site = visitor.app.state.site
    assert site.client(asking(one)) == site.client(asking(other))
    assert site.client(asking("2001:db8:0:1::7")) != site.client(asking("2001:db8::7"))


def test_a_code_on_its_way_to_the_coach_hides_itself():
    assert "0060" not in repr(CoachForm(model="renault_86a", code="0060"))


def test_an_id_of_another_radio_is_replaced_in_the_form_that_asks_again(client, entries):
    """Whoever goes back and types another number could else send that form for ever."""
    told = {"text": "V212", "owns": "yes", "request_id": "one"}
    assert client.post("/code", data=told).status_code == 200
    again = client.post("/code", data=told | {"text": "V213"})
    assert again.status_code == 422
    fresh = re.search(r'name="request_id" value="([^"]*)"', again.text)
    assert fresh is not None
    assert fresh[1] != "one"
    assert client.post("/code", data=told | {"text": "V213", "request_id": fresh[1]}).status_code == 200
    assert entries() == 2


def test_the_code_and_the_address_are_in_no_file_of_the_base(client, tmp_path):
    """The base keeps what was released, never the code; the log's leaf hides the number too."""
    told = {"text": "10211376AB8E0D25", "model": "toyota_erc_legacy", "owns": "yes", "request_id": "one"}
    assert client.post("/code", data=told).status_code == 200
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"one" in kept
    assert b"A6905892" not in kept
    assert b"testclient" not in kept


def test_what_is_signed_for_one_purpose_passes_for_no_other(visitor):
    site = visitor.app.state.site
    purposes = ("countdown", "practice", "practice device", "client")
    assert len({site.purpose_key(purpose) for purpose in purposes}) == len(purposes)
    assert all(len(site.purpose_key(purpose)) == 32 for purpose in purposes)


def test_the_secret_of_a_site_is_made_once_and_for_its_owner_only(make_client, tmp_path):
    """Beside the database, so that links go on after a restart; nobody else reads it."""
    first, second = make_client(secret=None), make_client(secret=None)
    assert first.app.state.site.secret == second.app.state.site.secret
    assert len(first.app.state.site.secret) == 32
    [kept] = tmp_path.glob("*.web")
    assert kept.read_bytes() == first.app.state.site.secret
    assert kept.stat().st_mode & 0o077 == 0


def test_a_foreign_name_is_answered_with_what_to_do_by_nobodys_page(open_site, tmp_path):
    """A foreign page can have its own name point here; a program is told so as a problem."""
    with open_site(tmp_path / "base.sqlite3", hosts=["localhost:8000"]) as client:
        own = {"host": "LOCALHOST:8000"}
        assert client.get("/", headers=own).status_code == 200
        for foreign in ("elsewhere.example:8000", "localhost", "localhost:8000.elsewhere.example", ""):
            page = client.get("/", headers={"host": foreign})
            assert (page.status_code, "<h1>" in page.text) == (400, True)
            assert "elsewhere" not in page.text
            told = client.get("/api/problems", headers={"host": foreign})
            assert told.json()["type"] == "/api/problems#malformed"
