"""The pure core's tests on the newest Python that a registry has: Pyodide, a CPython compiled to WebAssembly.

It shows two things: that the next Python changes nothing of the core, and that the core needs no operating
system. What is left out stands below with its reason. Run by `make deep`; it needs Node.js.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from steps import ROOT, run

OWN: Final = ROOT / "tools" / "webassembly"
BUILT: Final = ROOT / "build" / "webassembly"
PARTS: Final = BUILT / "parts"
PACKAGES: Final = {"node": "nodejs", "npm": "npm"}
"""Debian's names of the programs that are needed."""
FOLDERS: Final = ("headunit", "serial", "code", "vehicle")
"""The folders of tests/ that are run, the longest first."""
LEFT_OUT: Final = {
    "headunit/test_budget.py": "draws by a program in tools",
    "headunit/test_core_is_pure.py::test_a_running_unit_opens_no_file_and_no_socket": "starts a process",
    "headunit/test_core_is_pure.py::test_the_interpreter_would_have_told": "starts a process",
    "headunit/test_draw.py": "draws by a program in tools",
    "headunit/test_grant.py": "signs with the library of another project",
    "headunit/test_pairing.py": "signs with the library of another project",
    "headunit/test_sync.py": "signs with the library of another project",
    "vehicle/test_chips.py": "signs with the library of another project",
    "vehicle/test_owners.py": "a thousand years take minutes here",
    "vehicle/test_scenarios.py::test_page_and_pictures_are_what_the_scenarios_say_today": "draws by one too",
    "vehicle/test_vehicle_is_pure.py::test_a_running_car_opens_no_file_and_no_socket": "starts a process",
    "vehicle/test_vehicle_is_pure.py::test_the_interpreter_would_have_told": "starts a process",
}
STACK_KB: Final = 3_900
"""What Node may use of its stack: deep recursion in Python takes more than its default of 984."""


def ensure() -> None:
    """See that Node.js is there: Debian's as root; else fail saying what to install."""
    absent = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not absent:
        return
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        sys.exit(f"the core's tests on WebAssembly need Node.js: install {' and '.join(absent)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("package lists", "apt-get", "update", "-qq", environment=environment)
    run(
        "Node.js",
        "apt-get",
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        *absent,
        environment=environment,
    )


def install() -> None:
    """Build the interpreter and its parts from their locks, in a folder that is made."""
    shutil.rmtree(BUILT, ignore_errors=True)
    shutil.copytree(OWN, BUILT)
    run("Pyodide", "npm", "ci", "--prefix", BUILT, "--silent")
    uv = Path(sys.executable).with_name("uv")
    lock = ROOT / "requirements" / "webassembly.lock"
    run("its parts", uv, "pip", "install", "--quiet", "--require-hashes", "--target", PARTS, "-r", lock)


def tests_of(folder: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder in a process of its own."""
    out = [
        where for name in LEFT_OUT if name.startswith(f"{folder}/") for where in _left_out(f"tests/{name}")
    ]
    return subprocess.run(
        [
            *("node", f"--stack-size={STACK_KB}", BUILT / "run.mjs", ROOT, PARTS),
            *("-q", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin", "--hypothesis-profile=ci"),
            # Above it, tests/conftest.py brings the command line and a database along.
            *(
                "--rootdir=/project",
                f"--confcutdir=tests/{folder}",
                "-m",
                "not deep",
                *out,
                f"tests/{folder}",
            ),
        ],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _left_out(name: str) -> tuple[str, str]:
    return ("--deselect" if "::" in name else "--ignore", name)


def main() -> None:
    """Install what is needed, and run the tests, two folders at a time."""
    ensure()
    install()
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for folder, ran in zip(FOLDERS, pool.map(tests_of, FOLDERS), strict=True):
            print(f"\n== tests/{folder} on WebAssembly\n{ran.stdout}", flush=True)
            if ran.returncode:
                failed.append(folder)
    if failed:
        sys.exit(f"failed on WebAssembly: {', '.join(failed)}")


if __name__ == "__main__":
    main()
