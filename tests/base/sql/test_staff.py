"""The staff on both databases: the whole way in under the principals' own rights, and the rules kept below them."""

import pytest
from authenticator import Authenticator
from desks import READ

from radiokey.base.bootstrap import SystemRandomness
from radiokey.base.identity.authentication import Authentication
from radiokey.base.identity.passkeys import Party, Passkeys, written
from radiokey.base.identity.roles import Role
from radiokey.base.identity.staff import Person, PublicProfile, Staff
from radiokey.base.identity.tokens import Tokens
from radiokey.base.limits import Limits
from radiokey.base.ports.identity import StoredAccount, StoredEnrolment
from radiokey.base.ports.requests import RequestAct, StoredRequest
from radiokey.base.ports.store import StoredToken
from radiokey.base.sql.principals import Principal
from radiokey.errors import NotThereError, SignedOutError, SignInError, StoreError

ORIGIN, SITE = "https://codes.example.org", "codes.example.org"
TOKEN = StoredToken("t1", b"h" * 32, "till-3", "x", "request:open", 1, 9, "local")


class House:
    """The staff on one database, each part as its own principal."""

    def __init__(self, both, clock):
        self.registrar, self.gate = both.store(Principal.REGISTRAR), both.store(Principal.GATE)
        chance = SystemRandomness()
        self.staff = Staff(self.registrar, clock, chance)
        passkeys = Passkeys(Party.at(ORIGIN), bytes(32), clock, chance)
        self.authentication = Authentication(self.gate, passkeys, clock, chance, Limits())
        self.tokens = Tokens(self.gate, self.registrar, clock, chance)
        self.staff.add_organisation("office", "The office", "office", PublicProfile(), by="local")

    def member(self, name, role=Role.CLERK):
        link = self.staff.invite(Person(name, role, "office", name), by="local")
        key = Authenticator(ORIGIN, SITE)
        return key, self.authentication.enrol(link, "phone", key.make(self.authentication.welcome(link).ask))

    def sign_in(self, key):
        return self.authentication.sign_in(key.answer(self.authentication.ask()))


@pytest.fixture
def house(both, clock):
    return House(both, clock)


def test_the_gate_and_the_registrar_can_do_all_that_is_theirs(house, clock):
    """On PostgreSQL each statement is one that its principal may run."""
    key, codes = house.member("ann")
    session, who = house.sign_in(key)
    clock.ms += 60_000
    house.authentication.who(session)
    other = Authenticator(ORIGIN, SITE)
    house.authentication.add_passkey(who, "key ring", other.make(house.authentication.ask_another(who)))
    house.authentication.confirm(who, "x y", key.answer(house.authentication.ask_confirmation(who, "x y")))
    house.authentication.remove_passkey(who, written(other.id))
    house.authentication.renew_codes(who)
    with pytest.raises(SignInError):
        house.authentication.recover("ann", codes[0], "c")
    new = house.authentication.renew_codes(who)
    link = house.authentication.recover("ann", new[0], "c")
    third = Authenticator(ORIGIN, SITE)
    house.authentication.enrol(link, "third", third.make(house.authentication.welcome(link).ask))
    one, who = house.sign_in(third)
    house.authentication.sign_out(who)
    two, who = house.sign_in(third)
    assert house.authentication.sign_out_everywhere(who) == 1
    three, _ = house.sign_in(third)
    assert [(card.name, card.passkeys, card.sessions) for card in house.staff.people()] == [("ann", 2, 1)]
    assert house.staff.end_sessions("ann", by="rita") == 1
    for ended in (one, two, three):
        with pytest.raises(SignedOutError):
            house.authentication.who(ended)
    again = house.staff.invite_again("ann", by="local")
    fourth = Authenticator(ORIGIN, SITE)
    assert (
        len(house.authentication.enrol(again, "4", fourth.make(house.authentication.welcome(again).ask)))
        == 10
    )
    copied = Authenticator(**vars(fourth))
    house.sign_in(fourth)
    with pytest.raises(SignInError):
        house.sign_in(copied)
    house.staff.show("office", PublicProfile("a", "b", "c", "2026-03", "d"), by="rita")
    house.staff.end("ann", by="rita")
    with pytest.raises(NotThereError):
        house.staff.end("ann", by="rita")


def test_a_name_is_never_a_persons_and_a_machines_in_the_database_either(house, both):
    """Past the program: B10, one person under two names is two of three."""
    with house.registrar.transaction() as transaction:
        transaction.add_token(TOKEN)
        transaction.add_account(StoredAccount("ann", "clerk", "office", "Ann", b"h" * 16, 1, "local"))
    with (
        pytest.raises(StoreError, match="a token has this name"),
        house.registrar.transaction() as transaction,
    ):
        transaction.add_account(StoredAccount("till-3", "clerk", "office", "X", b"i" * 16, 1, "local"))
    ours = StoredToken("t2", b"h" * 32, "ann", "x", "request:open", 1, 9, "local")
    with (
        pytest.raises(StoreError, match="a person has this name"),
        house.registrar.transaction() as transaction,
    ):
        transaction.add_token(ours)
    assert both.behind("SELECT count(*) FROM token")[0][0] == 1
    assert both.behind("SELECT count(*) FROM account")[0][0] == 1


