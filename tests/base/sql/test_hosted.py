"""A hosted base, opened as the command line and the site open it, on both databases."""

import pytest

from radiokey.base.bootstrap import Base, init_base, open_base
from radiokey.base.location import parse_location
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.requests.contact import Address, ContactKey
from radiokey.base.requests.desk import Application
from radiokey.base.sql.principals import Principal
from radiokey.base.sql.stores import Stores
from radiokey.catalogue.load import load_model
from radiokey.errors import RefusedError, StoreError, UsageError
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin

NAME = "codes.example.org/radios"
STOLEN = parse("BP538761234567")
PAPERS = "ab" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path, monkeypatch):
    """Where a base can be made: a file, or an empty database of a server."""
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path / "secrets"))
    if request.param == "sqlite":
        return tmp_path / "base.sqlite3"
    return request.getfixturevalue("postgres").empty()


@pytest.fixture
def hosted(place, clock):
    with init_base(place, NAME, clock) as base:
        yield base


def ask(request_id="r1", text="V212", **other):
    usual = {"client": "me", "model": None, "vin": None, "owns": True}
    return ReleaseRequest(request_id=request_id, serial=parse(text), **usual | other)


def test_a_hosted_base_signs_with_its_name(hosted, place, clock):
    released = hosted.releases.release(ask())
    assert released.receipt.key.startswith(f"{NAME}+")
    assert released.receipt.checkpoint.startswith(f"{NAME}\n1\n")
    with open_base(place, clock) as again:
        assert again.organisation == NAME
        assert again.log.key == hosted.log.key
        assert again.releases.release(ask()).receipt == released.receipt
        assert again.verify().size == 1
        assert again.ring.cards() == hosted.ring.cards()


def test_making_it_again_changes_nothing_and_its_name_is_for_ever(hosted, place, clock):
    hosted.releases.release(ask())
    with init_base(place, NAME, clock) as again:
        assert again.verify().size == 1
    with pytest.raises(UsageError):
        init_base(place, "other.example.org", clock)


@pytest.mark.parametrize("name", ["", "radios", "Codes.example.org", "codes.example.org/", "a b.c", "x.y+z"])
def test_a_name_is_a_domain(place, name):
    with pytest.raises(UsageError):
        init_base(place, name)


def test_a_base_that_was_never_made_is_not_there(postgres, tmp_path, monkeypatch):
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path))
    with pytest.raises(StoreError) as caught:
        open_base(postgres.empty())
    assert "radiokey base init" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_ones_own_base_with_a_log_does_not_become_another(tmp_path, clock):
    """Its log has a name already, and receipts say so."""
    with open_base(tmp_path / "base.sqlite3", clock) as base:
        base.releases.release(ask())
    with pytest.raises(UsageError):
        init_base(tmp_path / "base.sqlite3", NAME, clock)


def test_clearing_a_report_takes_papers_and_two_people(hosted):
    hosted.blacklist.add(STOLEN, reason="police report", by="ann")
    with pytest.raises(UsageError):
        hosted.blacklist.clear(STOLEN, reason="found", by="ann")
    with pytest.raises(UsageError):
        hosted.blacklist.propose_clearing(STOLEN, clearing_id="c1", reason="found", papers="", by="ann")
    hosted.blacklist.propose_clearing(STOLEN, clearing_id="c1", reason="found", papers=PAPERS, by="ann")
    assert [one.id for one in hosted.blacklist.proposals()] == ["c1"]
    with pytest.raises(RefusedError):
        hosted.releases.release(ask(text="BP538761234567", model=load_model("nissan_blaupunkt_bp")))
    with pytest.raises(RefusedError):
        hosted.blacklist.carry_out("c1", by="ann")
    ended = hosted.blacklist.carry_out("c1", by="bob")
    assert [one.reason for one in ended] == ["police report"]
    assert hosted.blacklist.list() == hosted.blacklist.proposals() == ()
    for clearing_id in ("c1", "c2"):
        with pytest.raises(UsageError):
            hosted.blacklist.carry_out(clearing_id, by="cid")
    with hosted.stores.of(Principal.AUDITOR).snapshot() as seen:
        acts = [(act.who, act.act) for act in seen.acts()]
    assert acts == [("ann", "stolen:report"), ("ann", "stolen:propose"), ("bob", "stolen:clear")]


def test_a_radio_that_nobody_reported_has_no_clearing(hosted):
    with pytest.raises(UsageError):
        hosted.blacklist.propose_clearing(STOLEN, clearing_id="c1", reason="x", papers=PAPERS, by="ann")


def test_an_address_with_a_password_is_in_no_repr():
    place = parse_location("postgresql://radiokey:hush@localhost/base")
    assert "hush" not in f"{place!r}{Stores(place)!r}"
    assert isinstance(place.secret("key").name, str)


def test_a_base_is_closed_whole(place, clock):
    base = init_base(place, NAME, clock)
    assert isinstance(base, Base)
    base.close()
    with pytest.raises(StoreError):
        base.releases.release(ask())


def test_a_hosted_base_has_a_desk_and_ones_own_has_none(hosted, tmp_path, clock):
    """On one's own machine one person is everybody: three people cannot be kept apart there."""
    nissan = load_model("nissan_blaupunkt_bp")
    vin = Vin.parse("VF1AAAAA123456789")
    desk = hosted.desk({nissan.id: nissan})
    address = Address.parse("owner@example.org")
    one = desk.open(Application(parse("BP538761234567"), vin, nissan, address=address))
    with hosted.stores.of(Principal.DESK).transaction() as transaction:
        transaction.add_mail(one, 1, "opened", "en", 1)
        (mail,) = transaction.mails_to_send(1, 0)
    secret = hosted.location.secret("contacts").read_bytes()
    assert ContactKey(secret).open(mail.sealed, one).reveal() == "owner@example.org"
    with open_base(tmp_path / "own.sqlite3", clock) as own, pytest.raises(UsageError):
        own.desk({})
