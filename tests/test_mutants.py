"""The tool that changes the lock in every small way: it changes what it should, and sees what dies."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "src" / "radiokey" / "headunit"


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location("mutants_tool", ROOT / "tools" / "mutants.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "mutants_tool", module)
    spec.loader.exec_module(module)
    return module


def bodies(tool, source):
    return {each.source for each in tool.mutants("lock", source)}


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a = b < c", "a = b <= c"),
        ("a = b < c", "a = b >= c"),
        ("a = b is not c", "a = b is c"),
        ("a = b + 1", "a = b - 1"),
        ("a = b + 1", "a = b + 2"),
        ("a = b and c", "a = b or c"),
        ("a = True", "a = False"),
        ("a = b'x'", "a = b'xx'"),
        ("a = min(b, c)", "a = max(b, c)"),
        ("a = f(b=c)", "a = f()"),
        ("a = {b: c, d: e}", "a = {d: e}"),
        ("a = {b: c, d: e}", "a = {b: e, d: c}"),
        ("a = {b, c}", "a = {b}"),
        ("def f():\n    return b", "def f():\n    return None"),
        ("def f():\n    b()", "def f():\n    pass"),
        ("if a:\n    b()", "if not a:\n    b()"),
        ("match a:\n    case 1 | 2 if b:\n        c()", "match a:\n    case 1 | 2:\n        c()"),
    ],
)
def test_each_kind_of_small_change_is_made(tool, source, changed):
    assert ast.unparse(ast.parse(changed)) in bodies(tool, source)


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring with 1 in it."""',
        "import a",
        "def f(a: int | None) -> int | None: ...",
        "assert a < 1",
        "raise ValueError('1 is wrong')",
        "Event = A | B",
        "a = (b, b)",
    ],
)
def test_what_says_nothing_to_a_machine_is_left_alone(tool, source):
    assert not bodies(tool, source) - {"pass"}


def names(tool, module):
    return [name for name, _, _ in tool.changes(module, (FOLDER / f"{module}.py").read_text("utf-8"))]


def test_every_change_is_one_change_and_is_python(tool):
    source = (FOLDER / "policy.py").read_text("utf-8")
    same = ast.unparse(ast.parse(source))
    for each in tool.mutants("policy", source):
        assert each.source != same, each.name
        ast.parse(each.source)


@pytest.mark.parametrize("module", ["lock", "policy", "store"])
def test_what_the_page_explains_are_changes_that_are_made(tool, module):
    made = names(tool, module)
    assert len(set(made)) == len(made) > 100
    assert {name for name in tool.explained() if name.startswith(f"{module}: ")} <= set(made)


SHOWN = """
import sys
sys.path.insert(0, sys.argv[1])
import mutants
source = (mutants.FOLDER / "policy.py").read_text("utf-8")
worse = source.replace("Rung(3, Dead())", "Rung(4, Dead())")
assert worse != source
made = [mutants.Mutant("policy", 0, "nothing", source), mutants.Mutant("policy", 0, "a guess more", worse)]
print([each.what for each in mutants.surviving(made)])
"""


@pytest.mark.deep
def test_a_change_that_matters_dies_and_no_change_lives():
    ran = subprocess.run(
        (sys.executable, "-c", SHOWN, ROOT / "tools"), capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "['nothing']"
