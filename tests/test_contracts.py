"""Each import contract bites: a copy of the source with one forbidden line turns that contract red."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
CONTRACTS = {int(contract["name"].split()[0]): contract for contract in SETTINGS["contracts"]}
FAMILIES = "radiokey.code.families"
NEW = '"""New."""\n'

LINES = [
    pytest.param(
        "code/value.py", "import radiokey.catalogue.model", {1, 7}, id="code looks down at the catalogue"
    ),
    pytest.param("errors.py", "import radiokey.clock", {1}, id="errors know no neighbour"),
    pytest.param("guide/plan.py", "import radiokey.base.limits", {1}, id="the guide needs no base"),
    pytest.param("web/site.py", "import radiokey.cli.say", {1, 7}, id="the site needs no command line"),
    pytest.param("helpers.py", "", {1}, id="a module that no layer names"),
    pytest.param("web/owner/road.py", f"import {FAMILIES}", {2}, id="the site reaches behind the door"),
    pytest.param(
        "cli/code.py", f"from {FAMILIES} import ford_m", {2}, id="the command reaches behind the door"
    ),
    pytest.param("guide/sheet.py", f"from {FAMILIES}.fiat_vp import *", {2}, id="the guide, by a star"),
    pytest.param("base/limits.py", "from radiokey.code import families", {2}, id="even beside the door"),
    pytest.param(
        "base/release/service.py",
        "from radiokey.base.sql import sqlite",
        {4, 8},
        id="the door knows its store",
    ),
    pytest.param(
        "base/stolen/blacklist.py", "import radiokey.base.sql.rows", {4, 8}, id="so does the stolen list"
    ),
    pytest.param(
        "base/limits.py", "from radiokey.headunit.lock import State", {5}, id="paper opens the device"
    ),
    pytest.param(
        "base/log/leaf.py", "import radiokey.base.release.service", {7, 8}, id="the log knows the door"
    ),
    pytest.param(
        "base/units/search.py", "import radiokey.base.stolen.blacklist", {8}, id="two nouns of the base"
    ),
    pytest.param("base/tools.py", "", {8}, id="a module of the base that no layer names"),
    pytest.param(
        "web/auth/session.py", "import radiokey.web.staff.page", {7, 9}, id="a session knows a page"
    ),
    pytest.param("web/desk/queue.py", "import radiokey.web.owner.road", {9}, id="two rooms of the site"),
    pytest.param("web/tools.py", "", {9}, id="a module of the site that no layer names"),
    pytest.param("diagnostics/uds.py", "import socket", {10}, id="the plug's core opens a socket"),
    pytest.param("diagnostics/gateway.py", "import can", {10}, id="the gateway knows a bus"),
    pytest.param("vehicle/car.py", "import radiokey.diagnostics.ecu", {1, 7}, id="the car knows the plug"),
    pytest.param(
        "web/owner/waiting.py", "import radiokey.lab.thief", {11}, id="an owner's page knows the lab"
    ),
    pytest.param(
        "guide/plan.py", "import radiokey.headunit.budget", {11}, id="the guide knows what guessing is worth"
    ),
    pytest.param("serial/spelling.py", "import radiokey.serial.number", {7}, id="a cycle among siblings"),
]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(SOURCE, folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.md", "static"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@dataclass
class Copy:
    """A copy of the source, to which lines are added and taken away again."""

    folder: Path
    before: dict[Path, str | None] = field(default_factory=dict)

    def add(self, module: str, line: str) -> None:
        file = self.folder / "src" / "radiokey" / module
        text = file.read_text("utf-8") if file.exists() else None
        self.before.setdefault(file, text)
        file.write_text(f"{text or NEW}\n{line}\n", "utf-8")

    def restore(self) -> None:
        for file, text in self.before.items():
            if text is None:
                file.unlink()
            else:
                file.write_text(text, "utf-8")


@pytest.fixture
def copy(untouched) -> Iterator[Copy]:
    one = Copy(untouched)
    yield one
    one.restore()


LINTER = """
import os, sys
from importlinter.cli import lint_imports_command
sys.path.insert(0, "src")
for _ in sys.stdin:
    if child := os.fork():
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(f"ended {status}", flush=True)
    else:
        sys.argv = ["lint-imports", "--cache-dir", "cache", "--no-logo", "--config", "pyproject.toml"]
        lint_imports_command()
"""
"""`lint-imports` once for each line, each in a process of its own as from a shell: half of its time is its start.

