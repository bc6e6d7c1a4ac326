"""How the product and its tools are installed: which Python is taken, what is locked, and what stays outside."""

import ast
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INTERPRETERS = ROOT / "tools" / "interpreters"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted(path.stem for path in (ROOT / "requirements").glob("*.lock"))


# --- which Python -----------------------------------------------------------------------------------------------

FAKE = """#!/bin/sh
case "$*" in
    *version_info*) echo {version} ;;
    *sys.executable*) echo "$0" ;;
    *ensurepip*) exit {lacking} ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip "*) echo "no matching distribution" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    """A PATH with nothing on it; `machine(name, version)` puts a Python there."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def add(name: str, version: str, *, lacking: bool = False) -> Path:
        program = folder / name
        program.write_text(FAKE.format(version=version, lacking=int(lacking)))
        program.chmod(0o755)
        return program

    add.folder = folder
    return add


def interpreters(machine, *words: str) -> tuple[list[str], str]:
    """Return the names of the programs that the script prints, and what it says."""
    nowhere = {"PATH": str(machine.folder), "HOME": str(machine.folder), "PYENV_ROOT": str(machine.folder)}
    ran = subprocess.run((INTERPRETERS, *words), capture_output=True, text=True, check=False, env=nowhere)
    found = [Path(line).name for line in ran.stdout.splitlines()]
    assert (ran.returncode == 0) is bool(found), "it fails where it finds none"
    assert bool(ran.stderr) is not bool(found), "and only then it says why"
    return found, ran.stderr


def test_the_newest_python_that_is_known_is_taken_before_one_that_came_later(machine):
    for version in ("3.16", "3.11", "3.15", "3.13", "3.10"):
        machine(f"python{version}", version)
    assert interpreters(machine, "run")[0] == ["python3.15", "python3.13", "python3.11", "python3.16"]
    assert interpreters(machine)[0] == ["python3.15", "python3.13", "python3.11"]
    assert interpreters(machine, "tools")[0] == ["python3.13", "python3.11"]


@pytest.mark.parametrize("version", ["3.14", "3.15", "3.16"])
def test_the_only_python_of_a_machine_may_be_new_and_have_the_shortest_name(machine, version):
    machine("python3", version)
    assert interpreters(machine, "run")[0] == ["python3"]


def test_no_python_an_old_one_and_one_without_venv_have_each_their_own_words(machine):
    assert "no Python that fits is here" in interpreters(machine, "run")[1]
    machine("python3", "3.9")
    said = interpreters(machine, "run")[1]
    assert "Install one of: 3.15 3.14 3.13 3.12 3.11" in said
    assert "python3 is 3.9." in said
    machine("python3.14", "3.14", lacking=True)
    assert "install your system's package python3.14-venv" in interpreters(machine, "run")[1]


def test_the_tests_say_which_python_they_lack(machine):
    machine("python3", "3.15")
    said = interpreters(machine, "tools")[1]
    assert "Install one of: 3.14 3.13 3.12 3.11\n" in said
    assert "python3 is 3.15." in said
    assert "Python 3.15 runs the product, but not all tests" in said


def test_a_pyenv_python_that_is_not_active_is_found(machine):
    kept = machine.folder / "versions" / "3.12.4" / "bin"
    kept.mkdir(parents=True)
    machine("python3.12", "3.12").rename(kept / "python3")
    assert interpreters(machine)[0] == ["python3"]


