"""Papers of requests on both databases: with their act or not at all, sealed, opened, and gone in time."""

import hashlib
from dataclasses import replace

import pytest
from desks import PAPERS, AsSent, Crashed, Cuts, ask, checked, mails, own

from radiokey.base.keys.rotation import KeyRotation
from radiokey.base.papers.archive import Upload
from radiokey.base.papers.kind import KEPT_DAYS, PaperKind
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import State
from radiokey.base.sql.principals import Principal
from radiokey.clock import DAY_MS
from radiokey.confined.refusal import Refusal, paper_error
from radiokey.errors import (
    ChangedMeanwhileError,
    NotThereError,
    PaperError,
    SealError,
    StoreError,
    UsageError,
)

CANARY = b"QZXJKVWYQZXJKVWY"


@pytest.fixture
def desk(place):
    """A desk on it."""
    return place.desk()


def kept(place):
    return [id_ for (id_,) in place.both.behind("SELECT id FROM paper ORDER BY id")]


class Fussy(AsSent):
    """Takes no film, and counts what it was asked."""

    def __init__(self):
        self.asked = 0

    def clean(self, data):
        self.asked += 1
        if data == b"a film":
            raise paper_error(Refusal.FILM)
        return super().clean(data)


def test_papers_are_kept_as_they_were_cleaned_and_open_to_the_desk_with_an_entry_in_the_audit(place, desk):
    one = ask(desk)
    desk.send_papers(one, 1, own(desk, one), [*PAPERS, Upload(PaperKind.VIN_PHOTO, CANARY)])
    sent = desk.papers(one)
    assert [(paper.kind, paper.at_ms, paper.kept, paper.delete_ms) for paper in sent] == [
        (kind, place.clock.ms, True, 0)
        for kind in (PaperKind.REGISTRATION, PaperKind.LABEL_PHOTO, PaperKind.VIN_PHOTO)
    ]
    assert {paper.media for paper in sent} == {"image/jpeg"}
    opened = desk.paper(one, sent[2].id, "cle")
    assert (opened.media, opened.content) == ("image/jpeg", CANARY + b", cleaned")
    assert sent[2].received_sha256 == hashlib.sha256(CANARY).hexdigest()
    assert sent[2].stored_sha256 == hashlib.sha256(opened.content).hexdigest()
    assert [(row.id, row.sha256, row.stored_sha256, row.kind) for row in desk.view(one).request.papers] == [
        (paper.id, paper.received_sha256, paper.stored_sha256, paper.kind) for paper in sent
    ]
    last = place.both.behind("SELECT who, act, subject, detail FROM audit ORDER BY id DESC LIMIT 1")
    assert last == [("cle", "request:open-paper", one, sent[2].id)]
    rows = b"".join(bytes(sealed) for (sealed,) in place.both.behind("SELECT sealed FROM paper"))
    assert CANARY not in rows
    assert CANARY.decode() not in repr(opened) + repr(sent) + repr(Upload(PaperKind.PURCHASE, CANARY))


def test_a_paper_that_is_not_taken_takes_the_others_with_it(place):
    """Half of what was sent would be asked for again, and nobody would know which half."""
    desk = place.desk(cleaner=Fussy())
    one = ask(desk)
    with pytest.raises(PaperError) as caught:
        desk.send_papers(one, 1, own(desk, one), [*PAPERS, Upload(PaperKind.PURCHASE, b"a film")])
    assert (caught.value.facts["reason"], caught.value.facts["at"]) == ("film", 2)
    assert (desk.view(one).act, kept(place), mails(place)) == (1, [], [])


def test_what_does_not_hold_anyway_costs_no_work(place):
    """Whoever may not send papers makes no process busy."""
    fussy = Fussy()
    desk = place.desk(cleaner=fussy)
    one = ask(desk)
    by = own(desk, one)
    for wrong, seen, who, papers in (
        (ChangedMeanwhileError, 7, by, PAPERS),
        (Exception, 1, "somebody", PAPERS),
        (UsageError, 1, by, PAPERS * 11),
        (UsageError, 1, by, []),
    ):
        with pytest.raises(wrong):
            desk.send_papers(one, seen, who, papers)
    desk.withdraw(one, 1, by)
    with pytest.raises(ChangedMeanwhileError):
        desk.send_papers(one, 2, by, PAPERS)
    assert fussy.asked == 0


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_keeps_the_act_and_its_papers_or_neither(place, after):
    one = ask(place.desk())
    cuts = Cuts(1, after=after)
    with pytest.raises(Crashed):
        place.desk(cuts).send_papers(one, 1, own(place.desk(), one), PAPERS)
    assert len(kept(place)) == (2 if after else 0)
    assert place.desk().view(one).act == (2 if after else 1)


