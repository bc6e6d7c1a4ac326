"""What the README prints is run as it is printed, in a shell with a clean environment; and what is said beside it."""

import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MADE = (".git", ".venv*", ".*_cache", ".hypothesis", ".run", "__pycache__", "build", "dist")
RUN_MB_MAX = 250
"""The parts of the product take 180 MB; those of the tests 450 more."""
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def clean(home: Path, **settings: str) -> dict[str, str]:
    """Return the environment of somebody who has just signed in: nothing but how the package index is reached."""
    index = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "SSL_")) or name.lower().endswith("_proxy")
    }
    path = os.pathsep.join(("/usr/local/bin", "/usr/bin", "/bin", f"{sys.base_prefix}/bin"))
    return index | {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8"} | settings


def shell(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    """Run the lines of a block one after the other, and stop where one fails."""
    return subprocess.run(
        ("/bin/sh", "-e", "-u", "-c", script),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_blocks_are_printed_and_the_second_is_for_the_terminal():
    first, second = BLOCKS
    assert re.findall(r"^(\S+ \S+)", first, re.MULTILINE) == ["make run", "make test"]
    assert second.startswith("make install")
    assert second.count("\nradiokey ") > 5


@pytest.mark.once
def test_the_commands_for_the_terminal_run_as_printed(tmp_path):
    """The link is that of `make install`; that it comes from a fresh copy is seen below."""
    environment = clean(tmp_path)
    program = Path(sys.executable).with_name("radiokey")
    made = shell(f"'{ROOT}/tools/link' '{program}'", tmp_path, environment)
    assert made.returncode == 0, made.stderr
    ran = shell(re.sub(r"^make install.*\n", "", BLOCKS[1]), tmp_path, environment)
    assert ran.returncode == 0, ran.stderr
    assert "4 7 8 6" in ran.stdout


@pytest.fixture
def copy(tmp_path) -> Path:
    """A fresh copy of the project, without anything that was made in it."""
    return Path(shutil.copytree(ROOT, tmp_path / "radiokey", ignore=shutil.ignore_patterns(*MADE)))


def served(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run `make run`; yield the address it prints, then end it as a person does, with Ctrl-C."""
    with subprocess.Popen(
        ("/bin/sh", "-c", "make run"),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        said = ""
        for line in running.stdout:
            said += line
            if found := re.search(r"Radiokey is on (http://\S+)", line):
                yield found[1]
                break
        else:
            pytest.fail(f"it was never served:\n{said}")
        os.killpg(running.pid, signal.SIGINT)
        running.stdout.read()


def installed(environment: Path) -> set[str]:
    """Return the names of the parts in an environment."""
    python = environment / "bin" / "python"
    listed = subprocess.run(
        (python, "-m", "pip", "list", "--format", "json"), capture_output=True, check=True
    )
    return {re.sub(r"[-_.]+", "-", one["name"]).lower() for one in json.loads(listed.stdout)}


def wanted(environment: Path) -> set[str]:
    """Return the names of requirements/run.lock that its markers ask for here."""
    lock = (ROOT / "requirements" / "run.lock").read_text("utf-8")
    asked = subprocess.run(
        (environment / "bin" / "python", "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"),
        capture_output=True,
        text=True,
        check=True,
    )
    version = asked.stdout.strip()
    here = {"python_full_version": version, "python_version": ".".join(version.split(".")[:2])}
    parts = re.findall(r"^([a-z0-9-]+)==[^ ;]+ ?;?([^\\\n]*)", lock, re.MULTILINE)
    return {name for name, marker in parts if not marker.strip() or Marker(marker).evaluate(here)}


@pytest.mark.deep
def test_the_readme_runs_as_printed_from_a_fresh_copy(tmp_path, copy):
    """`make run`, `make install` and every command; `make test` is what this test is a part of."""
    (home := tmp_path / "home").mkdir()
    environment = clean(home, RADIOKEY_PORT="0")
    for address in served(copy, environment):
        for path, says in (("/health", '"ok"'), ("/", "Radiokey"), ("/demo", "made")):
            with urllib.request.urlopen(address + path) as answer:  # noqa: S310 - our own server
                assert says in answer.read().decode()
    run = copy / ".venv"
    assert installed(run) - {"setuptools"} == wanted(run) | {"pip", "radiokey"}
    size = sum(file.lstat().st_size for file in run.rglob("*") if not file.is_symlink())
    assert size < RUN_MB_MAX * 1_000_000
    assert not (copy / ".venv-dev").exists()
    assert shell("make --dry-run test", copy, environment).returncode == 0
    ran = shell(BLOCKS[1], copy, environment)
    assert ran.returncode == 0, ran.stderr
    assert "4 7 8 6" in ran.stdout
    assert str(home / ".local" / "bin" / "radiokey") in ran.stdout


# --- release notes ----------------------------------------------------------------------------------------------


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


# --- what a contributor's tools read ------------------------------------------------------------------------------


def test_the_hooks_before_a_commit_are_tools_of_the_house_and_fetch_nothing(tmp_path):
    file = ROOT / ".pre-commit-config.yaml"
    pre_commit = Path(sys.executable).with_name("pre-commit")
    environment = clean(tmp_path)
    subprocess.run((pre_commit, "validate-config", file), check=True, env=environment)
    text = file.read_text("utf-8")
    assert re.findall(r"^  - repo: (\S+)$", text, re.MULTILINE) == ["local"]
    assert set(re.findall(r"language: (\S+)", text)) == {"system"}
    for entry in re.findall(r"entry: (.+)$", text, re.MULTILINE):
        program, *arguments = entry.split()
        assert program.startswith(".venv-dev/bin/"), "what `make setup` builds"
        assert Path(sys.executable).with_name(Path(program).name).exists()
        assert all((ROOT / one).exists() for one in arguments if "/" in one)


def test_the_container_has_what_the_tools_would_install_and_runs_what_make_names(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    chromium, golang, spin, webassembly = map(
        importlib.import_module, ("chromium", "golang", "spin", "webassembly")
    )
    dockerfile = (ROOT / ".devcontainer" / "Dockerfile").read_text("utf-8")
    packages = set(re.findall(r"^        ([a-z0-9.+-]+) \\$", dockerfile, re.MULTILINE))
    tools = {chromium.NAMES[0], *golang.PACKAGES, *spin.PACKAGES.values(), *webassembly.PACKAGES.values()}
    assert tools | {"git", "make", "python3-venv"} <= packages
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    command = container["postCreateCommand"].split()
    assert command[0] == "make"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in command[1:])
    assert f"RADIOKEY_PORT ?= {container['forwardPorts'][0]}\n" in makefile
    assert f"useradd --create-home --shell /bin/bash {container['remoteUser']}\n" in dockerfile
    assert (ROOT / ".devcontainer" / container["build"]["dockerfile"]).is_file()
