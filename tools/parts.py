"""The parts that the tests are run in, a pytest each, and the interpreters that they are run on."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from steps import ROOT
from together import Command

TESTS: Final = ROOT / "tests"
PYTEST: Final = ("-m", "pytest", "-q", "--durations=10", "--durations-min=0.5")


@dataclass(frozen=True)
class Part:
    """Some entries of `tests`, without some that lie in them."""

    title: str
    entries: tuple[str, ...]
    without: tuple[str, ...] = ()

    @property
    def paths(self) -> list[str]:
        """What pytest is told to look at."""
        return [
            *(f"tests/{entry}" for entry in self.entries),
            *(f"--ignore=tests/{entry}" for entry in self.without),
        ]


_DESK: Final = tuple(
    f"base/sql/test_{name}.py"
    for name in (
        "clearings",
        "desk",
        "desk_ends",
        "desk_lists",
        "desk_papers",
        "desk_rules",
        "outbox",
        "queue",
    )
)
DATABASES: Final = Part("databases", ("base/sql", "databases"), without=_DESK)
_PAGES: Final = tuple(
    f"browser/test_{name}.py"
    for name in ("every_page", "desk", "owner_desk", "back", "print", "three_people")
)
"""All that ask the desk or the demonstration: each is served in one part alone."""
PAGES: Final = Part("pages in the browser", _PAGES)
BROWSER: Final = Part("browser", ("browser",), without=_PAGES)
NAMED: Final = (
    DATABASES,
    PAGES,
    Part("site", ("web", "wild")),
    BROWSER,
    Part("desk on the databases", _DESK),
    Part("base", ("base",), without=("base/sql",)),
    Part("head unit", ("headunit", "cuts")),
    Part("command line", ("cli", "second")),
    Part("plug", ("diagnostics", "foreign")),
)
"""The longest first, and the rest is one of them: no long one is left over at the end."""


def parts() -> list[Part]:
    """Return the named parts, and one of all other entries of `tests`: together they hold each test once."""
    named = {entry.partition("/")[0] for part in NAMED for entry in part.entries}
    found = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    return [Part("the rest", tuple(sorted(found - named))), *NAMED]


def interpreters() -> dict[str, str]:
    """Return the supported interpreters found, version to path, newest first."""
    found = subprocess.run([ROOT / "tools" / "interpreters"], check=True, capture_output=True, text=True)
    return {version_of(path): path for path in found.stdout.split()}


def version_of(python: str | Path) -> str:
    """Return the version of an interpreter, without the last of its numbers."""
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def environment_of(version: str) -> Path:
    """Return the interpreter of the environment for another version."""
    return ROOT / f".venv-{version}" / "bin" / "python"


def preparing(version: str, python: str) -> list[Command]:
    """Return what makes the environment for another version: the locked tools and the built wheel."""
    uv, folder = Path(sys.executable).with_name("uv"), ROOT / f".venv-{version}"
    install = (uv, "pip", "install", "--quiet", "--python", folder)
    make: list[Command] = [(uv, "venv", "--quiet", "--python", python, folder)]
    return [
        *(make if not environment_of(version).exists() else ()),
        (*install, "--require-hashes", "-r", ROOT / "requirements" / "dev.lock"),
        (*install, "--no-deps", "--reinstall", next((ROOT / "dist").glob("*.whl"))),
    ]
