"""The commands that only tell: `serial check`, `entry`, `wait`, `models`."""

import pytest

from radiokey.catalogue.fact import HOW_SURE, Confidence
from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_catalogue
from radiokey.cli.road import command
from radiokey.guide.model import Act, Facts
from radiokey.guide.waiting import wait_answer
from radiokey.serial.makes import among
from tables import each

DUSTER = "281155216RT V212"
PRESSES = [("1", 4, None, 0), ("2", 7, None, 0), ("3", 8, None, 0), ("4", 6, None, 0), ("6", 1, None, 10_000)]
ROW = ["input", "serial", "kind", "family", "models", "doubts", "identity", "ask_makes"]


# --- serial check -----------------------------------------------------------------------------------------


def test_the_row_of_a_number_has_the_fields_that_others_rely_on(cli):
    (row,) = cli("serial", "check", DUSTER, "--json").document
    assert list(row) == ROW
    assert (row["input"], row["serial"]) == (DUSTER, "V212")
    assert (row["kind"], row["family"], row["identity"]) == ("renault-precode", "renault-precode", "shared")
    assert "renault_86a" in row["models"]
    assert row["doubts"] == row["ask_makes"] == []


def test_a_doubt_names_its_place_and_both_readings(cli):
    (row,) = cli("serial", "check", "BP53876968480I", "--make", "nissan", "--json").document
    assert row["serial"] == "BP538769684801"
    assert row["doubts"] == [{"at": 13, "read": "I", "or": "1"}]


def test_every_text_has_its_rows_in_the_order_given(cli):
    rows = cli("serial", "check", DUSTER, "M012345", "BP538769684801", "--json").document
    assert [row["serial"] for row in rows] == ["V212", "M012345", "BP538769684801"]
    assert [row["identity"] for row in rows] == ["shared", "shared", "unit"]


def test_eight_digits_are_nobodys_number_until_the_make_is_said(cli):
    cli("serial", "check", "12345678", "--json").refused(65, "Honda")
    (row,) = cli("serial", "check", "12345678", "--make", "honda", "--json").document
    assert (row["kind"], row["models"]) == ("honda-8", ["honda_audio5"])


def test_a_text_that_one_format_takes_in_two_ways_has_a_row_for_each(cli):
    rows = cli("serial", "check", "AL0B0B0B0B0B0B", "--json").document
    assert [row["serial"] for row in rows] == ["AL0B0B0B0B0B0B", "AL080808080808"]


@pytest.mark.parametrize(
    ("options", "radios"),
    [
        ((), ["nissan_blaupunkt_bp", "nissan_connect_lcn"]),
        (("--make", "Nissan"), ["nissan_blaupunkt_bp", "nissan_connect_lcn"]),
        (("--model", "nissan_blaupunkt_bp"), ["nissan_blaupunkt_bp"]),
    ],
)
def test_only_radios_of_the_make_that_a_number_belongs_to_are_listed(cli, options, radios):
    (row,) = cli("serial", "check", "BP234631987485", *options, "--json").document
    assert row["models"] == radios


@pytest.mark.parametrize("make", ["Nissan", "BMW", "Fiat", "Rover", "Peugeot"])
def test_no_radio_of_another_make_is_listed_where_the_make_was_said(cli, make):
    for number in ("BP538761234567", "BP111111234567", "M012345", "V212", "GM0500T9111919"):
        ran = cli("serial", "check", number, "--make", make, "--json")
        for row in ran.document if ran.code == 0 else ():
            assert all(among(make, cards()[model].makes) for model in row["models"])


def test_a_number_that_is_known_from_one_type_of_radio_is_that_types(cli):
    (row,) = cli("serial", "check", "s/no GM0500T9111919, Delco CDR500", "--json").document
    assert (row["serial"], row["models"], row["doubts"]) == ("GM0500T9111919", ["opel_car300_siemens"], [])
    assert "of a CDR 500" in cli("serial", "check", "GM0500T9111919").out


def test_a_model_decides_which_formats_a_number_can_have(cli):
    (row,) = cli("serial", "check", "2063", "--model", "fiat_vp", "--json").document
    assert (row["kind"], row["family"]) == ("fiat-last4", "fiat-vp")
    cli("serial", "check", "2063", "--json").refused(65)


