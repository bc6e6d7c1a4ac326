"""The scenarios: every one ends as it says, and the same everywhere."""

import hashlib
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

from radiokey.diagnostics.on_bench import run
from radiokey.headunit.lock import State
from radiokey.vehicle import acts
from radiokey.vehicle.bench import Expected, Moment, Step
from radiokey.vehicle.load import ACTS, REFERENCE, load_scenario, scenario_ids
from radiokey.vehicle.timeline import timeline_svg, twin
from tables import each

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
STORY = {
    "battery-swap",
    "battery-swap-with-saver",
    "bad-generator",
    "surge-borne",
    "fuse-pulled",
    "taken-out-for-cleaning",
    "wrong-code-three-times",
    "battery-pulled-during-the-wait",
    "battery-pulled-and-the-wait-begins-again",
    "stolen-unit-on-a-workbench",
    "granted-chip",
    "another-market",
    "weak-battery-cranking",
    "failed-update",
    "bus-fault",
    "tampering",
    "scrambled-grace",
    "dark-restart-cut-short",
    "ten-wrong-codes-that-double",
    "warm-engine",
    "quick-press",
    "keyed-during-a-wait",
    "ignition-off-to-wait",
}
PINNED = "4b152aac546e9dff3a6cf14734358a6a5f928f65ddf549645412c8a061cb4864"
"""SHA-256 over the names of all runs of our own radio, in order: the same on every Python, or a change to tell."""


def test_the_whole_story_of_the_article_is_there():
    assert set(scenario_ids()) >= STORY
    assert len(scenario_ids()) >= 20


@each("scenario_id", scenario_ids())
def test_a_scenario_ends_as_it_says(scenario_id):
    ran = run(load_scenario(scenario_id))
    assert ran.unmet == ()
    assert ran.scenario.expected != Expected(), "it expects something"


@each("scenario_id", scenario_ids())
def test_a_scenario_would_notice_another_ending(scenario_id):
    """Each expectation, turned into its opposite, is not met."""
    scenario = load_scenario(scenario_id)
    for field in fields(Expected):
        wanted = getattr(scenario.expected, field.name)
        if wanted is not None:
            other = "something else" if isinstance(wanted, str) else wanted + 1
            spoilt = replace(scenario, expected=replace(scenario.expected, **{field.name: other}))
            assert len(run(spoilt).unmet) == 1


@each("scenario_id", scenario_ids())
def test_time_only_goes_forward_and_every_moment_is_whole(scenario_id):
    moments = run(load_scenario(scenario_id)).moments
    times = [moment.at_ms for moment in moments]
    assert times == sorted(times)
    for moment in moments:
        assert 0 <= moment.mv <= 30_000
        assert moment.what
        assert moment.supply or (moment.display, moment.sound) == ("", "silent")


def test_every_act_and_every_state_is_shown_somewhere():
    """What no scenario does, nobody has looked at."""
    folder = Path(sys.modules["radiokey.vehicle.load"].__file__).parent / "scenarios"
    told = "".join(file.read_text("utf-8") for file in folder.glob("*.toml"))
    assert [name for name in ACTS if f'do = "{name}"' not in told] == []
    states = {moment.state for name in scenario_ids() for moment in run(load_scenario(name)).moments}
    without_a_base = {
        State.SYNC
    }  # no radio of the catalogue has our second lock: tests/headunit/test_sync.py
    assert states == {state.value for state in set(State) - without_a_base}


def test_the_log_is_canonical_json_and_its_name_is_the_hash_of_its_lines():
    ran = run(load_scenario("battery-swap"))
    assert all(line.isascii() and " " not in line.split('"what"')[0] for line in ran.lines)
    assert [list(json.loads(line)) for line in ran.lines[:1]] == [[field.name for field in fields(Moment)]]
    whole = "".join(f"{line}\n" for line in ran.lines)
    assert ran.sha256 == hashlib.sha256(whole.encode()).hexdigest()


def test_the_same_seed_gives_the_same_log_on_every_python():
    own = [name for name in scenario_ids() if load_scenario(name).model == REFERENCE]
    names = [run(load_scenario(name)).sha256 for name in own]
    assert hashlib.sha256("\n".join(names).encode()).hexdigest() == PINNED, own


def test_another_seed_gives_another_code_and_the_same_ending():
    scenario = load_scenario("taken-out-for-cleaning")
    logs = {run(replace(scenario, seed=seed)).sha256 for seed in range(8)}
    assert len(logs) == 8
    assert not any(run(replace(scenario, seed=seed)).unmet for seed in range(8))


# --- the pictures -------------------------------------------------------------------------------------------


