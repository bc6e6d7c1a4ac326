"""`radiokey base staff`: the operator's way to the first registrar, and out again."""

import pytest

from radiokey.base.bootstrap import init_base, open_base
from radiokey.base.identity.secret_values import Secret

SITE = "https://codes.example.org"


@pytest.fixture
def hosted(database):
    init_base(database, "codes.example.org/radios").close()
    return database


@pytest.fixture
def invited(cli, hosted):
    """Invite somebody; return the secret of the link."""

    def made(*arguments):
        ran = cli("base", "staff", "invite", *arguments, "--site", f"{SITE}/", "--database", hosted)
        assert ran.code == 0, ran.err
        assert ran.out.startswith(f"{SITE}/enrol/")
        return ran.out.strip().rpartition("/")[2], ran

    return made


def test_the_operator_invites_the_first_registrar_for_the_house_itself(cli, hosted, invited):
    secret, ran = invited("rita", "--role", "registrar", "--display", "Rita R.")
    assert "3 days" in ran.err
    assert secret not in ran.err
    with open_base(hosted) as base:
        account = base.authentication(SITE, bytes(32)).welcome(Secret(secret)).account
    assert (account.role, account.organisation, account.by) == (
        "registrar",
        "codes.example.org/radios",
        "local",
    )
    (card,) = cli("base", "staff", "list", "--json", "--database", hosted).document
    assert (card["name"], card["role"], card["passkeys"], card["ended_at_ms"]) == (
        "rita",
        "registrar",
        0,
        None,
    )
    assert secret not in cli("base", "staff", "list", "--database", hosted).out


def test_an_account_that_is_there_gets_another_link_and_stays_what_it_is(cli, hosted, invited):
    one, _ = invited("rita", "--role", "registrar", "--display", "Rita R.")
    other, _ = invited("rita")
    assert one != other
    ran = cli("base", "staff", "invite", "rita", "--role", "clerk", "--database", hosted)
    ran.refused(64, "does not change")
    assert len(cli("base", "staff", "list", "--json", "--database", hosted).document) == 1


@pytest.mark.parametrize("given", [[], ["--role", "clerk"], ["--display", "X"]])
def test_a_new_account_has_a_role_and_a_person(cli, hosted, given):
    cli("base", "staff", "invite", "x", *given, "--database", hosted).refused(64, "--role and --display")


def test_whoever_is_ended_is_out_and_their_name_is_gone(cli, hosted, invited):
    secret, _ = invited("ann", "--role", "clerk", "--display", "Ann")
    assert cli("base", "staff", "end", "ann", "--database", hosted).out == "The account ann is ended.\n"
    assert "ended" in cli("base", "staff", "list", "--database", hosted).out
    cli("base", "staff", "end", "ann", "--database", hosted).refused(64, "nobody")
    arguments = ("--role", "clerk", "--display", "Ann")
    cli("base", "staff", "invite", "ann", *arguments, "--database", hosted).refused(64, "never given twice")
    told = ("--account", "ann", "--organisation", "x", "--scope", "code:release")
    cli("base", "tokens", "add", *told, "--database", hosted).refused(64, "a person of the staff")
    with open_base(hosted) as base, pytest.raises(Exception, match="used"):
        base.authentication(SITE, bytes(32)).welcome(Secret(secret))


@pytest.mark.parametrize("command", [("list",), ("end", "x"), ("invite", "x")])
def test_a_base_of_ones_own_has_no_staff(cli, database, command):
    cli("base", "init", "--database", database)
    cli("base", "staff", *command, "--database", database).refused(64, "no staff")


def test_an_unknown_organisation_or_a_name_that_is_none_is_refused(cli, hosted):
    arguments = ("--role", "clerk", "--display", "X", "--database", hosted)
    cli("base", "staff", "invite", "x", "--organisation", "nowhere", *arguments).refused(64, "organisation")
    cli("base", "staff", "invite", "Local Hero", *arguments).refused(64, "small letters")