@pytest.fixture
def make(machine, tmp_path):
    """`make ARGUMENTS` of this checkout where only the given Pythons are on PATH."""
    for name in ("make", "find", "sed", "rm", "touch", "mkdir", "cp", "sh"):
        (machine.folder / name).symlink_to(shutil.which(name))
    project = tmp_path / "project"
    project.mkdir()
    for name in ("Makefile", "tools", "requirements", "src", "pyproject.toml", "README.md", "LICENSE"):
        (project / name).symlink_to(ROOT / name)
    nowhere = {"PATH": str(machine.folder), "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path)}

    def run(*arguments: str) -> subprocess.CompletedProcess:
        command = (machine.folder / "make", *arguments)
        return subprocess.run(command, cwd=project, env=nowhere, capture_output=True, text=True, check=False)

    run.project = project
    return run


def test_make_run_without_a_python_says_what_to_install(make):
    ran = make("run")
    assert ran.returncode
    assert "radiokey: no Python that fits is here" in ran.stderr
    assert not (make.project / ".venv").exists()


def test_make_run_on_a_python_without_builds_says_what_to_do(machine, make):
    machine("python3", "3.16")
    ran = make("run")
    assert ran.returncode
    assert "no matching distribution" in ran.stderr
    assert "may have no builds for Python 3.16 yet. Install one of 3.15 3.14" in ran.stderr


# --- what is locked ---------------------------------------------------------------------------------------------


def locked(lock: str) -> dict[str, str]:
    """Return the version of each part of a lock."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_part_of_a_lock_has_its_hashes(lock):
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    parts = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(parts) == len(locked(lock)) > 0
    assert all("--hash=sha256:" in part for part in parts)


@pytest.mark.parametrize("lock", sorted({*LOCKS} - {"dev", "webassembly"}))
def test_one_version_of_a_part_stands_in_all_locks(lock):
    """tests/webassembly.lock is apart: an older Hypothesis, the last one without compiled code."""
    everything = locked("dev") | locked("deep") | locked("bench") | locked("cluster") | locked("docs")
    assert locked(lock).items() <= everything.items()


def test_nothing_that_only_tests_need_is_locked_for_running():
    names = {
        re.match(r"[\w.-]+", one)[0].lower()
        for one in PROJECT["dependency-groups"]["dev"]
        if isinstance(one, str)
    }
    needed = {re.match(r"[\w.-]+", one)[0].lower() for one in PROJECT["project"]["dependencies"]}
    assert needed <= locked("run").keys()
    assert locked("run").keys() & names == {"httpx", "pyyaml"}, (
        "Litestar brings them along, and nothing else of these"
    )
    assert "hatchling" in locked("build").keys() - locked("run").keys()


# --- which Pythons are promised ---------------------------------------------------------------------------------


def test_the_classifiers_name_the_pythons_that_are_known():
    known = re.search(r'^known="(.*)"$', INTERPRETERS.read_text("utf-8"), re.MULTILINE)[1].split()
    said = [one.rpartition(" ")[2] for one in PROJECT["project"]["classifiers"] if ":: 3." in one]
    assert said == known[::-1]
    assert PROJECT["project"]["requires-python"] == f">={known[-1]}"


# --- the command on the PATH ------------------------------------------------------------------------------------


def link(tmp_path, **environment: str) -> subprocess.CompletedProcess:
    program = Path(sys.executable).with_name("radiokey")
    settings = {"HOME": str(tmp_path), "PATH": os.defpath} | environment
    return subprocess.run(
        (ROOT / "tools" / "link", program), env=settings, capture_output=True, text=True, check=False
    )


def test_the_command_is_linked_and_where_a_shell_does_not_look_there_it_says_so(tmp_path):
    folder = tmp_path / ".local" / "bin"
    first = link(tmp_path)
    assert f'export PATH="{folder}:$PATH"' in first.stdout
    again = link(tmp_path, PATH=f"{folder}:{os.defpath}")
    assert (again.returncode, "export" in again.stdout) == (0, False)
    ran = subprocess.run((folder / "radiokey", "models", "--json"), capture_output=True, check=True, env={})
    assert ran.stdout.startswith(b"[")


def test_a_program_of_that_name_that_is_no_link_stays(tmp_path):
    own = tmp_path / ".local" / "bin" / "radiokey"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    assert link(tmp_path).returncode
    assert own.read_text() == "mine"


# --- the page of builds -----------------------------------------------------------------------------------------


@pytest.fixture
def wheels(monkeypatch):
    """tools/wheels.py."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("wheels")


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "wheels.md").read_text("utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if re.match(r"\| [a-z0-9-]+ \| \d", line)
    ]


def test_the_page_of_builds_is_of_the_locks_of_today():
    stale = "run: make wheels"
    for lock in ("run", "build", "dev", "bench", "docs"):
        said = {name: version for name, version, used, *_ in rows() if lock in used.split(", ")}
        assert said == locked(lock), stale


