"""The staff: invited once, each with one name and one role."""

import json

import pytest
from authenticator import Authenticator
from house import ORIGIN, SITE

from radiokey.base.identity.roles import ROLES, Permission, Role
from radiokey.base.identity.secret_values import Secret
from radiokey.base.identity.staff import LINK_MS, Person, PublicProfile
from radiokey.errors import (
    LinkError,
    NameTakenError,
    NotAllowedError,
    NotThereError,
    SignedOutError,
    SignInError,
    UsageError,
)

# --- from the link to the session -----------------------------------------------------------------------------


def test_an_invited_clerk_enrols_signs_in_and_may_what_a_clerk_may(house):
    link = house.invite()
    welcome = house.authentication.welcome(link)
    assert (welcome.account.name, welcome.account.role, welcome.account.organisation) == (
        "ann",
        "clerk",
        "office",
    )
    key, codes = house.enrol(link)
    assert len({code.reveal() for code in codes}) == 10
    session, who = house.sign_in(key)
    assert (who.account, who.role, who.organisation) == ("ann", Role.CLERK, "office")
    assert who.scopes == ROLES[Role.CLERK]
    assert house.authentication.who(session) == who
    (card,) = house.staff.people()
    assert (card.name, card.passkeys, card.sessions, card.ended_at_ms) == ("ann", 1, 1, 0)
    assert [act for _, act, _ in house.acts()] == [
        "organisation:add",
        "staff:invite",
        "passkey:add",
        "recovery:make",
        "session:begin",
    ]


def test_what_is_asked_of_a_browser_wants_the_person_and_a_passkey_that_knows_itself(house):
    asked = json.loads(house.authentication.welcome(house.invite()).ask)
    assert asked["rp"]["id"] == SITE
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["attestation"] == "none"
    asked = json.loads(house.authentication.ask())
    assert (asked["rpId"], asked["userVerification"]) == (SITE, "required")
    assert asked["allowCredentials"] == [], "who there is, is told to nobody"


def test_a_link_works_once(house, clock):
    link = house.invite()
    house.enrol(link)
    with pytest.raises(LinkError) as used:
        house.authentication.welcome(link)
    with pytest.raises(LinkError):
        house.enrol(link)
    late = house.invite("bob")
    clock.ms += LINK_MS
    with pytest.raises(LinkError) as over:
        house.authentication.welcome(late)
    with pytest.raises(LinkError) as none:
        house.authentication.welcome(Secret("x"))
    assert str(used.value) == str(over.value) == str(none.value)


@pytest.mark.parametrize(
    "link_of",
    [
        lambda house, _: house.invite("bob"),
        lambda house, _: house.staff.invite_again("ann", by="local"),
        lambda house, codes: house.authentication.recover("ann", codes[0], "c"),
    ],
    ids=["invited", "again", "recovered"],
)
def test_a_link_of_any_kind_lets_nobody_in_after_its_owner(house, link_of):
    """Also where there is a passkey already, so that not the first passkey alone is what ends a link."""
    _, codes = house.enrol(house.invite())
    link = link_of(house, codes)
    ask = house.authentication.welcome(link).ask
    house.enrol(link)
    with pytest.raises(LinkError):
        house.authentication.enrol(link, "thief", Authenticator(ORIGIN, SITE).make(ask))


def test_two_people_at_one_link_are_not_both_let_in(house):
    """The second answer was asked for before the first one came."""
    link = house.invite()
    ask = house.authentication.welcome(link).ask
    one, other = Authenticator(ORIGIN, SITE), Authenticator(ORIGIN, SITE)
    house.authentication.enrol(link, "phone", one.make(ask))
    with pytest.raises(LinkError):
        house.authentication.enrol(link, "phone", other.make(ask))


def test_a_second_link_dies_with_the_first(house):
    """Whoever invites could otherwise keep one for themselves."""
    house.staff.invite(Person("rita", Role.REGISTRAR, "office", "Rita"), by="local")
    first = house.invite(by="rita")
    second = house.staff.invite_again("ann", by="rita")
    house.enrol(second)
    with pytest.raises(LinkError):
        house.enrol(first)


def test_a_registrar_gives_no_new_link_to_whoever_had_a_passkey(house):
    """Else they could be anybody. The operator can; what there was before is ended then."""
    old = house.member()
    session, _ = house.sign_in(old)
    with pytest.raises(NotAllowedError, match="operator"):
        house.staff.invite_again("ann", by="rita")
    link = house.staff.invite_again("ann", by="local")
    house.authentication.who(session)
    new, codes = house.enrol(link)
    assert len(codes) == 10
    with pytest.raises(SignedOutError):
        house.authentication.who(session)
    with pytest.raises(SignInError):
        house.sign_in(old)
    assert house.sign_in(new)[1].account == "ann"


