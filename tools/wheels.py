"""Which Pythons the locked parts are built for: asks the package index, draws docs/wheels.md.

A part without a build (a wheel) for a Python would have to be compiled by its user; `make run` refuses that.
uv says which files the index has of each locked version; which of them fits where is said by the tags in
their names (PEP 425, PEP 600, PEP 656), so a Python that is not here can be looked up too.
"""

import datetime as dt
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename
from steps import ROOT

PAGE: Final = ROOT / "docs" / "wheels.md"
LOCKS: Final = {
    "run": ("pyproject.toml",),
    "build": ("--group", "pyproject.toml:build"),
    "dev": ("--group", "dev", "pyproject.toml"),
    "deep": ("--group", "deep", "pyproject.toml"),
    "bench": ("--group", "bench", "pyproject.toml"),
    "cluster": ("--group", "cluster", "pyproject.toml"),
    "docs": ("--group", "docs", "pyproject.toml"),
}
"""The locks, and what each is made from: see `make lock`."""
GLIBC: Final = 28
"""Linux with glibc 2.28 (2018) and later."""
MUSL: Final = 2
"""Linux with musl 1.2 (2020) and later."""


@dataclass(frozen=True)
class Platform:
    """A kind of machine: its name in the page, the tags of its wheels, and what markers see of it."""

    name: str
    tags: tuple[str, ...]
    system: str
    machine: str


def _glibc(machine: str) -> tuple[str, ...]:
    older = ("manylinux2014", "manylinux2010", "manylinux1")  # names from before there were numbers
    numbered = (f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC, 4, -1))
    return (*numbered, *(f"{name}_{machine}" for name in older))


def _musl(machine: str) -> tuple[str, ...]:
    return tuple(f"musllinux_1_{minor}_{machine}" for minor in range(MUSL, -1, -1))


PLATFORMS: Final = (
    Platform("Linux x86-64", _glibc("x86_64"), "linux", "x86_64"),
    Platform("Linux arm64", _glibc("aarch64"), "linux", "aarch64"),
    Platform(
        "musl x86-64",
        tuple(f"musllinux_1_{minor}_x86_64" for minor in range(MUSL, -1, -1)),
        "linux",
        "x86_64",
    ),
    Platform("macOS arm64", tuple(mac_platforms((14, 0), "arm64")), "darwin", "arm64"),
)


@dataclass(frozen=True)
class Part:
    """A locked part: which files the index has of it, and where it is needed."""

    name: str
    version: str
    wheels: tuple[str, ...]
    marker: str = ""

    @property
    def is_pure(self) -> bool:
        """Tell whether one wheel fits every Python and every machine."""
        return any(name.endswith("-none-any.whl") for name in self.wheels)

    def needed(self, python: tuple[int, int], platform: Platform) -> bool:
        """Tell whether it is installed there at all."""
        if not self.marker:
            return True
        version = f"{python[0]}.{python[1]}"
        return Marker(self.marker).evaluate(
            {
                "python_version": version,
                "python_full_version": f"{version}.0",
                "implementation_name": "cpython",
                "platform_python_implementation": "CPython",
                "sys_platform": platform.system,
                "os_name": "posix",
                "platform_machine": platform.machine,
                "platform_system": platform.system.capitalize(),
            }
        )

    def fits(self, python: tuple[int, int], platform: Platform) -> bool:
        """Tell whether a wheel of it can be installed there."""
        able = set(_tags(python, platform))
        return any(able & parse_wheel_filename(name)[3] for name in self.wheels)


def _tags(python: tuple[int, int], platform: Platform) -> Iterator[Tag]:
    yield from cpython_tags(python, platforms=platform.tags)
    yield from compatible_tags(python, f"cp{python[0]}{python[1]}", platforms=platform.tags)


def pythons() -> list[tuple[int, int]]:
    """Return the versions that the product is known to run on (tools/interpreters), oldest first."""
    text = (ROOT / "tools" / "interpreters").read_text("utf-8")
    said = re.search(r'^known="([\d. ]+)"$', text, re.MULTILINE)
    assert said is not None
    return sorted((int(major), int(minor)) for major, minor in re.findall(r"(\d+)\.(\d+)", said[1]))


