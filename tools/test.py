"""Everything CI runs: checks, then every test against the installed wheel, newest interpreter first.

What needs one interpreter only (the browser, and what `once` marks in tests/conftest.py) runs on the newest;
all other tests run on every supported interpreter that is found here.

The tests' files lie in memory where there is room: a third of the time would go into waiting for a disk. What
they ask of a database is the same there; no test takes the power from a disk.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import chromium
import golang
import spin
from steps import ROOT, run

PYTEST = ("-m", "pytest", "-q", "-n", "2", "--dist", "worksteal")

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
ROOM = 8 << 30
"""What the files of the tests of one interpreter need, in bytes, with room to spare: 5 GiB at their most."""
CEILING = Path("/sys/fs/cgroup/memory.max")
"""How much memory this machine may use, where it is a part of another one; files in memory count too."""


@contextmanager
def files_in_memory() -> Iterator[Mapping[str, str]]:
    """Yield the environment of a run whose temporary files lie in memory, if there is room for them."""
    if not MEMORY.is_dir() or min(shutil.disk_usage(MEMORY).free, _ceiling() // 2) < ROOM:
        yield os.environ
        return
    with tempfile.TemporaryDirectory(prefix="radiokey-", dir=MEMORY) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL does not run as root, and has its folder inside
        yield os.environ | {"TMPDIR": folder}


def _ceiling() -> int:
    said = CEILING.read_text(encoding="ascii").strip() if CEILING.exists() else ""
    return int(said) if said.isdecimal() else sys.maxsize


def interpreters() -> dict[str, str]:
    """Return the supported interpreters found, version to path, newest first."""
    found = subprocess.run([ROOT / "tools" / "interpreters"], check=True, capture_output=True, text=True)
    return {_version(path): path for path in found.stdout.split()}


def _version(python: str | Path) -> str:
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def environment_for(version: str, python: str) -> Path:
    """Return the interpreter of an environment with the locked tools and the built wheel."""
    uv = Path(sys.executable).with_name("uv")
    folder = ROOT / f".venv-{version}"
    if not (folder / "bin" / "python").exists():
        run(f"environment for {version}", uv, "venv", "--quiet", "--python", python, folder)
    install = (uv, "pip", "install", "--quiet", "--python", folder)
    run(f"tools for {version}", *install, "--require-hashes", "-r", ROOT / "requirements" / "dev.lock")
    wheel = next((ROOT / "dist").glob("*.whl"))
    run(f"wheel for {version}", *install, "--no-deps", "--reinstall", wheel)
    return folder / "bin" / "python"


def main() -> None:
    """Check, then test."""
    found = interpreters()
    main_version = _version(sys.executable)
    print(
        f"interpreters found: {', '.join(found)}; everything runs on {main_version}, and on the others "
        "all but what needs one interpreter only: the browser and the searches",
        flush=True,
    )
    run("checks", sys.executable, ROOT / "tools" / "check.py")
    chromium.ensure()
    spin.ensure()
    golang.ensure()
    with files_in_memory() as environment:
        title = f"tests on {main_version}, browser included"
        run(title, sys.executable, *PYTEST, "-m", "not deep", environment=environment)
    for version, python in found.items():
        if version != main_version:
            other = environment_for(version, python)
            some = ("-m", "not deep and not browser and not once")
            with files_in_memory() as environment:
                run(f"tests on {version}", other, *PYTEST, *some, environment=environment)


if __name__ == "__main__":
    main()
