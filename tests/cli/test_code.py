"""`radiokey code`: every published pair, the fields others rely on, and the sameness of one day."""

import csv
import json
from pathlib import Path

import pytest

from radiokey.base.release.request import ReleaseRequest
from radiokey.catalogue.index import cards
from radiokey.cli.code import of_today
from radiokey.clock import DAY_MS
from radiokey.code.family import FAMILIES
from radiokey.serial.number import parse

CODES = Path(__file__).parents[1] / "vectors" / "codes.csv"
DUSTER = "281155216RT V212"
"""The label of the main road: a part number, the letter T, and the pre-code."""


def pairs():
    lines = [line for line in CODES.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        pytest.param(row["family"], row["serial"], row["code"], id=row["serial"])
        for row in csv.DictReader(lines)
    ]


def naming(family, serial):
    """The options that name a radio of `family`, where its numbers alone do not."""
    gate = FAMILIES[family].gate_of(serial)
    makes = set(gate.makes if gate else FAMILIES[family].makes)
    model = next(card.id for card in cards().values() if family in card.families and makes & set(card.makes))
    return ("--model", model) if FAMILIES[family].needs_model else ()


@pytest.mark.parametrize(("family", "serial", "code"), pairs())
def test_every_published_pair_comes_out_of_the_command(release, family, serial, code):
    ran = release(serial, *naming(family, serial))
    assert (ran.code, ran.err) == (0, "")
    assert ran.document["code"] == code
    assert ran.document["family"] == family
    assert ran.document["serial"].endswith(serial)
    assert ran.document["tier"] == FAMILIES[family].tier.value


def test_every_family_is_among_the_published_pairs():
    assert {pair.values[0] for pair in pairs()} == set(FAMILIES)


def test_the_document_has_the_fields_that_others_rely_on(release):
    """ARCHITECTURE, "Commands others rely on": a field less is a broken promise, a field more a new one."""
    document = release(DUSTER, "--model", "renault_86a").document
    assert list(document) == [
        "serial",
        "family",
        "tier",
        "code",
        "provenance",
        "receipt",
        "entry",
        "first_press",
        "report",
    ]
    assert (document["serial"], document["code"], document["tier"]) == ("V212", "4786", "A")
    assert list(document["provenance"]) == ["checked", "caution", "lineages"]
    assert all(list(lineage) == ["name", "what"] for lineage in document["provenance"]["lineages"])
    assert document["entry"] == [
        {"key": "1", "times": 4, "until": None, "hold_ms": 0},
        {"key": "2", "times": 7, "until": None, "hold_ms": 0},
        {"key": "3", "times": 8, "until": None, "hold_ms": 0},
        {"key": "4", "times": 6, "until": None, "hold_ms": 0},
        {"key": "6", "times": 1, "until": None, "hold_ms": 10_000},
    ]
    assert document["first_press"] == {"known": True, "confidence": "doubtful", "candidates": ["1111"]}


def test_the_receipt_holds_the_log_entry_and_not_the_code(release):
    document = release(DUSTER).document
    receipt = document["receipt"]
    assert set(receipt) == {
        *("v", "serial", "kind", "nonce", "leaf", "index", "size", "proof", "checkpoint", "key"),
    }
    assert document["code"] not in json.loads(receipt["leaf"]).values()
    assert "V212" not in receipt["leaf"], "a log leaf hides the number"


def test_without_a_model_the_entry_is_null(release):
    assert release(DUSTER).document["entry"] is None


def test_a_model_whose_panel_is_not_known_has_no_entry(release):
    """The unknown stays unknown: no presses are made up."""
    assert release("BP538769684801", "--model", "nissan_blaupunkt_bp").document["entry"] is None


def test_a_person_reads_the_code_how_sure_it_is_and_each_press(cli, made):
    own = ("--i-own-this-radio", "--database", made)
    ran = cli("code", DUSTER, "--model", "renault_86a", *own)
    assert ran.code == 0
    assert ran.out.startswith("4 7 8 6\nfor V212, Renault and Dacia pre-code")
    assert "Press key 1 until the first place shows 4: 4 presses." in ran.out
    assert "If the radio refuses it once, stop" in ran.out
    assert "\x1b" not in ran.out, "no colours where no terminal is"
    assert max(map(len, ran.out.splitlines())) <= 80
    probable = cli("code", "2063", "--model", "fiat_vp", *own)
    assert "probable" in probable.out