@pytest.mark.parametrize(
    "account",
    [
        StoredAccount("rob", "registrar", "office", "Rob", b"h" * 16, 1, "rita"),
        StoredAccount("local", "clerk", "office", "X", b"h" * 16, 1, "local"),
        StoredAccount("x", "boss", "office", "X", b"h" * 16, 1, "local"),
        StoredAccount("x", "clerk", "nowhere", "X", b"h" * 16, 1, "local"),
        StoredAccount("x", "clerk", "office", "X", b"short", 1, "local"),
    ],
)
def test_the_database_takes_no_registrar_of_a_registrars_and_no_other_account_that_is_none(house, account):
    with pytest.raises(StoreError), house.registrar.transaction() as transaction:
        transaction.add_account(account)


def test_the_database_takes_no_link_that_would_make_somebody_else_of_whoever_has_it(house):
    house.member("ann")
    refused = [
        (house.registrar, StoredEnrolment(b"1" * 32, "ann", "invited", 1, 2, "rita")),
        (house.registrar, StoredEnrolment(b"2" * 32, "ann", "again", 1, 2, "rita")),
        (house.gate, StoredEnrolment(b"3" * 32, "ann", "recovered", 1, 2, "rita")),
    ]
    for store, link in refused:
        with pytest.raises(StoreError), store.concurrent_transaction() as transaction:
            transaction.add_enrolment(link)


def test_the_gate_invites_nobody_and_the_registrar_recovers_nobody(house, both):
    """Row security: a right to add a link is not a right to add any."""
    if both.kind == "sqlite":
        assert both.behind("SELECT count(*) FROM enrolment") == [(0,)]
        return
    house.staff.invite(Person("bob", Role.CLERK, "office", "Bob"), by="local")
    for store, kind, by in ((house.gate, "invited", "local"), (house.registrar, "recovered", "bob")):
        with (
            pytest.raises(StoreError, match="row-level security"),
            store.concurrent_transaction() as transaction,
        ):
            transaction.add_enrolment(StoredEnrolment(b"1" * 32, "bob", kind, 1, 2, by))


def act(name, by, number, state):
    return RequestAct("r1", number, name, by, 1, state, 2, "{}")


def test_a_person_does_at_the_desk_only_what_their_role_does_there(house, both):
    """Row 19: enforced below the program, for whoever has an account."""
    for name, role in (
        ("kim", Role.CLERK),
        ("uma", Role.APPROVER),
        ("rita", Role.REGISTRAR),
        ("max", Role.AUDITOR),
    ):
        house.staff.invite(Person(name, role, "office", name), by="local")
    stores = {one: both.store(one) for one in (Principal.DESK, Principal.CLERK, Principal.APPROVER)}

    def write(principal, row):
        with stores[principal].transaction() as transaction:
            transaction.add_request_act(row)

    serial = READ.serial
    with stores[Principal.DESK].transaction() as transaction:
        transaction.add_request(
            StoredRequest(
                "r1", "o", "own", serial.kind, serial.key, serial.text, "", "", "", "V" * 17, "en", 1
            )
        )
    write(Principal.DESK, act("opened", "own", 1, "draft"))
    write(Principal.DESK, act("papers-sent", "own", 2, "review"))
    for name in ("uma", "rita", "max"):
        with pytest.raises(StoreError, match="another role"):
            write(Principal.CLERK, act("checked", name, 3, "second"))
    write(Principal.CLERK, act("checked", "kim", 3, "second"))
    for name in ("rita", "max"):
        for row in (act("approved", name, 4, "releasing"), act("refused", name, 4, "refused")):
            with pytest.raises(StoreError, match="another role"):
                write(Principal.APPROVER, row)
    write(Principal.APPROVER, act("sent-back", "uma", 4, "review"))
    write(Principal.CLERK, act("checked", "kim", 5, "second"))
    write(Principal.APPROVER, act("refused", "uma", 6, "refused"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE passkey SET counter = 0",
        "UPDATE passkey SET public_key = id",
        "UPDATE session SET expires_at_ms = 9",
        "UPDATE account SET role = 'approver'",
        "DELETE FROM account_end",
        "DELETE FROM session_end",
        "DELETE FROM passkey_end",
        "DELETE FROM recovery_code_end",
    ],
)
def test_what_somebody_is_and_what_ended_stays(house, both, statement):
    """On SQLite by triggers; the owner of a PostgreSQL database is bound by that of the count alone."""
    key, _ = house.member("ann")
    session, who = house.sign_in(key)
    house.authentication.sign_out(who)
    house.staff.end("ann", by="local")
    key2, codes = house.member("bob")
    house.sign_in(key2)
    house.authentication.recover("bob", codes[0], "c")
    with pytest.raises(SignInError):
        house.sign_in(Authenticator(**{**vars(key2), "counter": 0}))
    if both.kind == "sqlite" or "counter" in statement:
        with pytest.raises(Exception, match=r"append-only|only |counts up"):
            both.behind(statement)
    else:
        with (
            pytest.raises(StoreError, match="permission denied"),
            house.gate.concurrent_transaction() as transaction,
        ):
            transaction._statements._run(statement, {})
    with pytest.raises(SignedOutError):
        house.authentication.who(session)
