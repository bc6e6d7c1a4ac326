"""What lies in the working tree, so that a run of the tests can be seen to leave it as it was."""

import os
from pathlib import Path
from typing import Final

CACHES: Final = frozenset(
    {
        "__pycache__",
        ".git",
        ".hypothesis",
        ".import_linter_cache",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
    }
)
"""Folders that tools keep for the next time, anywhere; environments (`.venv*`) are made at the root."""


def names(root: Path) -> frozenset[str]:
    """Return the names of all files and folders below `root`, also of those that git ignores; no caches."""
    found: set[str] = set()
    for folder, inner, files in os.walk(root):
        here = Path(folder)
        inner[:] = [
            name for name in inner if name not in CACHES and not (here == root and name.startswith(".venv"))
        ]
        found.update((here / name).relative_to(root).as_posix() for name in (*inner, *files))
    return frozenset(found)


def changes(before: frozenset[str], after: frozenset[str]) -> list[str]:
    """Return what came and what went, a line each; of a folder that came or went, not also what is in it."""
    came = [f"left behind: {name}" for name in _outermost(after - before)]
    return came + [f"gone: {name}" for name in _outermost(before - after)]


def _outermost(found: frozenset[str]) -> list[str]:
    return sorted(name for name in found if name.rpartition("/")[0] not in found)
