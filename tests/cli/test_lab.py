"""`radiokey lab`: what it says to people and to programs, and what it refuses."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from radiokey.catalogue.load import load_catalogue

SPEC = (Path(__file__).parents[2] / "docs" / "spec" / "lab.md").read_text("utf-8")


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(SPEC.partition("```toml\n")[2].partition("```")[0])
    return file


def test_the_worked_example_is_what_the_spec_says(cli, mine):
    said = cli(
        "lab",
        "policy",
        mine,
        "--typing",
        "1/10",
        "--misread",
        "0",
        "--cut",
        "0.0",
        "--within",
        "1h",
        "--json",
    )
    document = said.document
    assert document["thief"] == {
        "guesses": 3,
        "chance_ever": 0.0003,
        "chance_within": 0.0002,
        "half_ms": None,
        "mean_ms": 3_620_000.0,
    }
    assert document["owner"] == {"waiting_ms": 263_100.0, "enquiries": 0.01, "blocked": 0.0, "dead": 0.001}
    assert document["least"]["dead"] <= document["owner"]["dead"]
    assert (document["codes"], document["within_ms"], document["trials"]) == (10_000, 3_600_000, [])
    assert {one["habit"] for one in document["sensitivity"]} == {"typing", "misread", "cut"}


def test_a_person_reads_both_costs(cli, mine):
    said = cli("lab", "policy", mine, "--codes", "1296").out
    assert "gets in, ever         0.23 %" in said
    assert "assumed, not measured" in said
    assert "as owners do" in said
    assert "at best" in said


def test_the_trials_agree_and_are_the_same_again(cli, mine):
    first, second = (cli("lab", "policy", mine, "--trials", "100", "--seed", "7", "--json") for _ in range(2))
    assert first.out == second.out
    trials = first.document["trials"]
    assert [one["figure"] for one in trials] == [
        *("waiting_ms", "enquiries", "blocked", "dead"),
        *("chance_ever", "chance_within"),
    ]
    assert all(one["inside"] and one["low"] <= one["exact"] <= one["high"] for one in trials)
    assert "inside" in cli("lab", "policy", mine, "--trials", "100").out


def test_a_radio_stands_for_its_kind_and_is_not_named(cli):
    said = cli("lab", "policy", "--model", "renault_86a", "--json")
    assert said.document["name"] == "doubling from 1 to 32 min"
    assert "renault" not in said.out.lower()


@pytest.mark.parametrize("model", ["unknown", "audi_wiesbaden_delta", "acura_navi4", "fiat_connect_nav"])
def test_a_radio_of_no_named_kind_gets_one_answer(cli, model):
    said = cli("lab", "policy", "--model", model)
    assert (said.code, said.out) == (69, "")
    assert said.err == cli("lab", "policy", "--model", "vag_rcd_rns").err


def test_the_known_kinds_have_sources(cli):
    rows = cli("lab", "patterns", "--json").document
    assert len(rows) == 17
    assert {one["of"] for one in rows} == {"radio", "phone", "card", "chip"}
    assert all(one["source"] for one in rows)
    table = cli("lab", "patterns").out
    for make in {make for model in load_catalogue().models.values() for make in model.makes}:
        assert f" {make} " not in table.lower()


def test_pictures_are_drawn_where_they_are_wanted(cli, mine, tmp_path):
    for at, arguments in enumerate((["policy", mine], ["patterns"], ["search"])):
        file = tmp_path / f"{at}.svg"
        assert cli("lab", *arguments, "--picture", file).code == 0
        picture = ET.fromstring(file.read_text("utf-8"))  # noqa: S314 - drawn here
        assert picture.tag.endswith("svg")
    assert "three tries, then dead" in (tmp_path / "0.svg").read_text("utf-8")
    said = cli("lab", "patterns", "--picture", tmp_path / "nowhere" / "x.svg")
    assert (said.code, said.out) == (65, "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a file with a schedule, or a radio"),
        (["x.toml", "--model", "renault_86a"], "name a file with a schedule, or a radio"),
        (["--model", "renault_86"], "no radio here has that id"),
        (["--model", "renault_86a", "--typing", "1"], "a chance is from 0 to below 1"),
        (["--model", "renault_86a", "--cut", "1/0"], "a chance is from 0 to below 1"),
        (["--model", "renault_86a", "--misread", "often"], "a chance is from 0 to below 1"),
        (["--model", "renault_86a", "--within", "soon"], "a time is a whole number"),
        (["--model", "renault_86a", "--within", "0 d"], "a time is a whole number"),
        (["--model", "renault_86a", "--trials", "3"], "--trials"),
    ],
)
def test_wrong_use_is_told(cli, arguments, says):
    said = cli("lab", "policy", *arguments)
    assert (said.code, said.out) == (64, "")
    assert says in said.err


def test_a_file_that_says_something_wrong_is_refused_with_its_field(cli, mine, tmp_path):
    assert "could not be read" in cli("lab", "policy", tmp_path / "none.toml").err
    mine.write_text('name = "x"\nschedule = [{ errors = 0, dead = true }]\n')
    said = cli("lab", "policy", mine)
    assert (said.code, said.out) == (65, "")
    assert "mine.toml: schedule[0].errors: expected a whole number" in said.err
