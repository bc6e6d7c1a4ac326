"""The breaks of tests/breaks are well made; that each turns its test red is seen by tools/breaks.py (`make deep`)."""

import ast
import importlib
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tables import each

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "tests" / "breaks").glob("*.toml"))
FIELDS = {"row": int, "file": str, "old": str, "new": str, "test": str, "why": str}


@cache
def rows() -> dict[int, tuple[list[str], str]]:
    """Return the rows of docs/story.md: number -> (its tests, its state)."""
    text = (ROOT / "docs" / "story.md").read_text(encoding="utf-8").split("\n## Claims")[0]
    table, lists = text.split("\n### Tests of the rows\n")
    states = re.findall(r"^\| (\d+) \| [^|]* \| ([^|]*) \|", table, re.MULTILINE)
    tests = {
        number: re.findall(r"`([^`]+)`", names)
        for number, names in re.findall(r"^- (\d+)\n((?:  - .*\n?)+)", lists, re.MULTILINE)
    }
    return {int(number): (tests.get(number, []), state) for number, state in states}


BREAKS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES}
each_break = each("broken", list(BREAKS.values()), ids=list(BREAKS))


@cache
def functions_of(path: str) -> set[str]:
    """Return the names of the functions of a file of tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@each_break
def test_a_break_says_exactly_what_it_is(broken):
    assert {name: type(value) for name, value in broken.items()} == FIELDS
    assert len(broken["why"]) > 20


@each_break
def test_a_break_changes_one_place_and_leaves_a_file_that_can_be_read(broken):
    path = ROOT / broken["file"]
    assert path.is_relative_to(ROOT / "src" / "radiokey")
    text = path.read_text(encoding="utf-8")
    assert text.count(broken["old"]) == 1
    changed = text.replace(broken["old"], broken["new"])
    assert changed != text
    if path.suffix == ".py":
        ast.parse(changed)
    if path.suffix == ".toml":
        tomllib.loads(changed)


@each_break
def test_the_test_that_turns_red_is_there_and_shows_the_row(broken):
    path, function = broken["test"].split("::")
    assert function in functions_of(path)
    assert broken["test"] in rows()[broken["row"]][0]


def test_every_built_row_has_a_break_and_no_open_one_has():
    have = {tomllib.loads(path.read_text(encoding="utf-8"))["row"] for path in FILES}
    states = {number: state for number, (_, state) in rows().items()}
    assert len(states) == 38
    assert {number for number, state in states.items() if state == "built"} - have == set()
    assert {number for number, state in states.items() if state.startswith("open")} & have == set()


def test_a_break_is_named_for_its_row():
    for path in FILES:
        assert int(path.stem[:2]) == tomllib.loads(path.read_text(encoding="utf-8"))["row"], path.name


LOCKED = "tests/story/test_lock.py::test_a_radio_that_was_without_supply_asks_for_its_code"


@pytest.mark.deep
@pytest.mark.parametrize(
    ("old", "new", "test", "said"),
    [
        ("def step(lock", "def step(lock", LOCKED, "SURVIVED"),
        ("def step(lock", "def stop(lock", LOCKED, "broke more than the behaviour"),
        ("def step(clock", "def stop(lock", LOCKED, "its text stands 0 times"),
        ("def step(lock", "def step(lock", f"{LOCKED}_twice", "not green unbroken"),
    ],
)
def test_only_a_test_that_fails_for_the_break_is_red(monkeypatch, old, new, test, said):
    """A break that changes nothing, or everything, or is looked for by no test, is told apart from one that is seen."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    breaks = importlib.import_module("breaks")
    one = breaks.Break(1, "src/radiokey/headunit/lock.py", old, new, test, "why")
    assert breaks.verdict(one).startswith(said)
