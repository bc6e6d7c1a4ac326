"""The notes of a release are its section of the changelog."""

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def release_notes(monkeypatch):
    """tools/release_notes.py."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("release_notes")


def print_notes(*arguments: str) -> subprocess.CompletedProcess:
    command = (sys.executable, ROOT / "tools" / "release_notes.py", *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_version_of_today_has_release_notes_and_they_are_its_section_of_the_changelog():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    notes = print_notes(version).stdout
    assert len(notes) > 200
    assert notes.strip() in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "\n## " not in notes


def test_a_version_without_notes_is_refused_with_those_that_have_some():
    ran = print_notes("7.7.7")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "no notes for 7.7.7; it has: " in ran.stderr


def test_each_version_has_its_own_notes_and_their_links_can_be_made_whole(release_notes):
    changelog = (
        "# Changelog\n\n## 0.2.0 (unreleased)\n\n- [new](docs/a.md#b)\n- [far](https://example.org/x)\n\n"
        "## 0.1.1\n\n## 0.1.0 (2027-01-31)\n\n- first, [here](#top)\n"
    )
    assert release_notes.notes(changelog, "0.1.0", "https://example.org/r/") == "- first, [here](#top)"
    assert release_notes.notes(changelog, "0.2.0") == "- [new](docs/a.md#b)\n- [far](https://example.org/x)"
    whole = release_notes.notes(changelog, "0.2.0", "https://example.org/r/")
    assert whole == "- [new](https://example.org/r/docs/a.md#b)\n- [far](https://example.org/x)"
    with pytest.raises(KeyError, match=r"no notes for 0\.1\.1"):
        release_notes.notes(changelog, "0.1.1")


def test_the_changelog_has_a_section_for_each_version_and_each_once(release_notes):
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heads = [head[1] for head in release_notes.HEADING.finditer(changelog)]
    assert len(heads) == len(set(heads)) == changelog.count("\n## ")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", head) for head in heads)
    assert heads == sorted(heads, key=lambda head: [int(part) for part in head.split(".")], reverse=True)