def test_the_product_has_a_build_for_every_python_that_is_promised(wheels):
    promised = len(wheels.pythons())
    assert promised == len([one for one in PROJECT["project"]["classifiers"] if ":: 3." in one])
    compiled = [
        row for row in rows() if len(row) == 3 + promised and {"run", "build"} & set(row[2].split(", "))
    ]
    assert len(compiled) > 8
    assert all(cells == ["yes"] * promised for _, _, _, *cells in compiled)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (("a-1-py3-none-any.whl",), "yes"),
        (("a-1-py2.py3-none-any.whl",), "yes"),
        ((), "not: Linux x86-64, Linux arm64, musl x86-64, macOS arm64"),
        (("a-1-cp311-abi3-manylinux1_x86_64.whl",), "not: Linux arm64, musl x86-64, macOS arm64"),
        (
            ("a-1-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",),
            "not: Linux x86-64, musl x86-64, macOS arm64",
        ),
        (
            ("a-1-cp315-cp315-manylinux_2_34_x86_64.whl",),
            "not: Linux x86-64, Linux arm64, musl x86-64, macOS arm64",
        ),
        (
            ("a-1-cp314-cp314-musllinux_1_2_x86_64.whl",),
            "not: Linux x86-64, Linux arm64, musl x86-64, macOS arm64",
        ),
        (
            ("a-1-cp315-cp315t-macosx_11_0_arm64.whl",),
            "not: Linux x86-64, Linux arm64, musl x86-64, macOS arm64",
        ),
        (("a-1-cp315-cp315-macosx_11_0_universal2.whl",), "not: Linux x86-64, Linux arm64, musl x86-64"),
    ],
)
def test_a_build_fits_where_its_tags_say(wheels, files, said):
    assert wheels.cell(wheels.Part("a", "1", files), (3, 15)) == said


def test_a_part_that_a_machine_does_not_need_may_lack_its_build(wheels):
    files = ("a-1-cp314-cp314-macosx_11_0_arm64.whl",)
    assert wheels.cell(wheels.Part("a", "1", files, "sys_platform == 'darwin'"), (3, 14)) == "yes"
    assert wheels.cell(wheels.Part("a", "1", (), "python_full_version < '3.15'"), (3, 15)) == "not used"
    assert wheels.cell(wheels.Part("a", "1", (), "python_full_version < '3.15'"), (3, 14)).startswith("not: ")


# --- the newest Python ------------------------------------------------------------------------------------------


def test_what_webassembly_leaves_out_is_there_and_is_little(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    tool = importlib.import_module("webassembly")
    for name in tool.LEFT_OUT:
        file, _, test = name.partition("::")
        assert file.split("/")[0] in tool.FOLDERS
        assert f"def {test}" in (ROOT / "tests" / file).read_text("utf-8")
    whole = [name for name in tool.LEFT_OUT if "::" not in name]
    assert len(whole) * 8 < sum(len(list((ROOT / "tests" / one).rglob("test_*.py"))) for one in tool.FOLDERS)


def test_what_webassembly_runs_needs_nothing_that_it_does_not_install(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    tool = importlib.import_module("webassembly")
    lock = (ROOT / "requirements" / "webassembly.lock").read_text("utf-8")
    installed = {"_pytest", "radiokey", *re.findall(r"^([\w-]+)==", lock, re.MULTILINE)}
    for folder in ("tables", *tool.FOLDERS):
        files = sorted((ROOT / "tests" / folder).rglob("*.py"))
        own = {"tables", *(file.stem for file in files)}
        for file in files:
            if f"{folder}/{file.name}" in tool.LEFT_OUT:
                continue
            heads = ast.parse(file.read_text("utf-8")).body
            asked = {name.name for node in heads if isinstance(node, ast.Import) for name in node.names}
            asked |= {node.module for node in heads if isinstance(node, ast.ImportFrom) and node.module}
            foreign = {name.partition(".")[0] for name in asked} - installed - own - sys.stdlib_module_names
            assert not foreign, f"{file}: {foreign}"


@pytest.mark.parametrize("name", ["webassembly", "calendars", "phone_reader"])
def test_what_comes_from_npm_is_pinned_hashed_and_named_without_an_address(name):
    folder = ROOT / "tools" / name
    wanted = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    assert packages[""]["dependencies"] == wanted
    assert all(re.fullmatch(r"[\w.-]+", version) for version in wanted.values()), "one version, no range"
    others = [one for name, one in packages.items() if name]
    assert all("resolved" not in one and one["integrity"].startswith("sha512-") for one in others)
