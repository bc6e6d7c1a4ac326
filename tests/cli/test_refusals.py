"""Whatever `radiokey code` refuses: its exit code, an error, a hint, no result, and never the code."""

import click
import pytest

from radiokey.base.limits import Limits
from radiokey.catalogue.index import cards
from radiokey.cli import wrong_use
from tables import each

DUSTER = "281155216RT V212"
OWN = "--i-own-this-radio"
BLAUPUNKT = "BP538769684801"
VIN = "VF1AAAAA123456789"


def test_nobody_gets_a_code_without_saying_that_the_radio_is_theirs(cli, made):
    ran = cli("code", DUSTER, "--json", "--database", made)
    ran.refused(64, OWN)
    assert "4786" not in ran.err
    log = cli("base", "log", "verify", "--json", "--database", made)
    assert log.document["size"] == 0, "a refusal is no entry"


def test_a_number_that_many_makes_share_needs_the_radio_named(release):
    release(BLAUPUNKT).refused(64, "--model")


def test_a_text_without_a_number_says_what_a_number_looks_like(release):
    ran = release("what it says on the tin")
    ran.refused(65, "281155216RT V212")


def test_two_numbers_are_no_number(release):
    release("V212 V213").refused(65, "2 different serial numbers")


def test_a_number_of_several_makes_needs_the_make_named(release):
    release("12345678").refused(65, "Honda")


def test_a_number_outside_the_derivation_has_no_code_here(release):
    """A pre-code that begins with A0 is in no published table."""
    release("A000").refused(69)


def test_a_radio_without_a_public_derivation_ends_with_the_sheet(release):
    """Exit 69 is the end of the road for most radios, so stderr says whom to ask, with what."""
    ran = release("12345678", "--make", "honda")
    ran.refused(69, "no public derivation")
    for part in (
        "The code for your Honda radio",
        "Look here first",
        "Whom to ask",
        "Have in hand",
        "An honest specialist shows before payment",
        "Walk away if",
        "Photograph",
        "A letter to take along",
        "Serial number on the unit: 12345678",
    ):
        assert part in ran.err
    assert ran.err.index("A letter to take along") < ran.err.index("radiokey: error: ")


def test_with_json_a_refusal_is_one_document_with_the_sheet_in_it(release):
    ran = release("12345678", "--make", "honda")
    told = ran.document
    assert list(told) == ["error", "exit_code", "sentence", "hint", "sheet", "report"]
    assert (told["error"], told["exit_code"]) == ("no-derivation", 69)
    assert f"radiokey: hint: {told['hint']}\n" in ran.err
    page = told["sheet"]
    assert page["title"] == "The code for your Honda radio"
    assert list(page["ask"][0]) == ["who", "how", "cost", "wait", "confidence", "link"]
    assert "Serial number on the unit: 12345678" in page["letter"]["text"]


@pytest.mark.parametrize(
    ("command", "slug"),
    [
        (("serial", "check", "nothing"), "serial"),
        (("serial", "check", "V212", "--no-such-option"), "usage"),
        (("code", "V212"), "ownership-not-stated"),
        (("entry", "renault_86a", "12"), "code-shape"),
        (("wait", "no_such_radio"), "usage"),
        (("guide", "--model", "no_such_radio"), "usage"),
        (("bench", "run", "no-such-scenario"), "usage"),
        (("base", "log", "verify", "/nowhere/at/all"), "receipt"),
        (("no-such-command",), "usage"),
    ],
)
def test_with_json_every_command_refuses_in_one_document_and_without_it_in_none(cli, command, slug):
    plain = cli(*command)
    plain.refused(plain.code)
    ran = cli(*command, "--json")
    ran.refused(plain.code)
    assert ran.document["error"] == slug
    assert ran.err == plain.err


def test_json_behind_a_double_dash_is_a_text_and_no_wish(cli):
    ran = cli("serial", "check", "--", "--json")
    assert (ran.code, ran.out) == (65, "")


def test_a_make_whose_radios_only_carry_such_numbers_ends_with_its_sheet(release):
    """A Peugeot's owner would name radio after radio in vain: its codes follow no public derivation."""
    ran = release("A2C1234567890123456", "--make", "Peugeot")
    ran.refused(69, "only for others with such numbers")
    assert "The code for your Peugeot radio" in ran.err
    release("A2C1234567890123456", "--make", "fiat").refused(64, "--model")
    assert release("V212", "--make", "nissan").code == 0, "a number that is enough needs no more"


def test_a_model_that_the_family_does_not_serve_gets_no_code(release):
    """PSA radios carry the label of the Fiats and other codes; theirs end with the sheet."""
    release("A2C1234567890123456", "--model", "psa_rd4").refused(69)
    release(DUSTER, "--model", "ford_6000cd").refused(65)


WITHOUT = [card.id for card in cards().values() if not card.families and not card.default]


@each("model", WITHOUT)
@each("number", ["1234567890", "FA05633B"])
def test_every_radio_without_a_derivation_gets_its_sheet_whatever_its_number_looks_like(cli, model, number):
    """Nobody knows all forms that such numbers have; the number is never taken for another make's."""
    ran = cli("code", number, "--model", model, "--json")
    ran.refused(69, "no public derivation")
    told = ran.document["sheet"]
    assert f"Serial number on the unit: {number}" in told["letter"]["text"] or "no code" in told["title"]


def test_a_number_of_another_makes_radio_says_so_before_the_code_is_keyed_in(release):
    """A Ford radio may stand in a Kia; the code fits that radio, and no other that has such a number."""
    ran = release("M123456", "--make", "Kia")
    assert ran.document["provenance"]["caution"].startswith("Such a number is of a Ford radio")
    for said in ((), ("--make", "Ford"), ("--make", "Kia", "--model", "ford_6000cd")):
        assert "another make" not in release("M123456", *said).document["provenance"]["caution"]


