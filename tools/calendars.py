"""Calendar readers for tests/foreign, unpacked here: Debian's vobject and the npm registry's ical.js."""

import subprocess
import sys
from typing import Final

import webassembly
from debian import unpack
from steps import ROOT

PACKAGES: Final = ("python3-vobject", "python3-dateutil", "python3-six", "python3-tz")
FOLDER: Final = ROOT / ".venv-dev" / "calendars"
OWN: Final = ROOT / "tools" / "calendars"
PYTHON: Final = FOLDER / "usr" / "lib" / "python3" / "dist-packages"
SCRIPT: Final = FOLDER / "node_modules" / "ical.js" / "dist" / "ical.js"


def find() -> bool:
    """Tell whether both are there."""
    return (PYTHON / "vobject").is_dir() and SCRIPT.is_file()


def ensure() -> None:
    """See that they are there; else fail saying what to install."""
    webassembly.ensure()  # Node.js and npm
    if not (PYTHON / "vobject").is_dir():
        for package in PACKAGES:
            unpack(package, FOLDER)
    if not SCRIPT.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            (FOLDER / name).write_bytes((OWN / name).read_bytes())
        subprocess.run(["npm", "ci", "--silent", "--prefix", FOLDER], check=True)
    if not find():
        sys.exit(f"the tests of the reminders need Debian's {', '.join(PACKAGES)} and npm's ical.js")


if __name__ == "__main__":
    ensure()
