"""The form of `findings/`. What the scripts say of other software is run by `make findings`, not here."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))
PARTS = ("Surprise", "Matters", "Expected from", "Versions")
LINES_MAX = 200
PINNED = re.compile(r"(@[\w.-]+/)?[\w.-]+(==|(?<=\w)@)\d[\w.]*")
ADDRESS = re.compile(r"(?<![=\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
"""Four numbers that are no version (`==`); section numbers of a standard stand in headers only."""
HOST = re.compile(r"\w+://|\b[\w-]+\.(org|com|net|io|dev)/", re.IGNORECASE)
BUS = re.compile(r"interface=[\"'](\w+)")


def header(text: str) -> list[str]:
    """Return the lines of the comment that begins a script, without its `#!` line."""
    lines = text.splitlines()[1:]
    end = next(place for place, line in enumerate(lines) if not line.startswith("#"))
    return lines[:end]


def installed(text: str) -> list[str]:
    """Return what the script gives to `pip install` and `npm install`, without their options."""
    joined = text.replace("\\\n", " ")
    commands = re.findall(r"^.*(?:pip|npm) install (.*)$", joined, re.MULTILINE)
    return [word for command in commands for word in command.split() if not word.startswith("-")]


def faults(text: str) -> list[str]:
    """Return what is wrong with the form of a script."""
    said = header(text)
    begins = [part for line in said for part in PARTS if line.startswith(f"# {part}: ")]
    code = text[text.index("\nset -eu\n") :] if "\nset -eu\n" in text else ""
    packages = installed(text)
    checks = {
        "it is not for sh": text.startswith("#!/bin/sh\n"),
        "it does not stop at the first error": bool(code),
        "its header does not say all, in order": bool(said) and said[0].endswith(".") and begins == [*PARTS],
        "it installs nothing": bool(packages),
        "a package is not pinned": all(PINNED.fullmatch(package) for package in packages),
        "it does not clean up": 'folder=$(mktemp -d)\ntrap \'rm -rf "$folder"\' EXIT\ncd "$folder"\n' in code,
        "it does not fail when the behaviour changes": '"CHANGED")' in code,
        "it does not say what one would expect": "expected" in code and "seen" in code,
        "it names a host": not HOST.search(text),
        "it leaves the loopback": set(ADDRESS.findall(code)) <= {"127.0.0.1"},
        "it opens a bus of the machine": set(BUS.findall(text)) <= {"virtual"},
        "it runs the product": "radiokey" not in text.lower(),
        "it is too long to read": text.count("\n") <= LINES_MAX,
    }
    return [fault for fault, fine in checks.items() if not fine]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_finding_has_the_form_that_the_readme_promises(script):
    assert faults(script.read_text("utf-8")) == []
    assert os.access(script, os.X_OK)


def test_the_readme_lists_each_finding_once_and_in_order():
    listed = re.findall(
        r"^\| \[([\w-]+)\]\(([\w.-]+)\) \|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert listed == [(script.stem, script.name) for script in SCRIPTS]
    assert SCRIPTS


def test_nothing_else_lies_beside_the_findings():
    assert {file.name for file in FOLDER.iterdir()} == {"README.md", *(script.name for script in SCRIPTS)}


def test_findings_are_run_by_hand_and_not_by_ci():
    recipes = (ROOT / "Makefile").read_text("utf-8")
    assert "findings: $(DEV)/.python" in recipes
    for file in (".ci/run", "tools/test.py", "tools/check.py"):
        assert "findings" not in (ROOT / file).read_text("utf-8").replace("test_findings", "")


# --- the checks themselves --------------------------------------------------------------------------------

GOOD = SCRIPTS[0].read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("#!/bin/sh\n", "#!/bin/zsh\n", "it is not for sh"),
        ("\nset -eu\n", "\nset -u\n", "it does not stop at the first error"),
        ("# Matters: ", "# Beside: ", "its header does not say all, in order"),
        ("pip install", "pip list", "it installs nothing"),
        ("==", ">=", "a package is not pinned"),
        ("trap ", ": ", "it does not clean up"),
        ('"CHANGED")', "0)", "it does not fail when the behaviour changes"),
        ("expected", "wished", "it does not say what one would expect"),
        ("set -eu\n", "set -eu\n# https:" + "//packages.example.org/\n", "it names a host"),
        ("set -eu\n", "set -eu\nping 192.0.2.1\n", "it leaves the loopback"),
        ("set -eu\n", "set -eu\n# interface='socketcan'\n", "it opens a bus of the machine"),
        ("set -eu\n", "set -eu\nradiokey code\n", "it runs the product"),
        ("set -eu\n", "set -eu\n" * 200, "it is too long to read"),
    ],
)
def test_a_finding_without_the_form_is_seen(old, new, fault):
    assert faults(GOOD) == []
    assert old in GOOD
    assert fault in faults(GOOD.replace(old, new))