def test_one_text_without_a_number_fails_the_whole_command(cli):
    """One JSON document or none: half an answer would be read as a whole one."""
    cli("serial", "check", DUSTER, "what it says", "--json").refused(65)


def test_a_person_reads_the_number_what_it_is_and_which_radios_have_it(cli):
    ran = cli("serial", "check", DUSTER)
    assert ran.out.startswith("V212  a Renault pre-code\n  code: Renault and Dacia pre-code\n  radios: ")
    doubtful = cli("serial", "check", "BP53876968480I").out
    assert "look again at character 14: I and 1 look alike" in doubtful
    assert "say --make" in doubtful
    assert "the maker's dealer knows" in cli("serial", "check", "12345678", "--make", "honda").out


def test_a_family_of_another_make_is_not_named(cli):
    """A Peugeot's number has the shape of a Nissan's and follows no public derivation."""
    families = {
        make: cli("serial", "check", "BP538769684801", "--make", make, "--json").document[0]["family"]
        for make in ("nissan", "peugeot")
    }
    assert families == {"nissan": "blaupunkt-bp", "peugeot": None}


# --- entry ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["4786", "47 86", "4-7-8-6", " 4786\r\n"])
def test_the_code_comes_on_standard_input_and_not_in_the_list_of_processes(cli, typed):
    document = cli("entry", "renault_86a", "-", "--json", stdin=typed).document
    assert list(document) == ["presses", "first_press", "report"]
    assert [tuple(press.values()) for press in document["presses"]] == PRESSES
    assert all(list(press) == ["key", "times", "until", "hold_ms"] for press in document["presses"])


def test_a_code_that_is_no_secret_may_be_an_argument(cli):
    ran = cli("entry", "renault_86a", "0000", "--json")
    assert [press["key"] for press in ran.document["presses"]] == ["6"], "a place that shows 0 takes no press"


def test_a_person_reads_the_presses_with_what_the_display_shows(cli):
    ran = cli("entry", "renault_86a", "-", stdin="4786\n")
    assert "2. Press key 1 until the first place shows 4: 4 presses.   [4000]\n" in ran.out
    assert "hold key 6 until it beeps or answers, up to 10 seconds" in ran.out
    assert "Mind: Once only." in ran.out


@pytest.mark.parametrize("typed", ["", "\n", "12345", "abcd", "12:4", "1234" * 9])
def test_what_no_code_of_this_radio_can_be_is_refused_without_repeating_it(cli, typed):
    ran = cli("entry", "renault_86a", "-", stdin=typed)
    ran.refused(65)
    assert typed.strip() == "" or typed.strip() not in ran.err


def test_a_radio_whose_keys_are_not_known_names_the_missing_fact(cli):
    """Never a guess shown as fact."""
    ran = cli("entry", "honda_2012_auto", "-", stdin="1234\n")
    ran.refused(69, "which keys its panel has")
    assert "1234" not in ran.err


@each("model", sorted(cards()))
def test_every_radio_has_its_presses_or_says_what_is_missing(cli, model):
    known = load_catalogue().models[model]
    if known.code.value is None:
        cli("entry", model, "-", stdin="1111").refused(69)
        return
    code = "".join(place[-1] for place in known.code.value.places)
    ran = cli("entry", model, "-", "--json", stdin=code)
    if known.panel is None:
        ran.refused(69)
    else:
        assert ran.code == 0
        lines = ran.document["presses"]
        assert all((line["times"] is None) != (line["until"] is None) for line in lines)
        assert all(line["times"] is None or line["times"] >= 1 for line in lines)
        assert known.counted == all(line["until"] is None for line in lines)


# --- wait -------------------------------------------------------------------------------------------------


def test_the_wait_has_the_fields_that_others_rely_on(cli):
    document = cli("wait", "renault_86a", "--errors", "2", "--json").document
    fields = "known minutes wait_ms clock_needs final confidence look_alikes report"
    assert list(document) == fields.split()
    assert document == {
        "known": True,
        "minutes": [2, 2],
        "wait_ms": 120_000,
        "clock_needs": "radio-on",
        "final": False,
        "confidence": "official",
        "report": "radiokey report",
        "look_alikes": [],
    }