def ask(lock: str, source: Iterable[str]) -> list[Part]:
    """Ask the index for the files of every part of a lock."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "pylock.toml"
        constraints = str(ROOT / "requirements" / f"{lock}.lock")
        subprocess.run(
            [
                *(str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--universal"),
                *("--python-version", "3.11", "--format", "pylock.toml"),
                *("--constraints", constraints, *source, "--output-file", str(answer)),
            ],
            check=True,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        return [_part(package) for package in tomllib.loads(answer.read_text("utf-8"))["packages"]]


def _part(package: dict[str, Any]) -> Part:
    wheels = (wheel.get("name") or wheel["url"].rsplit("/", 1)[1] for wheel in package.get("wheels", ()))
    return Part(package["name"], package["version"], tuple(wheels), package.get("marker", ""))


def cell(part: Part, python: tuple[int, int]) -> str:
    """Say where a part has a build for a Python.

    >>> cell(Part("a", "1", ("a-1-cp311-abi3-manylinux_2_28_x86_64.whl",)), (3, 15))
    'not: Linux arm64, musl x86-64, macOS arm64'
    >>> cell(Part("a", "1", ("a-1-py3-none-any.whl",), "python_full_version < '3.15'"), (3, 15))
    'not used'
    """
    wanted = [platform for platform in PLATFORMS if part.needed(python, platform)]
    lacking = [platform.name for platform in wanted if not part.fits(python, platform)]
    if not wanted:
        return "not used"
    return f"not: {', '.join(lacking)}" if lacking else "yes"


def page(locks: dict[str, list[Part]], day: dt.date) -> str:
    """Return docs/wheels.md."""
    used: dict[Part, list[str]] = {}
    for lock, parts in locks.items():
        for part in parts:
            used.setdefault(part, []).append(lock)
    ordered = sorted(used.items(), key=lambda one: one[0].name)
    versions = pythons()
    columns = [f"{major}.{minor}" for major, minor in versions]
    rows = [
        "| "
        + " | ".join([part.name, part.version, ", ".join(by), *(cell(part, one) for one in versions)])
        + " |"
        for part, by in ordered
        if not part.is_pure
    ]
    pure = [f"| {part.name} | {part.version} | {', '.join(by)} |" for part, by in ordered if part.is_pure]
    return "\n".join(
        [
            HEAD.format(day=day, platforms=", ".join(platform.name for platform in PLATFORMS)),
            f"| part | version | lock | {' | '.join(columns)} |",
            "|" + "---|" * (3 + len(columns)),
            *rows,
            PURE,
            *pure,
            "",
        ]
    )


HEAD: Final = """# Which Pythons the parts are built for

Drawn by `make wheels` from what the package index has on {day}. A part without a build would have to be
compiled by its user, with a compiler at hand; `make run` installs builds only.

"yes" is a build for each of: {platforms}; glibc 2.28, musl 1.2 and macOS 14, or later.
The locks are `run` (the product), `build` (makes its wheel), `dev` (tests and checks), `deep`
(`make deep`), `bench` (measures), `cluster` (`make cluster`) and `docs` (the documentation).
"""

PURE: Final = """
## Parts without compiled code

One build of each fits every Python and every machine.

| part | version | lock |
|---|---|---|"""


def main() -> None:
    """Ask and draw; fail where the product could not be installed on a Python that is promised."""
    locks = {lock: ask(lock, source) for lock, source in LOCKS.items()}
    PAGE.write_text(page(locks, dt.datetime.now(tz=dt.UTC).date()), "utf-8")
    lacking = [
        f"{part.name} {part.version} for Python {python[0]}.{python[1]}"
        for part in (*locks["run"], *locks["build"])
        for python in pythons()
        if cell(part, python).startswith("not:")
    ]
    if lacking:
        sys.exit("the product cannot be installed everywhere: no build of " + "; ".join(lacking))


if __name__ == "__main__":
    main()
