"""Habits that no linter keeps: short files and functions, no loose ends, no strangers' addresses."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES_MAX = 500
FUNCTION_LINES_MAX = 70
BINARY_BYTES_MAX = 1_000_000
GENERATED = re.compile(
    r"(^|/)(\.git|\.venv[^/]*|\.\w+_cache|\.hypothesis|\.run|__pycache__|build|dist|[^/]*\.egg-info)(/|$)"
)
"""Folders that are made, not written."""
LOOSE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
VAGUE = re.compile(r"(^|_)(utils?|common|helpers?|misc)(_|$)")
IMPOSSIBLE = re.compile(r"""[<>:"\\|?*\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)""", re.IGNORECASE)
STRANGE = {
    "a path of one machine": re.compile(r"(?<![\w.])/(root|work|home/\w+|Users/\w+)/"),
    "an address of a file": re.compile(r"file:" + r"//"),
    "an index other than the default": re.compile(r"--(extra-)?index" + r"-url[= ]|--find" + r"-links[= ]"),
    "a host of a package registry": re.compile(
        r"https?://[\w.:@-]*(artifactory|nexus|devpi|verdaccio|goproxy|pypi|npmjs|registry)[\w.:-]*/",
        re.IGNORECASE,
    ),
    "a private address": re.compile(r"\b(10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+)\b|\w\.(internal|local):\d"),
}


def written() -> list[Path]:
    """Every file of the project: what git keeps, or in a copy without git what is not generated."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run((git, "ls-files", "-z"), cwd=ROOT, capture_output=True, text=True, check=True)
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        files = [file for file in ROOT.rglob("*") if not GENERATED.search(file.relative_to(ROOT).as_posix())]
    return sorted(file for file in files if file.is_file())


@cache
def texts() -> dict[str, str]:
    found = {}
    for file in written():
        try:
            found[file.relative_to(ROOT).as_posix()] = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found


def python() -> dict[str, str]:
    folders = ("src/", "tests/", "tools/", "bench/")
    return {name: text for name, text in texts().items() if name.endswith(".py") and name.startswith(folders)}


@dataclass(frozen=True)
class Shape:
    """What these checks ask of a source: kept instead of its tree, which is large for all of them together."""

    functions: tuple[tuple[str, int], ...]
    """The name and the length of each function."""
    swallowing: tuple[int, ...]
    """The lines of handlers that take an error and do nothing, without a word why."""
    hidden: tuple[str, ...]
    """The fields of classes that hide a name which an annotation of a field beside them uses."""


@cache
def shape(text: str) -> Shape:
    found, lines = list(statements(ast.parse(text))), text.splitlines()
    return Shape(
        tuple(
            (node.name, node.end_lineno - node.lineno + 1)
            for node in found
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
        ),
        tuple(node.lineno for node in found if isinstance(node, ast.ExceptHandler) and swallows(node, lines)),
        tuple(name for node in found if isinstance(node, ast.ClassDef) for name in hidden(node)),
    )


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all statements, handlers and cases below a node: what they are made of holds none of these."""
    for inside in ("body", "orelse", "finalbody", "handlers", "cases"):
        listed = getattr(node, inside, None)
        for one in listed if isinstance(listed, list) else ():
            yield one
            yield from statements(one)


def swallows(handler: ast.ExceptHandler, lines: list[str]) -> bool:
    body = handler.body[0]
    silent = isinstance(body, ast.Pass) or (
        isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant)
    )
    return len(handler.body) == 1 and silent and "#" not in lines[body.lineno - 1]


def hidden(node: ast.ClassDef) -> Iterator[str]:
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    used = {name.id for one in fields for name in ast.walk(one.annotation) if isinstance(name, ast.Name)}
    yield from (one.target.id for one in fields if one.target.id in used)


def impossible(name: str) -> bool:
    """Say whether Windows can have no file of this name: by a character, a word or how a part of it ends."""
    return any(IMPOSSIBLE.search(part) for part in name.split("/"))


def strange(text: str) -> list[str]:
    return [f"{what}: {found[0]}" for what, pattern in STRANGE.items() if (found := pattern.search(text))]


def test_no_file_is_longer_than_a_reader():
    long = {name: count for name, text in python().items() if (count := text.count("\n")) > LINES_MAX}
    assert not long


