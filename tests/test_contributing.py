"""What a contributor's editor, hooks and container read names the tools of the house and nothing else."""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_hooks_before_a_commit_are_tools_of_the_house_and_fetch_nothing(tmp_path):
    file = ROOT / ".pre-commit-config.yaml"
    pre_commit = Path(sys.executable).with_name("pre-commit")
    subprocess.run(
        (pre_commit, "validate-config", file), check=True, env={"HOME": str(tmp_path), "PATH": os.defpath}
    )
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
    age, chromium, golang, nginx, prometheus, spin, webassembly = map(
        importlib.import_module,
        ("age", "chromium", "golang", "nginx", "prometheus", "spin", "webassembly"),
    )
    dockerfile = (ROOT / ".devcontainer" / "Dockerfile").read_text("utf-8")
    packages = set(re.findall(r"^        ([a-z0-9.+-]+) \\$", dockerfile, re.MULTILINE))
    tools = {
        chromium.SHELL[0],
        chromium.WHOLE[0],
        *golang.PACKAGES,
        age.PACKAGE,
        nginx.PACKAGE,
        prometheus.PACKAGE,
        *spin.PACKAGES.values(),
        *webassembly.PACKAGES.values(),
    }
    assert tools | {"git", "make", "python3-venv"} <= packages
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    command = container["postCreateCommand"].split()
    assert command[0] == "make"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in command[1:])
    assert f"RADIOKEY_PORT ?= {container['forwardPorts'][0]}\n" in makefile
    assert f"useradd --create-home --shell /bin/bash {container['remoteUser']}\n" in dockerfile
    assert (ROOT / ".devcontainer" / container["build"]["dockerfile"]).is_file()


def test_every_text_is_as_the_editor_is_asked_to_keep_it():
    """.editorconfig: UTF-8, LF, no blanks at the end of a line, a newline at the end, tabs where make and Go want them."""
    config = (ROOT / ".editorconfig").read_text("utf-8")
    assert {
        "charset = utf-8",
        "end_of_line = lf",
        "insert_final_newline = true",
        "trim_trailing_whitespace = true",
    } <= {*config.splitlines()}
    suffixes = {
        ".py",
        ".md",
        ".toml",
        ".sql",
        ".html",
        ".css",
        ".js",
        ".mjs",
        ".json",
        ".yaml",
        ".txt",
        ".csv",
        ".sh",
        ".lock",
    }
    folders = ("src", "tests", "tools", "docs", "bench", "requirements", "findings", ".devcontainer")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in suffixes]
    files += [file for file in ROOT.iterdir() if file.suffix in suffixes and file.is_file()]
    assert len(files) > 500
    wrong = {}
    for file in files:
        if file.parent.name == "vendor":
            continue  # byte for byte as its package has it
        text = file.read_bytes().decode("utf-8")
        lines = text.split("\n")
        if (
            "\r" in text
            or (text and lines[-1])
            or any(line != line.rstrip(" \t") or line.startswith("\t") for line in lines)
        ):
            wrong[file.relative_to(ROOT).as_posix()] = True
    assert not wrong
