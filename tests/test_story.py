"""docs/story.md is true: every row, claim and conflict stands there once, and every name in it exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tables import each

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "story.md").read_text(encoding="utf-8")
TABLES = {
    "row": [str(number) for number in range(1, 39)],
    "claim": [str(number) for number in range(1, 88)],
    "conflict": [f"C-{letter}" for letter in "ABCDEFGHIJKLM"],
}


LONGEST = 300
"""The most characters a cell of a table may have, so that a row stays one line to read."""


def table(head: str) -> list[list[str]]:
    """Return the cells of the table whose first column is called `head`."""
    found = re.search(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n?)+)", PAGE, re.MULTILINE)
    assert found, head
    lines = found[1].splitlines()
    assert all(line.startswith("| ") and line.endswith(" |") for line in lines)
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def shown_by(head: str) -> dict[str, list[str]]:
    """Return the list below the table called `head`: the number of a row -> its tests."""
    entry = r"- .*\n(?:  - `tests/.*`\n)+"
    found = re.search(rf"^### Tests of the {head}s\n\n((?:{entry})+)(?:\n#|\Z)", PAGE, re.MULTILINE)
    assert found, head
    lists: dict[str, list[str]] = {}
    for line in found[1].splitlines():
        if line.startswith("- "):
            assert line[2:] not in lists, line
            tests = lists[line[2:]] = []
        else:
            tests += named(line)
    return lists


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
def test_every_row_stands_in_its_table_exactly_once(head):
    assert [cells[0] for cells in table(head)] == TABLES[head]


@pytest.mark.parametrize("head", TABLES)
def test_a_row_is_one_line_of_short_cells(head):
    for cells in table(head):
        assert len(cells) == 4, cells[0]
        assert max(map(len, cells)) <= LONGEST, cells[0]
        assert "tests/" not in " ".join(cells), cells[0]


@pytest.mark.parametrize("head", TABLES)
def test_the_list_below_a_table_is_in_its_order(head):
    with_tests = list(shown_by(head))
    assert with_tests == [number for number in TABLES[head] if number in with_tests]


@pytest.mark.parametrize("head", TABLES)
def test_everything_the_page_names_exists(head):
    tests = shown_by(head)
    for number, *cells in table(head):
        names = [*named(" ".join(cells)), *tests.get(number, [])]
        assert [name for name in names if not is_there(name)] == [], number


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


DOCS = sorted((ROOT / "docs").rglob("*.md"))


@each("page", DOCS, ids=lambda page: page.stem)
def test_every_module_that_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    full = re.findall(r"`radiokey\.([a-z_.]+)`", text)
    assert [name for name in full if not (is_there(name) or is_there(name.rpartition(".")[0]))] == []


@each("page", DOCS, ids=lambda page: page.stem)
def test_every_module_that_a_page_gives_as_its_code_exists(page):
    """`Code: radiokey.a.b`, then names of modules beside it."""
    for _, code in re.findall(r"(^|[ \n])Code: ((?:.+\n)+)", page.read_text(encoding="utf-8")):
        first, *others = re.findall(r"`([a-z_.]+)`", code)
        package = first.removeprefix("radiokey.")
        assert is_there(package), first
        if (ROOT / "src" / "radiokey" / package.replace(".", "/")).with_suffix(".py").is_file():
            package = package.rpartition(".")[0]
        beside = [name for name in others if not name.startswith("radiokey.")]
        assert [name for name in beside if not is_there(f"{package}.{name}")] == []


@pytest.mark.parametrize("cells", table("row"), ids=lambda cells: cells[0])
def test_a_built_row_names_its_tests_and_an_open_one_none(cells):
    number, what, state, modules = cells
    assert what
    assert re.fullmatch(r"built|(part|open): [^|]{4,}", state)
    is_open = state.startswith("open")
    assert is_open != bool(named(modules))
    assert is_open != bool(shown_by("row").get(number))


@pytest.mark.parametrize("head", ["claim", "conflict"])
def test_every_claim_and_conflict_is_kept_somewhere_or_openly_not(head):
    for number, what, state, modules in table(head):
        assert what, number
        assert re.fullmatch(r"kept|(part|open): [^|]{4,}", state), number
        is_open = state.startswith("open")
        assert is_open != bool(named(modules) or shown_by(head).get(number)), number