def test_no_function_is_longer_than_a_page():
    """TigerBeetle's rule; a longer one is two."""
    long = {
        f"{name}: {function}": count
        for name, text in python().items()
        for function, count in shape(text).functions
        if count > FUNCTION_LINES_MAX
    }
    assert not long


def test_no_loose_end_is_left_without_an_issue():
    assert not [name for name, text in texts().items() if LOOSE.search(text)]


def test_no_error_is_swallowed_in_silence():
    assert not {name: lines for name, text in python().items() if (lines := shape(text).swallowing)}


def test_no_field_hides_a_name_that_annotations_use():
    """From Python 3.14 on they are read where the field is already there, and its description fails."""
    assert not {name: fields for name, text in python().items() if (fields := shape(text).hidden)}


def test_no_module_is_a_drawer_for_anything():
    names = [name for name in python() if any(VAGUE.search(part) for part in name[:-3].split("/"))]
    assert not names


def test_no_file_names_somebodys_machine_or_registry():
    """A clone builds anywhere; what one machine is called is nobody's business."""
    assert not {name: found for name, text in texts().items() if (found := strange(text))}


def test_no_large_binary_is_kept():
    kept = set(texts())
    large = [
        file.relative_to(ROOT).as_posix()
        for file in written()
        if file.relative_to(ROOT).as_posix() not in kept and file.stat().st_size > BINARY_BYTES_MAX
    ]
    assert not large


def test_every_name_can_be_checked_out_on_any_system():
    """Such a name was once a base that a test had left, `postgresql:` and its keys in it."""
    kept = [file.relative_to(ROOT).as_posix() for file in written()]
    assert not [name for name in kept if impossible(name)]


def test_what_is_generated_is_not_kept():
    assert not [name for name in texts() if GENERATED.search(name)]


# --- the checks themselves --------------------------------------------------------------------------------


def test_the_checks_look_at_the_whole_project():
    assert {name.split("/")[0] for name in python()} == {"src", "tests", "tools", "bench"}
    assert {"pyproject.toml", "Makefile", "README.md", ".ci/run", "requirements/dev.lock"} <= set(texts())


@pytest.mark.parametrize(
    "text",
    [
        "see /ro" + "ot/x",
        "cd /wo" + "rk/main",
        "path = '/ho" + "me/ann/x'",
        "file:" + "///tmp/x.whl",
        "--index" + "-url https://example.org/simple",
        "https://pypi" + ".example.org/simple/",
        "https://user:word@artifactory" + ".example.org/api/",
        "http://192.168" + ".1.7/",
        "http://wheels" + ".local:8080",
    ],
)
def test_a_strangers_address_is_seen(text):
    assert strange(text)


@pytest.mark.parametrize(
    "text", ["a/work/b", "https://example.org/root/", "root/", "127.0.0.1:8000", "profile:"]
)
def test_a_harmless_text_is_let_be(text):
    assert not strange(text)


@pytest.mark.parametrize(
    "name", ["postgresql:/x", "docs/who?.md", "a\\b", "docs/what. ", "src/aux.py", "NUL", "a/b\n"]
)
def test_a_name_that_some_system_cannot_have_is_seen(name):
    assert impossible(name)


def test_a_long_function_a_swallowed_error_a_hidden_name_and_a_loose_end_are_seen():
    long = "def f():\n" + "    x\n" * 70
    assert shape(long).functions == (("f", 71),)
    assert shape("try:\n    x\nexcept OSError:\n    pass\n").swallowing == (3,)
    assert not shape("try:\n    x\nexcept OSError:\n    pass  # it was there already\n").swallowing
    assert shape("class C:\n    problems: list[problems.Problem]\n    a: int\n").hidden == ("problems",)


@pytest.mark.parametrize(
    "head",
    [
        *(
            "if x:",
            "if x:\n    pass\nelse:",
            "for x in y:",
            "for x in y:\n    pass\nelse:",
            "while x:",
            "with x:",
        ),
        *("try:\n    pass\nexcept E:", "try:\n    pass\nfinally:", "try:\n    pass\nexcept* E:", "class C:"),
        *("try:\n    pass\nexcept E:\n    x\nelse:", "match x:\n  case 1:", "async def g():", "def g():"),
    ],
)
def test_a_function_is_seen_wherever_it_may_stand(head):
    assert ("f", 2) in shape(f"{head}\n    def f():\n        x\n").functions
    assert LOOSE.search("# TO" + "DO later")
    assert VAGUE.search("string_utils")
    assert not VAGUE.search("commonwealth")
