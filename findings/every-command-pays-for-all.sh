#!/bin/sh
# A Typer program looks at every function of every command twice before it runs one of them.
#
# Surprise: before the first word of the command line is read, each command's signature and annotations are taken
#   apart, those of groups below included, and each of them two times. 50 commands and a group of 50 more cost
#   some 200 such looks to run one function without arguments; Click's own groups ask for one command by name.
# Matters: the start of a command line tool grows with what it does not do. A command that answers in a millisecond
#   waits for the annotations (and for the imports that they need) of all the others.
# Expected from: Typer's documentation, where a program of several commands is Click's group; Click's, where
#   Group.get_command is asked for the one that is called.
# Versions: typer 0.29.2.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check typer==0.29.2
cat > finding.py <<'PY'
import sys
from collections import Counter
from importlib.metadata import version

import typer
from typer.utils import get_params_from_function


def named(number):
    def command(serial: str = "", wait: int = 0) -> None:
        """Do one thing."""

    command.__name__ = f"command-{number}"
    return command


def looks(commands, below):
    """How often a function is taken apart to run one command of a program with that many."""
    app, group = typer.Typer(), typer.Typer()
    for number in range(commands):
        app.command()(named(number))
    for number in range(below):
        group.command()(named(number))
    if below:
        app.add_typer(group, name="group")
    calls = Counter()

    def watch(frame, event, _argument):
        if event == "call":
            calls[frame.f_code] += 1

    sys.setprofile(watch)
    try:
        app(["command-0"], standalone_mode=False)
    finally:
        sys.setprofile(None)
    return calls[get_params_from_function.__code__]


seen = {(commands, below): looks(commands, below) for commands, below in ((2, 0), (50, 0), (50, 50))}
print("typer", version("typer"))
print("expected: the count does not grow with commands that are not run")
for (commands, below), count in seen.items():
    print(f"seen: {commands} commands and {below} in a group: {count} looks at a function to run one")
grows = seen[50, 0] >= 2 * 50 and seen[50, 50] >= 2 * 100
sys.exit(0 if grows else "CHANGED")
PY
venv/bin/python finding.py
