"""The database keeps the rules of a request by itself, whoever is connected and whatever they believe."""

import sqlite3

import psycopg
import pytest
from desks import READ, Place, checked
from psycopg import sql

from radiokey.base.ports.log import StoredEntry
from radiokey.base.ports.requests import RequestAct, StoredRequest
from radiokey.base.ports.store import Clearing, ImportStep, Mark, MarkAct, StoredRelease, StoredToken
from radiokey.base.sql.postgresql import roles_of
from radiokey.base.sql.principals import Principal
from radiokey.errors import StoreError

NUMBER = READ.serial
REQUEST = StoredRequest(
    "r1", "acme", "own", NUMBER.kind, NUMBER.key, NUMBER.text, "", "honda_audio5", "", "V" * 17, "en", 1
)
STATES = {
    "opened": "draft",
    "submitted": "papers",
    "papers-sent": "review",
    "papers-asked": "papers",
    "car-seen": "review",
    "fee-recorded": "review",
    "warranty-recorded": "review",
    "checked": "second",
    "sent-back": "review",
    "approved": "releasing",
    "released": "released",
    "door-refused": "refused",
    "refused": "refused",
    "withdrawn": "withdrawn",
    "reminded": "papers",
    "expired": "expired",
}
OF_OWNERS = {"opened", "submitted", "papers-sent", "withdrawn", "reminded", "expired"}
OF_CLERKS = {"papers-asked", "car-seen", "fee-recorded", "warranty-recorded", "checked", "refused"}
OF_APPROVERS = {"sent-back", "approved", "released", "door-refused", "refused"}
WRITERS = {
    **dict.fromkeys(OF_APPROVERS, Principal.APPROVER),
    **dict.fromkeys(OF_CLERKS, Principal.CLERK),
    **dict.fromkeys(OF_OWNERS, Principal.DESK),
}


class Rows:
    """Writes acts past the desk, each as the principal whose it is."""

    def __init__(self, both):
        self.both = both
        self.stores = {
            name: both.store(name) for name in (Principal.DESK, Principal.CLERK, Principal.APPROVER)
        }
        with self.stores[Principal.DESK].transaction() as transaction:
            transaction.add_request(REQUEST)
        self.number = 0

    def add(self, act, by, *, number=None, state=None, request="r1"):
        row = RequestAct(request, number or self.number + 1, act, by, 1, state or STATES[act], 2, "{}")
        with self.stores[WRITERS[act]].transaction() as transaction:
            transaction.add_request_act(row)
        self.number = row.number

    def way(self, *acts):
        for act in acts:
            self.add(*act)

    def refused(self, act, by, **other):
        with pytest.raises(StoreError):
            self.add(act, by, **other)


@pytest.fixture
def rows(both):
    return Rows(both)


OPENED, SENT, CHECKED, APPROVED = (
    ("opened", "own"),
    ("papers-sent", "own"),
    ("checked", "cle"),
    ("approved", "app"),
)


def test_three_people_are_let_through(rows):
    rows.way(OPENED, SENT, ("car-seen", "cle"), CHECKED, APPROVED, ("released", "app"))
    with rows.stores[Principal.CLERK].snapshot() as seen:
        assert [act.act for act in seen.request_acts("r1")][-1] == "released"
        assert seen.request("r1") == REQUEST


@pytest.mark.parametrize("by", ["own", "cle", "dan"])
def test_an_approval_by_whoever_asked_checked_or_saw_the_car_is_refused(rows, by):
    """B10: by a trigger, on both databases, whoever is connected."""
    rows.way(OPENED, SENT, ("car-seen", "dan"), CHECKED)
    rows.refused("approved", by)
    rows.add(*APPROVED)


def test_an_approval_by_who_checked_in_an_earlier_round_is_refused(rows):
    rows.way(OPENED, SENT, CHECKED, ("sent-back", "bob"), ("checked", "dan"))
    rows.refused("approved", "cle")
    rows.refused("sent-back", "cle")
    rows.add("approved", "bob")


@pytest.mark.parametrize("where", ["mark", "clearing", "import_step", "token", "token_end"])
def test_an_approval_by_a_registrar_is_refused(rows, both, where):
    number = {"kind": NUMBER.kind, "number": NUMBER.key, "vin": "", "label": "", "reason": "x"}
    mark = Mark(MarkAct.REPORTED, by="app", at_ms=1, **number)
    token = StoredToken("t1", b"h" * 32, "acme", "Acme", "release", 1, 9_000, "reg")
    with both.store(Principal.REGISTRAR).transaction() as transaction:
        if where == "mark":
            transaction.add_mark(mark)
        elif where == "clearing":
            transaction.add_clearing(Clearing("c1", papers="ab", by="app", at_ms=1, **number))
        elif where == "import_step":
            transaction.add_import_step(ImportStep("f", 1, 1, 1, 0, 1, "app"))
        else:
            transaction.add_token(token)
            transaction.end_token("t1", 1, "app" if where == "token_end" else "reg")
    rows.way(OPENED, SENT, CHECKED)
    rows.refused("approved", "reg" if where == "token" else "app")
    with rows.stores[Principal.APPROVER].snapshot() as seen:
        assert ("reg" if where == "token" else "app") in seen.registrars_of(NUMBER.kind, NUMBER.key)
    rows.add("approved", "bob")


@pytest.mark.parametrize("act", ["submitted", "papers-sent", "withdrawn"])
def test_what_is_the_requesters_is_nobody_elses(rows, act):
    rows.refused("opened", "cle")
    rows.add(*OPENED)
    rows.refused(act, "cle")
    rows.add(act, "own")


