"""How `make test` runs the tests: every test is in one part, what is slow is said, nothing is left behind."""

import importlib
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAID = """\
........................................................................ [100%]
============================= slowest 10 durations =============================
12.34s call     tests/cuts/test_all_paths.py::test_keys[a b]
0.51s setup    tests/web/test_site.py::test_it
=========================== short test summary info ============================
SKIPPED [1] tests/web/test_site.py:3: no
2 passed, 1 skipped in 66.12s (0:01:06)
"""


def files_of(place):
    return {place} if place.is_file() else set(place.rglob("test_*.py"))


@pytest.fixture
def tool(monkeypatch):
    """Return what imports a module of `tools`."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module


def test_every_test_is_in_exactly_one_part(tool):
    def held(part):
        inside = {path for entry in part.entries for path in files_of(ROOT / "tests" / entry)}
        return inside - {path for entry in part.without for path in files_of(ROOT / "tests" / entry)}

    parts = [held(part) for part in tool("parts").parts()]
    assert all(parts)
    assert set().union(*parts) == files_of(ROOT / "tests")
    assert sum(map(len, parts)) == len(files_of(ROOT / "tests"))


def test_jobs_run_side_by_side_and_one_that_fails_says_all_and_stops_nothing(tool, capfd):
    together = tool("together")
    saying = "import sys; print('some words'); sys.exit({})"
    commands = [(sys.executable, "-c", saying.format(code)) for code in (3, 0)]

    def run():
        with together.Together(2, {}) as jobs:
            jobs.add("bad", commands[0], (sys.executable, "-c", "print('never')"))
            jobs.add("good", commands[1])

    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 1
    out = capfd.readouterr().out
    assert "== bad: failed (3)\nsome words\n" in out
    assert "never" not in out
    assert re.search(r"== good: \d+ s\n", out)  # as long as a busy machine takes
    assert out.endswith("\nfailed: bad\n")


def test_the_slowest_of_all_parts_are_said_and_what_was_not_simply_passed(tool):
    together = tool("together")
    assert together.summary(SAID) == (
        "2 passed, 1 skipped in 66.12s (0:01:06)\nSKIPPED [1] tests/web/test_site.py:3: no"
    )
    found = [*together.durations("site", SAID), *together.durations("cuts", SAID.replace("12.34", "99.00"))]
    lines = together.slowest(found * 5).splitlines()
    assert len(lines) == 10
    assert lines[0] == "  99.00 s call     tests/cuts/test_all_paths.py::test_keys[a b]  (cuts)"
    assert lines[-1].split() == [
        "12.34",
        "s",
        "call",
        "tests/cuts/test_all_paths.py::test_keys[a",
        "b]",
        "(site)",
    ]


def test_what_a_run_leaves_in_the_tree_is_seen_and_caches_are_not(tool, tmp_path):
    tree = tool("tree")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "old").touch()
    before = tree.names(tmp_path)
    for cache in (".git", ".venv-3.11", "tests/__pycache__"):
        (tmp_path / cache).mkdir()
        (tmp_path / cache / "x").touch()
    assert tree.changes(before, tree.names(tmp_path)) == []
    (tmp_path / "postgresql:" / "x").mkdir(parents=True)
    (tmp_path / "tests" / "base.sqlite3").touch()
    (tmp_path / "tests" / "old").unlink()
    assert tree.changes(before, tree.names(tmp_path)) == [
        "left behind: postgresql:",
        "left behind: tests/base.sqlite3",
        "gone: tests/old",
    ]
