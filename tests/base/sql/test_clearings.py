"""Clearings with their papers on both databases: with the proposal or not at all, kept in time, seen by two."""

import hashlib

import pytest
from desks import READ, VIN, AsSent, Counted, OneKey, Place

from radiokey.base.keys.rotation import KeyRotation
from radiokey.base.papers.archive import PaperArchive
from radiokey.base.papers.kind import REJECTED_KEPT_DAYS
from radiokey.base.ports.store import CLOCK
from radiokey.base.sql.principals import Principal
from radiokey.base.stolen.blacklist import Blacklist
from radiokey.base.stolen.clearings import WAITS_DAYS, Clearings
from radiokey.clock import DAY_MS
from radiokey.errors import NotThereError, SealError, StoreError, UsageError
from radiokey.serial.number import parse

CANARY = b"QZXJKVWYQZXJKVWY"


class Office:
    """The stolen list of a hosted base with one report, and its clearings; and the desk, which keeps the time."""

    def __init__(self, both, clock):
        self.both, self.clock, self.desk = both, clock, Place(both, clock).desk()
        self.store = both.store(Principal.REGISTRAR)
        self.blacklist = Blacklist(self.store, clock)
        papers = PaperArchive(OneKey(), AsSent(), Counted())
        self.clearings = Clearings(self.blacklist, self.store, clock, papers)
        self.blacklist.add(READ, vin=VIN, reason="stolen", by="cle")

    def propose(self, receipt=CANARY, by="reg"):
        return self.clearings.propose(READ, vin=VIN, reason="back", receipt=receipt, by=by)

    def papers(self):
        return [one for (one,) in self.both.behind("SELECT clearing FROM clearing_paper ORDER BY clearing")]


@pytest.fixture
def office(both, clock):
    return Office(both, clock)


def test_the_second_person_sees_what_the_first_handed_in(office):
    one = office.propose()
    assert office.propose() == one  # a form that is sent twice
    looked = office.clearings.view_clearing(one.id)
    assert [report.reason for report in looked.reports] == ["stolen"]
    opened = office.clearings.paper(one.id, "rita")
    assert (opened.media, opened.content) == ("image/jpeg", CANARY + b", cleaned")
    assert looked.media == "image/jpeg"
    assert one.papers == hashlib.sha256(CANARY).hexdigest()
    sealed = b"".join(bytes(row) for (row,) in office.both.behind("SELECT sealed FROM clearing_paper"))
    assert CANARY not in sealed
    assert CANARY.decode() not in repr(opened) + repr(looked)
    office.blacklist.carry_out(one.id, by="rita")
    assert office.blacklist.list() == ()
    acts = office.both.behind("SELECT who, act FROM audit ORDER BY id")
    assert acts[1:] == [
        ("reg", "stolen:propose"),
        ("reg", "stolen:keep-paper"),
        ("rita", "stolen:open-paper"),
        ("rita", "stolen:clear"),
    ]
    with pytest.raises(NotThereError):
        office.clearings.paper(one.id, "rita")


def test_one_receipt_for_two_radios_of_one_number_is_two_proposals(office):
    """Their labels tell them apart: the second one must not be taken for the first sent twice."""
    readings = [parse(text, make="renault") for text in ("281155216RT V212", "281159999RT V212")]
    for reading in readings:
        office.blacklist.add(reading, reason="stolen", by="cle")
    told = {"reason": "back", "receipt": CANARY, "by": "reg"}
    one, other = (office.clearings.propose(reading, **told) for reading in readings)
    assert one.label != other.label
    assert [office.clearings.propose(reading, **told) for reading in readings] == [one, other]
    assert len(office.blacklist.proposals()) == 2


def test_a_proposal_that_does_not_hold_keeps_no_paper(office):
    office.blacklist.carry_out(office.propose().id, by="rita")
    kept = office.papers()
    with pytest.raises(UsageError):  # no report stands any more
        office.propose(b"another")
    assert office.papers() == kept