def test_a_line_of_the_label_that_is_not_the_number_is_named_and_the_sheet_is_in_the_document(cli):
    ran = cli("code", "24 469 302", "--model", "opel_cd30_cd70", "--json")
    ran.refused(65, "GM, ten to fourteen more characters")
    assert ran.document["error"] == "not-the-serial"
    assert ran.document["sheet"]["ask"]


@pytest.mark.parametrize("make", ["Volvo", "Kia", "Mitsubishi", "Mazda", "Honda", "Peugeot"])
def test_a_make_without_a_derivation_gets_its_sheet_for_any_number(cli, make):
    ran = cli("code", "A7-12345678", "--make", make, "--json")
    ran.refused(69, "no public derivation")
    assert make in ran.document["sheet"]["title"]


def test_a_vin_that_is_none_is_said_so(release):
    release(DUSTER, "--vin", "123").refused(65, "17 characters, letters and digits; 3 given")


def test_an_unknown_radio_gets_the_nearest_names_and_not_what_was_typed(release):
    ran = release(DUSTER, "--model", "renault_86b")
    ran.refused(64, "did you mean renault_86a")
    assert "renault_86b" not in ran.err


def test_a_stolen_radio_gets_no_code(cli, release, database):
    options = ("--model", "nissan_blaupunkt_bp")
    assert release(BLAUPUNKT, *options).code == 0
    cli("base", "blacklist", "add", BLAUPUNKT, "--reason", "on the ferry to Dover", "--database", database)
    ran = release(BLAUPUNKT, *options)
    ran.refused(77, "reported stolen")
    assert "6543" not in ran.err
    assert "Dover" not in ran.err, "what the owner wrote is not for whoever asks"
    cli("base", "blacklist", "clear", BLAUPUNKT, "--reason", "found", "--database", database)
    assert release(BLAUPUNKT, *options).document["code"] == "6543"


def test_a_shared_number_asks_for_papers_only_where_car_or_label_meet(cli, release, database):
    """A million radios share a pre-code: a thief's mark must not turn strangers away."""
    cli("base", "init", "--database", database)
    mark = cli("base", "blacklist", "add", "V212", "--vin", VIN, "--reason", "x", "--database", database)
    assert mark.code == 0
    assert release("V212").code == 0
    release("V212", "--vin", VIN).refused(77, "papers")


def test_the_fifty_first_different_number_of_a_day_comes_half_an_hour_later(release):
    numbers = [f"M{number:06}" for number in range(Limits().of["client"].most + 1)]
    for number in numbers[:-1]:
        assert release(number).code == 0
    release(numbers[-1]).refused(75, "try again in 29 minutes")
    assert release(numbers[0]).code == 0, "a repeat is free"
    release("A000").refused(75)
    release("BP538769684801").refused(75)


@pytest.mark.parametrize(
    "arguments",
    [
        ("entry", "4786", "renault_86a"),
        ("entry", "renault_86a", "4786", "4786"),
        ("entry", "renault_86a", "--code=4786"),
        ("entry", "renault_86a", "--4786"),
        ("entry", "ford_6000cd", "4786", "--json", "4786"),
        ("entry", "psa_505", "4786"),
        ("4786",),
        ("serial", "4786"),
        ("wait", "4786"),
        ("wait", "renault_86a", "--errors", "4786"),
        ("guide", "--model", "4786"),
        ("code", "V212", "4786"),
        ("code", "V212", "--model", "4786"),
        ("base", "log", "verify", "--key", "4786", "/nowhere"),
        ("base", "staff", "invite", "ann", "--role", "4786"),
        ("base", "tokens", "add", "--account", "a", "--organisation", "o", "--scope", "s", "--days", "x4786"),
        ("serve", "--log", "4786"),
        ("serve", "--verify-hours", "-4786"),
    ],
)
def test_an_error_never_repeats_what_may_be_a_code(cli, arguments):
    """Arguments in the wrong order are the usual mistake, and errors end in logs and screenshots."""
    ran = cli(*arguments)
    assert ran.code in {64, 65, 69}
    assert "4786" not in ran.err
    ran.nothing_but_a_refusal()
    assert "4786" not in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("wait", "renault_86a", "--errors", "two"), "'--errors' takes a whole number from 0 to 99"),
        (("base", "log", "verify", "--quorum", "-1"), "'--quorum' takes a whole number of at least 0"),
        (("serve", "--verify-hours", "0"), "'--verify-hours' takes a number of at least 0.01"),
        (("serve", "--log", "xml"), "'--log' takes one of none, json"),
        (("base", "tokens", "add", "--days", "many"), "'--days' takes a whole number"),
        (("code", "--i-own-this-radio"), "missing argument 'SERIAL'"),
        (("wait", "renault_86a", "--errors"), "option '--errors' requires an argument"),
        (("serials",), "there is no such command; did you mean 'serial'?"),
        (("base", "blaklist"), "there is no such command; did you mean 'blacklist'?"),
        (("models", "--jsn"), "there is no such option"),
        (("models", "all"), "more was given than this command takes"),
    ],
)
def test_wrong_use_says_what_was_expected(cli, arguments, says):
    ran = cli(*arguments)
    ran.refused(64)
    assert ran.err.splitlines()[0] == f"radiokey: error: {says}"


def test_what_an_option_of_an_unforeseen_kind_was_given_is_not_repeated():
    kind = click.DateTime()
    error = click.BadParameter("'4786' is no day", param=click.Option(["--day"], type=kind))
    assert wrong_use.sentence(error) == "'--day' takes something else"
