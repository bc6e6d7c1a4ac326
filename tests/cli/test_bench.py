"""`radiokey bench`: what a person reads, what a program reads, and what is refused."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from radiokey.cli.bench import FILE_BYTES_MAX
from radiokey.diagnostics.on_bench import run
from radiokey.vehicle import load
from radiokey.vehicle.load import load_scenario, scenario_ids
from radiokey.vehicle.timeline import timeline_svg
from tables import each

CLI = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
SECTION = CLI.partition("## radiokey bench\n")[2].partition("\n## ")[0]
PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
MINE = """
title = "Mine"
story = "The supply breaks for an hour."
claims = []
model = "reference"
seed = 3
acts = [{ do = "unplug" }, { after = "1 h", do = "plug" }, { do = "key", to = "acc" }]
expect = { state = "code" }
"""


@pytest.fixture
def mine(tmp_path):
    def write(text=MINE, name="mine.toml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_the_list_names_every_scenario(cli):
    document = cli("bench", "list", "--json").document
    assert [row["id"] for row in document] == list(scenario_ids())
    assert list(document[0]) == ["id", "title", "story", "model", "claims"]
    said = cli("bench", "list").out
    for row in document:
        assert re.search(rf"^{row['id']} +{row['model']} +{re.escape(row['title'])}$", said, re.MULTILINE)


@each("scenario_id", scenario_ids())
def test_a_run_is_told_moment_by_moment(cli, scenario_id):
    document = cli("bench", "run", scenario_id, "--json").document
    ran = run(load_scenario(scenario_id))
    assert list(document) == ["scenario", "model", "seed", "sha256", "events"]
    assert (document["scenario"], document["sha256"]) == (scenario_id, ran.sha256)
    assert len(document["events"]) == len(ran.moments)
    lines = "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in document["events"])
    assert hashlib.sha256(lines.encode()).hexdigest() == document["sha256"], "the log can be named by anybody"


def test_every_field_is_documented(cli):
    documented = set(
        re.findall(r"`([a-z0-9_]+)`", " ".join(re.findall(r"^\| (`.+?) \|", SECTION, re.MULTILINE)))
    )
    document = cli("bench", "run", "bad-generator", "--json").document
    row = cli("bench", "list", "--json").document[0]
    assert {*document, *document["events"][0], *row} == documented


def test_a_person_reads_a_table(cli):
    ran = cli("bench", "run", "bad-generator")
    assert ran.out.startswith("A bad generator\n")
    assert "Radio: nissan_terrano3_article. Seed: 7.\n" in ran.out
    assert re.search(r"^time +volts +key +display +state +errors +what happens$", ran.out, re.MULTILINE)
    assert re.search(r"^0:04:00\.3 +17\.7 +on\* +no supply +0 +supply lost$", ran.out, re.MULTILINE)
    assert re.search(r"\[CODE\] +code +0 +supply back$", ran.out, re.MULTILINE)
    assert ran.out.endswith(f"As expected. Log: {run(load_scenario('bad-generator')).sha256}\n")


def test_the_example_of_the_page_is_what_it_says(cli):
    line = re.search(r"^0:43:06\.7 .+$", PAGE, re.MULTILINE)[0]
    wanted = ".*".join(map(re.escape, re.split(r"\.{3}| {2,}", line)))
    assert re.search(f"^{wanted}$", cli("bench", "run", "battery-swap").out, re.MULTILINE)


def test_the_scenario_that_the_page_shows_runs(cli, mine):
    shown = re.search(r"^```toml\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]
    assert cli("bench", "run", mine(shown), "--json").document["scenario"] == "mine"


def test_a_file_of_ones_own_runs(cli, mine):
    document = cli("bench", "run", mine(), "--json").document
    assert (document["scenario"], document["events"][-1]["display"]) == ("mine", "CODE")


def test_a_picture_is_drawn_where_it_is_wanted(cli, tmp_path):
    file = tmp_path / "swap.svg"
    assert cli("bench", "run", "battery-swap", "--picture", file).code == 0
    assert file.read_text("utf-8") == timeline_svg(run(load_scenario("battery-swap")))


# --- refusals -----------------------------------------------------------------------------------------------


def test_a_scenario_that_does_not_exist_is_wrong_use_and_the_nearest_is_named(cli):
    cli("bench", "run", "battery-swop").refused(64, "did you mean battery-swap")
    cli("bench", "run", "zzz").refused(64, "'radiokey bench list' names them")


@pytest.mark.parametrize("arguments", [(), ("run",), ("ride",), ("run", "a", "b"), ("run", "a", "--picture")])
def test_wrong_use_is_told(cli, arguments):
    ran = cli("bench", *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err


def test_an_ending_that_is_not_met_is_the_files_fault_where_the_file_is_ones_own(cli, mine):
    ran = cli("bench", "run", mine(MINE.replace('"code"', '"playing"')), "--json")
    ran.refused(65, "mine: not as expected, at the end: state should be 'playing' and is 'code'")


def test_an_ending_that_is_not_met_is_our_fault_where_the_scenario_is_ours(cli, monkeypatch):
    wrong = load.read_scenario(MINE.replace('"code"', '"playing"'), "battery-swap.toml")
    monkeypatch.setattr(load, "load_scenario", lambda _: wrong)
    cli("bench", "run", "battery-swap").refused(70, "state should be 'playing' and is 'code'")


def test_a_file_that_is_not_there_not_text_or_not_toml_is_refused(cli, mine, tmp_path):
    cli("bench", "run", tmp_path / "none.toml").refused(65, "could not be read")
    cli("bench", "run", mine("title = ", "odd.toml")).refused(65, "odd.toml: not TOML")
    cli("bench", "run", mine("x = 1")).refused(65, "mine.toml: model: missing")
    odd = tmp_path / "latin.toml"
    odd.write_bytes(b"title = '\xe9'")
    cli("bench", "run", odd).refused(65, "UTF-8")
    cli("bench", "run", mine("#" * (FILE_BYTES_MAX + 1))).refused(65, "at most a megabyte")


def test_a_picture_that_cannot_be_written_is_refused_and_nothing_is_shown(cli, tmp_path):
    cli("bench", "run", "battery-swap", "--picture", tmp_path / "no" / "x.svg").refused(
        65, "could not be written"
    )
