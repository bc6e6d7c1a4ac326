"""What the README prints is run as it is printed, in a shell with a clean environment."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MADE = (".git", ".venv*", ".*_cache", ".hypothesis", ".run", "__pycache__", "build", "dist", "fetched")
RUN_MB_MAX = 250
"""The parts of the product take 230 MB; those of the tests 900 more."""
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