def test_somebody_who_was_quicker_while_papers_were_read_wins(place):
    """Reading takes seconds; what was done meanwhile is looked at once more where it counts."""
    quick = place.desk()
    one = ask(quick)

    class Slow(AsSent):
        def clean(self, data):
            if quick.view(one).act == 1:
                quick.withdraw(one, 1, own(quick, one))
            return super().clean(data)

    with pytest.raises(ChangedMeanwhileError):
        place.desk(cleaner=Slow()).send_papers(one, 1, own(quick, one), PAPERS)
    assert kept(place) == []


def test_a_paper_of_another_request_is_not_found(desk):
    one, other = checked(desk), checked(desk)
    mine, theirs = desk.papers(one)[0].id, desk.papers(other)[0].id
    assert desk.paper(one, mine, "cle").content
    for request_id, paper_id in ((one, theirs), (other, mine), (one, ""), (one, "' OR 1=1 --")):
        with pytest.raises(NotThereError):
            desk.paper(request_id, paper_id, "cle")


def test_a_paper_that_was_moved_in_the_database_does_not_open(place, desk):
    """Its seal names its request: a row that was written anew under another is no paper of that one."""
    one, other = checked(desk), checked(desk)
    with place.both.store(Principal.DESK).transaction() as transaction:
        row = transaction.paper(one, desk.papers(one)[0].id)
        moved = replace_row(row, id="moved", request=other)
        transaction.add_paper(moved)
    with pytest.raises(SealError):
        desk.paper(other, "moved", "cle")


def replace_row(row, **changed):
    return type(row)(**{name: getattr(row, name) for name in row.__struct_fields__} | changed)


@pytest.mark.parametrize("kind", PaperKind)
def test_each_paper_is_deleted_on_its_day_and_not_before(place, desk, kind):
    """The day is the one that the owner was told; the two sums stay."""
    one = ask(desk)
    desk.send_papers(one, 1, own(desk, one), [Upload(kind, b"a paper")])
    place.clock.ms += 2_000 * DAY_MS
    assert desk.sweep().papers_deleted == 0
    assert [paper.delete_ms for paper in desk.papers(one)] == [0]
    desk.refuse(one, 2, "cle", Reason.PAPERS_UNREADABLE)
    (paper,) = desk.papers(one)
    assert paper.delete_ms == place.clock.ms + KEPT_DAYS[kind] * DAY_MS
    place.clock.ms = paper.delete_ms - 1
    assert (desk.sweep().papers_deleted, desk.papers(one)) == (0, (paper,))
    place.clock.ms += 1
    assert desk.sweep().papers_deleted == 1
    assert desk.papers(one) == (replace(paper, media=""),)
    with pytest.raises(NotThereError):
        desk.paper(one, paper.id, "cle")
    assert kept(place) == []
    assert ("clock", "request:delete-paper", one, paper.id) in place.both.behind(
        "SELECT who, act, subject, detail FROM audit"
    )
    assert desk.sweep().papers_deleted == 0


def test_no_paper_of_an_open_request_is_deleted_by_anybody(place, desk):
    """Nor changed: triggers, whoever is connected."""
    checked(desk)
    for statement in ("DELETE FROM paper", "UPDATE paper SET kind = 'purchase'"):
        if place.both.kind == "postgresql" and statement.startswith("UPDATE"):
            continue  # there nobody has the right at all, see test_rights
        with pytest.raises(Exception, match=r"kept until its request has ended|not changed"):
            place.both.behind(statement)
    assert len(kept(place)) == 2


def test_an_act_and_its_papers_refuse_what_no_paper_is(place, desk):
    """What the database is told of a paper has a shape, whoever tells it."""
    one = checked(desk)
    with place.both.store(Principal.DESK).snapshot() as seen:
        row = seen.paper(one, desk.papers(one)[0].id)
    for wrong in (
        {"kind": "passport"},
        {"media": "text/html"},
        {"stored_sha256": "ab"},
        {"sealed": b"short"},
        {"request": "nobody's"},
    ):
        with pytest.raises(StoreError), place.both.store(Principal.DESK).transaction() as transaction:
            transaction.add_paper(replace_row(row, **{"id": "fresh"} | wrong))
    assert len(kept(place)) == 2


def test_a_key_that_seals_a_paper_is_in_use(place, desk):
    """Retired, it would take the papers with it."""
    assert desk.view(checked(desk)).request.state is State.SECOND
    keeper = KeyRotation(place.both.store(Principal.KEEPER), None, place.clock, place.randomness, "ann")
    (key,) = {key for (key,) in place.both.behind("SELECT key FROM paper")}
    assert keeper.in_use() == {"k": 1, key: 2}