def test_the_database_keeps_a_paper_while_its_clearing_waits_and_ends_a_clearing_once(office):
    """Past every program: triggers on both, whoever is connected."""
    one, other = office.propose(), office.propose(b"another")
    with pytest.raises(Exception, match="kept while its clearing waits"):
        office.both.behind("DELETE FROM clearing_paper")
    if office.both.kind == "sqlite":  # on the server nobody has the right at all, see test_rights
        with pytest.raises(Exception, match="not changed"):
            office.both.behind("UPDATE clearing_paper SET media = 'image/png'")
    office.blacklist.carry_out(one.id, by="rita")
    office.clearings.reject(other.id, "the wrong file", by="reg")
    ended = f"INSERT INTO clearing_end (clearing, at_ms, by, reason) VALUES ('{one.id}', 1, 'reg', 'x')"  # noqa: S608 - an id of ours
    with pytest.raises(Exception, match="was carried out"):
        office.both.behind(ended)
    office.blacklist.add(READ, vin=VIN, reason="stolen again", by="cle")
    with pytest.raises(NotThereError):
        office.blacklist.carry_out(other.id, by="rita")
    with pytest.raises(Exception, match="was laid aside"):
        office.both.behind(
            "INSERT INTO mark (act, kind, number, vin, label, reason, by, at_ms, clearing) "  # noqa: S608 - the same
            f"SELECT 'cleared', kind, number, vin, label, reason, 'rita', 1, id FROM clearing WHERE id = '{other.id}'"
        )


def test_a_paper_that_its_clearing_does_not_name_is_not_kept_and_one_that_was_moved_does_not_open(office):
    one = office.propose()
    with office.store.snapshot() as seen:
        row = seen.clearing_paper(one.id)
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    moves = {"moved": one.papers, "other": "ab" * 32}
    for clearing_id, papers in moves.items():
        office.blacklist.propose_clearing(
            READ, clearing_id=clearing_id, vin=VIN, reason="back", papers=papers, by="reg"
        )
    with pytest.raises(StoreError), office.store.transaction() as transaction:
        transaction.add_clearing_paper(type(row)(**fields | {"clearing": "other"}))
    with office.store.transaction() as transaction:
        transaction.add_clearing_paper(type(row)(**fields | {"clearing": "moved"}))
    with pytest.raises(SealError):
        office.clearings.paper("moved", "rita")


def test_papers_of_clearings_go_on_their_day_and_the_clock_alone_lays_aside_what_is_late(office):
    office.propose()
    office.clock.ms += WAITS_DAYS * DAY_MS
    assert office.desk.sweep().papers_deleted == 0
    assert office.blacklist.proposals() == ()
    assert office.both.behind("SELECT by FROM clearing_end") == [(CLOCK,)]
    office.clock.ms += REJECTED_KEPT_DAYS * DAY_MS
    assert office.desk.sweep().papers_deleted == 1
    assert office.papers() == []
    assert office.desk.sweep().papers_deleted == 0


def test_who_keeps_the_time_says_no_to_nothing_and_nobody_says_that_the_time_ran_out(office):
    """The server's own rule: each of the two lays aside in its own name."""
    one = office.propose()
    if office.both.kind == "postgresql":
        for principal, by in ((Principal.DESK, "rita"), (Principal.REGISTRAR, CLOCK)):
            with pytest.raises(StoreError), office.both.store(principal).transaction() as transaction:
                transaction.end_clearing(one.id, 1, by, "x")
    assert [waits.id for waits in office.blacklist.proposals()] == [one.id]


def test_a_key_that_seals_the_paper_of_a_clearing_is_in_use(office):
    office.propose()
    keeper = KeyRotation(office.both.store(Principal.KEEPER), None, office.clock, Counted(), "ann")
    (key,) = {key for (key,) in office.both.behind("SELECT key FROM clearing_paper")}
    assert keeper.in_use() == {"k": 1, key: 1}
