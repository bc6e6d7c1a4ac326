"""One break per row of the story: take the behaviour away in a copy, and see the row's test turn red.

    python tools/breaks.py           every break of tests/breaks
    python tools/breaks.py 5 22      those of rows 5 and 22

A test that stays green while its behaviour is gone shows nothing; such a break "survives", and the program
ends with 1. Each break gets a copy of its own, in which the test first has to be green. Only a failed test
counts as red: a copy that cannot be imported, or a test that is not found, is a mistake of the break.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from steps import ROOT

COPIED: Final = ("src", "tests", "docs", "pyproject.toml")
AT_ONCE: Final = 2
GREEN, RED, STRANGER = 0, 1, 90

RUN: Final = """
import pathlib, sys
import pytest, radiokey
if not pathlib.Path(radiokey.__file__).is_relative_to(sys.argv[1]):
    sys.exit(90)
sys.exit(pytest.main(sys.argv[2:]))
"""
"""Runs pytest in the copy, or ends with `STRANGER` where not the copy was imported."""


@dataclass(frozen=True, slots=True)
class Break:
    """A behaviour taken away: `old` becomes `new` in `file`, and `test`, which shows row `row`, turns red."""

    row: int
    file: str
    old: str
    new: str
    test: str
    why: str


def load(folder: Path) -> list[Break]:
    """Read all breaks, in the order of their rows."""
    read = [Break(**tomllib.loads(path.read_text(encoding="utf-8"))) for path in folder.glob("*.toml")]
    return sorted(read, key=lambda one: (one.row, one.test))


def copy_to(folder: Path) -> None:
    """Copy what a test needs to `folder`."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, folder / name)


def run(test: str, folder: Path) -> int:
    """Run one test in a copy and return its exit code; without bytecode, which an edit might not outdate."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    options = ("-q", "-x", "-p", "no:cacheprovider", "--no-header")
    return subprocess.run(
        [sys.executable, "-c", RUN, folder, *options, test],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
    ).returncode


def verdict(one: Break) -> str:
    """Return "red" where the break is seen, else what went otherwise."""
    with tempfile.TemporaryDirectory(prefix="radiokey-break-") as name:
        folder = Path(name).resolve()
        copy_to(folder)
        whole = run(one.test, folder)
        if whole != GREEN:
            return (
                "the copy is not the one imported" if whole == STRANGER else f"not green unbroken ({whole})"
            )
        broken = folder / one.file
        text = broken.read_text(encoding="utf-8")
        if text.count(one.old) != 1:
            return f"its text stands {text.count(one.old)} times in the file"
        broken.write_text(text.replace(one.old, one.new), encoding="utf-8")
        after = run(one.test, folder)
    return {RED: "red", GREEN: "SURVIVED"}.get(after, f"broke more than the behaviour ({after})")


def main(rows: list[int]) -> int:
    """Try the breaks of these rows, all if none is given; return 1 if not every one was seen."""
    breaks = [one for one in load(ROOT / "tests" / "breaks") if not rows or one.row in rows]
    if not breaks:
        print("no break for these rows")
        return 1
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(verdict, breaks))
    for one, said in zip(breaks, verdicts, strict=True):
        file, test = one.file.removeprefix("src/radiokey/"), one.test.split("::")[1]
        print(f"{one.row:>3}  {said:<10}  {file:<32}  {test}")
    seen = verdicts.count("red")
    print(f"{seen} of {len(breaks)} breaks seen, {time.monotonic() - started:.0f} s")
    return 0 if seen == len(breaks) else 1


if __name__ == "__main__":
    sys.exit(main([int(row) for row in sys.argv[1:]]))
