"""Go and its checksum database's packages, which read our log in tests/foreign: those there, or Debian's."""

import os
import shutil
import sys
from pathlib import Path

from steps import run

GOPATH = Path("/usr/share/gocode")
"""Where Debian puts the sources of Go packages."""
PACKAGES = {
    "golang-go": lambda: shutil.which("go") is not None,
    "golang-golang-x-mod-dev": (GOPATH / "src" / "golang.org" / "x" / "mod" / "sumdb").is_dir,
}


def missing() -> list[str]:
    """Return the Debian packages of what is not there."""
    return [name for name, there in PACKAGES.items() if not there()]


def ensure() -> None:
    """See that they are there: Debian's as root; else fail saying what to install."""
    absent = missing()
    if not absent:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("package lists", "apt-get", "update", "-qq", environment=environment)
        install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
        run("Go and its log packages", *install, *absent, environment=environment)
    if missing():
        sys.exit(f"the tests in tests/foreign need Go: install Debian's {' and '.join(absent)}")


if __name__ == "__main__":
    ensure()
