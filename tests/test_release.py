"""How a release is installed and run elsewhere: its version, its wheel alone, the service, the container."""

import importlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import click
import pytest

from radiokey.cli.commands import app

ROOT = Path(__file__).parents[1]
UNIT = (ROOT / "docs" / "how-to" / "radiokey.service").read_text("utf-8")
CONTAINER = (ROOT / "Containerfile").read_text("utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


# --- the version ------------------------------------------------------------------------------------------------


def test_the_version_stands_in_one_place_and_the_command_says_it(cli):
    assert cli("--version").out == f"radiokey {VERSION}\n"
    text = "".join(file.read_text("utf-8") for file in (ROOT / "src" / "radiokey").glob("*.py"))
    assert "__version__" not in text


# --- what the command lines say ---------------------------------------------------------------------------------


def settings(text: str) -> dict[str, list[str]]:
    """Return what a unit sets, by name: a line that ends in a backslash goes on."""
    found = {}
    for line in text.replace("\\\n", " ").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(" ".join(value.split()))
    return found


def understood(words: list[str]) -> dict:
    """Return the options of a `radiokey` command line, as the command itself reads them."""
    noun, *arguments = words
    command = app.get_command(click.Context(app), noun)
    return command.make_context(noun, arguments, parent=click.Context(app, info_name="radiokey")).params


def test_the_service_runs_a_command_line_that_the_product_understands():
    (line,) = settings(UNIT)["ExecStart"]
    program, *words = shlex.split(line)
    assert program == "/opt/radiokey/bin/radiokey"
    options = understood(words)
    assert options["site"] is not None
    assert options["probes"] is not None
    assert "database" in options


def test_a_command_line_with_an_option_that_does_not_exist_is_seen():
    with pytest.raises(click.NoSuchOption):
        understood(["serve", "--nowhere", "x"])


def test_the_service_and_the_container_set_what_the_product_reads():
    source = "".join(file.read_text("utf-8") for file in (ROOT / "src").rglob("*.py"))
    named = set(re.findall(r"\b(RADIOKEY_\w+)=", UNIT + CONTAINER))
    assert named
    assert all(f'"{name}"' in source for name in named)


def test_the_service_gives_up_what_it_has_no_use_for():
    said = settings(UNIT)
    for name in (
        "DynamicUser",
        "NoNewPrivileges",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectHome",
        "RestrictNamespaces",
    ):
        assert said[name] == ["yes"], name
    assert said["ProtectSystem"] == ["strict"]
    assert said["CapabilityBoundingSet"] == [""]


def test_the_container_runs_what_the_product_understands_and_not_as_root():
    command = json.loads(re.search(r"^CMD (.+)$", CONTAINER, re.MULTILINE)[1])
    assert json.loads(re.search(r"^ENTRYPOINT (.+)$", CONTAINER, re.MULTILINE)[1]) == ["radiokey"]
    assert understood(command)["host"] == "0.0.0.0"  # noqa: S104 - inside the container
    assert re.findall(r"^USER (.+)$", CONTAINER, re.MULTILINE) == ["radiokey"]
    copied = {
        one
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
        for one in line.split()
    }
    ignored = (ROOT / ".containerignore").read_text("utf-8")
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name.split('/')[0]}\n" in ignored


def test_the_operators_page_names_the_service_the_container_and_the_list_of_parts():
    page = (ROOT / "docs" / "how-to" / "operate.md").read_text("utf-8")
    for name in ("](radiokey.service)", "`make image`", "`make sbom`", "pipx install", "uvx --from"):
        assert name in page, name


# --- the list of parts ------------------------------------------------------------------------------------------


def test_a_list_of_parts_that_lacks_one_or_its_sum_is_seen(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    sbom = importlib.import_module("sbom")
    parts = sbom.locked((ROOT / "requirements" / "run.lock").read_text("utf-8"))
    assert {"click", "litestar", "cryptography"} <= parts.keys()
    whole = {
        "metadata": {"component": {"version": VERSION}},
        "components": [
            {"name": name, "version": version, "hashes": [{"alg": "SHA-256"}]}
            for name, version in parts.items()
        ],
    }
    assert sbom.faults(whole, parts) == []
    del whole["components"][0]["hashes"]
    assert sbom.faults(whole, parts) == [f"{next(iter(parts))} has no sum"]
    del whole["components"][0]
    assert sbom.faults(whole, parts) == [f"{next(iter(parts))} {next(iter(parts.values()))} is missing"]


# --- the wheel --------------------------------------------------------------------------------------------------


def wheel() -> Path:
    (found,) = (ROOT / "dist").glob("*.whl")
    return found


def test_the_wheel_holds_the_package_and_nothing_beside_it():
    names = zipfile.ZipFile(wheel()).namelist()
    assert wheel().name == f"radiokey-{VERSION}-py3-none-any.whl"
    assert {name.partition("/")[0] for name in names} == {"radiokey", f"radiokey-{VERSION}.dist-info"}
    kept = {file.relative_to(ROOT / "src").as_posix() for file in (ROOT / "src").rglob("*") if file.is_file()}
    compiled = {name.removesuffix(".po") + ".mo" if name.endswith(".po") else name for name in kept}
    assert {name for name in names if name.startswith("radiokey/")} == {
        name for name in compiled if "__pycache__" not in name
    }


@pytest.mark.deep
def test_the_wheel_alone_is_installed_and_serves(tmp_path):
    """What `pipx install` and `uvx` do: a new environment, the wheel, the newest parts that it asks for, no part of ours."""
    uv, environment = Path(sys.executable).with_name("uv"), tmp_path / "environment"
    index = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_"))}
    clean = index | {"HOME": str(tmp_path), "PATH": os.defpath, "LANG": "C.UTF-8"}
    subprocess.run((uv, "venv", "--quiet", "--python", sys.executable, environment), check=True, env=clean)
    python = environment / "bin" / "python"
    subprocess.run((uv, "pip", "install", "--quiet", "--python", python, wheel()), check=True, env=clean)
    listed = subprocess.run(
        (uv, "pip", "list", "--python", python, "--format", "json"),
        check=True,
        capture_output=True,
        env=clean,
    )
    names = {one["name"].lower() for one in json.loads(listed.stdout)}
    assert "radiokey" in names
    assert not names & {"pytest", "hypothesis", "ruff", "mypy", "playwright", "numpy"}
    program = environment / "bin" / "radiokey"
    said = subprocess.run((program, "--version"), check=True, capture_output=True, text=True, env=clean)
    assert said.stdout == f"radiokey {VERSION}\n"
    command = (program, "serve", "--demo", "--port", "0")
    with subprocess.Popen(command, cwd=tmp_path, env=clean, stdout=subprocess.PIPE, text=True) as running:
        address = next(found[1] for line in running.stdout if (found := re.search(r"(http://\S+)", line)))
        with urllib.request.urlopen(f"{address}/health") as answer:  # noqa: S310 - our own server
            assert b"ok" in answer.read()
        running.send_signal(signal.SIGINT)
        running.stdout.read()
    assert running.returncode in {0, 130}
