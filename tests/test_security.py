"""docs/security.md is true: what it names is there, nothing of the standard is left out; advisories are looked at."""

import ast
import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ASVS = PAGE.partition("\n## ASVS 5.0")[2]
ATTACK = PAGE.partition("\n## The attack\n")[2].partition("\n### ")[0]
IDS = (ROOT / "tests" / "vectors" / "asvs-5.0.0-level-2.txt").read_text("utf-8").split()
"""The ids of the requirements of levels 1 and 2, as OWASP's ASVS 5.0.0 has them."""
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (V[\d.]+(?:, V[\d.]+)*) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
REASON_MIN = 8


@pytest.fixture(scope="module")
def advisories():
    """The tool that asks."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        spec = importlib.util.spec_from_file_location("advisories", ROOT / "tools" / "advisories.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["advisories"] = module
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.modules.pop("advisories", None)
        sys.path.remove(str(ROOT / "tools"))


def functions(path):
    return {
        node.name
        for node in ast.parse((ROOT / path).read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def missing(text):
    """Return the tests that a text names and that are not there."""
    paths = {path for path, _ in NAMED.findall(text)}
    there = {path: functions(path) if (ROOT / path).is_file() else set() for path in paths}
    return {f"{path}::{name}" for path, name in NAMED.findall(text) if name not in there[path]}


def test_every_test_that_the_page_names_is_there():
    assert len(NAMED.findall(PAGE)) > 100
    assert missing(PAGE) == set()
    assert missing("`tests/test_security.py::test_none` `tests/none.py::test_x`") == {
        "tests/test_security.py::test_none",
        "tests/none.py::test_x",
    }


def test_every_requirement_up_to_level_two_has_a_test_or_a_reason_and_each_once():
    rows = [(one, words, how) for ids, words, how in ROW.findall(ASVS) for one in ids.split(", ")]
    assert [one for one, _, _ in rows] == IDS
    for one, words, how in rows:
        assert words.strip(), one
        reason = NAMED.sub("", how).replace("<br>", "").strip()
        assert bool(NAMED.search(how)) is not bool(len(reason) >= REASON_MIN), one


def test_the_attack_is_the_table_and_the_table_the_attack():
    """It is written from these words alone: what is not said there is not tried, what is said there is."""
    named = [name for path, name in NAMED.findall(ATTACK)]
    assert sorted(named) == sorted(
        name for name in functions("tests/hostile/test_attack.py") if name.startswith("test_")
    )


def test_the_page_of_advisories_is_of_the_locks_of_today(advisories):
    """A new lock is looked at anew: `make advisories`."""
    when, sums = advisories.looked_at(advisories.PAGE.read_text("utf-8"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", when)
    assert sums == {name: advisories.digest(name) for name in advisories.LOCKS}


def told(*parts):
    return json.dumps({"dependencies": list(parts), "fixes": []})


def test_a_look_in_which_nobody_answered_is_none(advisories):
    """pip-audit itself says of it that nothing is known, and ends well."""
    skipped = {"name": "click", "skip_reason": "Dependency not found on PyPI and could not be audited: click"}
    look = advisories.read_audit(told(skipped))
    assert (look.nobody, look.known) == (True, ())
    page = advisories.draw(dict.fromkeys(advisories.LOCKS, look), {}, "2026-01-02")
    assert page.count("not asked: nobody answered") == len(advisories.LOCKS)
    assert advisories.looked_at(page)[0] == "2026-01-02"


def test_what_is_known_is_named_and_turns_the_check_red(advisories, monkeypatch, capsys):
    bad = {"name": "click", "version": "8.0", "vulns": [{"id": "PYSEC-2"}, {"id": "GHSA-1"}]}
    good = {"name": "rich", "version": "15.0.0", "vulns": []}
    look = advisories.read_audit(told(bad, good))
    assert (look.nobody, look.known) == (False, ("click 8.0: GHSA-1, PYSEC-2",))
    monkeypatch.setattr(advisories, "audit", lambda _lines, _seconds: look)
    assert advisories.check() == 1
    assert "click 8.0: GHSA-1, PYSEC-2" in capsys.readouterr().out


def test_where_nobody_answers_the_check_says_since_when(advisories, monkeypatch, capsys):
    nobody = advisories.AuditResult(frozenset(), frozenset({"click"}), ())
    monkeypatch.setattr(advisories, "audit", lambda _lines, _seconds: nobody)
    assert advisories.check() == 0
    assert re.search(r"docs/security-advisories\.md is of \d{4}-", capsys.readouterr().out)


def test_a_part_is_outdated_where_the_registry_has_a_newer_one(advisories):
    look = advisories.AuditResult(frozenset({"click"}), frozenset(), ())
    page = advisories.draw(dict.fromkeys(advisories.LOCKS, look), {"click": "99.0"}, "2026-01-02")
    version = advisories.parts_of(advisories.lock_path("run").read_text("utf-8"))["click"]
    assert f"| `click` | {version} | 99.0 |" in page
    assert "None: each of the" in advisories.draw(dict.fromkeys(advisories.LOCKS, look), {}, "2026-01-02")