def test_an_unknown_wait_is_said_to_be_unknown(cli):
    """35 families have no schedule; the cautious reading is not shown as a fact."""
    document = cli("wait", "unknown", "--errors", "3", "--json").document
    assert (document["known"], document["minutes"], document["confidence"]) == (False, None, "unknown")
    assert "not known" in cli("wait", "unknown", "--errors", "3").out


@each("model", sorted(cards()))
def test_every_radio_has_an_answer_with_how_sure_it_is(cli, model):
    ran = cli("wait", model, "--errors", "1", "--json")
    assert ran.code == 0
    minutes = ran.document["minutes"]
    assert minutes is None or (len(minutes) == 2 and 0 <= minutes[0] <= minutes[1])
    assert ran.document["confidence"] in {confidence.value for confidence in Confidence}
    assert isinstance(ran.document["final"], bool)


def test_a_person_reads_how_long_what_must_stay_on_and_how_sure(cli):
    ran = cli("wait", "renault_86a", "--errors", "2")
    assert ran.out.splitlines()[0] == "After 2 wrong codes it waits 2 minutes."
    assert "Keep the radio on" in ran.out
    assert ran.out.splitlines()[-1] == "How sure: from the maker's manual."


def test_the_command_of_a_step_gives_the_wait_of_that_step(cli):
    """Whatever is known so far: nothing is left for the owner to fill in differently."""
    for model in (None, "", "unknown", "renault_86a", "ford_6000cd"):
        for errors in (None, 0, 1, 2):
            for refused in (0, 1, 2):
                facts = Facts(model=model, errors=errors, refused=refused)
                words = command(Act.WAITING, facts).split()
                ran = cli(*words[1:], "--json")
                known = None if not model else load_catalogue().models[model]
                said = wait_answer(known, errors, refused=refused)
                assert (ran.code, ran.document["wait_ms"]) == (0, said.wait_ms)


@pytest.mark.parametrize("errors", ["-1", "100", "two", "1.5", ""])
def test_a_count_of_wrong_codes_is_0_to_99(cli, errors):
    cli("wait", "renault_86a", f"--errors={errors}").refused(64, "--errors")


# --- models -----------------------------------------------------------------------------------------------


def test_every_radio_of_the_catalogue_is_listed_with_its_fields(cli):
    document = cli("models", "--json").document
    assert [row["id"] for row in document] == list(load_catalogue().models)
    for row in document:
        assert " ".join(row) == "id name short tell_apart makes makers cars confidence families"


def test_a_person_reads_one_line_for_each_radio_with_how_sure(cli):
    lines = cli("models").out.splitlines()
    assert len(lines) == len(cards())
    assert all(any(sure in line for sure in HOW_SURE.values()) for line in lines)
    assert lines == sorted(lines)


def test_a_search_lists_the_radios_that_fit_with_their_reasons(cli):
    document = cli("models", "--search", "nissan quashqai 2012 zzz", "--json").document
    assert document["understood"] == "make Nissan, car Qashqai, year 2012"
    assert document["unread"] == ["zzz"]
    assert {"nissan_clarion_pn", "nissan_connect_lcn"} <= {row["id"] for row in document["models"]}
    for row in document["models"]:
        assert row["score"] > 0
        assert row["why"][0]["kind"] == "car"
        assert "Qashqai" in row["why"][0]["text"]


def test_a_person_reads_why_a_radio_fits_and_how_to_tell_it_apart(cli):
    lines = cli("models", "--search", "6000 cd").out.splitlines()
    assert lines[0] == f"ford_6000cd  {cards()['ford_6000cd'].short}"
    assert lines[1].startswith("  why: ")
    assert lines[2].startswith("  how to tell: ")


def test_a_search_that_finds_nothing_says_what_was_understood_and_one_next_step(cli):
    cli("models", "--search", "Lada Granta").refused(64, "make Lada, car Granta")
    cli("models", "--search", "qwertz", "--json").refused(64, "Nissan Qashqai 2012")
