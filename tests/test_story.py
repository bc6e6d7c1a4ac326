"""docs/story.md tells the truth: every row, claim and conflict once, every name in it exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "story.md").read_text(encoding="utf-8")
TABLES = {
    "row": [str(number) for number in range(1, 39)],
    "claim": [str(number) for number in range(1, 88)],
    "conflict": [f"C-{letter}" for letter in "ABCDEFGHIJKLM"],
}


def table(head: str) -> list[list[str]]:
    """Return the cells of the table whose first column is called `head`."""
    found = re.search(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n?)+)", PAGE, re.MULTILINE)
    assert found, head
    lines = found[1].splitlines()
    assert all(line.startswith("| ") and line.endswith(" |") for line in lines)
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def named(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def is_there(name: str) -> bool:
    """Say whether a test, a file of the package, or a module (without `radiokey.`) of this name exists."""
    if name.startswith("tests/"):
        path, _, function = name.partition("::")
        return (ROOT / path).is_file() and function.startswith("test_") and function in functions(ROOT / path)
    package = ROOT / "src" / "radiokey"
    if "/" in name:
        return (package / name).is_file()
    module = package.joinpath(*name.split("."))
    return module.with_suffix(".py").is_file() or (module / "__init__.py").is_file()


@pytest.mark.parametrize("head", TABLES)
def test_everything_to_be_told_is_told_exactly_once(head):
    assert [cells[0] for cells in table(head)] == TABLES[head]


@pytest.mark.parametrize("head", TABLES)
def test_what_is_said_to_be_there_is_there(head):
    for cells in table(head):
        assert [name for name in named(" ".join(cells)) if not is_there(name)] == [], cells[0]


def test_a_name_that_is_not_there_is_found():
    """The check itself: a module, a file, a test's file and a test that do not exist."""
    wrong = [
        "guide.oracle",
        "guide/text/en/oracle.md",
        "tests/test_oracle.py::test_it",
        "tests/test_story.py::test_it",
    ]
    assert not any(map(is_there, [*wrong, "tests/test_story.py", "tests/test_story.py::table"]))
    assert is_there("tests/test_story.py::test_a_name_that_is_not_there_is_found")


@pytest.mark.parametrize("cells", table("row"), ids=lambda cells: cells[0])
def test_a_built_row_names_its_tests_and_an_open_one_none(cells):
    _, what, where, shown, state = cells
    assert what
    assert all(name.startswith("tests/") for name in named(shown))
    assert not any(name.startswith("tests/") for name in named(where))
    assert re.fullmatch(r"built|(part|open): [^|]{4,}", state)
    if state.startswith("open"):
        assert not where
        assert not shown
    else:
        assert named(where)
        assert named(shown)


@pytest.mark.parametrize("head", ["claim", "conflict"])
def test_every_claim_and_conflict_is_kept_somewhere_or_openly_not(head):
    for number, what, kept in table(head):
        assert what, number
        assert named(kept) or re.fullmatch(r"open: .{4,}", kept), number