def test_without_a_model_a_person_reads_which_radios_it_can_be(cli, made):
    ran = cli("code", DUSTER, "--i-own-this-radio", "--database", made)
    assert "radiokey entry MODEL -" in ran.out
    assert "  - renault_86a: Renault CD radio" in ran.out


def test_asking_again_on_the_same_day_is_the_same_request(release):
    """A closed window costs nothing: the receipt is the first one, and the log has one entry."""
    first = release(DUSTER, "--model", "renault_86a").document
    again = release("t v212", "--model", "renault_86a").document
    assert again["receipt"] == first["receipt"]
    assert again["code"] == first["code"]
    other = release(DUSTER).document
    assert other["receipt"]["index"] == 1, "another question is another entry"


def test_tomorrow_the_same_question_is_a_new_request():
    asked = ReleaseRequest("unnamed", "local", parse("V212"), None, None, owns=True)
    morning, evening = of_today(asked, 100 * DAY_MS), of_today(asked, 101 * DAY_MS - 1)
    assert morning.request_id == evening.request_id
    assert of_today(asked, 101 * DAY_MS).request_id != morning.request_id
    other = ReleaseRequest("unnamed", "local", parse("V213"), None, None, owns=True)
    assert of_today(other, 100 * DAY_MS).request_id != morning.request_id


def test_a_look_alike_that_was_repaired_is_told_beside_the_code(release):
    """The code belongs to the number as it was read: whoever asked sees which character to check."""
    ran = release("BP53876968480I", "--model", "nissan_blaupunkt_bp")
    assert (ran.code, ran.document["code"]) == (0, "6543")
    told = "read as BP538769684801: look again at character 14: I and 1 look alike"
    assert ran.err == f"radiokey: {told}\n"


def test_a_base_that_nobody_named_is_this_users_own(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert cli("code", DUSTER, "--i-own-this-radio", "--json").code == 0
    base = tmp_path / "radiokey" / "base.sqlite3"
    assert base.is_file()
    assert base.with_name("base.sqlite3.key").stat().st_mode & 0o077 == 0, "the key is its owner's alone"


def test_whoever_does_not_know_the_radio_may_say_so(release):
    """`unknown` is the catalogue's "I do not know"; the site takes it so as well."""
    assert release("281155216RT V212", "--model", "unknown").code == 0


# --- which radio ------------------------------------------------------------------------------------------


def test_a_number_of_several_radios_is_answered_with_their_names_and_how_to_tell_them_apart(
    release, cli, database
):
    answer = release("BP234631987485", "--make", "Nissan")
    answer.refused(64, "which of these is it")
    question = answer.document["question"]
    assert question["option"] == "--model"
    assert [one["id"] for one in question["choices"]] == [
        "nissan_blaupunkt_bp",
        "nissan_connect_lcn",
        "unknown",
    ]
    text = cli("code", "BP234631987485", "--make", "Nissan", "--i-own-this-radio", "--database", database)
    text.refused(64, "--model nissan_blaupunkt_bp: Nissan Micra or Note radio by Blaupunkt.")
    for one in question["choices"]:
        assert one["name"] in " ".join(text.err.split())
        assert one["tell_apart"] in " ".join(text.err.split())
    assert "id from" not in text.err


def test_each_answer_to_the_question_is_taken(release):
    """Yes to the one whose numbers follow a derivation gives the code, any other answer the sheet."""
    assert release("BP234631987485", "--model", "nissan_blaupunkt_bp").code == 0
    for model in ("nissan_connect_lcn", "unknown"):
        answer = release("BP234631987485", "--make", "nissan", "--model", model)
        answer.refused(69)
        assert answer.document["sheet"]["ask"]


def test_a_name_in_the_place_of_an_id_is_understood(cli):
    cli("entry", "qashqai", "1234").refused(64, "nissan_clarion_pn (")