def test_page_and_pictures_are_what_the_scenarios_say_today(tmp_path):
    subprocess.run((sys.executable, ROOT / "tools" / "draw_scenarios.py", tmp_path), check=True)
    drawn = {file.relative_to(tmp_path): file.read_text("utf-8") for file in tmp_path.rglob("*.*")}
    kept = [ROOT / "docs" / "scenarios.md", *(ROOT / "docs" / "pictures" / "scenarios").iterdir()]
    assert {file.relative_to(ROOT / "docs"): file.read_text("utf-8") for file in kept} == drawn, (
        "run: python tools/draw_scenarios.py"
    )


@each("scenario_id", scenario_ids())
def test_a_picture_says_in_words_all_that_it_shows(scenario_id):
    ran = run(load_scenario(scenario_id))
    svg = ET.fromstring(timeline_svg(ran))  # noqa: S314 - our own picture
    assert svg.get("role") == "img"
    named = {element.get("id"): element.text for element in svg.iter() if element.get("id")}
    title, text = svg.get("aria-labelledby").split()
    assert (named[title], named[text]) == (ran.scenario.title, twin(ran))
    for element in svg.iter(f"{SVG}text"):
        words = element.text
        shown = words.removesuffix("...")
        heads = {"time", "volts at the radio", "key", "display", "state", "errors", "what happens"}
        heads |= {"bus: to the radio, and from it"}
        assert (
            shown in twin(ran)
            or words in {ran.scenario.title, "0", "5", "12.4-14.8", "engine"} | heads
            or words in {moment.key for moment in ran.moments}
            or "not to scale" in words
            or element.get("class") == "soft"
        ), words


@each("scenario_id", scenario_ids())
def test_nothing_in_a_picture_leaves_it_or_covers_its_neighbour(scenario_id):
    """A letter is taken as seven units wide, which the system fonts stay below."""
    svg = ET.fromstring(timeline_svg(run(load_scenario(scenario_id))))  # noqa: S314 - our own picture
    width, height = map(int, svg.get("viewBox").split()[2:])
    lines: dict[int, list[tuple[float, float, str]]] = {}
    for element in svg.iter(f"{SVG}text"):
        if element.get("class") in {"title", "soft", "head"}:
            continue
        x, y = int(element.get("x")), int(element.get("y"))
        long = 7 * len(element.text)
        left = x - {None: 0, "middle": long / 2, "end": long}[element.get("text-anchor")]
        assert left >= 0, element.text
        assert left + long <= width + 60, element.text
        assert y < height
        lines.setdefault(y, []).append((left, left + long, element.text))
    for row in lines.values():
        row.sort()
        for (_, end, one), (start, _, other) in pairwise(row):
            assert end <= start + 12, (one, other)


def test_what_is_said_on_the_bus_has_a_lane_and_stands_beside_the_log():
    """Each message is that of a moment, in the words of the standard; where nothing is said there is no lane."""
    ran = run(load_scenario("tester-at-the-plug"))
    said = [(ran.moments[one.moment].what, one.sender.value, one.words) for one in ran.bus]
    assert said[:2] == [
        ("the workshop asks which car", "tester", "ReadDataByIdentifier F190 VIN"),
        ("radio answers", "radio", "ReadDataByIdentifier F190 VIN: SJNFAAN16U0123456"),
    ]
    wrong, early = (words for _, sender, words in said if sender == "radio" and words.startswith("Negative"))
    assert wrong.endswith("36 exceededNumberOfAttempts")
    assert early.endswith("37 requiredTimeDelayNotExpired")
    assert said[-1] == ("radio answers", "radio", "SecurityAccess 02 sendKey, the lock: open")
    assert [ran.moments[one.moment].errors for one in ran.bus if one.words == wrong] == [1]
    assert wrong in timeline_svg(ran)
    assert "bus: to the radio" not in timeline_svg(run(load_scenario("battery-swap")))
    assert [(one.sender.value, one.words) for one in run(load_scenario("bus-fault")).bus] == [
        ("bus", "nothing is heard any more"),
        ("car", "is heard again"),
    ]


def test_without_supply_the_radio_answers_nobody_and_a_cut_ends_the_session():
    scenario = load_scenario("tester-at-the-plug")
    out, back = (Step(1_000, acts.Connected(acts.Part.PLUG, on)) for on in (False, True))
    ask = Step(1_000, acts.TesterAsked(bytes.fromhex("22F186")))
    steps = (*scenario.steps[:6], ask, out, ask, back, ask)
    ran = run(replace(scenario, steps=steps, expected=Expected()))
    answers = [one.words.rpartition(": ")[2] for one in ran.bus if one.sender == "radio"]
    assert answers[-2:] == ["extendedDiagnosticSession", "defaultSession"]
    assert [moment.what for moment in ran.moments].count("no answer") == 1