def test_a_registrar_is_invited_and_ended_by_the_operator_alone(house):
    house.member("rita", Role.REGISTRAR)
    with pytest.raises(NotAllowedError, match="operator"):
        house.invite("rob", Role.REGISTRAR, by="rita")
    house.member("rob", Role.REGISTRAR)
    for act in (house.staff.end, house.staff.end_sessions):
        with pytest.raises(NotAllowedError, match="operator"):
            act("rob", by="rita")
    house.staff.end("rob", by="local")


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.CLERK])
def test_a_registrar_invites_everybody_else(house, role):
    house.member("rita", Role.REGISTRAR)
    link = house.staff.invite(Person("x", role, "office", "X"), by="rita")
    assert house.authentication.welcome(link).account.role == role


# --- one name, one person -----------------------------------------------------------------------------------


def test_a_name_is_a_persons_or_a_machines_and_never_given_twice(house):
    """B10: else one person could ask under one name and approve under the other."""
    house.base.tokens.make("till-3", "x", [Permission.REQUEST_OPEN], days=1, by="local")
    with pytest.raises(NameTakenError):
        house.invite("till-3")
    house.invite("ann")
    with pytest.raises(NameTakenError):
        house.base.tokens.make("ann", "x", [Permission.REQUEST_OPEN], days=1, by="local")
    house.staff.end("ann", by="local")
    with pytest.raises(NameTakenError):
        house.invite("ann", Role.APPROVER)
    with pytest.raises(NameTakenError):
        house.base.tokens.make("ann", "x", [Permission.REQUEST_OPEN], days=1, by="local")
    token = house.base.tokens.list()[0].id
    house.base.tokens.end(token, by="local")
    with pytest.raises(NameTakenError):
        house.invite("till-3")


@pytest.mark.parametrize("name", ["", "local", "owner", "Ann", "a b", "-a", "a" * 65, "ä", "a\n"])
def test_what_is_no_name_is_refused(house, name):
    with pytest.raises(UsageError):
        house.staff.invite(Person(name, Role.CLERK, "office", "X"), by="local")


@pytest.mark.parametrize("display", ["", "x" * 101, "a\nb"])
def test_what_nobody_is_called_is_refused(house, display):
    with pytest.raises(UsageError):
        house.staff.invite(Person("ann", Role.CLERK, "office", display), by="local")


# --- organisations ------------------------------------------------------------------------------------------

HONEST = PublicProfile("Hafenstr. 2, Kiel", "HRB 1234, Kiel", "Blaupunkt, Becker", "2026-03", "35 EUR")


def test_a_specialist_shows_what_an_honest_one_shows_or_is_not_listed(house):
    """Facts/units 1.5: address, register, coverage, how new, the price, before anybody pays."""
    house.staff.add_organisation("kiel", "Radio Kiel", "specialist", HONEST, by="rita")
    assert house.staff.shown()["kiel"].data_until == "2026-03"
    for missing in ("address", "register", "covers", "data_until", "price"):
        said = {name: getattr(HONEST, name) for name in HONEST.__slots__} | {missing: ""}
        with pytest.raises(UsageError, match="a specialist shows"):
            house.staff.add_organisation("x", "X", "specialist", PublicProfile(**said), by="rita")
    house.staff.add_organisation("nord", "Autohaus Nord", "dealer", PublicProfile(), by="rita")
    assert [one.id for one in house.staff.organisations()] == ["nord", "kiel", "office"]


def test_what_an_organisation_shows_changes_and_its_past_stays(house):
    house.staff.add_organisation("kiel", "Radio Kiel", "specialist", HONEST, by="rita")
    newer = PublicProfile("Hafenstr. 2, Kiel", "HRB 1234, Kiel", "Blaupunkt", "2026-09", "40 EUR")
    house.staff.show("kiel", newer, by="rita")
    shown = house.staff.shown()["kiel"]
    assert (shown.number, shown.data_until, shown.price) == (2, "2026-09", "40 EUR")
    with pytest.raises(UsageError, match="2026-03"):
        house.staff.show("kiel", PublicProfile("a", "b", "c", "last year", "d"), by="rita")
    with pytest.raises(NotThereError):
        house.staff.show("nobody", newer, by="rita")


def test_an_organisation_has_its_id_and_name_alone(house):
    for organisation_id, name in (("office", "Another"), ("another", "The office")):
        with pytest.raises(NameTakenError):
            house.staff.add_organisation(organisation_id, name, "office", PublicProfile(), by="rita")
    for organisation_id, name, kind in (("A B", "x", "office"), ("x", "", "office"), ("x", "x", "club")):
        with pytest.raises(UsageError):
            house.staff.add_organisation(organisation_id, name, kind, PublicProfile(), by="rita")
    with pytest.raises(NotThereError):
        house.staff.invite(Person("x", Role.CLERK, "nowhere", "X"), by="local")