@pytest.mark.parametrize("act", sorted((OF_CLERKS | OF_APPROVERS) - {"released", "door-refused"}))
def test_whoever_asked_decides_nothing(rows, act):
    rows.way(OPENED, SENT)
    if act in OF_APPROVERS - {"refused"}:
        rows.add(*CHECKED)
    rows.refused(act, "own")
    rows.add(act, "app")


def test_what_follows_what(rows):
    """The door is not answered before it was asked, nor asked before somebody checked."""
    rows.refused("submitted", "own", number=1)
    rows.add(*OPENED)
    rows.refused("opened", "own")
    rows.add(*SENT)
    rows.refused(*APPROVED)
    rows.refused("released", "app")
    rows.add(*CHECKED)
    rows.refused("released", "app")
    rows.refused("door-refused", "app")
    rows.way(("fee-recorded", "cle"))
    rows.refused(*APPROVED)
    rows.way(CHECKED, APPROVED, ("door-refused", "app"))


@pytest.mark.parametrize("end", ["released", "refused", "withdrawn", "expired"])
def test_nothing_follows_the_end(rows, end):
    rows.way(OPENED, SENT)
    if end == "released":
        rows.way(CHECKED, APPROVED)
    rows.add(end, "own" if end == "withdrawn" else "app")
    for act, by in (SENT, CHECKED, ("refused", "cle"), ("reminded", "clock")):
        rows.refused(act, by)


def test_an_act_has_the_next_number(rows):
    """So two clerks never overwrite each other, and no act is lost between two others."""
    rows.way(OPENED, SENT)
    for number in (1, 2, 4, 99):
        rows.refused("checked", "cle", number=number)
    rows.add("checked", "cle", number=3)


@pytest.mark.parametrize("act", STATES)
def test_a_state_that_an_act_cannot_leave_is_refused(rows, act):
    """A release rests on the state `releasing`: no other act may claim to have led there."""
    rows.way(OPENED, SENT, CHECKED)
    fixed = {"second", "releasing", "released", "refused", "withdrawn", "expired"}
    for state in fixed - {STATES[act]}:
        rows.refused(act, "own" if act in OF_OWNERS else "cle", state=state)
    rows.refused(act, "own" if act in OF_OWNERS else "cle", state="unheard-of")


def test_an_act_on_no_request_or_of_nobody_is_refused(rows):
    rows.refused("reminded", "clock", request="r2")
    rows.refused("opened", "")


def release(store, request_id, number=NUMBER.key):
    row = StoredRelease(request_id, b"f" * 32, "app", 1, 0, b"{}", NUMBER.kind, number, "", "app", "{}")
    with store.transaction() as transaction:
        transaction.add_entries([StoredEntry(0, b"leaf")])
        transaction.add_releases([row])


def test_a_release_of_the_desk_takes_its_approval_and_its_radio(rows, both):
    door = both.store(Principal.DOOR)
    rows.way(OPENED, SENT, CHECKED)
    for wrong in ("desk-r1", "desk-r2", "desk-"):
        with pytest.raises(StoreError):
            release(door, wrong)
    rows.add(*APPROVED)
    with pytest.raises(StoreError):
        release(door, "desk-r1", number="22000506")
    release(door, "desk-r1")


def test_a_release_of_anybody_else_takes_none(both):
    release(both.store(Principal.DOOR), "r1")


# --- PostgreSQL: a principal for each --------------------------------------------------------------------------


@pytest.fixture
def server(request):
    """PostgreSQL alone: SQLite has one principal."""
    return request.getfixturevalue("postgres").fresh()


@pytest.mark.parametrize("principal", [Principal.DESK, Principal.CLERK, Principal.APPROVER])
@pytest.mark.parametrize("act", STATES)
def test_each_principal_writes_its_own_acts_and_no_others(server, act, principal):
    """A clerk's principal cannot write an approval at all, though every rule of the request is kept."""
    may = {Principal.DESK: OF_OWNERS, Principal.CLERK: OF_CLERKS, Principal.APPROVER: OF_APPROVERS}[principal]
    before = {
        "opened": [],
        "sent-back": [OPENED, SENT, CHECKED],
        "approved": [OPENED, SENT, CHECKED],
        "released": [OPENED, SENT, CHECKED, APPROVED],
        "door-refused": [OPENED, SENT, CHECKED, APPROVED],
    }.get(act, [OPENED, SENT])
    by = "own" if act in OF_OWNERS else "app"
    with psycopg.connect(server) as owner:
        owner.execute(
            "INSERT INTO request VALUES ('r1', '', 'own', %s, %s, '', '', '', '', '', 'en', 1)",
            (NUMBER.kind, NUMBER.key),
        )
        for number, (done, who) in enumerate(before, start=1):
            insert(owner, number, done, who)
        owner.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(roles_of(owner).of(principal))))
        if act in may:
            insert(owner, len(before) + 1, act, by)
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                insert(owner, len(before) + 1, act, by)
        owner.rollback()


def insert(connection, number, act, by):
    connection.execute(
        "INSERT INTO request_act VALUES ('r1', %s, %s, %s, 1, %s, 2, '{}')", (number, act, by, STATES[act])
    )


def test_a_clerk_who_tries_to_approve_own_work_by_sql_is_refused(both, clock):
    """With every number right; on PostgreSQL even under another's name."""
    desk = Place(both, clock).desk()
    one = checked(desk)
    statement = f"INSERT INTO request_act VALUES ('{one}', 4, 'approved', '{{}}', 1, 'releasing', 2, '')"  # noqa: S608
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.IntegrityError), match="whoever checked"):
        both.behind(statement.format("cle"))
    if both.kind == "postgresql":
        with psycopg.connect(both.place) as connection:
            connection.execute(f"SET LOCAL ROLE {both.role(Principal.CLERK)}".encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.format("boss").encode())
    assert desk.view(one).act == 3