Of the rest half is to read what did not change; what each file imports is kept beside the copy, by when it was written.
"""


@pytest.fixture(scope="module")
def linter(untouched) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        (sys.executable, "-P", "-c", LINTER), cwd=untouched, env=environment, text=True, **pipes
    ) as process:
        yield process
        process.stdin.close()
    assert process.returncode == 0


@pytest.fixture
def lint(linter) -> Callable[[], tuple[set[int], str]]:
    """Return what says which contracts are broken in the copy, by their numbers, and all that was said."""

    def run() -> tuple[set[int], str]:
        linter.stdin.write("now\n")
        linter.stdin.flush()
        said = ""
        while not (ended := re.fullmatch(r"ended (-?\d+)\n", line := linter.stdout.readline())):
            assert line, said
            said += line
        verdicts = dict(re.findall(r"^(\d+) .+ (KEPT|BROKEN)\b", said, re.MULTILINE))
        assert set(map(int, verdicts)) == set(CONTRACTS), said
        broken = {int(number) for number, verdict in verdicts.items() if verdict == "BROKEN"}
        assert int(ended[1]) == (1 if broken else 0)
        return broken, said

    return run


def test_the_source_as_it_is_breaks_none(lint):
    assert lint()[0] == set()


@pytest.mark.parametrize(("module", "line", "broken"), LINES)
def test_one_forbidden_line_breaks_the_contract(copy, lint, module, line, broken):
    copy.add(module, line)
    assert lint()[0] == broken


def test_the_core_reaches_none_of_the_things_it_is_told(copy, lint):
    """Contract 3, each thing by name: no clock, no chance, no files, no network."""
    forbidden = CONTRACTS[3]["forbidden_modules"]
    copy.add("headunit/lock.py", "\n".join(f"import {name}" for name in forbidden))
    broken, said = lint()
    assert broken == {3}
    for name in forbidden:
        assert f"radiokey.headunit is not allowed to import {name}:" in said


def test_no_part_of_the_core_is_left_out(copy, lint):
    """Contract 3, each part by name; through another module of the core is no way either."""
    parts = {
        "radiokey.serial": "serial/vin.py",
        "radiokey.code": "code/value.py",
        "radiokey.headunit": "headunit/panel.py",
        "radiokey.clock": "clock.py",
        "radiokey.errors": "errors.py",
        "radiokey.digits": "digits.py",
    }
    assert set(parts) == set(CONTRACTS[3]["source_modules"])
    for module in parts.values():
        copy.add(module, "import time")
    broken, said = lint()
    assert broken == {3}
    for name in parts:
        assert f"{name} is not allowed to import time:" in said


def test_every_contract_is_shown_to_bite():
    shown = {number for line in LINES for number in line.values[2]} | {3}
    assert shown == set(CONTRACTS)


# --- what the linter does not look at ---------------------------------------------------------------------


def imports(file: Path, module: str) -> Iterator[str]:
    """Yield every name a file imports, in full, type-checking imports and those in functions too."""
    package = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def modules() -> list[tuple[str, Path]]:
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), file))
    return found


def reaching(module: str, file: Path) -> list[str]:
    if FAMILIES.rpartition(".")[2] not in file.read_text("utf-8"):
        return []  # to parse every file takes seconds
    return [name for name in imports(file, module) if name == FAMILIES or name.startswith(f"{FAMILIES}.")]


def test_only_the_door_names_the_derivations_not_even_for_a_type():
    """`if TYPE_CHECKING` is left out by the linter; a name that is there for types gets used."""
    found = {
        module for module, file in modules() if not module.startswith(FAMILIES) and reaching(module, file)
    }
    assert found == {"radiokey.base.release.service"}


@pytest.mark.parametrize(
    "line",
    [
        "import radiokey.code.families",
        "import radiokey.code.families.ford_m as x",
        "from radiokey.code import families",
        "from radiokey.code.families import derive",
        "from ..code.families import derive",
        "from ..code import families",
        "if TYPE_CHECKING:\n    from radiokey.code.families import derive",
        "def f():\n    from radiokey.code.families import derive",
    ],
)
def test_every_way_of_naming_them_is_seen(tmp_path, line):
    file = tmp_path / "owner.py"
    file.write_text(line)
    assert reaching("radiokey.web.site", file)


def test_nothing_is_imported_by_a_name_made_at_run_time():
    """What the linter cannot read it cannot forbid."""
    forbidden = {"__import__", "import_module", "exec", "eval", "run_module", "run_path"}
    for module, file in modules():
        text = file.read_text("utf-8")
        if not any(name in text for name in forbidden):
            continue  # to parse every file takes seconds
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call)
        }
        assert not called & forbidden, module
